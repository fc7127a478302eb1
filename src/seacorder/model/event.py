"""Events: what happened. Each goes to the log, to the catalogue and to clients that listen."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from seacorder.base.message import joined


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    ALARM = "alarm"


class Note(Protocol):
    """Takes an event of one channel."""

    def __call__(self, kind: str, severity: Severity, fact: str, action: str = "") -> None: ...


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `kind` is a stable word for programs (docs/programs/events.md); `fact` and `action` are for people."""

    utc_ns: int
    kind: str
    severity: Severity
    fact: str
    """What happened, and what it costs."""
    channel: str | None = None
    cursor: int = 0
    """Its position in the event log, from 1; 0 until `control` has given it one."""
    action: str = ""
    """What Seacorder does about it by itself, then what to do; empty if there is nothing to do."""
    alarm: str = ""
    """The kind of the alarm that began or ended with this event; empty for all others."""
    observation: str = ""
    """The id of the observation that it is about; empty for all others."""

    @property
    def text(self) -> str:
        """Both fields as one text."""
        return joined((self.fact, self.action))
