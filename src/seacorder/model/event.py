"""Events: what happened. Each goes to the log, to the catalogue and to clients that listen."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `kind` is a stable word, used on the wire (docs/programs/events.md); `sentence` is for people."""

    utc_ns: int
    kind: str
    severity: Severity
    sentence: str
    channel: str | None = None
    cursor: int = 0
    """Its position in the event log, from 1; 0 until `control` has given it one."""
