"""Copies to a bucket while a recording runs, on a real S3 server: it is switched off in mid-file, hangs, or gives other
bytes back. No frame is lost, it is told, and it goes on by itself.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from faults.results import note
from rig.program import Program, running, wait_for
from rig.s3_server import BUCKET, S3Server

pytestmark = pytest.mark.slow

CHANNELS = {"Bow": "test:?size=640x360&rate=25", "Stern": "test:?size=640x360&rate=25"}


def settings(server: S3Server, endpoint: str = "", more: str = "") -> str:
    return (
        f'\n[recording]\nsplit_time_minutes = 0.05\n[[copies]]\nname = "Office"\nto = "s3://{BUCKET}/rec1"\n'
        f'endpoint = "{endpoint or server.url}"\naccess_key = "{server.access_key}"\n'
        f'secret_key = "{server.secret_key}"\n{more}\n'
    )


@pytest.fixture
def server(tmp_path: Path) -> Iterator[S3Server]:
    with S3Server(tmp_path) as made:
        yield made


def status(program: Program) -> dict[str, Any]:
    found: dict[str, Any] = program.get("/api/v1/copies")["items"][0]
    return found


def finished(program: Program, seconds: float = 180.0) -> None:
    """The recording ends, and its folder is complete in the bucket."""
    program.get("/api/inspector/stoprecording")
    wait_for(lambda: "is copied to Office: " in program.log(), "the folder to be copied", seconds)
    wait_for(lambda: status(program)["state"] == "idle", "everything to be copied", seconds)


def faulty(server: S3Server) -> int:
    """What `seacorder verify` finds in the bucket."""
    keys = {"AWS_ACCESS_KEY_ID": server.access_key, "AWS_SECRET_ACCESS_KEY": server.secret_key,
            "AWS_ENDPOINT_URL": server.url}
    command = [sys.executable, "-m", "seacorder", "verify", f"s3://{BUCKET}/rec1", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | keys)
    found = json.loads(done.stdout)
    return sum(len(one["findings"]) for one in found["folders"]) + (not found["folders"][0]["files"])


def report(case: str, bad: int) -> None:
    note(case, times=1, worst=str(bad), limit="0", kept=bad == 0)
    assert bad == 0


def test_a_server_that_is_switched_off_in_mid_file(tmp_path: Path, server: S3Server) -> None:
    with running(tmp_path, CHANNELS, more=settings(server, more="limit_mbits = 2")) as program:
        program.record(1.0)
        wait_for(lambda: (status(program)["progress"] or {}).get("done_bytes"), "a file to be on its way")
        server.stop()
        program.alarm_seconds("copy_failed")
        said = program.alarms()["copy_failed"]
        server.start()
        finished(program)
        bad = len(program.rows("losses")) + faulty(server) + ("Not copied yet: " not in said)
        bad += server.secret_key in program.log()
    report("an S3 server that is switched off in mid-file: losses, or files that are not there later", bad)


def test_a_server_that_hangs(tmp_path: Path, server: S3Server) -> None:
    with running(tmp_path, CHANNELS, more=settings(server)) as program:
        program.record(1.0)
        wait_for(lambda: status(program)["copied_files"], "a first file to be copied")
        os.kill(server.pid, signal.SIGSTOP)
        try:
            program.alarm_seconds("copy_failed")
        finally:
            os.kill(server.pid, signal.SIGCONT)
        finished(program)
        bad = len(program.rows("losses")) + faulty(server)
    report("an S3 server that hangs: losses, or files that are not there later", bad)


class LyingProxy:
    """Passes bytes on between a client and the server; while `lies` is set, the last byte of each piece of the server
    is another one if the piece is large, as those of a file are."""

    def __init__(self, port: int) -> None:
        self._to = port
        listener = socket.create_server(("127.0.0.1", 0))
        self._sockets = [listener]
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.lies = True
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for one in self._sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for it
            one.close()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                self._sockets.append(client)
                server = socket.create_connection(("127.0.0.1", self._to))
                self._sockets.append(server)
                for one, other in ((client, server), (server, client)):
                    threading.Thread(target=self._pass, args=(one, other), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        is_of_server = one.getpeername()[1] == self._to
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                if is_of_server and self.lies and len(data) > 8192:
                    data = data[:-1] + bytes([data[-1] ^ 1])
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)


def test_a_server_that_gives_other_bytes_back(tmp_path: Path, server: S3Server) -> None:
    with LyingProxy(server.port) as proxy, running(
        tmp_path, CHANNELS, more=settings(server, proxy.url)
    ) as program:
        program.record(1.0)
        program.alarm_seconds("copy_failed")
        told = "gave back other bytes than were sent" in program.alarms()["copy_failed"]
        counted = status(program)["copied_files"]
        proxy.lies = False
        finished(program)
        bad = len(program.rows("losses")) + faulty(server) + counted + (not told)
    report("an S3 server that gives other bytes back: files that count as copied, losses, files missing later",
           bad)  # fmt: skip
