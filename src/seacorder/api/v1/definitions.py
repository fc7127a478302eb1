"""`/api/v1/telemetry/definitions`: what records of instruments mean. Ready definitions, those of the settings file, and
those that clients set here.
"""

from typing import Annotated, Any

from fastapi import Path, Request
from pydantic.fields import FieldInfo
from starlette.responses import Response

from seacorder.api.http import documented, wire
from seacorder.api.http.problems import NotThere
from seacorder.api.recorder_protocol import Recorder
from seacorder.api.v1.view import View, answered
from seacorder.config.definition_tables import NAME_CHARACTERS_MAX, DefinitionFieldTable, DefinitionTable
from seacorder.config.keys import accepted
from seacorder.model.definition.definition import Definition, RecordKind
from seacorder.model.definition.ready import READY

Name = Annotated[str, Path(max_length=NAME_CHARACTERS_MAX, description="As in a source's definitions")]
_SEE_ALL = "GET /api/v1/telemetry/definitions lists all."


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
    """It comes with Seacorder; else a client or the settings file says it."""
    table: dict[str, Any] | None
    """What a client has set, as it was sent, but for its name and for nulls; null if no client has."""
    fields: list[FieldView]
    sources: list[str]
    """The sources that use it, in the order of the settings file."""


class DefinitionsView(View):
    items: list[DefinitionView]


def _schema(field: FieldInfo) -> dict[str, Any]:
    return {"description": f"{field.description} Accepted: {accepted(field)}."}


_FIELD_KEYS = {name: _schema(field) for name, field in DefinitionFieldTable.model_fields.items()}
_KEYS = {name: _schema(field) for name, field in DefinitionTable.model_fields.items()}
_FIELDS = {"type": "array", "items": {"type": "object", "additionalProperties": False, "properties": _FIELD_KEYS}}
_EXAMPLE = {"kind": "delimited", "header": "ROV", "delimiter": ";", "fields": [{"name": "depth", "position": 3}]}
_ANSWER = {"application/json": {"schema": {"$ref": "#/components/schemas/DefinitionView"}}}
DEFINITION_BODY = documented.body({**_KEYS, "fields": _FIELDS}, _EXAMPLE) | {
    "responses": {"201": {"description": "No client had set one of that name", "content": _ANSWER}}
}


class Definitions:
    """Reading, setting and taking back."""

    def __init__(self, recorder: Recorder) -> None:
        self._definitions = recorder.definitions
        self._telemetry = recorder.telemetry

    async def definitions(self) -> Response:
        """All that are known, by name."""
        return answered(DefinitionsView(items=[self._view(name) for name in sorted(self._definitions.known)]))

    async def definition(self, name: Name) -> Response:
        """One of them."""
        return answered(self._known(name))

    async def put(self, request: Request, name: Name) -> Response:
        """Sets what the records of this name are, whatever they were before; in force when the answer comes."""
        is_new = await self._definitions.put(name, await wire.read_table(request))
        response = answered(self._known(name))
        response.status_code = 201 if is_new else 200
        return response

    async def remove(self, name: Name) -> Response:
        """Takes back what clients have set: the definition of the settings file, or the ready one, holds again."""
        if not await self._definitions.remove(name):
            raise NotThere(f"No client has set a definition {name!r}.", _SEE_ALL)
        return Response(status_code=204)

    def _known(self, name: str) -> DefinitionView:
        if name not in self._definitions.known:
            raise NotThere(f"There is no definition {name!r}.", _SEE_ALL)
        return self._view(name)

    def _view(self, name: str) -> DefinitionView:
        parts = self._definitions.known[name]
        table = self._definitions.tables.get(name)
        used = self._telemetry.definitions.items()
        return DefinitionView(
            name=name,
            kind=parts[0].kind,
            is_ready=parts == READY.get(name),
            table=None if table is None else dict(table),
            fields=_fields(parts),
            sources=[source for source, definitions in used if parts[0] in definitions],
        )


def _fields(parts: tuple[Definition, ...]) -> list[FieldView]:
    units = {rule.name: rule.unit for part in parts for rule in part.values}
    return [FieldView(name=field, unit=unit) for field, unit in units.items()]
