"""Standard input, output and error, made safe to use.

They may be closed (`>&-`), have a code page without some letter of a channel's name, or be a pipe whose reader has
ended (`seacorder check | head`). No command may fail for any of these.
"""

import errno
import io
import os
import sys
from functools import partial
from typing import TYPE_CHECKING, TextIO

from seacorder.base import log
from seacorder.base.background import once
from seacorder.base.line_writer import Descriptor
from seacorder.base.message import Message
from seacorder.base.redaction import redact

if TYPE_CHECKING:
    from rich.progress import Progress
    from typing_extensions import Buffer

STANDARD_OUTPUT, STANDARD_ERROR = 1, 2
_STANDARD = (0, 1, 2)


def make_fit() -> None:
    """Makes the three streams safe. Call it once, before anything is opened or printed."""
    _fill_closed()
    sys.stdout = _fit(sys.stdout, STANDARD_OUTPUT)
    sys.stderr = _fit(sys.stderr, STANDARD_ERROR)


def flushed() -> str:
    """Flushes standard output. Returns why that failed; empty if it worked, or if the reader has gone."""
    try:
        sys.stdout.flush()
    except OSError as error:
        # Otherwise Python flushes once more when it exits, and prints a traceback.
        sys.stdout = _nowhere()
        return error.strerror or str(error)
    return ""


def as_meant(argument: str) -> str:
    """An argument as text that can be sent. In the C locale, Python decodes other letters than ASCII as lone
    surrogates.
    """
    return argument.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def complain(message: Message) -> None:
    """Says on standard error what is wrong and, in a second line, what to do."""
    log.say(redact(f"seacorder: {message.fact}"))
    if message.action:
        log.say(redact(f"  {message.action}"))


def print_unheeded(text: str) -> None:
    """Prints on standard output, from a thread of its own, so that a reader that does not read blocks nothing."""
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
    """Opens the null device in the place of each standard descriptor that is closed.

    Otherwise the next file, socket or pipe would get that number. What a library writes to standard error would then
    go into the catalogue, or into a worker's commands.
    """
    if os.name != "posix":
        return
    for number in _STANDARD:
        try:
            os.fstat(number)
        except OSError:
            # `open` returns the lowest free number, which is this one.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)


class _Patient(io.RawIOBase):
    """A descriptor whose reader may end: what is written afterwards is dropped, and the command finishes its work.

    Every error of standard error is ignored: there is nowhere to report it.
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
            # Windows reports a pipe that nobody reads as "invalid argument".
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
    """Drops everything that is written to it."""

    def writable(self) -> bool:
        return True

    def write(self, data: "Buffer") -> int:
        return len(memoryview(data))
