"""A real web camera's HTTP service: MJPEG pictures of the test pattern, as such cameras send them, quirks included."""

import base64
import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

from seacorder.base.clock import SystemClock
from seacorder.inputs.pattern.input import PatternInput
from seacorder.model.address.address import PatternAddress
from seacorder.model.sample import SourcePacket

BOUNDARY = "seam"
CLOCK = SystemClock()


def jpegs(width: int = 320, height: int = 180, count: int = 100, index: int = 0, first: int = 0) -> list[bytes]:
    """Pictures that name themselves in their strips, from number 0 on."""
    address = PatternAddress(width, height, Fraction(25), 25, "mjpeg", is_full_range=True)
    source = PatternInput(
        address, channel_name="WEB", channel_index=index, clock=CLOCK, wait_until=lambda _: None
    )
    source.open()
    found: list[bytes] = []
    for item in source.packets():
        if isinstance(item, SourcePacket):
            found.append(bytes(item.packet))
        if len(found) == count + first:
            break
    source.close()
    return found[first:]


@dataclass
class Manner:
    """How one camera behaves."""

    with_length: bool = True
    quoted: bool = False
    hyphens: bool = False
    """The boundary is announced with its two hyphens."""
    password: str | None = None
    """Of the user `admin`; asked for as Basic."""
    rate: float = 25.0
    content_type: str | None = None
    """Something else than MJPEG."""
    body: bytes = b""
    pictures: list[bytes] = field(default_factory=list)
    silent_after: int | None = None
    """Goes silent after so many pictures, with the connection open."""
    ends: bool = False
    """Closes the connection after the last picture instead of beginning again."""
    stream: Path | None = None
    """A file that is sent without end instead."""


class WebCamera:
    """Serves one manner under every path; one thread a viewer."""

    def __init__(self, manner: Manner) -> None:
        self.manner = manner
        self.requests: list[str] = []
        self.sent_ns: list[list[int]] = []
        """For each viewer, when each picture was sent (monotonic)."""
        self._stopping = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"camera": self}))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    def wait(self, seconds: float) -> bool:
        """Waits that long; False when the camera is being switched off."""
        return not self._stopping.wait(seconds)

    def close(self) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Handler(BaseHTTPRequestHandler):
    """One request of one viewer."""

    camera: WebCamera

    def do_GET(self) -> None:
        self.camera.requests.append(self.path)
        manner = self.camera.manner
        if self.path == "/elsewhere":
            self._answer(302, "Location", "/video")
        elif self.path == "/nothing":
            self.send_error(404)
        elif manner.password is not None and not self._is_admitted(manner.password):
            self._answer(401, "WWW-Authenticate", 'Basic realm="camera"')
        elif manner.content_type is not None:
            self._send_other(manner)
        else:
            self._send_pictures(manner)

    def _answer(self, status: int, name: str, value: str) -> None:
        self.send_response(status)
        self.send_header(name, value)
        self.end_headers()

    def _is_admitted(self, password: str) -> bool:
        wanted = base64.b64encode(f"admin:{password}".encode()).decode()
        return self.headers.get("Authorization") == f"Basic {wanted}"

    def _send_other(self, manner: Manner) -> None:
        self.send_response(200)
        self.send_header("Content-Type", manner.content_type or "")
        if manner.stream is None:
            self.send_header("Content-Length", str(len(manner.body)))
            self.end_headers()
            self.wfile.write(manner.body)
            return
        self.end_headers()
        for block in _blocks(manner.stream, self.camera.wait):
            self.wfile.write(block)

    def _send_pictures(self, manner: Manner) -> None:
        announced = ("--" if manner.hyphens else "") + BOUNDARY
        announced = f'"{announced}"' if manner.quoted else announced
        self.send_response(200)
        self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={announced}")
        self.end_headers()
        sent_ns = list[int]()
        self.camera.sent_ns.append(sent_ns)
        for number, picture in enumerate(_round(manner)):
            length = f"Content-Length: {len(picture)}\r\n" if manner.with_length else ""
            head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\n{length}\r\n".encode()
            sent_ns.append(CLOCK.monotonic_ns())
            self.wfile.write(head + picture + b"\r\n")
            if manner.silent_after is not None and number + 1 >= manner.silent_after:
                self.camera.wait(60)
                return
            if not self.camera.wait(1 / manner.rate):
                return

    def log_message(self, *_: object) -> None:
        pass

    def handle(self) -> None:
        with contextlib.suppress(OSError):  # when the viewer has gone
            super().handle()


def _round(manner: Manner) -> Iterator[bytes]:
    while True:
        yield from manner.pictures
        if manner.ends:
            return


def _blocks(file: Path, wait: Callable[[float], bool]) -> Iterator[bytes]:
    """A file in pieces, about as fast as it plays. It is sent once, since its times would jump back."""
    content = file.read_bytes()
    for at in range(0, len(content), 8192):
        yield content[at : at + 8192]
        if not wait(0.02):
            return
