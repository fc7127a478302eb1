"""A process that several workers share: a group. It is started with the first of them and ended after the last.

Each worker keeps its own two pipes, so its commands, answers and heartbeats are as in a process of its own. What is
shared is the process: its start, its log and its end. A kill, for whatever reason, is the end of all of its workers.

The process gets the workers' ends of the pipes through its standard input (`base.door`). So a worker may join at any
time, and again after it has ended. When the door is closed, no more will come, and the process ends with its last
worker.

A worker that ends while the process goes on says so with `RunEnded` before it closes its pipe.
"""

import asyncio
import contextlib
import os
import socket
import subprocess
from collections.abc import AsyncIterator

from seacorder.base.background import awaited, task
from seacorder.base.door import send_through
from seacorder.base.errors import WorkerLost
from seacorder.model.report import RunEnded
from seacorder.supervisor import process as own_process
from seacorder.supervisor.conversation import Conversation
from seacorder.supervisor.forking import ForkServer, reader_of
from seacorder.supervisor.limits import Limits
from seacorder.supervisor.log_lines import LogLines, SharedLog
from seacorder.supervisor.table import Launch

ORPHANS_SECONDS = 2.0
"""This long after the end of the process its own children have ended, too."""


class SharedProcess:
    """Over all runs of the process. For the event loop alone; `join` waits without blocking it."""

    def __init__(self, name: str, launch: Launch, limits: Limits, forks: ForkServer | None = None) -> None:
        """`name` is for lines of the log that belong to no worker. `forks` starts it where it can."""
        self._name = name
        self._launch = launch
        self._limits = limits
        self._forks = forks
        self._run: _SharedRun | None = None
        self._lock = asyncio.Lock()

    async def join(self, worker: str) -> "Seat":
        """A new run of a worker, in the process that runs or in a new one. Raises WorkerLost when that cannot be."""
        async with self._lock:
            if self._run is None or not self._run.takes_more:
                self._run = await _SharedRun.start(self._name, self._launch, self._limits, self._forks)
            return await self._run.seat(worker)


class _SharedRun:
    """One run of the process."""

    def __init__(
        self, process: own_process.Process, log: asyncio.StreamReader, door: socket.socket, name: str,
        limits: Limits,
    ) -> None:
        self.process = process
        self.why_killed: tuple[str, str] | None = None
        """The worker because of which the process was killed, and why."""
        self.log = SharedLog(LogLines(name, limits))
        self._door = door
        self._limits = limits
        self._seats: set[Seat] = set()
        self._joining = 0
        self.log_read = task(self.log.forward(log), f"log of {name}", failed=lambda: own_process.kill(process))
        """Ends with the log."""

    @classmethod
    async def start(cls, name: str, launch: Launch, limits: Limits, forks: ForkServer | None) -> "_SharedRun":
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            process = await own_process.spawn(launch, theirs.fileno(), subprocess.DEVNULL, forks)
        except WorkerLost:
            ours.close()
            raise
        finally:
            theirs.close()
        if process.stderr is None:
            raise ValueError("a shared process needs a pipe for its log")
        ours.setblocking(False)
        return cls(process, process.stderr, ours, name, limits)

    @property
    def takes_more(self) -> bool:
        return self.why_killed is None and self.process.returncode is None and self._door.fileno() >= 0

    async def seat(self, worker: str) -> "Seat":
        commands_in, commands_out = os.pipe()
        reports_in, reports_out = os.pipe()
        try:
            send_through(self._door, commands_in, reports_out)
        except OSError as error:
            os.close(commands_out)
            os.close(reports_in)
            self.kill(worker, "it took no more channels")
            raise WorkerLost(f"its process took no more channels ({error.strerror or error})") from error
        finally:
            os.close(commands_in)
            os.close(reports_out)
        self._joining += 1
        try:
            seat = Seat(worker, self, await self._conversation(commands_out, reports_in))
        finally:
            self._joining -= 1
        self._seats.add(seat)
        return seat

    async def _conversation(self, commands_out: int, reports_in: int) -> Conversation:
        reports, pipe = await reader_of(reports_in), os.fdopen(commands_out, "wb", buffering=0)
        commands, _ = await asyncio.get_running_loop().connect_write_pipe(asyncio.BaseProtocol, pipe)
        return Conversation(commands, reports, self._limits, lambda: self.process.returncode is not None)

    def kill(self, worker: str, why: str) -> None:
        if self.why_killed is None:
            self.why_killed = worker, why
        own_process.kill(self.process)

    async def leave(self, seat: "Seat", seconds: float) -> None:
        """A worker has ended in order. After the last one waits for the end of the process, then kills it."""
        self._seats.discard(seat)
        if not self._seats and not self._joining:
            self._door.close()
            await own_process.end_within(self.process, seconds)

    def gone(self, seat: "Seat") -> None:
        """A worker has ended with the process."""
        self._seats.discard(seat)
        self._door.close()
        if hasattr(os, "waitpid"):
            asyncio.get_running_loop().call_later(ORPHANS_SECONDS, _bury_orphans, self.process.pid)


def _bury_orphans(pid: int) -> None:
    """Takes the exit codes of processes that an ended process has started and left behind, if they are children of this
    process now (`forking` sees to that). Otherwise they would stay in the system's table after they have ended."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-pid, os.WNOHANG)[0]:
            pass


class Seat:
    """A worker's run in a shared process: a `process.WorkerRun`."""

    def __init__(self, worker: str, run: _SharedRun, talk: Conversation) -> None:
        self._worker = worker
        self._run = run
        self._talk = talk
        self._said: RunEnded | None = None
        self._is_over = asyncio.Event()
        self.send, self.close_commands = talk.send, talk.close_commands

    @property
    def pid(self) -> int:
        return self._run.process.pid

    @property
    def why_ended(self) -> str:
        """Also when the process was killed because of another worker."""
        if self._said is not None:
            return self._said.why
        if self._run.why_killed is None:
            return ""
        culprit, why = self._run.why_killed
        return why if culprit == self._worker else f"its process is also that of {culprit}: {why}"

    async def reports(self) -> AsyncIterator[object]:
        async for report in self._talk.reports():
            if isinstance(report, RunEnded):
                self._said = report
            else:
                yield report

    def kill(self, why: str) -> None:
        if not self._is_over.is_set():
            self._run.kill(self._worker, why)

    async def end_within(self, seconds: float) -> int:
        try:
            if self._said is not None:
                await self._run.leave(self, seconds)
                return self._said.code
            code = await own_process.end_within(self._run.process, seconds)
            self._run.gone(self)
            return code
        finally:
            self._is_over.set()

    async def forward_log(self, lines: LogLines) -> None:
        with self._run.log.heard_by(self._worker, lines):
            over = awaited(self._is_over.wait())
            try:
                await asyncio.wait([over, self._run.log_read], return_when=asyncio.FIRST_COMPLETED)
                if self._run.process.returncode is not None:
                    await asyncio.wait([self._run.log_read])
            finally:
                over.cancel()
