"""A worker's log: the lines of its standard error, passed on to this process's log, limited in rate and without
secrets."""

import asyncio
import logging
import re

from seacorder.base.redaction import redact
from seacorder.supervisor.limits import Limits
from seacorder.supervisor.pacing import Bucket

LINE_BYTES = 4096
"""Longer lines are cut."""

_log = logging.getLogger(__name__)
_LINE = re.compile(r"^\d{4}-\d\d-\d\dT\S+ (?P<level>DEBUG|INFO|WARNING|ERROR|CRITICAL)(?P<mark>!?) +(?P<text>.*)$")


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
        rest = b""
        while chunk := await source.read(LINE_BYTES):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._take(line)
            if len(rest) > LINE_BYTES:
                self._take(rest)
                rest = b""
            await asyncio.sleep(0)  # reading what is here already never waits, and would occupy the loop
        self._take(rest)
        self._say_left_out()

    def _take(self, line: bytes) -> None:
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
        self._say_left_out()
        _log.log(self._level, "%s", text if found else f"{self._name}: {text}")

    def _say_left_out(self) -> None:
        if self._left_out:
            many = "%s: %d lines of its log were left out, because there were too many."
            _log.warning(many, self._name, self._left_out)
            self._left_out = 0
