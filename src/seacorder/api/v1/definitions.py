"""`/api/v1/telemetry/definitions`: what records of instruments mean. Ready definitions, those of the settings file, and
those that clients set here.
"""

import asyncio
from typing import Annotated, Any

from fastapi import Path, Request
from pydantic import Field
from pydantic.fields import FieldInfo
from starlette.responses import Response

from seacorder.api.http import documented, wire
from seacorder.api.http.problems import NotThere
from seacorder.api.recorder_protocol import Recorder, SetupSource
from seacorder.api.v1.view import View, answered
from seacorder.base.errors import NotPossible
from seacorder.config.definition_body import read_definition
from seacorder.config.definition_tables import NAME_CHARACTERS_MAX, DefinitionFieldTable, DefinitionTable
from seacorder.config.keys import accepted
from seacorder.model.command import TryLine
from seacorder.model.definition.definition import Definition, RecordKind
from seacorder.model.definition.ready import READY
from seacorder.model.instant import iso_utc

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


class FieldTriedView(View):
    """A field, as the line gives it."""

    name: str
    unit: str
    value: float | str | None
    """Null: the line says that there is none."""


class LineTriedView(View):
    """What a definition makes of a line."""

    fields: list[FieldTriedView]
    utc: str | None = Field(description="The time that the line gives; null where it gives none")
    notes: list[str]
    """What is odd in it, though it is accepted."""
    refusal: str
    """One sentence: why it is not understood; empty where it is."""


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

_UNNAMED = "Test"
TRY_LINE_BODY = documented.body(
    {
        "table": {"type": "object", "description": "As it would be set", "properties": {**_KEYS, "fields": _FIELDS}},
        "line": {"type": "string", "description": "As the instrument sends it, without its end"},
        "name": {"type": ["string", "null"], "description": "Of the definition; of an NMEA sentence it is the header"},
    },
    {"table": _EXAMPLE, "line": "ROV;4;7;142.3", "name": "Vehicle"},
    required=("table", "line"),
)


class Definitions:
    """Reading, setting and taking back."""

    def __init__(self, recorder: Recorder, setup: SetupSource | None) -> None:
        self._definitions = recorder.definitions
        self._telemetry = recorder.telemetry
        self._setup = setup

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

    async def try_line(self, request: Request) -> Response:
        """What a definition would make of one line, as it came from the instrument; nothing is set. Read by a process
        of its own, so that a regular expression that never ends disturbs nothing."""
        readers = {"table": _table, "line": wire.text, "name": wire.text}
        sent = wire.read_fields(await wire.read_object(request), readers)
        for key, what in (("table", "a definition"), ("line", "a line of the instrument")):
            if key not in sent:
                wire.refuse(key, None, what)
        if self._setup is None:
            raise NotPossible("Definitions cannot be tried on this recorder.", "Use `seacorder telemetry try`.")
        read = await asyncio.to_thread(read_definition, sent.get("name", _UNNAMED), sent["table"])
        tried = await self._setup.try_line(TryLine(read.parts, sent["line"]))
        fields = zip(tried.fields, tried.values, strict=True)
        return answered(LineTriedView(
            fields=[FieldTriedView(name=name, unit=unit, value=value) for (name, unit), value in fields],
            utc=None if tried.source_utc_ns is None else iso_utc(tried.source_utc_ns, digits=3),
            notes=list(tried.notes),
            refusal=tried.refusal,
        ))

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


def _table(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        wire.refuse(name, value, "an object with the keys of a definition")
    return {key: wire.anything(f"{name}.{key}", one) for key, one in value.items()}


def _fields(parts: tuple[Definition, ...]) -> list[FieldView]:
    units = {rule.name: rule.unit for part in parts for rule in part.values}
    return [FieldView(name=field, unit=unit) for field, unit in units.items()]
