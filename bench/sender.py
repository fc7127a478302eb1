"""Cheap cameras: one process that sends the same frames, encoded beforehand, to many watchers.

Each frame is made into RTP packets once for all watchers, who get the same bytes, each at one of ten moments within the
frame. So two hundred small cameras can be served on the cores on which the recorder runs.

RTSP over TCP and H.264 alone. A watcher that does not read in time is owed at most `PENDING_BYTES`; beyond that, frames
are left out for it, and its packet numbers have a gap. The bench starts it as `python -m bench.sender INDEX`.
"""

import base64
import contextlib
import json
import os
import re
import selectors
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rig.odd_camera import fragments, sender_report
from rig.source_files import SourceFile

PENDING_BYTES = 1 << 20
_PHASES = 10
"""Moments within a frame at which watchers are served."""
_REPORT_SECONDS = 5
_SSRC = 5
_NICENESS = -10
"""Real cameras do not wait for the recorder's processors. Only where the system allows it."""
_CLOCK_HZ = 90_000


class Frames:
    """The source's frames as interleaved RTP, over and over."""

    def __init__(self, index_path: Path) -> None:
        index = json.loads(index_path.read_text())
        content = index_path.with_name(index["file"]).read_bytes()
        self.rate: int = index["rate"]
        self.sets = [unit for unit in re.split(rb"\x00?\x00\x00\x01", bytes.fromhex(index["parameter_sets"])) if unit]
        self._payloads = [
            [part for unit in self._units(content[at : at + size], bool(key)) for part in fragments(unit, "h264")]
            for at, size, _, _, key in index["frames"]
        ]
        self._firsts = [0]
        for payloads in self._payloads:
            self._firsts.append(self._firsts[-1] + len(payloads))
        self._made: tuple[int, bytes] = (-1, b"")

    def _units(self, block: bytes, is_keyframe: bool) -> list[bytes]:
        units = list(self.sets) if is_keyframe else []
        while block:
            length = int.from_bytes(block[:4], "big")
            units.append(block[4 : 4 + length])
            block = block[4 + length :]
        return units

    def frame(self, number: int) -> bytes:
        """All packets of a frame; the newest one is kept, since it is asked for many times."""
        if self._made[0] != number:
            self._made = (number, self._make(number))
        return self._made[1]

    def _make(self, number: int) -> bytes:
        rounds, place = divmod(number, len(self._payloads))
        payloads = self._payloads[place]
        sequence = rounds * self._firsts[-1] + self._firsts[place]
        stamp = number * _CLOCK_HZ // self.rate & 0xFFFF_FFFF
        packets = []
        if number % (_REPORT_SECONDS * self.rate) == 0:
            report = sender_report(stamp, _SSRC)
            packets.append(b"$\x01" + struct.pack(">H", len(report)) + report)
        for count, payload in enumerate(payloads, 1):
            second = 96 | (0x80 if count == len(payloads) else 0)
            head = struct.pack(">BBHII", 0x80, second, sequence & 0xFFFF, stamp, _SSRC)
            packets += (b"$\x00" + struct.pack(">H", 12 + len(payload)), head, payload)
            sequence += 1
        return b"".join(packets)


class Watcher:
    """One connection."""

    def __init__(self, connection: socket.socket, phase: int) -> None:
        connection.setblocking(False)
        self.socket, self.phase = connection, phase
        self.is_playing = False
        self.pending = bytearray()
        self._asked = b""

    def send(self, block: bytes) -> bool:
        """Sends what the connection takes and owes the rest; False when the block was left out."""
        if self.pending:
            if len(self.pending) + len(block) > PENDING_BYTES:
                return False
            self.pending += block
            self.flush()
            return True
        sent = self._send(block)
        if sent < len(block):
            self.pending += block[sent:]
        return True

    def flush(self) -> None:
        del self.pending[: self._send(self.pending)]

    def _send(self, block: bytes | bytearray) -> int:
        try:
            return self.socket.send(block)
        except BlockingIOError:
            return 0

    def read(self, sdp: bytes) -> bool:
        """Answers what was asked; False at the end of the connection."""
        block = self.socket.recv(65536)
        self._asked += block
        while self._asked:
            if self._asked[:1] == b"$":  # a report of the watcher
                size = 4 + int.from_bytes(self._asked[2:4], "big")
                if len(self._asked) < max(4, size):
                    break
                self._asked = self._asked[size:]
                continue
            head, found, rest = self._asked.partition(b"\r\n\r\n")
            if not found:
                break
            self._asked = rest
            self._answer(head.decode(), sdp)
        return bool(block)

    def _answer(self, head: str, sdp: bytes) -> None:
        method, url, _ = head.partition("\r\n")[0].split(" ")
        number = re.search(r"(?im)^cseq: *(\d+)", head)
        more, body = "Session: 77;timeout=60\r\n", b""
        if method == "OPTIONS":
            more = "Public: OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN\r\n"
        elif method == "DESCRIBE":
            more, body = f"Content-Type: application/sdp\r\nContent-Base: {url}/\r\n", sdp
        elif method == "SETUP":
            more += "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
        answer = f"RTSP/1.0 200 OK\r\nCSeq: {number[1] if number else 0}\r\n{more}Content-Length: {len(body)}\r\n\r\n"
        self.send(answer.encode() + body)
        self.is_playing = method == "PLAY" or (self.is_playing and method != "TEARDOWN")


class Sender:
    """All watchers and the clock. One thread."""

    def __init__(self, frames: Frames) -> None:
        self._frames = frames
        self._selector = selectors.DefaultSelector()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self._listener.setblocking(False)
        self._watchers: list[set[Watcher]] = [set() for _ in range(_PHASES)]
        self._came = 0
        self.left_out = 0
        self.latest = 0.0
        """By how many seconds a frame was sent late, at most."""
        self.port = int(self._listener.getsockname()[1])

    def run(self) -> None:
        """Until standard input ends."""
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(sys.stdin, selectors.EVENT_READ)
        sdp = _sdp(self._frames)
        begin, tick, pause = time.monotonic(), 0, 1 / self._frames.rate / _PHASES
        while True:
            wait = begin + tick * pause - time.monotonic()
            for key, _ in self._selector.select(max(0.0, wait)):
                if key.fileobj is sys.stdin:
                    return
                self._serve(key.data, sdp)
            for _ in range(_PHASES):  # one frame, and then watchers are heard again, however late it is
                late = time.monotonic() - begin - tick * pause
                if late < 0:
                    break
                self.latest = max(self.latest, late)
                self._send(*divmod(tick, _PHASES))
                tick += 1

    def _serve(self, watcher: Watcher | None, sdp: bytes) -> None:
        if watcher is None:
            connection, _ = self._listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            watcher = Watcher(connection, self._came % _PHASES)
            self._came += 1
            self._selector.register(connection, selectors.EVENT_READ, watcher)
            self._watchers[watcher.phase].add(watcher)
            return
        try:
            goes_on = watcher.read(sdp)
        except OSError:
            goes_on = False
        if not goes_on:
            self._remove(watcher)

    def _send(self, number: int, phase: int) -> None:
        if not self._watchers[phase]:
            return
        block = self._frames.frame(number)
        for watcher in [one for one in self._watchers[phase] if one.is_playing]:
            try:
                self.left_out += not watcher.send(block)
            except OSError:
                self._remove(watcher)

    def _remove(self, watcher: Watcher) -> None:
        self._watchers[watcher.phase].discard(watcher)
        self._selector.unregister(watcher.socket)
        watcher.socket.close()


def _sdp(frames: Frames) -> bytes:
    sets = ",".join(base64.b64encode(one).decode() for one in frames.sets)
    profile = f"packetization-mode=1;profile-level-id={frames.sets[0][1:4].hex()};sprop-parameter-sets={sets}"
    lines = ("v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=bench", "c=IN IP4 0.0.0.0", "t=0 0", "m=video 0 RTP/AVP 96",
             "a=rtpmap:96 H264/90000", f"a=fmtp:96 {profile}",
             f"a=framerate:{frames.rate}", "a=control:track1", "")  # fmt: skip
    return "\r\n".join(lines).encode()


class SenderProcess:
    """The process, for the bench."""

    def __init__(self, source: SourceFile) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.sender", str(source.index)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        self.pid = self._process.pid

    def close(self) -> tuple[int, float]:
        """Ends it; how many frames it has left out, over all watchers, and by how many seconds one was late."""
        try:
            said, _ = self._process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            said, _ = self._process.communicate()
        left_out, _, latest = said.partition(" ")
        return int(left_out or 0), float(latest or 0)


@contextmanager
def sending(source: SourceFile) -> Iterator[SenderProcess]:
    process = SenderProcess(source)
    try:
        yield process
    finally:
        left_out, latest = process.close()
        said = f"left out {left_out} frames that were not read in time, and were at most {latest:.2f} s late"
        print(f"  the cameras {said}", flush=True)


if __name__ == "__main__":
    with contextlib.suppress(PermissionError):
        os.nice(_NICENESS)
    sender = Sender(Frames(Path(sys.argv[1])))
    print(sender.port, flush=True)
    sender.run()
    print(sender.left_out, sender.latest, flush=True)
