"""The fork server: a process that has imported the code of workers, and forks itself for each of them.

    python -P -m seacorder.supervisor.fork_server KIND

A worker that begins as a new Python has the interpreter, FFmpeg's libraries and its own code in memory of its own. A
forked one shares those pages with this process and with all others until it writes to them.

It is a program of its own, as the guardian is, and the only one here that imports workers' code. It never has a second
thread, so no fork copies a lock that somebody holds. It gets one order after the other through a socket, which is its
standard input: one byte, with the worker's standard input, output and error. It answers with the process id. It ends
with the socket, that is with the control process.

It forks twice, and the process between the two ends at once. The worker thereby becomes a child of the control process
(`PR_SET_CHILD_SUBREAPER` of prctl(2)), which gets its exit code like that of any other child. So no worker notices when
this process is killed.

Linux alone. `forking` is the control process's side.
"""

import contextlib
import ctypes
import gc
import importlib
import os
import socket
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from seacorder.supervisor.table import Launch

DESCRIPTORS = 3
READY = b"r"
"""What it says first, once it has imported everything."""
ORDER = b"."
"""What comes beside the descriptors."""
ANSWER_BYTES = 16


def serve(orders: socket.socket, launch: Launch) -> None:
    """Forks a worker for each order until the other end is closed. Blocks."""
    program = importlib.import_module(f"{launch.module}.__main__")
    program.prepare()
    # Their collection would write to each of these objects, and so to pages that are shared.
    gc.collect()
    gc.freeze()
    orders.send(READY)
    while True:
        order, numbers, _, _ = socket.recv_fds(orders, len(ORDER), DESCRIPTORS)
        if not order:
            return
        pid = 0
        with contextlib.suppress(OSError, ValueError):  # the answer 0 says that there is none
            pid = _fork(numbers, launch, program.main)
        for number in numbers:
            os.close(number)
        orders.send(str(pid).encode())


def _fork(numbers: list[int], launch: Launch, main: Callable[[], None]) -> int:
    """Starts a worker with these standard descriptors; its process id. Raises OSError or ValueError when it cannot."""
    told, tells = os.pipe()
    between = os.fork()
    if between == 0:
        try:
            if os.fork() == 0:
                os.close(told)
                _be_worker(numbers, tells, launch, main)
        finally:
            os._exit(0)
    os.close(tells)
    try:
        os.waitpid(between, 0)
        return int(os.read(told, ANSWER_BYTES))
    finally:
        os.close(told)


def _be_worker(numbers: list[int], tells: int, launch: Launch, main: Callable[[], None]) -> NoReturn:
    """Everything that a worker does, from its first moment to its end."""
    code = 1
    try:
        os.setsid()  # a terminal's Ctrl-C reaches the control process alone, and a kill all that this process starts
        for standard, number in enumerate(numbers):
            os.dup2(number, standard)
            os.close(number)
        _show_as(launch.command_line)
        os.write(tells, str(os.getpid()).encode())
        os.close(tells)
        main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
    except BaseException:  # noqa: BLE001 - the top of the process; it must not go on as a fork server
        traceback.print_exc()
    finally:
        os._exit(code)


def _show_as(command_line: list[str]) -> None:
    """Lets lists of processes show what a worker that was started by itself would have been started with.

    Writes over this process's own arguments, whose place is in /proc/self/stat (proc(5): `arg_start`, `arg_end`).
    """
    fields = Path("/proc/self/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    begin, end = int(fields[45]), int(fields[46])
    shown = b"".join(os.fsencode(word) + b"\0" for word in command_line)
    if 0 < len(shown) <= end - begin:
        ctypes.memmove(begin, shown.ljust(end - begin, b"\0"), end - begin)


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the control process has ended
        serve(socket.socket(fileno=0), Launch.of(sys.argv[1]))
