"""`/api/v1/telemetry/lines`: the records of one source as they came, and what became of each. A WebSocket too.

Nothing is kept for it but the newest hundred, in the process that reads the instruments; it is asked while somebody
looks.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response
from starlette.websockets import WebSocket

from seacorder.api.recorder_protocol import Recorder
from seacorder.api.v1.listeners import WebSocketListeners, deny
from seacorder.api.v1.view import Utc, View, answered, utc_text
from seacorder.base.errors import BadRequest, WorkerLost
from seacorder.model.telemetry import SourceLine

EVERY_SECONDS = 0.25
"""How often a WebSocket tells what has come."""


class LinesAsked(BaseModel):
    """Whose records."""

    model_config = ConfigDict(extra="forbid")

    source: str = Field(max_length=200, description="The source's name")
    after: int = Field(-1, ge=-1, le=2**63 - 1, description="Only records with a higher number")


class LineView(View):
    """One record."""

    number: int
    """Counted for this source, from 0; again from 0 when the process that reads the instruments was started again."""
    utc: Utc
    """When it was complete."""
    text: str
    """Its first 512 bytes; what is no text is written as `\\x1b`."""
    definition: str
    """The one that understands it, or would; empty where none fits."""
    refusal: str
    """Why it is refused; empty where it is understood."""


class LinesView(View):
    items: list[LineView]


class Lines:
    """Answers of both."""

    def __init__(self, recorder: Recorder) -> None:
        self._telemetry = recorder.telemetry
        self._listeners = WebSocketListeners("lines of instruments")

    async def newest(self, asked: Annotated[LinesAsked, Query()]) -> Response:
        """The newest records of a source as they came, at most a hundred, the oldest first."""
        return answered(_view(await self._telemetry.lines(asked.source, asked.after)))

    async def follow(self, socket: WebSocket) -> None:
        """Serves one listener until it disconnects."""
        source = socket.query_params.get("source", "")
        try:
            await self._telemetry.lines(source, -1)
        except BadRequest as error:
            await deny(socket, error)
            return
        except WorkerLost:
            pass  # it is being started again
        await self._listeners.serve(socket, self._texts(source))

    async def _texts(self, source: str) -> AsyncIterator[str]:
        """What has come since the message before; the first one has what came before."""
        after = -1
        while True:
            try:
                lines = await self._telemetry.lines(source, after)
                if not lines and after >= 0 and not await self._telemetry.lines(source, after - 1):
                    after = -1  # numbers begin again: the process was started again
                    continue
            except WorkerLost:
                after, lines = -1, ()
            if lines:
                after = lines[-1].number
                yield _view(lines).model_dump_json()
            await asyncio.sleep(EVERY_SECONDS)


def _view(lines: tuple[SourceLine, ...]) -> LinesView:
    return LinesView(items=[
        LineView(
            number=one.number, utc=utc_text(one.utc_ns), text=text_of(one.data), definition=one.definition,
            refusal=one.refusal,
        )
        for one in lines
    ])


def text_of(data: bytes) -> str:
    """Bytes of an instrument for people: what cannot be printed is escaped."""
    text = data.decode("utf-8", "backslashreplace")
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)
