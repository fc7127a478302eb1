"""One run of one worker: its process and the three pipes to it."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator

from seacorder.base.errors import WorkerLost
from seacorder.base.pipe import HEADER_BYTES, encode, payload_bytes
from seacorder.supervisor.forking import ForkedProcess, ForkServer
from seacorder.supervisor.limits import Limits
from seacorder.supervisor.pacing import Bucket
from seacorder.supervisor.table import Launch
from seacorder.supervisor.unpickle import report_in

_CREATION_FLAGS: int = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
"""Windows has no sessions; a process group of its own keeps Ctrl-C away from the worker just as well."""


class WorkerProcess:
    """A started process. For the event loop alone; `spawn`, `reports`, `wait` and `end_within` wait without blocking
    it."""

    def __init__(self, process: asyncio.subprocess.Process | ForkedProcess, limits: Limits) -> None:
        if process.stdin is None or process.stdout is None or process.stderr is None:
            raise ValueError("a worker needs all three pipes")
        self._process = process
        self._limits = limits
        self._commands = process.stdin
        self._reports = process.stdout
        self.log: asyncio.StreamReader = process.stderr

    @classmethod
    async def spawn(cls, launch: Launch, limits: Limits, forks: ForkServer | None = None) -> "WorkerProcess":
        """Starts the process in a session of its own, so that a terminal's Ctrl-C reaches the control process alone.

        Where `forks` forks workers of this kind and works, that does it. Raises WorkerLost when the system cannot start
        one. Blocks the loop for one fork and exec, some milliseconds.
        """
        if forks is not None and forks.launch == launch and (forked := await forks.fork()) is not None:
            return cls(forked, limits)
        try:
            process = await asyncio.create_subprocess_exec(
                *launch.command_line,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=launch.variables(),
                start_new_session=True,
                creationflags=_CREATION_FLAGS,
            )
        except OSError as error:
            raise WorkerLost(f"the system could not start it ({error.strerror or error})") from error
        return cls(process, limits)

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, message: object) -> bool:
        """Hands a message to the pipe and returns at once. False when the worker has left too much unread, or the pipe
        is closed."""
        if self._commands.is_closing():
            return False
        if self._commands.transport.get_write_buffer_size() > self._limits.outbox_bytes:
            return False
        self._commands.write(encode(message))
        return True

    def close_commands(self) -> None:
        """Closes the worker's standard input behind what has been sent, which tells it to finish all files and end."""
        self._commands.close()

    async def reports(self) -> AsyncIterator[object]:
        """The reports as they come, until the worker closes its end. Raises WorkerLost for anything that is no
        report."""
        loop = asyncio.get_running_loop()
        bucket = Bucket(self._limits.reports_per_second, self._limits.reports_per_second)
        while True:
            try:
                size = payload_bytes(await self._reports.readexactly(HEADER_BYTES))
                if size > self._limits.report_bytes:
                    raise WorkerLost(f"it sent a report of {size} bytes, which is too long")
                payload = await self._reports.readexactly(size)
            except (asyncio.IncompleteReadError, ConnectionError):
                return
            yield report_in(payload)
            bucket.take(loop.time())
            # Reading what is here already never waits, so without the sleep the loop would do nothing else meanwhile.
            # Once the process has ended no more can come, so what it has left is read without a limit.
            await asyncio.sleep(bucket.wait_seconds(loop.time()) if self._process.returncode is None else 0)

    def kill(self) -> None:
        """Kills the process and whatever it has started. Harmless when it has ended."""
        if self._process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if sys.platform == "win32":
                self._process.kill()
            else:
                os.killpg(self._process.pid, signal.SIGKILL)

    async def wait(self) -> int:
        """Waits until the process has ended; its exit code, negative for a signal."""
        return await self._process.wait()

    async def end_within(self, seconds: float) -> int:
        """Waits at most `seconds` for the process to end by itself, then kills it; its exit code."""
        try:
            return await asyncio.wait_for(self._process.wait(), seconds)
        except TimeoutError:
            self.kill()
            return await self._process.wait()
