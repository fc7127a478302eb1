"""Logging: what the operator would want to read next morning, and never a secret.

Every address that reaches a log, a report, a file or an answer goes through `redact` first; the formatter applies
it once more to whole lines, so that a library's own message cannot leak one either.
"""

import logging
import re
import sys
import threading

from seacorder.base.clock import NS_PER_SECOND, Clock

_CREDENTIALS = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{0,30}://)[^/\s?#'\"]*@")
_QUERY_CREDENTIALS = re.compile(
    r"(?P<name>[?&](?:user|usr|username|login|loginuse|pass|passwd|password|loginpas|pwd|psw|pw|token|key|auth|secret)=)"
    r"[^&\s#'\"]+",
    re.IGNORECASE,
)
"""As web cameras want them in the address of their picture."""


def redact(text: str) -> str:
    """The same text with user and password of every address in it replaced by `***`."""
    return _QUERY_CREDENTIALS.sub(r"\g<name>***", _CREDENTIALS.sub(r"\g<scheme>***@", text))


class RedactingFormatter(logging.Formatter):
    """Formats a whole record, trace included, without credentials."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def set_up(level: str = "INFO", *, process: str = "control") -> None:
    """Sends this process's log to standard error, each line with UTC time, level and process. Call once, at start."""
    root = logging.getLogger()
    root.handlers[:] = [logging.StreamHandler(sys.stderr)]
    root.setLevel(level)
    call_process(process)


def call_process(name: str) -> None:
    """Heads the lines that follow with another name: a worker learns only later which channel is its own."""
    head = name.replace("%", "%%")
    formatter = RedactingFormatter(f"%(asctime)s %(levelname)-7s {head}: %(message)s", "%Y-%m-%dT%H:%M:%S%z")
    for handler in logging.getLogger().handlers:
        handler.setFormatter(formatter)


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
