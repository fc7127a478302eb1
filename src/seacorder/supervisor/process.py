"""One run of one worker in a process of its own: the process and the three pipes to it."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Protocol

from seacorder.base.errors import WorkerLost
from seacorder.supervisor.conversation import Conversation
from seacorder.supervisor.forking import ForkedProcess, ForkServer
from seacorder.supervisor.limits import Limits
from seacorder.supervisor.log_lines import LogLines
from seacorder.supervisor.table import Launch

_CREATION_FLAGS: int = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
"""Windows has no sessions; a process group of its own keeps Ctrl-C away from the worker just as well."""


Process = asyncio.subprocess.Process | ForkedProcess


class WorkerRun(Protocol):
    """One run of a worker: in a process of its own (`WorkerProcess`), or in one that it shares (`shared_process.Seat`).

    For the event loop alone; `reports`, `end_within` and `forward_log` wait without blocking it.
    """

    @property
    def pid(self) -> int:
        """Of the process."""
        ...

    @property
    def why_ended(self) -> str:
        """What the run itself knows of its end, in words that stand in a bracket; empty if the exit code says it."""
        ...

    def send(self, message: object) -> bool:
        """See `Conversation.send`."""
        ...

    def close_commands(self) -> None:
        """See `Conversation.close_commands`."""
        ...

    def reports(self) -> AsyncIterator[object]:
        """See `Conversation.reports`."""
        ...

    def kill(self, why: str) -> None:
        """Kills the process and whatever it has started. Harmless when the run is over."""
        ...

    async def end_within(self, seconds: float) -> int:
        """Waits at most `seconds` for the run to end by itself, then kills the process; the exit code, negative for a
        signal."""
        ...

    async def forward_log(self, lines: LogLines) -> None:
        """Passes the lines of its log on, until there are no more. Never raises, whatever the worker writes."""
        ...


async def spawn(launch: Launch, stdin: int, stdout: int, forks: ForkServer | None = None) -> Process:
    """Starts a process in a session of its own, so that a terminal's Ctrl-C reaches the control process alone. Its log
    is a pipe; `stdin` and `stdout` as for `subprocess.Popen`.

    Where `forks` forks workers of this kind and works, that does it. Raises WorkerLost when the system cannot start
    one. Blocks the loop for one fork and exec, some milliseconds.
    """
    if forks is not None and forks.launch == launch and (forked := await forks.fork(stdin, stdout)) is not None:
        return forked
    try:
        return await asyncio.create_subprocess_exec(
            *launch.command_line,
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
            env=launch.variables(),
            start_new_session=True,
            creationflags=_CREATION_FLAGS,
        )
    except OSError as error:
        raise WorkerLost(f"the system could not start it ({error.strerror or error})") from error


def kill(process: Process) -> None:
    """Kills a process and whatever it has started. Harmless when it has ended."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


async def end_within(process: Process, seconds: float) -> int:
    """Waits at most `seconds` for a process to end by itself, then kills it; its exit code, negative for a signal."""
    try:
        return await asyncio.wait_for(process.wait(), seconds)
    except TimeoutError:
        kill(process)
        return await process.wait()


class WorkerProcess:
    """A started process, as a `WorkerRun`."""

    why_ended = ""

    def __init__(self, process: Process, limits: Limits) -> None:
        if process.stdin is None or process.stdout is None or process.stderr is None:
            raise ValueError("a worker needs all three pipes")
        self._process = process
        self._log: asyncio.StreamReader = process.stderr
        talk = Conversation(process.stdin.transport, process.stdout, limits, lambda: process.returncode is not None)
        self.send, self.close_commands, self.reports = talk.send, talk.close_commands, talk.reports

    @classmethod
    async def spawn(cls, launch: Launch, limits: Limits, forks: ForkServer | None = None) -> "WorkerProcess":
        """Starts one. Raises and blocks as the function `spawn`."""
        return cls(await spawn(launch, subprocess.PIPE, subprocess.PIPE, forks), limits)

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self, _why: str) -> None:
        kill(self._process)

    async def end_within(self, seconds: float) -> int:
        return await end_within(self._process, seconds)

    async def forward_log(self, lines: LogLines) -> None:
        await lines.forward(self._log)
