"""The connection to a camera: one socket (TCP, or TLS over it), one buffer, few system calls.

A camera sends a picture as a burst of packets. So after the first byte of a burst it is left alone for
`COALESCE_SECONDS`, and one read then takes all of it: a poll, a sleep and a read a picture, however many packets.

One thread reads. `close` may come from any thread and ends a read that waits.
"""

import contextlib
import errno
import selectors
import socket
import threading
import time
from typing import Any

COALESCE_SECONDS = 0.0035
BUFFER_BYTES = 512 * 1024
"""Far more than a burst; the memory behind it is only taken where a burst reaches."""
_ROOM_BYTES = 128 * 1024
"""Less than that behind the rest, and the rest moves to the front: a frame has at most 64 KiB."""

# epoll would be one more file descriptor, for a handful of sockets; Windows has neither.
_Selector: Any = getattr(selectors, "PollSelector", selectors.SelectSelector)


class ConnectionEndedError(OSError):
    """The peer closed the connection in an orderly way."""


class ConnectionShutError(OSError):
    """`close` was called here."""


class Connection:
    """Bytes from and to one peer. What came and is not used yet lies in `view[begin:end]`."""

    def __init__(self) -> None:
        self.view = memoryview(bytearray(BUFFER_BYTES))
        self.begin = self.end = 0
        self._socket: Any = None
        self._waiting: Any = None
        self._is_tls = False
        self._lock = threading.Lock()
        self._is_reading = self._is_shut = False

    def connect(self, host: str, port: int, *, tls: bool, timeout: float) -> None:
        """Connects; `timeout` in seconds. OSError says why not."""
        made: Any = socket.create_connection((host, port), timeout)
        with contextlib.suppress(OSError):
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            made = _encrypted(made, host)
        made.setblocking(False)
        waiting = _Selector()
        waiting.register(made.fileno(), selectors.EVENT_READ)
        with self._lock:
            if self._is_shut:
                made.close()
                raise ConnectionShutError
            self._socket, self._waiting, self._is_tls = made, waiting, tls

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
        """`wait` ends for this file descriptor, too."""
        self._waiting.register(number, selectors.EVENT_READ)

    def wait(self, timeout: float, *, coalesce: bool) -> list[int]:
        """Blocks until something came, at most `timeout` seconds; file descriptors, none when nothing did."""
        if self._is_tls and self._socket.pending():
            return [self._socket.fileno()]
        self._enter()
        try:
            ready = [key.fd for key, _ in self._waiting.select(timeout)]
            if ready and coalesce:
                time.sleep(COALESCE_SECONDS)
        finally:
            self._leave()
        return ready

    def is_own(self, number: int) -> bool:
        return bool(number == self._socket.fileno())

    def read(self) -> None:
        """Takes what has come, as much as fits, without waiting. OSError when the connection is at its end.

        Moves what lies in `view`: nobody may hold a slice of it any more.
        """
        if self.begin == self.end:
            self.begin = self.end = 0
        elif BUFFER_BYTES - self.end < _ROOM_BYTES:
            rest = self.end - self.begin
            self.view[:rest] = self.view[self.begin : self.end]
            self.begin, self.end = 0, rest
        self._enter()
        try:
            self.end += self._receive_tls() if self._is_tls else self._receive()
        finally:
            self._leave()

    def send(self, block: bytes, timeout: float) -> None:
        """Sends all of `block`; TimeoutError when the peer takes nothing for `timeout` seconds."""
        self._enter()
        try:
            while block:
                try:
                    block = block[self._socket.send(block) :]
                except OSError as error:
                    if not _is_unready(error):
                        raise
                    self._wait_to_send(timeout)
        finally:
            self._leave()

    def close(self, farewell: bytes = b"") -> None:
        """Ends the connection, after `farewell` where it can be said at once. Any thread; harmless again."""
        with self._lock:
            first, self._is_shut = not self._is_shut, True
            made = self._socket
            if made is None or not first:
                return
            with contextlib.suppress(OSError, ValueError):
                if farewell and not (self._is_tls and self._is_reading):
                    made.send(farewell)
                made.shutdown(socket.SHUT_RDWR)
            if not self._is_reading:
                made.close()

    def _enter(self) -> None:
        with self._lock:
            if self._is_shut or self._socket is None:
                raise ConnectionShutError
            self._is_reading = True

    def _leave(self) -> None:
        with self._lock:
            self._is_reading = False
            if self._is_shut:
                self._socket.close()
                raise ConnectionShutError

    def _receive(self) -> int:
        try:
            count = int(self._socket.recv_into(self.view[self.end :]))
        except BlockingIOError:
            return 0
        if count == 0:
            raise ConnectionEndedError
        return count

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
                if count == 0:
                    raise ConnectionEndedError
                break
            count += taken
        return count

    def _wait_to_send(self, timeout: float) -> None:
        waiting = _Selector()
        waiting.register(self._socket.fileno(), selectors.EVENT_WRITE)
        if not waiting.select(timeout):
            raise TimeoutError(errno.ETIMEDOUT, "the peer takes nothing")


def _is_unready(error: OSError) -> bool:
    """True when a socket only says that it would have to wait; TLS has two names of its own for that."""
    return isinstance(error, BlockingIOError) or type(error).__name__ in ("SSLWantReadError", "SSLWantWriteError")


def _encrypted(plain: socket.socket, host: str) -> Any:
    """The certificate is not judged: cameras sign their own."""
    import ssl  # only an encrypted camera pays for it

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        return context.wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise
