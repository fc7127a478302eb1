"""Answers on the ports of both services, in the running event loop.

`cli.serve` handles signals; uvicorn's own handlers are turned off.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

from seacorder.api.http.certificate import Certificate
from seacorder.api.http.connections import KEEP_ALIVE_SECONDS, HttpConnection, ListenerConnection
from seacorder.api.http.ports import BACKLOG
from seacorder.api.http.security import BODY_BYTES_MAX
from seacorder.base.background import awaited

STOP_SECONDS_MAX = 3
ACCEPT_TURNS = 3
"""As many turns of the event loop take it from accepting a connection to telling its protocol."""


@dataclass(frozen=True, slots=True)
class Listener:
    """An application and the sockets that it answers on."""

    app: ASGIApp
    sockets: tuple[socket.socket, ...]
    certificate: Certificate | None = None
    """With one it speaks HTTPS."""


async def serve_apps(
    listeners: Sequence[Listener], stop: asyncio.Event, *, started: asyncio.Event | None = None
) -> None:
    """Answers on all listeners until `stop` is set; then waits for running requests, STOP_SECONDS_MAX at most.

    Sets `started` when all listeners answer. Closes the sockets at the end. Cancelling ends it at once.
    """
    servers = [_OurServer(_config(one)) for one in listeners]
    async with asyncio.TaskGroup() as group:
        running = [
            group.create_task(server.serve(sockets=list(one.sockets)))
            for server, one in zip(servers, listeners, strict=True)
        ]
        try:
            await _all_started(servers, running)
            if started is not None:
                started.set()
            await _until(stop, running)
        finally:
            for server in servers:
                server.end()


@contextlib.asynccontextmanager
async def serving(listeners: Sequence[Listener]) -> AsyncIterator[None]:
    """`serve_apps` for the time of a `with` block."""
    stop, started = asyncio.Event(), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        serving_all = group.create_task(serve_apps(listeners, stop, started=started))
        waiting = group.create_task(started.wait())
        await asyncio.wait({serving_all, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        try:
            yield
        finally:
            stop.set()


class _OurServer(uvicorn.Server):
    """Without uvicorn's tick, which would wake this process ten times a second to renew the Date header and to see
    whether the server is to end. `HttpConnection` renews the header, and `end` ends the server."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._ending = asyncio.Event()

    def end(self) -> None:
        """Lets `serve` finish its requests and return. Harmless when it has ended."""
        self.should_exit = True
        self._ending.set()

    async def main_loop(self) -> None:
        """Waits until it is to end; uvicorn calls it once it listens."""
        await self._ending.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends the listening and every connection, also those of clients that connect at this moment."""
        await _accept_no_more(sockets or [])
        await super().shutdown(sockets)
        for connection in list(self.server_state.connections):
            connection.transport.abort()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves the process's signals alone."""
        yield


async def _accept_no_more(sockets: Sequence[socket.socket]) -> None:
    """Without it, uvicorn would not know of a connection that was just accepted: it would wait for it in vain for
    STOP_SECONDS_MAX, or asyncio would leave it open."""
    loop = asyncio.get_running_loop()
    with contextlib.suppress(NotImplementedError):  # Windows: what is accepted then is aborted at the end
        for one in sockets:
            loop.remove_reader(one)
    for _ in range(ACCEPT_TURNS):
        await asyncio.sleep(0)


def _config(listener: Listener) -> uvicorn.Config:
    certificate = listener.certificate
    return uvicorn.Config(
        listener.app,
        ssl_certfile=None if certificate is None else certificate.file,
        ssl_keyfile=None if certificate is None else certificate.key,
        http=HttpConnection,
        ws=ListenerConnection,
        ws_max_size=BODY_BYTES_MAX,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        log_level="error",  # mistakes of clients are answered; they must not fill the log
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS_MAX,
    )


async def _all_started(servers: Sequence[uvicorn.Server], running: Sequence[asyncio.Task[None]]) -> None:
    # uvicorn has only this flag to say that it answers, so it is polled.
    while not all(server.started for server in servers) and not any(one.done() for one in running):
        await asyncio.sleep(0.005)


async def _until(stop: asyncio.Event, running: Sequence[asyncio.Task[None]]) -> None:
    stopping = awaited(stop.wait())
    try:
        await asyncio.wait({stopping, *running}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
