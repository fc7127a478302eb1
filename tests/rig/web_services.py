"""Both HTTP services as they listen in the program, on real sockets, over a recorder without cameras."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

from fakes.recorder import FakeRecorder
from seacorder.api.http.listeners import Listener, serving
from seacorder.api.http.ports import claim_port
from seacorder.api.inspector import create_inspector_app
from seacorder.api.integration import create_integration_app
from seacorder.config.schema import ServerSettings

LIMIT_SECONDS = 20.0
PING = b"GET /api/stats/ping HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@dataclass
class Served:
    """Both services, and what went wrong in them."""

    recorder: FakeRecorder
    port: int
    integration_port: int
    faults: list[str] = field(default_factory=list)

    async def say(self, what: bytes, *, port: int = 0, ends: bool = False) -> bytes:
        """Everything that comes back to `what` until the service ends the connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port or self.port)
        try:
            writer.write(what)
            if ends:
                writer.write_eof()
            return await asyncio.wait_for(reader.read(), LIMIT_SECONDS)
        except ConnectionResetError:
            return b""
        finally:
            writer.close()

    async def is_well(self) -> bool:
        """A new client is served on both ports, and nothing is in the log."""
        assert self.faults == []
        for port in (self.port, self.integration_port):
            answer = await self.say(PING.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), port=port)
            assert answer.startswith(b"HTTP/1.1 200 ")
            assert answer.endswith(b'{"Ping": true}')
        return True


@asynccontextmanager
async def served() -> AsyncIterator[Served]:
    recorder = FakeRecorder()
    settings = ServerSettings()
    both = [claim_port("127.0.0.1", 0, setting="x") for _ in range(2)]
    apps = (create_inspector_app(recorder, settings), create_integration_app(recorder, settings))
    ports = [sockets[0].getsockname()[1] for sockets in both]
    here = Served(recorder, *ports)
    loop, log = asyncio.get_running_loop(), Errors(here.faults)
    loop.set_exception_handler(lambda _, context: here.faults.append(str(context)))
    logging.getLogger().addHandler(log)
    try:
        async with serving([Listener(app, sockets) for app, sockets in zip(apps, both, strict=True)]):
            yield here
    finally:
        logging.getLogger().removeHandler(log)


@contextmanager
def served_in_a_thread() -> Iterator[Served]:
    """Both services over a fake recorder, on a loop of their own."""
    ready, stop = threading.Event(), threading.Event()
    found: list[Served] = []

    async def serve() -> None:
        async with served() as here:
            found.append(here)
            ready.set()
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert ready.wait(LIMIT_SECONDS)
        yield found[0]
    finally:
        stop.set()
        thread.join()


class Errors(logging.Handler):
    def __init__(self, faults: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._faults = faults

    def emit(self, record: logging.LogRecord) -> None:
        if record.name != "asyncio" or record.levelno >= logging.ERROR:
            self._faults.append(self.format(record))
