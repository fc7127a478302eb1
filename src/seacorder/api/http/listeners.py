"""Listens on the ports of both services, in the running event loop.

Ports are claimed before anything else is started. So if one is taken, the user gets one message and nothing has to be
undone. `cli.serve` handles signals; uvicorn's own handlers are turned off.
"""

import asyncio
import contextlib
import errno
import ipaddress
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from seacorder.api.http.connections import KEEP_ALIVE_SECONDS, HttpConnection, ListenerConnection
from seacorder.api.http.security import BODY_BYTES_MAX
from seacorder.base.background import awaited
from seacorder.base.errors import SettingsError
from seacorder.base.message import Message

ANY_IPV4 = "0.0.0.0"  # noqa: S104 - only for who asks for `::`
BACKLOG = 128
STOP_SECONDS_MAX = 3
_NO_SUCH_ADDRESS = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})


@dataclass(frozen=True, slots=True)
class Listener:
    """An application and the sockets that it answers on."""

    app: ASGIApp
    sockets: tuple[socket.socket, ...]


def claim_port(host: str, port: int, *, setting: str) -> tuple[socket.socket, ...]:
    """Sockets bound to every address of `host`; port 0 takes any free one.

    `::` means every address of IPv4 and IPv6, with a socket for each: whether one socket serves both differs from
    system to system. On a machine without one of them, it is only the other: `families` says which. Raises
    SettingsError with one message that names `setting`. Blocks while a host name is resolved.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise SettingsError([_no_address(host, "Use 127.0.0.1.")]) from error
    try:
        if is_any_of_both(host):
            return _bind_both(port)
        return _bind_all([(family, address) for family, _, _, _, address in dict.fromkeys(found)])
    except OSError as error:
        raise SettingsError([_not_bound(host, port, setting, error)]) from error


def is_any_of_both(host: str) -> bool:
    """True for `::`, however it is written."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.version == 6 and address.is_unspecified


def families(sockets: Sequence[socket.socket]) -> str:
    """Which families the sockets listen on, for people: `IPv4 and IPv6`, `IPv4 only`."""
    names = {socket.AF_INET: "IPv4", socket.AF_INET6: "IPv6"}
    heard = [name for family, name in names.items() if any(one.family == family for one in sockets)]
    return " and ".join(heard) if len(heard) == len(names) else f"{heard[0]} only"


async def serve_apps(
    listeners: Sequence[Listener], stop: asyncio.Event, *, started: asyncio.Event | None = None
) -> None:
    """Answers on all listeners until `stop` is set; then waits for running requests, STOP_SECONDS_MAX at most.

    Sets `started` when all listeners answer. Closes the sockets at the end. Cancelling ends it at once.
    """
    servers = [_OurServer(_config(one.app)) for one in listeners]
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

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves the process's signals alone."""
        yield


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
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


def _bind_all(addresses: Sequence[tuple[int, Any]]) -> tuple[socket.socket, ...]:
    bound: list[socket.socket] = []
    try:
        for family, address in addresses:
            bound.append(_bind(family, address))
    except OSError:
        for one in bound:
            one.close()
        raise
    return tuple(bound)


def _bind_both(port: int) -> tuple[socket.socket, ...]:
    ipv4 = (socket.AF_INET, (ANY_IPV4, port))
    try:
        first = _bind(socket.AF_INET6, ("::", port))
    except OSError as error:
        # These are the errors of a kernel without IPv6, or with IPv6 turned off.
        if error.errno not in _NO_SUCH_ADDRESS:
            raise
        return _bind_all([ipv4])
    try:
        return (first, _bind(socket.AF_INET, (ANY_IPV4, first.getsockname()[1])))
    except OSError as error:
        if error.errno in _NO_SUCH_ADDRESS:
            return (first,)
        first.close()
        raise


def _bind(family: int, address: Any) -> socket.socket:
    # IPPROTO_TCP is named, because asyncio turns Nagle's algorithm off only then. It would delay answers by 40 ms.
    one = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform == "win32":
            one.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        one.bind(address)
        one.listen(BACKLOG)
    except OSError:
        one.close()
        raise
    one.setblocking(False)
    return one


def _not_bound(host: str, port: int, setting: str, error: OSError) -> Message:
    if isinstance(error, PermissionError):
        return Message(
            f"Port {port} needs special rights on this computer.", f"Choose one above 1023 in [server] {setting}."
        )
    if error.errno in _NO_SUCH_ADDRESS:
        return _no_address(host, "Use 127.0.0.1, or 0.0.0.0 for all addresses.")
    return Message(
        f"Port {port} on {host} is taken by another program, perhaps a second Seacorder.",
        f"Stop that one, or choose another port in [server] {setting}.",
    )


def _no_address(host: str, action: str) -> Message:
    return Message(f"[server] host: {host!r} is no address of this computer.", action)
