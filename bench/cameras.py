"""Starts the RTSP server and knows the cameras' addresses."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.system_packages import system_python

_SERVER = Path(__file__).with_name("camera_server.py")


@contextmanager
def cameras(file: Path, count: int) -> Iterator[list[str]]:
    """The addresses of `count` cameras that send `file`, one server for all; stopped at the end."""
    python = system_python()
    if python is None:
        raise SystemExit("The cameras need Debian's Python with GStreamer: run `make system` as root.")
    command = [python, str(_SERVER), str(file), str(count)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None and server.stdout is not None  # noqa: PT018 - both are pipes
        port = int(server.stdout.readline())
        try:
            yield [f"rtsp://127.0.0.1:{port}/camera{number}" for number in range(count)]
        finally:
            server.stdin.close()
            server.wait(timeout=20)
