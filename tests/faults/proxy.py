"""A camera's bad network: a proxy on loopback in front of a real RTSP server, which cuts, holds, corrupts and rewrites.

It understands as much of RTSP (RFC 2326) as it needs: messages, and RTP in interleaved frames (10.12).
"""

import contextlib
import re
import socket
import struct
import threading
from collections.abc import Callable
from random import Random

FrameFilter = Callable[[int, bytes], list[bytes]]
"""(channel number, RTP or RTCP packet) -> the raw bytes of what is sent in its place, see `framed`."""
TextFilter = Callable[[str], str]
_CHUNK = 65536
SEED = 20260801
"""Of all random choices: the same faults in each run, at instants that differ only by the machine's moods."""


def framed(channel: int, packet: bytes) -> bytes:
    """An interleaved frame."""
    return b"$" + struct.pack(">BH", channel, len(packet)) + packet


class Proxy:
    """Listens on a port of its own. What it does to the stream may be changed at any time, from any thread."""

    def __init__(self, port: int) -> None:
        """`port`: of the RTSP server behind it."""
        self.target = port
        self.frame_filter: FrameFilter | None = None
        self.answer_filter: TextFilter | None = None
        self.request_filter: TextFilter | None = None
        self.connections = 0
        """How many have been made so far."""
        self._passes = threading.Event()
        self._passes.set()
        self._listener: socket.socket | None = None
        self._fillings: list[socket.socket] = []
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.port = self._listen(0)

    def url_of(self, url: str) -> str:
        """The same stream through the proxy."""
        return re.sub(r"127\.0\.0\.1:\d+", f"127.0.0.1:{self.port}", url)

    def cut(self) -> None:
        """Closes every connection; whoever comes again is served."""
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            _shut(connection)

    def refuse(self) -> None:
        """Cuts, and refuses connections until `accept`."""
        listener, self._listener = self._listener, None
        if listener is not None:
            _shut(listener)
        self.cut()

    def accept(self) -> None:
        """The port is open again."""
        self._listen(self.port)

    def vanish(self) -> None:
        """As a cable that is pulled: nothing passes, and whoever wants to connect is not answered at all.

        Linux lets requests for connections fall while the queue of those that nobody accepted is full.
        """
        self.hold()
        listener, self._listener = self._listener, None
        if listener is not None:
            _shut(listener)
        deaf = self._listener = socket.create_server(("127.0.0.1", self.port), backlog=0)
        for _ in range(4):
            filling = socket.socket()
            filling.setblocking(False)
            filling.connect_ex(deaf.getsockname())
            self._fillings.append(filling)

    def appear(self) -> None:
        """The cable is back. The connections from before are gone: the camera has given them up."""
        listener, self._listener = self._listener, None
        if listener is not None:
            _shut(listener)
        while self._fillings:
            self._fillings.pop().close()
        self.cut()
        self.release()
        self._listen(self.port)

    def hold(self) -> None:
        """Nothing passes in either direction; connections stay, and new ones are made."""
        self._passes.clear()

    def release(self) -> None:
        """What was held goes on."""
        self._passes.set()

    def close(self) -> None:
        self.refuse()
        self.release()

    def _listen(self, port: int) -> int:
        listener = socket.create_server(("127.0.0.1", port), backlog=64)
        self._listener = listener
        threading.Thread(target=self._serve, args=(listener,), daemon=True).start()
        return int(listener.getsockname()[1])

    def _serve(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                self.connections += 1
                threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(("127.0.0.1", self.target))
        except OSError:
            _shut(near)
            return
        with self._lock:
            self._open |= {near, far}
        threading.Thread(target=self._up, args=(near, far), daemon=True).start()
        self._down(far, near)
        with self._lock:
            self._open -= {near, far}

    def _up(self, near: socket.socket, far: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := near.recv(_CHUNK):
                self._passes.wait()
                if self.request_filter is not None and not data.startswith(b"$"):
                    data = self.request_filter(data.decode("latin-1")).encode("latin-1")
                far.sendall(data)
        _shut(far)

    def _down(self, far: socket.socket, near: socket.socket) -> None:
        buffer = bytearray()
        with contextlib.suppress(OSError):
            while data := far.recv(_CHUNK):
                buffer += data
                out = b"".join(self._filtered(buffer))
                self._passes.wait()
                near.sendall(out)
        _shut(near)

    def _filtered(self, buffer: bytearray) -> list[bytes]:
        """Takes whole messages and frames off the front of the buffer."""
        out: list[bytes] = []
        while len(buffer) >= 4:
            size = 4 + int.from_bytes(buffer[2:4], "big") if buffer[0] == 0x24 else _message_bytes(buffer)
            if not size or len(buffer) < size:
                break
            piece = bytes(buffer[:size])
            del buffer[:size]
            if piece[0] == 0x24:
                frames = self.frame_filter
                out += [piece] if frames is None else frames(piece[1], piece[4:])
            else:
                answers = self.answer_filter
                out.append(piece if answers is None else answers(piece.decode("latin-1")).encode("latin-1"))
        return out


def _message_bytes(buffer: bytearray) -> int:
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return 0
    length = re.search(rb"(?i)content-length:\s*(\d+)", buffer[:end])
    return end + 4 + (int(length[1]) if length else 0)


def _shut(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


class Garbage:
    """Random bytes between frames, now and then: the framing is lost."""

    def __init__(self, chance: Random, share: float = 0.02) -> None:
        self._chance, self._share = chance, share

    def __call__(self, channel: int, packet: bytes) -> list[bytes]:
        if self._chance.random() < self._share:
            return [self._chance.randbytes(700), framed(channel, packet)]
        return [framed(channel, packet)]


class Truncation:
    """Now and then a frame of which half is missing while its length says otherwise."""

    def __init__(self, chance: Random, share: float = 0.02) -> None:
        self._chance, self._share = chance, share

    def __call__(self, channel: int, packet: bytes) -> list[bytes]:
        whole = framed(channel, packet)
        return [whole[: len(whole) // 2] if self._chance.random() < self._share else whole]


class DamagedUnits:
    """Bytes of NAL units turned over; RTP headers and the units' own first two bytes stay."""

    def __init__(self, chance: Random, share: float = 0.1) -> None:
        self._chance, self._share = chance, share

    def __call__(self, channel: int, packet: bytes) -> list[bytes]:
        if channel == 0 and len(packet) > 40 and self._chance.random() < self._share:
            damaged = bytearray(packet)
            for _ in range(8):
                damaged[self._chance.randrange(16, len(packet))] ^= 0xFF
            packet = bytes(damaged)
        return [framed(channel, packet)]


class LostPackets:
    """Takes single RTP packets away, as a switch that is too full would, but over TCP."""

    def __init__(self, chance: Random, share: float = 0.02) -> None:
        self._chance, self._share = chance, share

    def __call__(self, channel: int, packet: bytes) -> list[bytes]:
        return [] if channel == 0 and self._chance.random() < self._share else [framed(channel, packet)]


class Times:
    """Rewrites RTP times (RFC 3550, 5.1) and those of the sender reports (6.4.1) that go with them."""

    def __init__(self, change: Callable[[int], int]) -> None:
        """`change`: the time as it comes, in ticks, to the time that is sent instead; taken modulo 2^32."""
        self._change = change

    def __call__(self, channel: int, packet: bytes) -> list[bytes]:
        place = 4 if channel % 2 == 0 else 16
        if channel % 2 and (len(packet) < 20 or packet[1] != 200):
            return [framed(channel, packet)]
        (time,) = struct.unpack_from(">I", packet, place)
        changed = self._change(time) % 2**32
        return [framed(channel, packet[:place] + struct.pack(">I", changed) + packet[place + 4 :])]


class Wrapped:
    """Times moved so that they wrap at 32 bits `seconds` after the first; the PLAY answer's RTP-Info moves along."""

    def __init__(self, seconds: float, ticks_per_second: int = 90_000) -> None:
        self._before = round(seconds * ticks_per_second)
        self._moved: int | None = None
        self.frames = Times(self._move)

    def answer(self, text: str) -> str:
        """For `Proxy.answer_filter`."""
        return re.sub(r"rtptime=(\d+)", lambda found: f"rtptime={self._move(int(found[1])) % 2**32}", text)

    def _move(self, ticks: int) -> int:
        if self._moved is None:
            self._moved = 2**32 - self._before - ticks
        return ticks + self._moved


class DatagramProxy:
    """RTP over UDP with loss and reordering, negotiated through a `Proxy` whose SETUP messages it rewrites."""

    def __init__(self, proxy: Proxy, chance: Random, *, lost: float = 0.0, late: float = 0.0) -> None:
        """`lost`, `late`: shares of the RTP packets that never come, or come after the one behind them."""
        self.lost, self.late = lost, late
        self._chance = chance
        self._near_ports = (0, 0)
        self._sockets = _datagram_pair()
        self._ports = self._sockets[0].getsockname()[1]
        self._kept: list[bytes] = []
        proxy.request_filter, proxy.answer_filter = self._request, self._answer
        for place in (0, 1):
            threading.Thread(target=self._pass, args=(place,), daemon=True).start()

    def close(self) -> None:
        for one in self._sockets:
            _shut(one)

    def _request(self, text: str) -> str:
        if (found := re.search(r"client_port=(\d+)-(\d+)", text)) is None:
            return text
        self._near_ports = (int(found[1]), int(found[2]))
        return text.replace(found[0], f"client_port={self._ports}-{self._ports + 1}")

    def _answer(self, text: str) -> str:
        near = f"client_port={self._near_ports[0]}-{self._near_ports[1]}"
        text = re.sub(r"client_port=\d+-\d+", near, text)
        return re.sub(r"server_port=\d+-\d+", f"server_port={self._ports}-{self._ports + 1}", text)

    def _pass(self, place: int) -> None:
        """From the server to the client; what the client sends (receiver reports) ends here."""
        with contextlib.suppress(OSError):
            while True:
                packet, sender = self._sockets[place].recvfrom(_CHUNK)
                if sender is None:
                    return  # closed
                if sender[1] in self._near_ports:
                    continue
                for one in self._shuffled(packet) if place == 0 else [packet]:
                    self._sockets[place].sendto(one, ("127.0.0.1", self._near_ports[place]))

    def _shuffled(self, packet: bytes) -> list[bytes]:
        if self._chance.random() < self.lost:
            return []
        if not self._kept and self._chance.random() < self.late:
            self._kept = [packet]
            return []
        if self._kept:
            kept, self._kept = self._kept, []
            return [packet, *kept]
        return [packet]


def _datagram_pair() -> tuple[socket.socket, socket.socket]:
    """Two sockets on ports that follow each other, the first one even."""
    while True:
        first, second = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        first.bind(("127.0.0.1", 0))
        port = first.getsockname()[1]
        if port % 2 == 0:
            with contextlib.suppress(OSError):
                second.bind(("127.0.0.1", port + 1))
                return first, second
        first.close()
        second.close()


class Flood:
    """After each packet of video, copies of it, and large packets on a channel that nobody asked for."""

    def __init__(self, copies: int = 20, large: int = 8) -> None:
        self._copies = copies
        self._large = framed(9, bytes(60_000)) * large

    def __call__(self, channel: int, packet: bytes) -> list[bytes]:
        whole = framed(channel, packet)
        return [whole] * self._copies + [self._large] if channel == 0 else [whole]


def hangs(proxy: Proxy) -> None:
    """From now on nothing comes, and the connection stays; `release` ends it."""
    proxy.hold()


def floods(proxy: Proxy) -> None:
    """From now on far too much comes, until the filter is taken away."""
    proxy.frame_filter = Flood()


def sends_garbage(proxy: Proxy) -> None:
    """From now on the framing and the pictures are damaged, until the filter is taken away."""
    garbage, damage = Garbage(Random(SEED), 0.2), DamagedUnits(Random(SEED), 0.5)
    proxy.frame_filter = lambda channel, packet: [*garbage(channel, packet), *damage(channel, packet)]
