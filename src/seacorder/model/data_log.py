"""What is written beside a recording from survey data, and the commands that begin, change and end it."""

from dataclasses import dataclass
from enum import StrEnum

from seacorder.base.clock import NS_PER_SECOND
from seacorder.model.file_name import Naming
from seacorder.model.instant import Instant, SplitSchedule


class LogRows(StrEnum):
    """When the table of readings gets a row."""

    INTERVAL = "interval"
    CHANGE = "change"
    """Whenever a value has changed, was confirmed not to be there, or has become stale."""


@dataclass(frozen=True, slots=True)
class DataLogSettings:
    """What the settings file says about it."""

    rows: LogRows = LogRows.INTERVAL
    interval_ns: int = NS_PER_SECOND
    """Between two rows, and between two positions of a track."""


@dataclass(frozen=True, slots=True)
class DataLogPlan:
    """How the files are named and split that begin at or after `from_ns` (monotonic)."""

    from_ns: int
    naming: Naming
    """Of the raw log and the table of readings: by the data log's template, in the inspection folder."""
    track_folder: str
    """The base folder of the tracks: that of the recordings."""
    schedule: SplitSchedule
    reevaluate_tags: bool
    track_fallback: str | None = None
    """Used instead of `track_folder` while its volume is full or fails; None: there is no second volume."""


@dataclass(frozen=True, slots=True)
class StartDataLog:
    """Log from `instant` on; not answered. A log that runs is ended first."""

    recording_id: str
    instant: Instant
    plan: DataLogPlan
    settings: DataLogSettings


@dataclass(frozen=True, slots=True)
class StartBlackboxLog:
    """Log into the blackbox too, beside any recording; not answered. A log of it that runs is ended first."""

    log: StartDataLog
    reserve_bytes: int
    """Kept free on the blackbox's disk."""


@dataclass(frozen=True, slots=True)
class StopBlackboxLog:
    """End the blackbox's log at `instant`; answered when its files are on disk."""

    request: int
    instant: Instant


@dataclass(frozen=True, slots=True)
class ChangeDataLog:
    """New names or splits; not answered."""

    plan: DataLogPlan


@dataclass(frozen=True, slots=True)
class StopDataLog:
    """End the log at `instant`; answered when its files are on disk. Fine when none runs."""

    request: int
    instant: Instant
