"""How narration gets from the narrator to the channels: over a TCP port of this machine alone.

The narrator listens on 127.0.0.1; a channel's worker connects and shows the token that the control process gave to
both, and from then on is sent every packet: the capture instant, the length, the AAC. A listener that does not read
is cut off and connects again; it never holds up the narrator or another listener. Works on every system alike.
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
"""What the system may hold for a listener: some ten seconds."""
LISTENERS_MAX = 128
PACKET_BYTES_MAX = 16 * 1024
"""AAC has at most 6144 bits a channel."""
_HEAD = struct.Struct("!qI")


class NarrationSender:
    """The narrator's end. `say` never waits."""

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
        """How many hear it."""
        return len(self._listeners)

    def say(self, instant_ns: int, packet: bytes) -> None:
        """Sends one packet to all who listen."""
        data = _HEAD.pack(instant_ns, len(packet)) + packet
        with self._lock:
            self._listeners = [listener for listener in self._listeners if _sent(listener, data)]

    def close(self) -> None:
        """Lets go of the port and of all who listen."""
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)  # closing alone does not end a wait for the next one
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
    """A channel's end: keeps connected to where it was told, and hands on what it hears."""

    def __init__(self, hear: Callable[[int, bytes], None]) -> None:
        """`hear` gets each packet's capture instant and AAC, on this thread; it must not wait."""
        super().__init__("ear", self.work)
        self._hear = hear
        self._told = threading.Condition()
        self._where: tuple[int, str] | None = None

    def listen(self, port: int, token: str) -> None:
        """The narration is there from now on. Any thread."""
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
    """False when it has not taken all of it: what follows would make no sense to it."""
    try:
        if listener.send(data) == len(data):
            return True
    except OSError:
        pass
    listener.close()
    return False


def _read(source: socket.socket, count: int) -> bytes:
    """So many bytes; fewer at the end."""
    data = b""
    while len(data) < count and (more := source.recv(count - len(data))):
        data += more
    return data
