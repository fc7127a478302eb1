"""Programs that listen over a WebSocket: how many at once, and how each is served until it disconnects.

A listener that reads nothing for SEND_SECONDS_MAX is disconnected; it can connect again.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from starlette.websockets import WebSocket, WebSocketDisconnect

from seacorder.api.http.problems import Busy, problem_of
from seacorder.base.background import task
from seacorder.base.errors import BadRequest, SeacorderError

SEND_SECONDS_MAX = 10.0
LISTENERS_MAX = 64
"""To one kind of message."""
HEARD_AT_ONCE = 256
HEARD_SECONDS = 0.02
"""What one listener says is heard so many times at once, and then once in so many seconds: changing what is shown takes
work in workers too. Meanwhile nothing more is read from it."""
TOO_SLOW = 1013
"""Close code "try again later"."""
FAILED = 1011
"""Close code "internal error"."""


def _ignored(_text: str) -> None:
    """What a listener says makes no difference."""


class WebSocketListeners:
    """All listeners to one kind of message. For the event loop alone."""

    def __init__(self, what: str) -> None:
        """`what` they listen to, in the plural, for messages and for the names of tasks."""
        self._what = what
        self._count = 0

    async def serve(
        self, socket: WebSocket, messages: AsyncIterator[str | bytes], heard: Callable[[str], None] = _ignored
    ) -> None:
        """Sends one listener the messages as they come; returns when it has disconnected, or there are no more.

        `heard` takes the texts that the listener sends. Where there are too many already, it is refused.
        """
        if self._count >= LISTENERS_MAX:
            await deny(socket, Busy(f"{LISTENERS_MAX} programs listen to {self._what} already.", "End one of them."))
            return
        self._count += 1
        try:
            await socket.accept()
            sending = task(_send_all(socket, messages), f"{self._what} to a listener")
            listening = task(_until_gone(socket, heard), f"a listener of {self._what}")
            try:
                await asyncio.wait({sending, listening}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for one in (sending, listening):
                    one.cancel()
                await asyncio.gather(sending, listening, return_exceptions=True)
        finally:
            self._count -= 1


async def deny(socket: WebSocket, error: BadRequest | Busy) -> None:
    """Refuses a listener instead of accepting it, with a problem document (RFC 9457)."""
    await socket.send_denial_response(problem_of(error, socket.url.path).response())


async def _send_all(socket: WebSocket, messages: AsyncIterator[str | bytes]) -> None:
    try:
        async for message in messages:
            async with asyncio.timeout(SEND_SECONDS_MAX):
                if isinstance(message, bytes):
                    await socket.send_bytes(message)
                else:
                    await socket.send_text(message)
    except TimeoutError:
        with contextlib.suppress(TimeoutError, RuntimeError, WebSocketDisconnect):
            async with asyncio.timeout(1.0):
                await socket.close(TOO_SLOW)
    except SeacorderError as error:
        await socket.close(FAILED, error.sentence[:100])
    except (WebSocketDisconnect, RuntimeError):
        pass


class HearingPace:
    """How fast one listener is heard."""

    def __init__(self) -> None:
        self._due = -float("inf")

    def pause(self, now: float) -> float:
        """How long to wait after a message that has been heard now, in seconds."""
        self._due = max(self._due, now - HEARD_AT_ONCE * HEARD_SECONDS) + HEARD_SECONDS
        return max(0.0, self._due - now)


async def _until_gone(socket: WebSocket, heard: Callable[[str], None]) -> None:
    pace, loop = HearingPace(), asyncio.get_running_loop()
    while (message := await socket.receive())["type"] != "websocket.disconnect":
        if (text := message.get("text")) is not None:
            heard(text)
            if pause := pace.pause(loop.time()):
                await asyncio.sleep(pause)
