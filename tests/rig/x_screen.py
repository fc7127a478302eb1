"""A real X server without a monitor (Xvfb), and a small client of our own that shows pictures on it.

The client speaks the X11 protocol (X.Org, "X Window System Protocol", version 11) as far as that takes: it lays a
window over the whole screen and puts pixels into it.
"""

import shutil
import socket
import struct
import subprocess
from typing import Any, Self

_CREATE_WINDOW, _MAP_WINDOW, _GET_INPUT_FOCUS, _CREATE_CONTEXT, _PUT_IMAGE = 1, 8, 43, 55, 72
_OVERRIDE_REDIRECT = 0x200
_Z_PIXMAP = 2
_REQUEST_BYTES = 128 * 1024


def reason_to_skip_screen() -> str | None:
    return None if shutil.which("Xvfb") else "Xvfb is not installed"


class XScreen:
    """One server and one window over all of it."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._process = subprocess.Popen(
            ["Xvfb", "-displayfd", "1", "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp", "-noreset"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        number = self._process.stdout.readline().strip()
        assert number, "Xvfb did not start"
        self.display = f":{number}"
        self._client = socket.socket(socket.AF_UNIX)
        self._client.settimeout(60)
        self._client.connect(f"/tmp/.X11-unix/X{number}")
        root, base = self._greet()
        self._window, self._context = base + 1, base + 2
        self._open_window(root)

    def show(self, frame: Any) -> None:
        """Puts a picture of the screen's size there; returns when it can be seen."""
        pixels = frame.reformat(format="bgr0")
        plane = pixels.planes[0]
        content, stride = bytes(plane), plane.line_size
        lines = _REQUEST_BYTES // (self.width * 4)
        for top in range(0, self.height, lines):
            rows = range(top, min(self.height, top + lines))
            data = b"".join(content[row * stride : row * stride + self.width * 4] for row in rows)
            head = struct.pack("<2I2H2hBBH", self._window, self._context, self.width, len(rows), 0, top, 0, 24, 0)
            self._send(_PUT_IMAGE, _Z_PIXMAP, head + data)
        self._wait()

    def close(self) -> None:
        self._client.close()
        self._process.terminate()
        self._process.wait(60)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _greet(self) -> tuple[int, int]:
        """The root window, and the first resource number that this client may use."""
        self._client.sendall(struct.pack("<BxHHHHxx", ord("l"), 11, 0, 0, 0))
        status, _, _, length = struct.unpack("<BxHHH", self._take(8))
        answer = self._take(length * 4)
        assert status == 1, answer
        base = struct.unpack_from("<I", answer, 4)[0]
        vendor, formats = struct.unpack_from("<H", answer, 16)[0], answer[21]
        root: int = struct.unpack_from("<I", answer, 32 + (vendor + 3) // 4 * 4 + formats * 8)[0]
        return root, base

    def _open_window(self, root: int) -> None:
        place = struct.pack("<2I2h4HI", self._window, root, 0, 0, self.width, self.height, 0, 1, 0)
        self._send(_CREATE_WINDOW, 0, place + struct.pack("<2I", _OVERRIDE_REDIRECT, 1))
        self._send(_CREATE_CONTEXT, 0, struct.pack("<3I", self._context, self._window, 0))
        self._send(_MAP_WINDOW, 0, struct.pack("<I", self._window))
        self._wait()

    def _send(self, code: int, detail: int, body: bytes) -> None:
        assert len(body) % 4 == 0
        self._client.sendall(struct.pack("<BBH", code, detail, 1 + len(body) // 4) + body)

    def _wait(self) -> None:
        """Waits until the server has done all requests so far, by asking for something. An error fails the test."""
        self._send(_GET_INPUT_FOCUS, 0, b"")
        answer = self._take(32)
        assert answer[0] == 1, f"X error {answer[1]} in request {answer[10]}"

    def _take(self, length: int) -> bytes:
        taken = b""
        while len(taken) < length:
            block = self._client.recv(length - len(taken))
            assert block, "the X server has gone"
            taken += block
        return taken
