"""`/api/v1/events`: a WebSocket that sends each event as JSON, resumable from a cursor.

A listener sends the cursor of the last event that it has seen. It first gets all events since then, from the catalogue
as far as memory does not reach back, and then each new event. A listener that reads nothing for a while is
disconnected; it can connect again with its cursor.
"""

import asyncio
from collections.abc import AsyncIterator

from starlette.websockets import WebSocket

from seacorder.api.recorder_protocol import Recorder
from seacorder.api.v1.listeners import WebSocketListeners, deny
from seacorder.api.v1.view import Utc, View, shown
from seacorder.base.errors import BadRequest
from seacorder.base.redaction import redact
from seacorder.model.event import Event, Severity

CATALOGUE_ROWS = 500
CURSOR_MAX = 2**63 - 1


class EventView(View):
    """One message of `/api/v1/events`."""

    cursor: int
    utc: Utc
    kind: str
    severity: Severity
    fact: str
    """What happened, and what it costs."""
    action: str
    """What Seacorder does about it by itself, then what to do; empty if there is nothing to do."""
    alarm: str | None
    """The kind of the alarm that began or ended with this event; null for all others."""
    sentence: str
    """`fact` and `action` as one text."""
    channel: str | None
    observation: str | None
    """The id of the observation that was entered or has changed; null for all other events."""


class EventFeed:
    """Serves all listeners."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._listeners = WebSocketListeners("events")

    async def serve(self, socket: WebSocket) -> None:
        """Serves one listener until it disconnects."""
        try:
            cursor = self._cursor(socket)
        except BadRequest as error:
            await deny(socket, error)
            return
        await self._listeners.serve(socket, self._texts(cursor))

    def _cursor(self, socket: WebSocket) -> int:
        text = socket.query_params.get("cursor")
        if text is None:
            return self._recorder.events.newest_cursor
        if not (text.isascii() and text.isdecimal()) or len(text) > 19 or int(text) > CURSOR_MAX:
            raise BadRequest(
                f"cursor: {text[:60]!r} is not accepted.", "Accepted is the cursor of an event, or 0.", field="cursor"
            )
        return int(text)

    async def _texts(self, cursor: int) -> AsyncIterator[str]:
        async for event in self._since(cursor):
            yield event_view(event).model_dump_json()

    async def _since(self, cursor: int) -> AsyncIterator[Event]:
        events = self._recorder.events
        while cursor + 1 < events.oldest_cursor:
            stored = await asyncio.to_thread(self._recorder.catalogue.events, cursor, CATALOGUE_ROWS)
            for event in stored:
                cursor = event.cursor
                yield event
            if len(stored) < CATALOGUE_ROWS:
                break
        async for event in events.follow(cursor):
            yield event


def event_view(event: Event) -> EventView:
    """One event as a listener gets it."""
    alarm, observation = event.alarm or None, event.observation or None
    return shown(EventView, event, alarm=alarm, observation=observation, sentence=redact(event.text))
