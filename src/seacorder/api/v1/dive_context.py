"""`/api/v1/context`: project, dive, task, component and operator."""

from dataclasses import asdict
from typing import Any

from fastapi import Request
from starlette.responses import Response

from seacorder.api.http import documented, wire
from seacorder.api.recorder_protocol import Recorder
from seacorder.api.v1.view import View, answered
from seacorder.model.dive_context import CONTEXT_CHARACTERS_MAX, CONTEXT_FIELDS, ContextChange, DiveContext

_TEXT = {"type": "string", "maxLength": CONTEXT_CHARACTERS_MAX, "description": "One line; empty: none"}
_EMPTY = dict.fromkeys(CONTEXT_FIELDS, "")
CONTEXT_BODY = documented.body(
    documented.nullable(dict.fromkeys(CONTEXT_FIELDS, _TEXT)), {"project": "North field 2026", "dive": "12"}
)


class ContextView(View):
    """What the recorder is used for just now; an empty text where nobody has said it."""

    project: str
    dive: str
    task: str
    component: str
    operator: str


class ContextCommands:
    """Reading and changing the context."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    async def context(self) -> Response:
        """Project, dive, task, component and operator."""
        return _answer(self._recorder.dive_context)

    async def change(self, request: Request) -> Response:
        """Changes the fields that are sent; the rest, and nulls, stay."""
        return _answer(await self._recorder.change_context(ContextChange(**await _sent(request))))

    async def replace(self, request: Request) -> Response:
        """Sets the whole context: fields that are not sent become empty."""
        return _answer(await self._recorder.change_context(ContextChange(**(_EMPTY | await _sent(request)))))

    async def clear(self) -> Response:
        """Empties every field; fine when they are empty."""
        return _answer(await self._recorder.change_context(ContextChange(**_EMPTY)))


async def _sent(request: Request) -> dict[str, Any]:
    return wire.read_fields(await wire.read_object(request), dict.fromkeys(CONTEXT_FIELDS, wire.text))


def _answer(context: DiveContext) -> Response:
    """The context as it was written: `redact`, which other answers go through, might take a text for a credential."""
    return answered(ContextView(**asdict(context)))
