"""The program as a user runs it: a settings file, `seacorder serve`, and its HTTP services. And one worker alone."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

import httpx

from rig.ports import free_ports
from seacorder.base.pipe import HEADER_BYTES, decode, encode, payload_bytes
from seacorder.config.reserved import HEARTBEAT_VARIABLE
from seacorder.model.channel import ChannelSettings
from seacorder.model.completion import STATEMENT_NAMES
from seacorder.model.report import Report
from seacorder.model.telemetry import TelemetrySettings

Found = TypeVar("Found")
DEADLINE_SECONDS = 60.0
"""Ends a test that would otherwise wait for ever; nothing here should take as long."""


def wait_for(what: Callable[[], Found | None], name: str, seconds: float = DEADLINE_SECONDS) -> Found:
    """Asks until the answer is neither None nor False; AssertionError after `seconds`."""
    end = time.monotonic() + seconds
    pause = threading.Event()
    while True:
        found = what()
        if found:
            return found
        assert time.monotonic() < end, f"waited {seconds:.0f} s for {name}"
        pause.wait(0.02)


def children(pid: int) -> list[int]:
    """The processes that a process has started and that still run, in the order of their start."""
    try:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except FileNotFoundError:
        return []
    return sorted(int(one) for one in found if command_line(int(one)))


def command_line(pid: int) -> str:
    """A process's words; empty once it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except FileNotFoundError:
        return ""


def has_ended(pid: int) -> bool:
    """True when it is gone, or a zombie, of which only the exit code is left."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state in {"Z", "X"}


class Program:
    """A running `seacorder serve`. Channels are named as in `addresses`.

    A machine that runs tests may hold a worker up for seconds. That is no fault here: a worker is given up only after
    `heartbeat_seconds`, unless what a worker that hangs costs is what a test is about."""

    heartbeat_seconds: float | None = 30.0
    """None: as a user's."""

    def __init__(
        self, folder: Path, addresses: dict[str, str], *, more: str = "", variables: dict[str, str] | None = None
    ) -> None:
        """`more`: TOML that goes in front of the channels; `variables`: of the environment, beside our own."""
        self.root = folder / "files"
        self.log_path = folder / "log.txt"
        self.settings_path = folder / "seacorder.toml"
        ports = free_ports(2)
        self.url = f"http://127.0.0.1:{ports[0]}"
        self.integration_url = f"http://127.0.0.1:{ports[1]}"
        head = f"[server]\ninspector_port = {ports[0]}\nintegration_port = {ports[1]}\n"
        head += f'[storage]\nroot = "{self.root.as_posix()}"\nreserve_bytes = 50_000_000\n{more}\n'
        channels = [f'[[channels]]\nname = "{name}"\ninput = "{address}"\n' for name, address in addresses.items()]
        self.settings_path.write_text(head + "".join(channels), encoding="utf-8")
        self.channels = list(addresses)
        patience = {} if self.heartbeat_seconds is None else {HEARTBEAT_VARIABLE: f"{self.heartbeat_seconds:g}"}
        self._variables = {"XDG_STATE_HOME": str(folder / "state")} | patience | (variables or {})
        self._process: subprocess.Popen[bytes] | None = None
        self._http = httpx.Client(timeout=DEADLINE_SECONDS)

    def start(self, output: int | None = None) -> None:
        """Starts the program and waits until it takes commands. `output`: a descriptor instead of its log."""
        command = [sys.executable, "-m", "seacorder", "serve", "--config", str(self.settings_path)]
        with self.log_path.open("ab") as log:
            where = log.fileno() if output is None else output
            self._process = subprocess.Popen(
                command, stdout=where, stderr=where, stdin=subprocess.DEVNULL, env=os.environ | self._variables
            )
        wait_for(self._answers, "the program to take commands")

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"the program ended:\n{self.log()}"
        try:
            return self._http.get(f"{self.url}/api/stats/ping").status_code == 200
        except httpx.TransportError:
            return False

    def log(self) -> str:
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def get(self, path: str, *, status: int = 200) -> Any:
        """The answer's JSON, None when it has no body."""
        answer = self._http.get(self.url + path)
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def post(self, path: str, body: object = None, *, status: int = 200) -> Any:
        answer = self._http.post(self.url + path, json=body)
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def put(self, path: str, body: object) -> Any:
        answer = self._http.put(self.url + path, json=body)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def channel(self, name: str) -> Any:
        """The channel's part of the status."""
        (found,) = [channel for channel in self.get("/api/v1/status")["channels"] if channel["name"] == name]
        return found

    def alarms(self) -> dict[str, str]:
        """The alarms that stand now, by kind: the sentence."""
        return {alarm["kind"]: alarm["sentence"] for alarm in self.get("/api/v1/status")["alarms"]}

    def alarm_seconds(self, kind: str) -> float:
        """Waits until an alarm stands; how long that took."""
        begin = time.monotonic()
        wait_for(lambda: kind in self.alarms(), f"the alarm {kind}")
        return time.monotonic() - begin

    def record(self, seconds: float = 2.0) -> None:
        """Starts a recording once all channels are live, and waits until each has recorded so long."""
        self.wait_live()
        self.get("/api/inspector/startrecording")
        self.wait_recorded(seconds)

    def wait_live(self, *names: str, backlog_seconds: float = 0.0) -> None:
        """Waits until channels (all, without names) are live and have so much backlog."""
        for name in names or self.channels:
            wait_for(lambda name=name: self._is_live(name, backlog_seconds), f"{name} to be live")

    def _is_live(self, name: str, backlog_seconds: float) -> bool:
        channel = self.channel(name)
        return channel["state"] == "live" and channel["backlog_seconds"] >= backlog_seconds

    def wait_recorded(self, seconds: float, *names: str) -> None:
        """Waits until channels (all, without names) have recorded so long."""
        for name in names or self.channels:
            what = f"{name} to record {seconds} s"
            wait_for(lambda name=name: self._newest_seconds(name) >= seconds, what, seconds + DEADLINE_SECONDS)

    def record_further(self, seconds: float) -> None:
        """Waits until all channels have recorded so much more than by now: after an interruption, frames behind it."""
        reached = {name: self.channel(name)["recording_seconds"] for name in self.channels}
        for name, before in reached.items():
            self.wait_recorded(before + seconds, name)

    def _newest_seconds(self, name: str) -> float:
        channel = self.channel(name)
        return channel["recording_seconds"] if channel["is_recording"] else 0.0

    def rows(self, what: str, **filters: str) -> list[Any]:
        """All rows of /api/v1/<what>, oldest first, from all pages."""
        items: list[Any] = []
        cursor: str | None = None
        while True:
            query = {**filters, "limit": "100", **({"cursor": cursor} if cursor else {})}
            answer = self._page(what, query)
            items += answer["items"]
            cursor = answer["next_cursor"]
            if not cursor:
                return items

    def _page(self, what: str, query: dict[str, str]) -> Any:
        """One page of a list. A busy disk may not answer in time; then it is asked again."""

        def asked() -> httpx.Response | None:
            answer = self._http.get(f"{self.url}/api/v1/{what}", params=query)
            return None if answer.status_code == 503 else answer

        return wait_for(asked, f"the list of {what}").json()

    def records_anew(self, before: str) -> bool:
        """A recording other than `before` (its id) runs, on every channel; False too while nobody answers."""
        try:
            recordings = [row for row in self.rows("recordings") if row["state"] == "running"]
            return (
                bool(recordings)
                and recordings[-1]["id"] != before
                and all(channel["is_recording"] for channel in self.get("/api/v1/status")["channels"])
            )
        except (httpx.TransportError, ValueError, KeyError):
            return False

    def files(self, pattern: str) -> list[Path]:
        return sorted(self.root.rglob(pattern))

    def observation_files(self) -> list[Path]:
        """Beside the statements of complete folders, which are JSON too."""
        found = self.files("*.json")
        return [path for path in found if path.name not in STATEMENT_NAMES and not path.name.startswith(".")]

    def worker_pid(self, name: str) -> int:
        """The process of a channel's first worker; they are started in the order of the channels."""
        return self.worker_pids()[self.channels.index(name)]

    def worker_pids(self) -> list[int]:
        """The processes of the channels' workers, in the order of their start."""
        return [pid for pid in children(self.control_pid) if "seacorder.channel" in command_line(pid)]

    @property
    def pid(self) -> int:
        """The guardian, which is what a user has started."""
        assert self._process is not None
        return self._process.pid

    @property
    def control_pid(self) -> int:
        """The control process, the guardian's child; waits while it is being started."""
        return wait_for(lambda: next(iter(children(self.pid)), None), "a control process")

    def kill(self) -> int:
        """Ends the control process as a crash would; the guardian starts it again. Returns the killed process."""
        pid = self.control_pid
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: pid not in children(self.pid), "the guardian to notice")
        return pid

    def kill_all(self, *, spare_workers: bool = False) -> None:
        """Ends the whole program at one instant, as the end of the machine would; spared workers end by themselves."""
        assert self._process is not None
        os.kill(self.pid, signal.SIGSTOP)
        control = self.control_pid
        killed = [control, *([] if spare_workers else children(control)), self.pid]
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        self._process.wait()
        # A killed process holds its files, and the locks on them, for some moments more on a busy machine.
        wait_for(lambda: all(map(has_ended, killed)), "the end of what was killed")

    def stop(self) -> int:
        """Ends the program in order; returns its exit code."""
        if self._process is None or self._process.poll() is not None:
            return 0
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(DEADLINE_SECONDS)
        finally:
            if self._process.poll() is None:
                self._process.kill()

    def wait_ended(self, seconds: float = DEADLINE_SECONDS) -> int:
        """Waits until it has ended by itself or after a signal; returns the exit code."""
        assert self._process is not None
        return self._process.wait(seconds)

    def close(self) -> None:
        try:
            self.stop()
        finally:
            self._http.close()


@contextmanager
def running(
    folder: Path, addresses: dict[str, str], *, more: str = "", variables: dict[str, str] | None = None
) -> Iterator[Program]:
    """A started program that ends with the block."""
    program = Program(folder, addresses, more=more, variables=variables)
    try:
        program.start()
        yield program
    finally:
        program.close()


class LoneWorker:
    """One worker without a control process, a channel's by default: what it is sent and what it reports."""

    def __init__(self, settings: ChannelSettings | TelemetrySettings, module: str = "seacorder.channel") -> None:
        command = [sys.executable, "-m", module]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._reports: SimpleQueue[Report | None] = SimpleQueue()
        self.seen: list[Report] = []
        threading.Thread(target=self._read, daemon=True).start()
        self.send(settings)

    def send(self, command: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(encode(command))
        self._process.stdin.flush()

    def wait_for(self, what: Callable[[Report], bool], name: str) -> Report:
        """The next report for which `what` is true; all that came before stay in `seen`."""
        end = time.monotonic() + DEADLINE_SECONDS
        while True:
            try:
                report = self._reports.get(timeout=max(0.0, end - time.monotonic()))
            except Empty:
                raise AssertionError(f"waited for {name}") from None
            assert report is not None, f"the worker ended while waiting for {name}"
            self.seen.append(report)
            if what(report):
                return report

    def peak_memory_bytes(self) -> int:
        """The most memory that it has had; 0 where the system does not say."""
        status = Path(f"/proc/{self._process.pid}/status")
        lines = status.read_text().splitlines() if status.exists() else []
        return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))

    def close(self) -> int:
        """Closes the pipe and waits for the worker's end; the rest of its reports goes to `seen`."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        code = self._process.wait(DEADLINE_SECONDS)
        while (report := self._reports.get(timeout=DEADLINE_SECONDS)) is not None:
            self.seen.append(report)
        return code

    def _read(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None
        while len(header := pipe.read(HEADER_BYTES)) == HEADER_BYTES:
            self._reports.put(decode(pipe.read(payload_bytes(header))))
        pipe.close()
        self._reports.put(None)
