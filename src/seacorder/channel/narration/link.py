"""Carries narration from the narrator's process to those of the channels, over a TCP port on this machine alone.

The narrator listens on 127.0.0.1. A channel's worker connects and sends the token that the control process gave to
both. Then it is sent every packet: the capture instant (8 bytes), the length (4 bytes), the AAC. A listener that does
not read is disconnected and connects again; it never holds up the narrator or another listener.
"""

import contextlib
import hmac
import logging
import socket
import struct
import threading
from collections.abc import Callable

from seacorder.base.background import Thread

log = logging.getLogger(__name__)

LOCALHOST = "127.0.0.1"
TOKEN_SECONDS = 2.0
RETRY_SECONDS = 0.25
SEND_BYTES = 128 * 1024
"""How much the system may buffer for one listener: some ten seconds of sound."""
LISTENERS_MAX = 128
PACKET_BYTES_MAX = 16 * 1024
"""AAC has at most 6144 bits a channel."""
_HEAD = struct.Struct("!qI")


class NarrationSender:
    """The narrator's end. `say` never blocks; a thread accepts listeners."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()
        self._lock = threading.Lock()
        self._listeners: list[socket.socket] = []
        self._is_closed = False
        self._server = socket.create_server((LOCALHOST, 0))
        self.port: int = self._server.getsockname()[1]
        Thread("voice", self._accept).start()

    @property
    def listeners(self) -> int:
        """How many channels are connected."""
        return len(self._listeners)

    def say(self, instant_ns: int, packet: bytes) -> None:
        """Sends one packet to all who are connected. Never blocks: whoever has no room for it is disconnected."""
        data = _HEAD.pack(instant_ns, len(packet)) + packet
        with self._lock:
            self._listeners = [listener for listener in self._listeners if _sent(listener, data)]

    def close(self) -> None:
        """Closes the port and all connections."""
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)  # closing alone does not wake a thread that waits in accept()
        self._server.close()
        with self._lock:
            self._is_closed = True
            for listener in self._listeners:
                listener.close()
            self._listeners = []

    def _accept(self) -> None:
        while True:
            try:
                listener, _ = self._server.accept()
            except OSError:
                return
            if self._knows_token(listener):
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BYTES)
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                listener.setblocking(False)
                self._add(listener)
            else:
                listener.close()

    def _add(self, listener: socket.socket) -> None:
        with self._lock:
            if self._is_closed:
                listener.close()
            else:
                self._listeners.append(listener)

    def _knows_token(self, listener: socket.socket) -> bool:
        if len(self._listeners) >= LISTENERS_MAX:
            return False
        listener.settimeout(TOKEN_SECONDS)
        try:
            shown = _read(listener, len(self._token))
        except OSError:
            return False
        return hmac.compare_digest(shown, self._token)


class NarrationReceiver(Thread):
    """A channel's end: a thread that stays connected to the narrator and passes its packets on."""

    def __init__(self, hear: Callable[[int, bytes], None]) -> None:
        """`hear` gets each packet's capture instant (monotonic, ns) and AAC, on this thread; it must not block."""
        super().__init__("ear", self.work)
        self._hear = hear
        self._told = threading.Condition()
        self._where: tuple[int, str] | None = None

    def listen(self, port: int, token: str) -> None:
        """The narrator listens on that port from now on. May be called on any thread."""
        with self._told:
            self._where = (port, token)
            self._told.notify()

    def work(self) -> None:
        while True:
            with self._told:
                self._told.wait_for(lambda: self._where is not None)
                where = self._where
            if where is not None:
                self._listen_once(*where)
            with self._told:
                self._told.wait_for(lambda: self._where != where, RETRY_SECONDS)  # noqa: B023 - called at once

    def _listen_once(self, port: int, token: str) -> None:
        try:
            with socket.create_connection((LOCALHOST, port), TOKEN_SECONDS) as narrator:
                narrator.settimeout(None)
                narrator.sendall(token.encode())
                while len(head := _read(narrator, _HEAD.size)) == _HEAD.size:
                    instant_ns, size = _HEAD.unpack(head)
                    if size > PACKET_BYTES_MAX or len(packet := _read(narrator, size)) < size:
                        return
                    self._hear(instant_ns, packet)
        except OSError as fault:
            log.debug("narration cannot be heard: %s", fault)


def _sent(listener: socket.socket, data: bytes) -> bool:
    """False when the listener has not taken all of it: it could not make sense of what follows, so it is
    disconnected."""
    try:
        if listener.send(data) == len(data):
            return True
    except OSError:
        pass
    listener.close()
    return False


def _read(source: socket.socket, count: int) -> bytes:
    """So many bytes, or fewer when the connection ends before. Blocks."""
    data = b""
    while len(data) < count and (more := source.recv(count - len(data))):
        data += more
    return data
