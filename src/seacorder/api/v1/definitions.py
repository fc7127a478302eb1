"""`/api/v1/telemetry/definitions`: what records of instruments mean, by ready definitions and own ones."""

from starlette.responses import Response

from seacorder.api.recorder_protocol import ReadingSource, Recorder
from seacorder.api.v1.view import View, answered
from seacorder.model.definition.definition import Definition, RecordKind
from seacorder.model.definition.ready import READY, by_name


class FieldView(View):
    """A field that a definition gives."""

    name: str
    unit: str


class DefinitionView(View):
    """A name that stands in a source's `definitions`."""

    name: str
    kind: RecordKind
    """How a record is taken apart."""
    is_ready: bool
    """It comes with Seacorder; else it is one of the settings file."""
    fields: list[FieldView]
    sources: list[str]
    """The sources that use it, in the order of the settings file."""


class DefinitionsView(View):
    items: list[DefinitionView]


class Definitions:
    """The answer."""

    def __init__(self, recorder: Recorder) -> None:
        self._telemetry = recorder.telemetry

    async def definitions(self) -> Response:
        """All ready definitions, and those of the settings file that a source uses."""
        return answered(DefinitionsView(items=views_of(self._telemetry)))


def views_of(telemetry: ReadingSource) -> list[DefinitionView]:
    """Sorted by name."""
    used = {name: by_name(definitions) for name, definitions in telemetry.definitions.items()}
    known = dict(READY)
    for one in used.values():
        known |= one
    return [
        _view(name, parts, [source for source, ones in used.items() if ones.get(name) == parts])
        for name, parts in sorted(known.items())
    ]


def _view(name: str, parts: tuple[Definition, ...], sources: list[str]) -> DefinitionView:
    units = {rule.name: rule.unit for part in parts for rule in part.values}
    fields = [FieldView(name=field, unit=unit) for field, unit in units.items()]
    return DefinitionView(
        name=name, kind=parts[0].kind, is_ready=parts == READY.get(name), fields=fields, sources=sources
    )
