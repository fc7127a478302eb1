"""Standard input, output and error as they are found, made fit for use.

They may be closed (`>&-`), have a code page that lacks a letter of a channel's name, or be a pipe whose reader has seen
enough (`seacorder check | head`). None of this is a reason for a command to fail.
"""

import errno
import io
import os
import sys
from functools import partial
from typing import TYPE_CHECKING, TextIO

from seacorder.base.background import once
from seacorder.base.line_writer import Descriptor

if TYPE_CHECKING:
    from rich.progress import Progress
    from typing_extensions import Buffer

STANDARD_OUTPUT, STANDARD_ERROR = 1, 2
_STANDARD = (0, 1, 2)


def make_fit() -> None:
    """Call once, before anything is opened or printed."""
    _fill_closed()
    sys.stdout = _fit(sys.stdout, STANDARD_OUTPUT)
    sys.stderr = _fit(sys.stderr, STANDARD_ERROR)


def flushed() -> str:
    """Brings out what has been printed. Why that failed; empty when it did not, or when the reader has gone."""
    try:
        sys.stdout.flush()
    except OSError as error:
        # Else Python tries once more at its end, and prints a trace.
        sys.stdout = _nowhere()
        return error.strerror or str(error)
    return ""


def as_meant(argument: str) -> str:
    """An argument as text that can be sent: where the locale is C, Python has half characters for all but ASCII."""
    return argument.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def print_unheeded(text: str) -> None:
    """Prints on standard output from a thread of its own: whether anybody reads it, or can, is of no importance."""
    data = (text + "\n").encode(getattr(sys.stdout, "encoding", None) or "utf-8", "replace")
    once("print", partial(Descriptor(STANDARD_OUTPUT).write, data))


def progress_bar() -> "Progress":
    """For what takes longer than a second. Shown on standard error where that is a terminal, and removed at the end."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _fill_closed() -> None:
    """Puts the null device where a standard descriptor is closed.

    The next file, socket or pipe that is opened would get its number else: what a library writes on standard error
    would go into the catalogue, or into a worker's commands.
    """
    if os.name != "posix":
        return
    for number in _STANDARD:
        try:
            os.fstat(number)
        except OSError:
            # The lowest free number is given, which is this one.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)


class _Patient(io.RawIOBase):
    """A descriptor whose reader may go: what is written then is dropped, and the command does its work to the end.

    Standard error may fail in any way: nobody can be told of it.
    """

    def __init__(self, number: int) -> None:
        self._number = number

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._number

    def write(self, data: "Buffer") -> int:
        view = memoryview(data)
        try:
            return os.write(self._number, view)
        except OSError as error:
            # Windows says "invalid argument" of a pipe that nobody reads.
            has_gone = isinstance(error, BrokenPipeError) or (os.name == "nt" and error.errno == errno.EINVAL)
            if has_gone or self._number == STANDARD_ERROR:
                return len(view)
            raise


def _fit(stream: TextIO | None, number: int) -> TextIO:
    if stream is None:  # closed when Python started, or a program of Windows without a console
        return _nowhere()
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")
        is_plain = stream in {sys.__stdout__, sys.__stderr__} and not stream.isatty()
        if is_plain:
            raw = io.BufferedWriter(_Patient(number))
            by_line = number == STANDARD_ERROR
            return io.TextIOWrapper(raw, encoding=stream.encoding, errors="replace", line_buffering=by_line)
    return stream


def _nowhere() -> TextIO:
    return io.TextIOWrapper(io.BufferedWriter(_Nowhere()), encoding="utf-8", errors="replace")


class _Nowhere(io.RawIOBase):
    """Takes everything and keeps nothing."""

    def writable(self) -> bool:
        return True

    def write(self, data: "Buffer") -> int:
        return len(memoryview(data))
