"""TCP: a serial server or another program that waits for us, or programs that connect to us."""

import contextlib
import errno
import os
import select
import socket

from seacorder.base.clock import Clock
from seacorder.base.errors import InputFailed
from seacorder.base.kernel_times import ANCILLARY_BYTES, note_arrivals
from seacorder.model.address.telemetry import TcpAddress
from seacorder.telemetry.chunk import Chunk
from seacorder.telemetry.sources.arrival import Arrivals
from seacorder.telemetry.sources.contract import BURST_SECONDS, READ_SECONDS

CONNECT_SECONDS = 5.0
READ_BYTES = 65_536
CLIENTS_MAX = 16
"""Programs that may be connected to us at a time."""
_KEEP_ALIVE = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3}
"""A machine that was switched off is noticed after 25 s, also while it has nothing to send."""


class _Reads:
    """What both kinds share: reading a connection to what has come, with the times of the kernel."""

    pause_seconds = BURST_SECONDS

    def __init__(self, address: TcpAddress, clock: Clock) -> None:
        self._address = address
        self._arrivals = Arrivals(clock)
        self._buffer = bytearray(READ_BYTES)

    def _prepare(self, made: socket.socket) -> None:
        made.setblocking(False)
        note_arrivals(made)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _KEEP_ALIVE.items():
            if (option := getattr(socket, name, None)) is not None:
                with contextlib.suppress(OSError):
                    made.setsockopt(socket.IPPROTO_TCP, option, value)

    def _chunk(self, made: socket.socket, sender: str) -> Chunk | None:
        """What has come; None if there is nothing. Raises OSError, ConnectionError when the other end has closed it."""
        try:
            if hasattr(made, "recvmsg_into"):
                count, notes, _, _ = made.recvmsg_into((self._buffer,), ANCILLARY_BYTES)
            else:
                count, notes = made.recv_into(self._buffer), []
        except BlockingIOError:
            return None
        if not count:
            raise ConnectionResetError(errno.ECONNRESET, "closed by the other end")
        return Chunk(bytes(self._buffer[:count]), self._arrivals.of(notes), sender)


class TcpClientSource(_Reads):
    """See `contract.DataSource`."""

    def __init__(self, address: TcpAddress, clock: Clock) -> None:
        super().__init__(address, clock)
        self._socket: socket.socket | None = None
        self._where = f"{address.host}, port {address.port}"

    def open(self) -> None:
        try:
            self._socket = socket.create_connection((self._address.host, self._address.port), CONNECT_SECONDS)
        except OSError as error:
            raise InputFailed(f"{self._where}: {_no_connection(error)}.", _CHECK) from error
        self._prepare(self._socket)

    def read(self) -> list[Chunk]:
        made = self._socket
        if made is None:
            raise InputFailed(f"{self._where}: it is not open.")
        if not select.select([made], [], [], READ_SECONDS)[0]:
            return []
        self._arrivals.begin()
        try:
            chunk = self._chunk(made, "")
        except OSError as error:
            raise InputFailed(f"{self._where}: the connection was lost ({_text(error)}).", _CHECK) from error
        return [] if chunk is None else [chunk]

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


class TcpServerSource(_Reads):
    """See `contract.DataSource`. A connection that ends is nothing to fail for: it may come again."""

    def __init__(self, address: TcpAddress, clock: Clock) -> None:
        super().__init__(address, clock)
        self._listening: socket.socket | None = None
        self._clients: dict[socket.socket, str] = {}

    def open(self) -> None:
        port = f"TCP port {self._address.port}"
        family = socket.AF_INET6 if ":" in self._address.host else socket.AF_INET
        try:
            self._listening = made = socket.socket(family, socket.SOCK_STREAM)
            if os.name == "posix":
                made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections of the last run may linger
            made.bind((self._address.host, self._address.port))
            made.listen(CLIENTS_MAX)
            made.setblocking(False)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                action = "End the other program, or choose another port."
                raise InputFailed(f"{port} is taken by another program.", action) from error
            raise InputFailed(f"{port} cannot be opened ({_text(error)}).", "Check the address before the port.") \
                from error

    def read(self) -> list[Chunk]:
        listening = self._listening
        if listening is None:
            raise InputFailed(f"TCP port {self._address.port} is not open.")
        ready = select.select([listening, *self._clients], [], [], READ_SECONDS)[0]
        self._arrivals.begin()
        if listening in ready:
            self._accept(listening)
        found = (self._read_client(one) for one in ready if one is not listening)
        return [chunk for chunk in found if chunk is not None]

    def close(self) -> None:
        for one in (*self._clients, *([] if self._listening is None else [self._listening])):
            one.close()
        self._clients.clear()
        self._listening = None

    def _accept(self, listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            made, sender = listening.accept()
            if len(self._clients) >= CLIENTS_MAX:
                made.close()
                return
            self._prepare(made)
            self._clients[made] = f"{sender[0]}:{sender[1]}"

    def _read_client(self, made: socket.socket) -> Chunk | None:
        try:
            return self._chunk(made, self._clients[made])
        except OSError:
            del self._clients[made]
            made.close()
            return None


_CHECK = "Check the cable, and that the other side listens on this port."


def _no_connection(error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return "there is no computer of that name"
    if isinstance(error, TimeoutError):
        return f"it does not answer within {CONNECT_SECONDS:g} s"
    if isinstance(error, ConnectionRefusedError):
        return "it answers, but nothing listens on this port"
    return f"no connection ({_text(error)})"


def _text(error: OSError) -> str:
    return error.strerror or str(error)
