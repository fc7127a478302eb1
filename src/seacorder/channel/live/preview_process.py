"""A worker's side of the process that makes a channel's preview: starts it, feeds it, hands on what it makes.

If it ends, it is started again, after a growing pause and with the next keyframe; recording is not affected.
"""

import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import IO

from seacorder.base.background import once
from seacorder.base.backoff import Backoff
from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.message import Message
from seacorder.base.pipe import HEADER_BYTES, encode, payload_bytes
from seacorder.base.unpickle import report_in
from seacorder.media.packing import packed, packed_format
from seacorder.model.live import LiveBegun, LiveFragment, LivePiece, LiveRefused, LiveReport, LiveStream
from seacorder.model.sample import Sample, SourceFormat

COMMAND = (sys.executable, "-P", "-m", "seacorder.channel.live")
REPORT_BYTES_MAX = 16 * 1024 * 1024
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0

log = logging.getLogger(__name__)


class PreviewProcess:
    """A stream of the live view (`live_view.LiveMaker`). Used on the view's thread."""

    def __init__(self, send: Callable[[LiveReport], None], clock: Clock, command: Sequence[str] = COMMAND) -> None:
        """`send` gets what the process makes, on a thread of its own; it may block."""
        self._send = send
        self._clock = clock
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._source: SourceFormat | None = None
        self._backoff = Backoff(FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS)
        self._not_before_ns = 0
        self._is_over = threading.Event()

    def take(self, sample: Sample, source: SourceFormat) -> Iterable[LivePiece]:
        """Gives the process a packet. Blocks while its pipe is full. Nothing comes of it here."""
        if self._process is None:
            if not sample.is_keyframe or self._clock.monotonic_ns() < self._not_before_ns:
                return ()
            if (why := self._start()) is not None:
                return (LiveRefused(LiveStream.PREVIEW, why),)
        try:
            if self._source is not source:
                self._write(packed_format(source))
                self._source = source
            self._write(packed([sample])[0])
        except (OSError, ValueError):  # it has ended; ValueError: and its pipe is closed already
            self._let_go()
        return ()

    def end(self) -> None:
        """Ends the process."""
        self._is_over.set()
        self._let_go()

    def _start(self) -> Message | None:
        """Starts it; why not, where the system cannot."""
        self._not_before_ns = self._clock.monotonic_ns() + int(self._backoff.next_delay() * NS_PER_SECOND)
        try:
            process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        except OSError as error:
            return Message(
                f"The preview cannot be started ({error.strerror}).", "Recording is not affected. It is tried again."
            )
        self._process, self._source = process, None
        once("preview", lambda: self._read(process))
        return None

    def _write(self, message: object) -> None:
        pipe = None if self._process is None else self._process.stdin
        rest = memoryview(encode(message))
        while pipe is not None and rest:
            rest = rest[pipe.write(rest) or 0 :]

    def _let_go(self) -> None:
        process, self._process, self._source = self._process, None, None
        if process is not None:
            process.kill()

    def _read(self, process: "subprocess.Popen[bytes]") -> None:
        """Hands on what the process makes, until it has ended."""
        pipe = process.stdout
        try:
            while pipe is not None and (payload := _payload(pipe)):
                report = report_in(payload)
                if isinstance(report, LiveBegun | LiveFragment | LiveRefused):
                    self._backoff.reset()
                    self._send(report)
        finally:
            process.kill()
            code = process.wait()
            for one in (process.stdin, pipe):
                if one is not None:
                    one.close()
            if not self._is_over.is_set():
                log.warning("The preview stopped unexpectedly (%d); it is started again.", code)


def _payload(pipe: IO[bytes]) -> bytes:
    """The next message; empty at the end."""
    header = _exactly(pipe, HEADER_BYTES)
    size = payload_bytes(header) if header else 0
    return _exactly(pipe, size) if 0 < size <= REPORT_BYTES_MAX else b""


def _exactly(pipe: IO[bytes], count: int) -> bytes:
    """So many bytes; empty where there are not so many."""
    found = bytearray()
    while len(found) < count:
        more = pipe.read(count - len(found))
        if not more:
            return b""
        found += more
    return bytes(found)
