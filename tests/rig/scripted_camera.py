"""A camera that answers as a test tells it to, for what no real server does on demand.

One client at a time, RTP inside of the connection, the frames of a source over and over as fast as they are wanted.
"""

import itertools
import json
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

from rig.source_files import SourceFile

Answer = tuple[int, dict[str, str], bytes]
"""Status, headers, body."""
Script = Callable[[str, str, dict[str, str]], Answer | None]
"""(method, URL, headers with names in lower case) to the test's own answer; None: the usual one."""


class ScriptedCamera:
    """Serves one H.264 source; `requests` has what it was asked."""

    _interval = 0.02
    """Seconds between two pictures; 0: as fast as they are taken."""
    _catches_up_seconds = 1.0
    """A camera that was held up sends its pictures faster until it is on time again, for so much delay at most."""

    def __init__(
        self, source: SourceFile | None, script: Script = lambda *_: None, *, noise: bytes = b""
    ) -> None:
        """`noise` comes between any two frames of the connection. `source` None: another makes the frames."""
        self._source = source
        self._script = script
        self._noise = noise
        self._server = socket.create_server(("127.0.0.1", 0))
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.port: int = self._server.getsockname()[1]
        self.url = f"rtsp://127.0.0.1:{self.port}/cam"
        self.requests: list[tuple[str, str]] = []
        self.kept_alive = threading.Event()
        """A keep-alive request came while it played."""
        self.reports = 0
        """RTCP packets that came."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._server.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._server.close()

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            with client:
                try:
                    self._serve(client)
                except OSError:
                    continue

    def _serve(self, client: socket.socket) -> None:
        client.settimeout(60)
        buffer, is_playing, frames, due = b"", False, self._frames(), time.monotonic()
        self._begins()
        while not self._stopped.is_set() and not (is_playing and self._is_over()):
            if is_playing:
                if time.monotonic() >= due:
                    client.sendall(next(frames) + self._noise)
                    due = max(due, time.monotonic() - self._catches_up_seconds) + self._interval
                client.settimeout(max(0.0, due - time.monotonic()))
            try:
                block = client.recv(4096)
            except (TimeoutError, BlockingIOError):
                continue
            if not block:
                return
            buffer += block
            while buffer[:1] == b"$" and len(buffer) >= 4 + int.from_bytes(buffer[2:4], "big"):
                buffer = buffer[4 + int.from_bytes(buffer[2:4], "big") :]
                self.reports += 1
            while b"\r\n\r\n" in buffer and buffer[:1] != b"$":
                head, _, buffer = buffer.partition(b"\r\n\r\n")
                if is_playing:
                    self.kept_alive.set()
                method = self._answer(client, head.decode())
                if method == "PLAY" and not is_playing:
                    is_playing, due = True, time.monotonic()

    def _answer(self, client: socket.socket, head: str) -> str | None:
        """Answers one request; the method where that was a success."""
        first, *lines = head.split("\r\n")
        if first.startswith("RTSP/"):
            return None  # an answer to a question of ours
        method, url, _ = first.split(" ")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        self.requests.append((method, url))
        status, more, body = self._script(method, url, headers) or self._usual(method, headers)
        text = f"RTSP/1.0 {status} Said\r\nCSeq: {headers['cseq']}\r\n"
        text += "".join(f"{name}: {value}\r\n" for name, value in more.items())
        client.sendall(self._rewritten(method, f"{text}Content-Length: {len(body)}\r\n\r\n".encode() + body))
        return method if status == 200 else None

    def _begins(self) -> None:
        """A client has connected."""

    def _is_over(self) -> bool:
        """True when the camera ends the session by itself."""
        return False

    def _rewritten(self, _method: str, answer: bytes) -> bytes:
        """The bytes of an answer as they are sent."""
        return answer

    def _usual(self, method: str, headers: dict[str, str]) -> Answer:
        if method == "DESCRIBE":
            body = "v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:track1\r\n"
            return 200, {"Content-Type": "application/sdp"}, body.encode()
        if method == "SETUP":
            return 200, {"Session": "77", "Transport": "RTP/AVP/TCP;unicast;interleaved=4-5"}, b""
        return 200, {"Public": "DESCRIBE, SETUP, PLAY, GET_PARAMETER"} if method == "OPTIONS" else {}, b""

    def _frames(self) -> Iterator[bytes]:
        """Pictures as interleaved frames, with parameter sets in front of keyframes."""
        assert self._source is not None
        index = json.loads(self._source.index.read_text())
        content = self._source.path.read_bytes()
        sets = [unit for unit in re.split(rb"\x00?\x00\x00\x01", bytes.fromhex(index["parameter_sets"])) if unit]
        sequence = 65_530
        for number in itertools.count():
            at, size, _, _, is_keyframe = index["frames"][number % len(index["frames"])]
            units, block = list(sets) if is_keyframe else [], content[at : at + size]
            while block:
                length = int.from_bytes(block[:4], "big")
                units.append(block[4 : 4 + length])
                block = block[4 + length :]
            payloads = [payload for unit in units for payload in _fragments(unit)]
            picture = b""
            for payload in payloads:
                second = 96 | (0x80 if payload is payloads[-1] else 0)
                time = 4_294_960_000 + number * 1800 & 0xFFFF_FFFF
                head = struct.pack(">BBHII", 0x80, second, sequence & 0xFFFF, time, 5)
                picture += b"$\x04" + struct.pack(">H", 12 + len(payload)) + head + payload
                sequence += 1
            yield picture


def _fragments(unit: bytes, size: int = 1000) -> Iterator[bytes]:
    if len(unit) <= size:
        yield unit
        return
    parts = [unit[at : at + size] for at in range(1, len(unit), size)]
    for number, part in enumerate(parts):
        flags = (0x80 if number == 0 else 0) | (0x40 if number == len(parts) - 1 else 0)
        yield bytes((unit[0] & 0xE0 | 28, flags | unit[0] & 0x1F)) + part
