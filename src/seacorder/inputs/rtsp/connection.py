"""The connection to a camera: one socket (TCP, or TLS over it), one buffer, few system calls.

A camera sends a picture as a burst of packets. When a part of it has come, the thread sleeps for `COALESCE_SECONDS`
before the next read, which then takes the rest: one or two reads for each picture, however many packets it has. After
`read_in_bursts` the reader decides when it reads, and neither a read nor a write waits.

One thread reads: the channel's ingest thread, or the loop that it has handed the connection to. `close` may come from
any thread and ends a read that waits.
"""

import contextlib
import errno
import select
import socket
import struct
import time
from typing import Any

from seacorder.base import kernel_times
from seacorder.base.readiness import Readiness
from seacorder.inputs.rtsp import socket_options

COALESCE_SECONDS = 0.0035
CONNECT_SECONDS = 2.0
"""Limit for connecting. The system repeats its first packet after 1, 3 and 7 s, so in a longer wait a link that comes
back would be noticed late; a new attempt sends its packet at once."""
BUFFER_BYTES = 512 * 1024
"""Far more than a burst. The system provides memory only for the part that has been written to."""
_ROOM_BYTES = 128 * 1024
"""With less room behind the unused bytes, they are moved to the front. A frame has at most 64 KiB."""


class ConnectionEndedError(OSError):
    """The peer closed the connection in an orderly way."""


class NoTlsError(OSError):
    """The peer was reached, but the TLS handshake failed."""


class ConnectionShutError(OSError):
    """`close` was called here."""


class NothingTakenError(OSError):
    """The peer does not read what is sent to it, so the next bytes would have to wait, which bursts do not allow."""


class Connection:
    """Bytes from and to one peer. What has come and is not used yet lies in `view[begin:end]`."""

    def __init__(self) -> None:
        self.view = memoryview(bytearray(BUFFER_BYTES))
        self.begin = self.end = 0
        self._socket: Any = None
        self._waiting: Any = None
        self.received = 0
        """Bytes that have come."""
        self.came_utc_ns: int | None = None
        """When the newest byte of the last read came (UTC), where the kernel tells."""
        self.is_emptied = True
        """The last read has taken all that was there."""
        self._tells_arrivals = False
        self._is_tls = self._is_tls_over = False
        self._is_reading = self._is_shut = False

    def connect(self, host: str, port: int, *, tls: bool, timeout: float) -> None:
        """Connects. Blocks. `timeout`: seconds, for later reads and writes as well. OSError says why it failed."""
        made: Any = socket.create_connection((host, port), min(timeout, CONNECT_SECONDS))
        made.settimeout(timeout)
        with contextlib.suppress(OSError):
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            made = _encrypted(made, host)
        self._is_tls = tls
        if tls or not _lets_wait(made, timeout):
            made.setblocking(False)
            self._waiting = Readiness()
            self._waiting.add(made.fileno())
        self._socket = made
        if self._is_shut:
            made.close()
            raise ConnectionShutError

    @property
    def peer(self) -> str:
        """The peer's numeric address."""
        return str(self._socket.getpeername()[0])

    @property
    def local(self) -> str:
        """This machine's numeric address on the connection."""
        return str(self._socket.getsockname()[0])

    @property
    def family(self) -> int:
        return int(self._socket.family)

    def also_wait_for(self, number: int) -> None:
        """From now on `wait` also returns when this file descriptor can be read."""
        if self._waiting is None:
            self._socket.setblocking(False)
            self._waiting = Readiness()
            self._waiting.add(self._socket.fileno())
        self._waiting.add(number)

    def read_in_bursts(self) -> bool:
        """From now on `read` is used, whenever its caller wants, and tells when the bytes came; `send` does not wait
        either. False where that cannot be: with TLS, beside datagrams, and where the kernel does not note it.
        Nothing is changed then."""
        if self._is_tls or self._waiting is not None or not kernel_times.note_arrivals(self._socket):
            return False
        self._socket.setblocking(False)
        self._tells_arrivals = True
        return True

    def make_room_for(self, count: int) -> int:
        """Lets so many bytes lie unread, if the system allows it; returns how many it allows. OSError once closed."""
        return socket_options.widen(self._socket, count)

    @property
    def number(self) -> int:
        """The file descriptor; -1 once closed."""
        return int(self._socket.fileno())

    @property
    def is_alone(self) -> bool:
        """`receive` may be used: no other socket is waited for, so that the read itself can wait, without a poll
        before."""
        return self._waiting is None

    def receive(self, *, pause: bool) -> None:
        """Waits until something comes, for at most the timeout of `connect`, and takes as much as fits. Otherwise as
        `read`. `pause`: sleeps for `COALESCE_SECONDS` first.
        """
        self._make_room()
        self._is_reading = True
        try:
            if pause:
                time.sleep(COALESCE_SECONDS)
            self._take()
        finally:
            self._leave()

    def wait(self, timeout: float, *, pause: bool) -> list[int]:
        """Blocks until something can be read, for at most `timeout` seconds. Returns the file descriptors."""
        if self._is_tls and (self._is_tls_over or self._socket.pending()):
            return [self._socket.fileno()]
        self._is_reading = True
        try:
            ready: list[int] = self._waiting.wait(timeout)
            if ready and pause:
                time.sleep(COALESCE_SECONDS)
        finally:
            self._leave()
        return ready

    def is_ready(self, timeout: float) -> bool:
        """Blocks for at most `timeout` seconds; True when the connection can be read or has ended. Not for
        datagrams."""
        if self._is_tls and (self._is_tls_over or self._socket.pending()):
            return True
        self._is_reading = True
        try:
            alone = Readiness()
            alone.add(self._socket.fileno())
            return bool(alone.wait(timeout))
        finally:
            self._leave()

    def read(self) -> None:
        """Takes what has come, as much as fits, without waiting. OSError when the connection has ended.

        Moves the bytes in `view`: nobody may hold a slice of it any more.
        """
        self._make_room()
        self._is_reading = True
        try:
            self._take()
        finally:
            self._leave()

    def send(self, block: bytes, timeout: float) -> None:
        """Sends all of `block`; TimeoutError when the peer takes nothing for `timeout` seconds.

        In bursts it never waits: NothingTakenError when not all of it can be sent at once. What the system keeps for a
        peer is far more than a client says in minutes, so that peer reads nothing at all.
        """
        self._is_reading = True
        try:
            while block and not self._is_shut:
                try:
                    block = block[self._socket.send(block) :]
                except OSError as error:
                    if not _is_unready(error):
                        raise
                    if self._tells_arrivals:
                        raise NothingTakenError from error
                    self._wait_to_send(timeout)
        finally:
            self._leave()

    def close(self, farewell: bytes = b"") -> None:
        """Closes the connection; sends `farewell` before if that does not wait. Any thread; a second call does
        nothing."""
        first, self._is_shut = not self._is_shut, True
        made = self._socket
        if made is None or not first:
            return
        with contextlib.suppress(OSError, ValueError):
            if farewell and not self._is_tls:
                made.send(farewell, getattr(socket, "MSG_DONTWAIT", 0))
            made.shutdown(socket.SHUT_RDWR)
        if not self._is_reading:
            made.close()

    def _leave(self) -> None:
        """A read or write ends. If `close` has come meanwhile, it left the socket to us, and it is closed here.

        Each side sets its own flag before it reads the other's, so one of the two always closes the socket.
        """
        self._is_reading = False
        if self._is_shut:
            self._socket.close()
            raise ConnectionShutError

    def _make_room(self) -> None:
        if self._is_shut or self._socket is None:
            raise ConnectionShutError
        if self.begin == self.end:
            self.begin = self.end = 0
        elif BUFFER_BYTES - self.end < _ROOM_BYTES:
            rest = self.end - self.begin
            self.view[:rest] = self.view[self.begin : self.end]
            self.begin, self.end = 0, rest

    def _take(self) -> None:
        if self._is_tls:
            self.end += self._receive_tls()
            return
        room = BUFFER_BYTES - self.end
        self.came_utc_ns = None
        try:
            if self._tells_arrivals:
                count, notes, _, _ = self._socket.recvmsg_into((self.view[self.end :],), kernel_times.ANCILLARY_BYTES)
                self.came_utc_ns = kernel_times.arrival_of(notes)
            else:
                count = self._socket.recv_into(self.view[self.end :])
        except BlockingIOError:
            self.is_emptied = True
            return
        if count == 0:
            raise ConnectionEndedError
        self.is_emptied = count < room
        self.received += count
        self.end += count

    def _receive_tls(self) -> int:
        """A TLS record has at most 16 KiB, so that several reads take what one burst brought."""
        count = 0
        while self.end + count < BUFFER_BYTES:
            try:
                taken = self._socket.recv_into(self.view[self.end + count :])
            except OSError as error:
                if _is_unready(error):
                    break
                raise
            if taken == 0:
                # The peer's farewell has been read: the socket itself may have nothing more to say for long.
                self._is_tls_over = True
                if count == 0:
                    raise ConnectionEndedError
                break
            count += taken
        return count

    def _wait_to_send(self, timeout: float) -> None:
        if not select.select([], [self._socket], [], timeout)[1]:
            raise TimeoutError(errno.ETIMEDOUT, "the peer takes nothing")


def _lets_wait(made: socket.socket, timeout: float) -> bool:
    """Makes the kernel itself end a read or a write after `timeout` seconds, which saves a poll before each. False on
    Windows, where the option has another form.
    """
    if not hasattr(select, "poll"):
        return False
    seconds = struct.pack("ll", int(timeout), int(timeout % 1 * 1_000_000))
    made.settimeout(None)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, seconds)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, seconds)
    return True


def _is_unready(error: OSError) -> bool:
    """True when the socket would have to wait. TLS has two errors of its own for that; `ssl` is not imported for
    them."""
    return isinstance(error, BlockingIOError) or type(error).__name__ in ("SSLWantReadError", "SSLWantWriteError")


def _encrypted(plain: socket.socket, host: str) -> Any:
    """TLS over the connection. The certificate is not checked: cameras sign their own."""
    import ssl  # imported here: it takes memory that only encrypted cameras need

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        return context.wrap_socket(plain, server_hostname=host)
    except OSError as error:
        # A server without TLS answers with RTSP, hangs up, or waits for the end of what it takes for a request.
        plain.close()
        raise NoTlsError(error.errno, error.strerror) from error
    except BaseException:
        plain.close()
        raise
