"""Logging: what the operator would want to read next morning, and never a secret.

Every address that reaches a log, a report, a file or an answer goes through `redact` first; the formatter applies
it once more to whole lines, so that a library's own message cannot leak one either.

Whoever logs never waits: lines go into the bounded queues of `base.line_writer`, one for standard error and one for the
log file where there is one.
"""

import logging
import os
import stat
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.line_writer import Descriptor, LineWriter
from seacorder.base.log_file import LogFile
from seacorder.base.redaction import redact

STANDARD_ERROR = 2
_ABOUT_FILES = ("seacorder.storage", "seacorder.sinks", "seacorder.evidence", "seacorder.channel.worker")
"""Modules whose lines say what became of files."""
LEVEL_VARIABLE = "SEACORDER_LOG_LEVEL"
"""Workers inherit it, and nothing else of the settings."""


@dataclass(frozen=True, slots=True)
class LogOptions:
    """Of the control process's log."""

    level: str = "INFO"
    use_utc: bool = False
    """Times of lines; else local time with its offset."""
    file: Path | None = None
    """Beside standard error."""
    file_bytes: int = 10_000_000
    files_kept: int = 5


class RedactingFormatter(logging.Formatter):
    """Formats a whole record, trace included, without credentials."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class _Hand(logging.Handler):
    """Hands each line to the writers."""

    def __init__(self, options: LogOptions) -> None:
        super().__init__()
        self._use_utc = options.use_utc
        self.marks = False
        """Lines about files have `!` behind their level: the control process leaves none of a worker's out."""
        self.standard_error = LineWriter(
            Descriptor(STANDARD_ERROR), told=self._left_out, encoding=_encoding_of(sys.stderr)
        )
        self._writers = [self.standard_error]
        if (path := options.file) is not None:
            file = LogFile(path, bytes_max=options.file_bytes, kept=options.files_kept)
            self._writers.append(
                LineWriter(file, told=self._left_out, on_fault=lambda why: self._file_failed(path, why))
            )

    def emit(self, record: logging.LogRecord) -> None:
        if self.marks and record.name.startswith(_ABOUT_FILES):
            record.levelname += "!"
        try:
            line = self.format(record)
        except Exception:  # noqa: BLE001 - a message that cannot be made is a fault in the program, and no reason to fail
            line = f"A line of the log could not be made of {record.msg!r} ({record.pathname}:{record.lineno})"
        for writer in self._writers:
            writer.put(line)

    def head_with(self, name: str) -> None:
        zone = "Z" if self._use_utc else "%z"
        head = name.replace("%", "%%")
        formatter = RedactingFormatter(f"%(asctime)s %(levelname)-7s {head}: %(message)s", f"%Y-%m-%dT%H:%M:%S{zone}")
        if self._use_utc:
            formatter.converter = time.gmtime
        self.setFormatter(formatter)

    def close(self) -> None:
        """Waits a moment for the last lines; for standard error last, which hears of the log file's faults."""
        for writer in reversed(self._writers):
            writer.close()
        super().close()

    def _left_out(self, lines: int, why: str) -> str:
        return self._own_line(f"{lines} lines of this log are missing here: {why}")

    def _file_failed(self, path: Path, why: str) -> None:
        self.standard_error.put(self._own_line(
            f"The log file {path} cannot be written ({why}). Its lines are left out and counted until it can; "
            "recording is not affected. Free space on its disk, or choose another [log] file."
        ))

    def _own_line(self, sentence: str) -> str:
        return self.format(logging.makeLogRecord({"msg": sentence, "levelno": logging.WARNING, "levelname": "WARNING"}))


def set_up(options: LogOptions, *, process: str = "control") -> None:
    """Sends this process's log to standard error and to the log file. Call once, at start.

    What Python itself would print on standard error, and wait there, is logged too: errors that end a thread, errors in
    finalizers, warnings.
    """
    root = logging.getLogger()
    root.handlers[:] = [_Hand(options)]
    root.setLevel(options.level)
    call_process(process)
    threading.excepthook = _thread_failed
    sys.unraisablehook = _finalizer_failed
    logging.captureWarnings(True)


def set_up_worker(process: str) -> None:
    """The same in a worker, whose standard error is a pipe that the control process reads.

    The pipe is made non-blocking: should the control process stop reading it, what C libraries (FFmpeg) write there is
    lost at once, where it would hold up the thread that writes, and with it the pictures.
    """
    if os.name == "posix" and stat.S_ISFIFO(os.fstat(STANDARD_ERROR).st_mode):
        os.set_blocking(STANDARD_ERROR, False)
    set_up(LogOptions(os.environ.get(LEVEL_VARIABLE, "INFO")), process=process)
    for hand in _hands():
        hand.marks = True


def call_process(name: str) -> None:
    """Heads the lines that follow with another name: a worker learns only later which channel is its own."""
    for hand in _hands():
        hand.head_with(name)


def say(sentence: str) -> None:
    """A line for whoever started the program, without time and level. Waits for nobody once the log is set up."""
    hands = _hands()
    for hand in hands:
        hand.standard_error.put(redact(sentence))
    if not hands and sys.stderr is not None:
        try:
            sys.stderr.write(f"{sentence}\n")
            sys.stderr.flush()
        except OSError:
            pass  # nobody can be told


def finish() -> None:
    """Gives the last lines a moment to get out, for a process that ends by `os._exit`."""
    logging.shutdown()


def _hands() -> list[_Hand]:
    return [handler for handler in logging.getLogger().handlers if isinstance(handler, _Hand)]


def _encoding_of(stream: object) -> str:
    return getattr(stream, "encoding", None) or "utf-8"


def _thread_failed(failed: threading.ExceptHookArgs) -> None:
    if failed.exc_type is SystemExit or failed.exc_value is None:
        return
    name = failed.thread.name if failed.thread else "?"
    logging.getLogger(__name__).critical(
        "Thread %s has ended because of a fault in the program", name, exc_info=failed.exc_value
    )


def _finalizer_failed(failed: "sys.UnraisableHookArgs") -> None:
    what = failed.err_msg or "Exception ignored in"
    logging.getLogger(__name__).error("%s: %r", what, failed.object, exc_info=failed.exc_value)


class RateLimit:
    """Lets one message through per `every_seconds` and key, and counts the rest. Safe from any thread.

    Ten seconds: what is wrong with a camera is often wrong all night, and a channel's log has a line a second at most.
    """

    def __init__(self, clock: Clock, every_seconds: float = 10.0) -> None:
        self._clock = clock
        self._every_ns = int(every_seconds * NS_PER_SECOND)
        self._last_ns: dict[str, int] = {}
        self._held: dict[str, int] = {}
        self._lock = threading.Lock()

    def allow(self, key: str) -> int | None:
        """None to hold the message back, else how many were held back since the last one let through."""
        now = self._clock.monotonic_ns()
        with self._lock:
            last = self._last_ns.get(key)
            if last is not None and now - last < self._every_ns:
                self._held[key] = self._held.get(key, 0) + 1
                return None
            self._last_ns[key] = now
            return self._held.pop(key, 0)
