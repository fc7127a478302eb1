"""Logging: what the operator wants to read the next morning, and never a secret.

Addresses of cameras may hold passwords. The program passes each through `redact` before it reaches a log, a report, a
file or an answer. The formatter here does that again with whole lines, so that messages of libraries leak none either.

Whoever logs never waits for the reader or the disk: lines go into bounded queues (`base.line_writer`), one for standard
error and, if there is a log file, one for that.
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
from seacorder.base.duration import count_text
from seacorder.base.line_writer import Descriptor, LineWriter
from seacorder.base.log_file import LogFile
from seacorder.base.message import Message, joined
from seacorder.base.redaction import redact
from seacorder.base.speaker import speaker

STANDARD_ERROR = 2
_ABOUT_FILES = ("seacorder.storage", "seacorder.sinks", "seacorder.evidence", "seacorder.channel.worker")
"""Modules whose lines are about files."""
LEVEL_VARIABLE = "SEACORDER_LOG_LEVEL"
"""The variable with the level. Workers inherit this one of the program's variables and no other."""


@dataclass(frozen=True, slots=True)
class LogOptions:
    """Options of the control process's log."""

    level: str = "INFO"
    use_utc: bool = False
    """Lines show UTC instead of local time with its offset."""
    file: Path | None = None
    """A log file, in addition to standard error."""
    file_bytes: int = 10_000_000
    """A new file is begun when this size is reached."""
    files_kept: int = 5
    """Old files beside the newest one."""


class RedactingFormatter(logging.Formatter):
    """Formats a record with its trace, without credentials. At its head stands the thread's name (`base.speaker`), or
    else that of the process."""

    process = ""

    def format(self, record: logging.LogRecord) -> str:
        record.head = speaker() or self.process
        return redact(super().format(record))


class _Hand(logging.Handler):
    """The root logger's handler: formats each record and hands the line to the writers."""

    def __init__(self, options: LogOptions) -> None:
        super().__init__()
        self._use_utc = options.use_utc
        self.marks = False
        """Set in workers: lines about files get `!` behind their level, and the control process always passes them
        on."""
        self.standard_error = LineWriter(
            Descriptor(STANDARD_ERROR), describe_missing=self._left_out, encoding=_encoding_of(sys.stderr)
        )
        self._writers = [self.standard_error]
        if (path := options.file) is not None:
            file = LogFile(path, bytes_max=options.file_bytes, kept=options.files_kept)
            self._writers.append(
                LineWriter(file, describe_missing=self._left_out, on_fault=lambda why: self._file_failed(path, why))
            )

    def emit(self, record: logging.LogRecord) -> None:
        if self.marks and record.name.startswith(_ABOUT_FILES):
            record.levelname += "!"
        try:
            line = self.format(record)
        except Exception:  # noqa: BLE001 - a record that cannot be formatted must not stop whoever logs
            line = f"A line of the log could not be made of {record.msg!r} ({record.pathname}:{record.lineno})"
        for writer in self._writers:
            writer.put(line)

    def head_with(self, name: str) -> None:
        zone = "Z" if self._use_utc else "%z"
        formatter = RedactingFormatter("%(asctime)s %(levelname)-7s %(head)s: %(message)s", f"%Y-%m-%dT%H:%M:%S{zone}")
        formatter.process = name
        if self._use_utc:
            formatter.converter = time.gmtime
        self.setFormatter(formatter)

    def close(self) -> None:
        """Waits a moment for the last lines. Standard error comes last, because it gets the log file's faults."""
        for writer in reversed(self._writers):
            writer.close()
        super().close()

    def _left_out(self, lines: int, why: str) -> str:
        return self._own_line(f"{lines} lines of this log are missing here: {why}")

    def _file_failed(self, path: Path, why: str) -> None:
        self.standard_error.put(self._own_line(
            f"The log file {path} cannot be written ({why}). Recording is not affected. Free space on its disk, "
            "or choose another [log] file. Missing lines are counted."
        ))

    def _own_line(self, sentence: str) -> str:
        return self.format(logging.makeLogRecord({"msg": sentence, "levelno": logging.WARNING, "levelname": "WARNING"}))


def set_up(options: LogOptions, *, process: str = "control") -> None:
    """Sends this process's log to standard error and to the log file. Call once, at start.

    Also logs what Python itself would print on standard error, where it might block: errors that end a thread, errors
    in finalizers, warnings.
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

    Makes the pipe non-blocking. If the control process stops reading it, what C libraries (FFmpeg) write there is lost;
    otherwise the write would block their thread, and with it the pictures.
    """
    if os.name == "posix" and stat.S_ISFIFO(os.fstat(STANDARD_ERROR).st_mode):
        os.set_blocking(STANDARD_ERROR, False)
    set_up(LogOptions(os.environ.get(LEVEL_VARIABLE, "INFO")), process=process)
    for hand in _hands():
        hand.marks = True


def call_process(name: str) -> None:
    """Sets the name at the head of further lines: a worker learns its channel only with its first message."""
    for hand in _hands():
        hand.head_with(name)


def say(sentence: str) -> None:
    """Writes a line to standard error without time and level, for whoever started the program. Once the log is set up
    it never waits."""
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
    """Waits a moment until the last lines are written: for a process that ends by `os._exit`."""
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
        "Thread %s has ended because of an error in the program", name, exc_info=failed.exc_value
    )


def _finalizer_failed(failed: "sys.UnraisableHookArgs") -> None:
    what = failed.err_msg or "Exception ignored in"
    logging.getLogger(__name__).error("%s: %r", what, failed.object, exc_info=failed.exc_value)


class RateLimit:
    """Lets one message of each key pass every `every_seconds` and counts the others. Safe from any thread.

    Ten seconds is the default because what is wrong with a camera is often wrong all night.
    """

    def __init__(self, clock: Clock, every_seconds: float = 10.0) -> None:
        self._clock = clock
        self._every_ns = int(every_seconds * NS_PER_SECOND)
        self._last_ns: dict[str, int] = {}
        self._held: dict[str, int] = {}
        self._lock = threading.Lock()

    def allow(self, key: str) -> int | None:
        """None: leave this message out. Otherwise how many were left out since the last one that passed."""
        now = self._clock.monotonic_ns()
        with self._lock:
            last = self._last_ns.get(key)
            if last is not None and now - last < self._every_ns:
                self._held[key] = self._held.get(key, 0) + 1
                return None
            self._last_ns[key] = now
            return self._held.pop(key, 0)

    def still_failing(self, why: Message) -> str | None:
        """The line that says why attempts still fail, and how many have failed without one; None: leave it out."""
        held = self.allow(why.fact)
        if held is None:
            return None
        more = f" ({count_text(held, 'more attempt')} failed)" if held else ""
        return joined((f"{why.fact}{more}", why.action))
