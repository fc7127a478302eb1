"""A worker's log: the lines of its standard error, passed on to this process's log, limited in rate and without
secrets."""

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator, Iterator

from seacorder.base.redaction import redact
from seacorder.supervisor.limits import Limits
from seacorder.supervisor.pacing import Bucket

LINE_BYTES = 4096
"""Longer lines are cut."""

_log = logging.getLogger(__name__)
_LINE = re.compile(r"^\d{4}-\d\d-\d\dT\S+ (?P<level>DEBUG|INFO|WARNING|ERROR|CRITICAL)(?P<mark>!?) +(?P<text>.*)$")
_HEAD = re.compile(rb"^\d{4}-\d\d-\d\dT\S+ [A-Z]+!? +(?P<head>.*?): ")
"""A channel's name may hold spaces, and a colon only where no space follows."""


class LogLines:
    """Passes on the lines of one run. For the event loop alone.

    A line in the format of `base.log` keeps its level; others, such as those of a trace, get the level of the line
    before. Lines beyond the limits are counted and left out. Lines about files, which `base.log` marks with `!`, are
    always passed on; they use up the limit, so other lines after them may be left out instead.
    """

    def __init__(self, name: str, limits: Limits) -> None:
        self._name = name
        self._bucket = Bucket(limits.log_lines_at_once, limits.log_lines_per_second)
        self._level = logging.WARNING
        self._left_out = 0
        self.last = ""
        """The newest line that is not empty: of a trace, the error itself."""

    async def forward(self, source: asyncio.StreamReader) -> None:
        """Reads until the worker closes its end. Never raises, whatever the worker writes."""
        async for line in _lines_of(source):
            self.take(line)
        self.say_left_out()

    def take(self, line: bytes) -> None:
        """One line, without its end."""
        text = redact(line[:LINE_BYTES].decode("utf-8", "replace").rstrip())
        if not text:
            return
        found = _LINE.match(text)
        if found:
            self._level = logging.getLevelNamesMapping()[found["level"]]
            text = found["text"]
        self.last = text
        now = asyncio.get_running_loop().time()
        if found and found["mark"]:
            self._bucket.take_anyway(now)
        elif not self._bucket.take(now):
            self._left_out += 1
            return
        self.say_left_out()
        _log.log(self._level, "%s", text if found else f"{self._name}: {text}")

    def say_left_out(self) -> None:
        """Says how many lines have been left out since it was said last; nothing when none were."""
        if self._left_out:
            many = "%s: %d lines of its log were left out, because there were too many."
            _log.warning(many, self._name, self._left_out)
            self._left_out = 0


class SharedLog:
    """The log of a process that several workers share: each line goes to the lines of the worker that it names first.

    So a worker that writes too much loses its own lines and nobody else's. Lines without a head, such as those of a
    trace, go where the line before went. For the event loop alone.
    """

    def __init__(self, nobodys: LogLines) -> None:
        """`nobodys` gets the lines that name no worker."""
        self._nobodys = self._newest = nobodys
        self._of: dict[str, LogLines] = {}

    @contextlib.contextmanager
    def heard_by(self, worker: str, lines: LogLines) -> Iterator[None]:
        """Within the `with` block the worker's lines go to `lines`."""
        self._of[worker] = lines
        try:
            yield
        finally:
            lines.say_left_out()
            if self._of.get(worker) is lines:
                del self._of[worker]

    async def forward(self, source: asyncio.StreamReader) -> None:
        """Reads until the process closes its end. Never raises, whatever the process writes."""
        async for line in _lines_of(source):
            found = _HEAD.match(line)
            if found:
                self._newest = self._of.get(found["head"].decode("utf-8", "replace"), self._nobodys)
            self._newest.take(line)
        self._nobodys.say_left_out()


async def _lines_of(source: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """The lines without their ends, until the other end is closed. A line that is much too long comes in pieces."""
    rest = b""
    while chunk := await source.read(LINE_BYTES):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line
        if len(rest) > LINE_BYTES:
            yield rest
            rest = b""
        await asyncio.sleep(0)  # reading what is here already never waits, and would occupy the loop
    yield rest
