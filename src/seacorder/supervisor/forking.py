"""Starts workers through the fork server, so that they share the memory of what they all have imported.

Where a worker cannot be had from it (another system, a server that was killed, has no memory or does not answer in
time), `fork` gives None, and the worker is started as a new Python like any other. `fork_server` is the other side.
"""

import asyncio
import contextlib
import ctypes
import logging
import os
import socket
import subprocess
import sys

from seacorder.base.background import awaited, task
from seacorder.supervisor.fork_server import ANSWER_BYTES, ORDER, READY
from seacorder.supervisor.limits import Limits
from seacorder.supervisor.log_lines import LogLines
from seacorder.supervisor.table import Launch

_log = logging.getLogger(__name__)

LEAST_WORKERS = 3
"""With fewer workers the server takes more memory than it saves."""
READY_SECONDS = 10.0
"""How long its start may take: it imports what each worker would have imported."""
ANSWER_SECONDS = 1.0
"""How long a fork may take. With it a worker that hangs is still back within five seconds."""
RETRY_SECONDS = 10.0
"""How long no server is started after one has failed."""
STOP_SECONDS = 1.0
_PR_SET_CHILD_SUBREAPER = 36
_WITHOUT = (
    "The process from which recording processes are started has ended or does not answer (%s). They are started "
    "without it now, which takes more memory. Nothing else changes."
)


class ForkedProcess:
    """A worker that the server has forked: as much of `asyncio.subprocess.Process` as the supervisor uses."""

    def __init__(self, pid: int, stdin: asyncio.StreamWriter | None, stdout: asyncio.StreamReader | None) -> None:
        """For the event loop alone. The process is a child of this one."""
        self.pid = pid
        self.returncode: int | None = None
        self.stdin = stdin
        self.stdout = stdout
        self.stderr: asyncio.StreamReader | None = None
        self._ended = asyncio.Event()
        self._handle = os.pidfd_open(pid)  # can be read once the process has ended
        asyncio.get_running_loop().add_reader(self._handle, self._reap)

    async def wait(self) -> int:
        """Waits until it has ended; its exit code, negative for a signal."""
        await self._ended.wait()
        assert self.returncode is not None  # noqa: S101 - set before the event
        return self.returncode

    def kill(self) -> None:
        """Kills this process alone."""
        if self.returncode is None:
            os.kill(self.pid, 9)

    def _reap(self) -> None:
        try:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            code = os.waitstatus_to_exitcode(status)
        except ChildProcessError:
            pid, code = self.pid, 255  # somebody else has waited for it; asyncio says the same then
        if pid:
            asyncio.get_running_loop().remove_reader(self._handle)
            os.close(self._handle)
            self.returncode = code
            self._ended.set()


class ForkServer:
    """One kind of worker's. It is started with the first worker, and again for the next one after it has ended.

    For the event loop alone; `fork` and `stop` wait without blocking it.
    """

    def __init__(self, kind: str) -> None:
        """`kind` as in `table.MODULES`."""
        self.launch = Launch.of(kind)
        self._command_line = [sys.executable, "-P", "-m", "seacorder.supervisor.fork_server", kind]
        self._orders: socket.socket | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._log: asyncio.Task[None] | None = None
        self._starting: asyncio.Task[socket.socket | None] | None = None
        """Gives the socket for orders once the server is ready."""
        self._lock = asyncio.Lock()
        self._not_before = 0.0
        """In the loop's time; 0 until a server has failed."""

    async def fork(self, stdin: int = subprocess.PIPE, stdout: int = subprocess.PIPE) -> ForkedProcess | None:
        """A new worker with a pipe for its log; `stdin` and `stdout` as for `subprocess.Popen`.

        None, and nothing has been started, where that cannot be. Waits for the first server; one that is started after
        another has failed is used once it is ready.
        """
        if self._starting is None:
            if not is_possible() or asyncio.get_running_loop().time() < self._not_before:
                return None
            self._starting = awaited(self._start())
        if self._not_before and not self._starting.done():
            return None
        async with self._lock:
            orders = None if self._starting is None else await asyncio.shield(self._starting)
            return None if orders is None else await self._ask_in_time(orders, stdin, stdout)

    async def stop(self) -> None:
        """Ends the server; its workers go on. Harmless when it does not run."""
        async with self._lock:
            if self._starting is not None:
                self._starting.cancel()
                await asyncio.wait([self._starting])
            process = self._process
            self._end()
            if process is not None:
                await process.wait()
            if self._log is not None:
                await asyncio.wait([self._log], timeout=STOP_SECONDS)
                self._log.cancel()

    async def _start(self) -> socket.socket | None:
        """Starts the server and waits until it is ready. None when it does not get so far."""
        try:
            async with asyncio.timeout(READY_SECONDS):
                orders = await self._begin()
                await _wait_until_ready(orders)
        except (OSError, TimeoutError) as fault:
            self._fail(fault)
            return None
        return orders

    async def _begin(self) -> socket.socket:
        _adopt_orphans(wanted=True)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._orders = ours
            ours.setblocking(False)
            self._process = await asyncio.create_subprocess_exec(
                *self._command_line,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=self.launch.variables(),
                start_new_session=True,
            )
        if self._process.stderr is not None:
            lines = LogLines("fork server", Limits())
            self._log = task(lines.forward(self._process.stderr), "log of the fork server")
        return ours

    async def _ask_in_time(self, orders: socket.socket, stdin: int, stdout: int) -> ForkedProcess | None:
        forked: ForkedProcess | None = None
        why: Exception | None = None
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                forked = await self._ask(orders, stdin, stdout)
        except (OSError, TimeoutError, ValueError) as fault:
            why = fault
        finally:
            if forked is None:  # also when this call was cancelled: its answer may still come
                self._fail(why)
        return forked

    def _fail(self, why: Exception | None) -> None:
        self._not_before = asyncio.get_running_loop().time() + RETRY_SECONDS
        self._end()
        if why is not None:
            _log.warning(_WITHOUT, str(why) or type(why).__name__)  # a TimeoutError has no text

    def _end(self) -> None:
        if self._orders is not None:
            self._orders.close()
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            _adopt_orphans(wanted=False)
        self._orders = self._process = self._starting = None

    async def _ask(self, orders: socket.socket, stdin: int, stdout: int) -> ForkedProcess:
        with contextlib.ExitStack() as theirs, contextlib.ExitStack() as ours:
            their_stdin, our_stdin = _ends(stdin, theirs, ours, is_read_by_us=False)
            their_stdout, our_stdout = _ends(stdout, theirs, ours, is_read_by_us=True)
            their_stderr, our_stderr = _ends(subprocess.PIPE, theirs, ours, is_read_by_us=True)
            socket.send_fds(orders, [ORDER], [their_stdin, their_stdout, their_stderr])
            theirs.close()
            pid = int(await asyncio.get_running_loop().sock_recv(orders, ANSWER_BYTES) or b"0")
            if not pid:
                raise OSError("it has not forked")
            ours.pop_all()
        process = ForkedProcess(
            pid,
            None if our_stdin is None else await _writer(our_stdin),
            None if our_stdout is None else await reader_of(our_stdout),
        )
        process.stderr = None if our_stderr is None else await reader_of(our_stderr)
        return process


def is_possible() -> bool:
    """True where workers can be forked."""
    return sys.platform == "linux" and hasattr(os, "pidfd_open")


async def _wait_until_ready(orders: socket.socket) -> None:
    """Raises OSError when the server has ended instead."""
    if await asyncio.get_running_loop().sock_recv(orders, len(READY)) != READY:
        raise OSError("it has ended")


def _ends(
    wanted: int, theirs: contextlib.ExitStack, ours: contextlib.ExitStack, *, is_read_by_us: bool
) -> tuple[int, int | None]:
    """The worker's end of one of its standard descriptors, and ours if it is a pipe. Each is closed with its stack."""
    if wanted == subprocess.DEVNULL:
        null = os.open(os.devnull, os.O_RDWR)
        theirs.callback(os.close, null)
        return null, None
    if wanted != subprocess.PIPE:
        return wanted, None
    read, write = os.pipe()
    their, our = (write, read) if is_read_by_us else (read, write)
    theirs.callback(os.close, their)
    ours.callback(os.close, our)
    return their, our


async def reader_of(number: int) -> asyncio.StreamReader:
    """Reads from the descriptor of a pipe, which it then owns."""
    reader = asyncio.StreamReader()
    pipe = os.fdopen(number, "rb", buffering=0)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    return reader


async def _writer(number: int) -> asyncio.StreamWriter:
    loop = asyncio.get_running_loop()
    pipe = os.fdopen(number, "wb", buffering=0)
    transport, protocol = await loop.connect_write_pipe(
        lambda: asyncio.StreamReaderProtocol(asyncio.StreamReader()), pipe
    )
    return asyncio.StreamWriter(transport, protocol, None, loop)


def _adopt_orphans(*, wanted: bool) -> None:
    """Whether a process whose parent ends becomes a child of this one. OSError when the system refuses."""
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(_PR_SET_CHILD_SUBREAPER, int(wanted), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
