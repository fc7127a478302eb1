"""The blackbox: an always-on recording of chosen channels beside the operator's recordings.

Its files are parts like those of a recording. Their notes, and the reports and losses about them, bear an id that
begins with `BLACKBOX_PREFIX`: one id for each run of the program. When a stretch is kept, the same files become parts
of a recording of their own; which one, the account beside them says.
"""

from dataclasses import dataclass

from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.message import Message
from seacorder.model.file_name import Naming
from seacorder.model.instant import Instant, SplitSchedule

BLACKBOX_PREFIX = "blackbox-"
FOLDER_TEMPLATE = "${yyyy}-${MM}-${dd}_${hh}"
"""A folder for each hour, in UTC, whose account goes with the last of its files."""
FILE_TEMPLATE = FOLDER_TEMPLATE + "/${channelname}_${yyyy}${MM}${dd}T${hh}${mm}${ss}${fff}Z"
QUEUE_BYTES = 24 * 1024 * 1024
"""How many bytes of a channel may wait for the blackbox's disk. They are apart from those of recordings, so that a slow
disk of the blackbox takes no memory from them."""


def is_of_blackbox(identifier: str | None) -> bool:
    """True for the id of a run of the blackbox."""
    return identifier is not None and identifier.startswith(BLACKBOX_PREFIX)


@dataclass(frozen=True, slots=True)
class BlackboxSettings:
    """What the settings file says about it."""

    root: str
    """Absolute folder, outside of all folders that recordings go to."""
    channels: tuple[str, ...]
    split_ns: int = 300 * NS_PER_SECOND
    max_bytes: int = 100_000_000_000
    max_age_ns: int = 24 * 3600 * NS_PER_SECOND
    """0: no limit."""
    reserve_bytes: int = 4_000_000_000
    """Kept free on its disk."""


@dataclass(frozen=True, slots=True)
class StartBlackbox:
    """For a channel's worker: record into the blackbox from `instant` on, until the worker ends. Not answered."""

    id: str
    instant: Instant
    naming: Naming
    schedule: SplitSchedule
    first_part: int
    reserve_bytes: int


@dataclass(frozen=True, slots=True)
class SplitBlackbox:
    """The blackbox's part ends with the next keyframe captured at or after `instant`; at once on a channel without a
    picture. Not answered: `PartClosed` tells."""

    instant: Instant


@dataclass(frozen=True, slots=True)
class BlackboxChannel:
    """What the blackbox does with one channel."""

    name: str
    is_recording: bool
    """Its bytes have reached the blackbox's disk within the last moments."""
    is_missing: bool
    """It has a picture, or no recording process, and is not recorded: an alarm."""
    path: str | None
    """The file that is being written; None while there is none."""
    why: Message | None
    """Why it is not recorded; None while it is."""


@dataclass(frozen=True, slots=True)
class BlackboxView:
    """The blackbox, now."""

    root: str
    is_recording: bool
    """Every channel of it that has a picture is recorded."""
    channels: tuple[BlackboxChannel, ...]
    files: int
    """Whole ones."""
    bytes: int
    max_bytes: int
    max_age_seconds: float
    """0: no limit."""
    oldest_utc_ns: int | None
    """When the oldest frame in it was captured; None while it is empty."""
    needed_files: int = 0
    """How many of them stay because somebody still needs them."""
    why: Message | None = None
    """What is wrong with the blackbox as a whole; None while nothing is."""


@dataclass(frozen=True, slots=True)
class KeptStretch:
    """What came of keeping a stretch."""

    recording_id: str
    from_utc_ns: int
    """Whole files are kept: it begins at or before the wanted instant …"""
    to_utc_ns: int
    """… and ends at or after it, as far as there were frames."""
    channels: tuple[str, ...]
    files: int
    bytes: int
    losses: int
    is_linked: bool
    """The files share their bytes with the blackbox; False: they were copied."""
    folder: str


@dataclass(frozen=True, slots=True)
class HeldStretch:
    """What the blackbox holds of one channel without a break."""

    channel: str
    from_utc_ns: int
    to_utc_ns: int
    """Of a file that is being written: as far as is known."""
    files: int
    bytes: int
