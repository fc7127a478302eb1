"""`/api/v1/events`: a WebSocket that sends each event as JSON, resumable from a cursor.

A listener sends the cursor of the last event that it has seen. It first gets all events since then, from the catalogue
as far as memory does not reach back, and then each new event. A listener that reads nothing for a while is
disconnected; it can connect again with its cursor.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from starlette.websockets import WebSocket, WebSocketDisconnect

from seacorder.api.http.problems import Busy, problem_of
from seacorder.api.recorder_protocol import Recorder
from seacorder.api.v1.view import Utc, View, shown
from seacorder.base.background import task
from seacorder.base.errors import BadRequest, SeacorderError
from seacorder.base.redaction import redact
from seacorder.model.event import Event, Severity

SEND_SECONDS_MAX = 10.0
LISTENERS_MAX = 64
CATALOGUE_ROWS = 500
CURSOR_MAX = 2**63 - 1
TOO_SLOW = 1013
"""Close code "try again later"."""


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


class EventFeed:
    """Serves all listeners."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._listeners = 0

    async def serve(self, socket: WebSocket) -> None:
        """Serves one listener until it disconnects."""
        try:
            cursor = self._cursor(socket)
            self._check_room()
        except (BadRequest, Busy) as error:
            await socket.send_denial_response(problem_of(error, socket.url.path).response())
            return
        self._listeners += 1
        try:
            await self._feed(socket, cursor)
        finally:
            self._listeners -= 1

    async def _feed(self, socket: WebSocket, cursor: int) -> None:
        await socket.accept()
        sending = task(self._send_all(socket, cursor), "events to a listener")
        listening = task(until_gone(socket), "a listener of events")
        try:
            await asyncio.wait({sending, listening}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in (sending, listening):
                one.cancel()
            await asyncio.gather(sending, listening, return_exceptions=True)

    def _check_room(self) -> None:
        if self._listeners >= LISTENERS_MAX:
            raise Busy(f"{LISTENERS_MAX} programs listen to events already.", "End one of them.")

    def _cursor(self, socket: WebSocket) -> int:
        text = socket.query_params.get("cursor")
        if text is None:
            return self._recorder.events.newest_cursor
        if not (text.isascii() and text.isdecimal()) or len(text) > 19 or int(text) > CURSOR_MAX:
            raise BadRequest(
                f"cursor: {text[:60]!r} is not accepted.", "Accepted is the cursor of an event, or 0.", field="cursor"
            )
        return int(text)

    async def _send_all(self, socket: WebSocket, cursor: int) -> None:
        try:
            async for event in self._since(cursor):
                async with asyncio.timeout(SEND_SECONDS_MAX):
                    await socket.send_text(event_view(event).model_dump_json())
        except TimeoutError:
            with contextlib.suppress(TimeoutError, RuntimeError, WebSocketDisconnect):
                async with asyncio.timeout(1.0):
                    await socket.close(TOO_SLOW)
        except SeacorderError as error:
            await socket.close(1011, error.sentence[:100])
        except (WebSocketDisconnect, RuntimeError):
            pass

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
    return shown(EventView, event, alarm=event.alarm or None, sentence=redact(event.text))


async def until_gone(socket: WebSocket) -> None:
    """Returns when the listener disconnects; what it sends is ignored."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
