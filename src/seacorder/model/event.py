"""Something that happened, for the log, the catalogue and whoever listens."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Event:
    """`kind` is a stable word (docs/reference/events.md); `sentence` is for people."""

    utc_ns: int
    kind: str
    severity: Severity
    sentence: str
    channel: str | None = None
    cursor: int = 0
    """Position in the program's event log; 0 until control has given it one."""
