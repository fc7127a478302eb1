"""Seacorder as a user runs it: a settings file, `seacorder serve`, and its HTTP services."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import processes
from rig.ports import free_port

HERE = "127.0.0.1"
_LIVE_WITHIN_SECONDS = 90.0
_ENDS_WITHIN_SECONDS = 60.0
_ASKED_AGAIN_SECONDS = 0.5
_KEPT_SECONDS = 3.0
"""How long an idle connection is used again; servers close one that has been idle for five."""


def settings_text(addresses: list[str], root: Path, ports: tuple[int, int], channel: str = "") -> str:
    """A settings file with one channel an address; `channel`: further keys of each."""
    text = f'[server]\ninspector_port = {ports[0]}\nintegration_port = {ports[1]}\n\n[storage]\nroot = "{root}"\n'
    for number, address in enumerate(addresses):
        text += f'\n[[channels]]\nname = "Camera {number}"\ninput = "{address}"\n{channel}'
    return text


class Recorder:
    """A running recorder. Every call blocks until the answer is there and raises SystemExit when it is a refusal."""

    def __init__(self, process: subprocess.Popen[bytes], ports: tuple[int, int], root: Path) -> None:
        self._process = process
        self.port, self.integration_port = ports
        self._http = http.client.HTTPConnection(HERE, self.port, timeout=60)
        self._used = 0.0
        self.root = root

    def get(self, path: str) -> Any:
        """The answer's JSON; None for an empty one."""
        body = self.fetch(path)
        return json.loads(body) if body else None

    def post(self, path: str, body: object) -> Any:
        """The answer's JSON."""
        return json.loads(self.fetch(path, json.dumps(body)))

    def fetch(self, path: str, sent: str | None = None) -> bytes:
        """The answer's body; with `sent` it is a POST."""
        if time.monotonic() - self._used > _KEPT_SECONDS:
            self._http.close()
        self._http.request("GET" if sent is None else "POST", path, sent)
        answer = self._http.getresponse()
        body = answer.read()
        self._used = time.monotonic()
        if answer.status not in {http.HTTPStatus.OK, http.HTTPStatus.CREATED}:
            reason = body.decode(errors="replace")
            raise SystemExit(f"{path} was answered with {answer.status}: {reason}\n{self.last_words()}")
        return body

    def timed(self, path: str) -> float:
        """Seconds from the request to the whole answer."""
        begun = time.perf_counter()
        self.get(path)
        return time.perf_counter() - begun

    def last_words(self) -> str:
        """The end of its log."""
        return (self.root / "log.txt").read_text(encoding="utf-8", errors="replace")[-3000:]

    def status(self) -> Any:
        return self.get("/api/v1/status")

    def losses(self) -> list[Any]:
        """All losses, over all pages."""
        items: list[Any] = []
        cursor = ""
        while True:
            page = self.get(f"/api/v1/losses?limit=1000{cursor}")
            items += page["items"]
            if not page.get("next_cursor"):
                return items
            cursor = f"&cursor={page['next_cursor']}"

    def pids(self) -> tuple[list[int], list[int]]:
        """Process numbers: everything that is not a channel, and the channels' workers."""
        everything = processes.tree(self._process.pid)
        workers = [pid for pid in everything if "-m seacorder.channel" in processes.command_line(pid)]
        return [pid for pid in everything if pid not in workers], workers

    def wait_for(self, what: str, holds: Callable[[], bool], within_seconds: float = _LIVE_WITHIN_SECONDS) -> None:
        until = time.monotonic() + within_seconds
        while not self._holds(holds):
            if time.monotonic() > until or self._process.poll() is not None:
                raise SystemExit(f"The recorder did not get as far as: {what}. It said:\n{self.last_words()}")
            time.sleep(_ASKED_AGAIN_SECONDS)

    def _holds(self, holds: Callable[[], bool]) -> bool:
        try:
            return holds()
        except OSError:
            self._http.close()
            return False

    def all_are(self, state: Callable[[Any], bool]) -> Callable[[], bool]:
        return lambda: all(state(channel) for channel in self.status()["channels"])

    def start_recording(self) -> None:
        self.get("/api/inspector/startrecording")
        within = _LIVE_WITHIN_SECONDS + len(self.status()["channels"])
        self.wait_for("every channel records", self.all_are(lambda channel: channel["is_recording"]), within)

    def stop_recording(self) -> None:
        self.get("/api/inspector/stoprecording")

    def close(self) -> None:
        self._http.close()


@contextmanager
def recorder(
    addresses: list[str],
    root: Path,
    *,
    channel: str = "",
    tables: str = "",
    state: str = "live",
    prepare: Callable[[Path], None] = lambda _files: None,
) -> Iterator[Recorder]:
    """A recorder whose channels are all in one `state`. Stopped in order at the end.

    `channel`: further keys of each channel; `tables`: further tables of the settings file; `prepare`: puts something
    into the folder of its files before it is started.
    """
    files = root / "files"
    files.mkdir(parents=True)
    prepare(files)
    ports = (free_port(), free_port())
    settings = root / "seacorder.toml"
    settings.write_text(settings_text(addresses, files, ports, channel) + tables, encoding="utf-8")
    command = [sys.executable, "-m", "seacorder", "serve", "--config", str(settings)]
    with (root / "log.txt").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        running = Recorder(process, ports, root)
        try:
            running.wait_for("it answers ping", lambda: running.get("/api/stats/ping") == {"Ping": True})
            within = _LIVE_WITHIN_SECONDS + len(addresses)
            running.wait_for(f"every channel is {state}", running.all_are(lambda one: one["state"] == state), within)
            yield running
        finally:
            running.close()
            process.terminate()
            _wait(process, _ENDS_WITHIN_SECONDS + len(addresses))


def _wait(process: subprocess.Popen[bytes], seconds: float) -> None:
    """For its end in order. Raises SystemExit, and kills all of it, when that does not come."""
    everything = processes.tree(process.pid)
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        for pid in everything:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()
        raise SystemExit(f"The recorder did not end within {seconds:.0f} s.") from None
