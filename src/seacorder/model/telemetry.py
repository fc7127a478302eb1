"""Survey data: what the telemetry worker is started with, and what it reports."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.message import Message
from seacorder.model.definition.definition import Definition
from seacorder.model.framing import Framing
from seacorder.model.reading import Reading, ReadingState
from seacorder.model.volume import MarkedFolder

STALE_NS = 5 * NS_PER_SECOND


@dataclass(frozen=True, slots=True)
class TelemetrySource:
    """One source of survey data, as the settings file says it."""

    name: str
    address: str
    framing: Framing = field(default_factory=Framing)
    """How records are found in its bytes."""
    definitions: tuple[Definition, ...] = ()
    """What its records mean. Of two that give the same field the earlier one is preferred."""
    stale_ns: int = STALE_NS
    """After so long without a record that is understood it is stale, and after so long each of its values."""
    clock_alarm_ns: int = 2 * NS_PER_SECOND
    """A time in its records that differs from this machine's by more than this is an alarm; 0: never."""
    prefer: tuple[str, ...] = ()
    """Fields for which it goes before the sources that stand before it."""
    definition_names: tuple[str, ...] = ()
    """The names that its settings give for `definitions`; empty: none, see `definition.in_force`."""


@dataclass(frozen=True, slots=True)
class LineOut:
    """Readings that are sent to another system, as a line of text in a datagram."""

    host: str
    """An IP address."""
    port: int
    line: str
    """With fields, see `overlay_line`."""
    interval_ns: int = NS_PER_SECOND
    none: str = ""
    """What stands where a field has no value, or a stale one."""
    has_checksum: bool = False
    """`*` and the checksum of NMEA 0183 follow the line."""


@dataclass(frozen=True, slots=True)
class TelemetrySettings:
    """What the worker needs. The order of the sources is the order of preference between them."""

    sources: tuple[TelemetrySource, ...]
    lines_out: tuple[LineOut, ...] = ()
    refused: tuple[str, ...] = ()
    """Names of definitions that must not be used, because a worker hung in one."""
    volumes: tuple[MarkedFolder, ...] = ()
    """The volumes that its logs go to."""
    reserve_bytes: int = 0
    """Bytes kept free on each of them. Before less is left, a log continues on the other one, if there is one."""
    trying_path: str = ""
    """A file in which the worker marks what it is just trying; see `model.trying`. Empty: nowhere."""


@dataclass(frozen=True, slots=True)
class UseDefinitions:
    """Tells the worker what the records of some sources mean from now on. What comes meanwhile waits."""

    request: int
    definitions: Mapping[str, tuple[Definition, ...]]
    """By source; the others go on as they are."""
    refused: tuple[str, ...]
    """Names of definitions that must not be used, because a worker hung in one."""


@dataclass(frozen=True, slots=True)
class TellLines:
    """Asks the worker for the newest records of one source. Answered by `SourceLines`."""

    request: int
    source: str
    after: int = -1
    """Only those with a higher number."""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One record as it came, and what became of it."""

    number: int
    """Counted for this source since its worker began, from 0."""
    utc_ns: int
    """When it was complete."""
    data: bytes
    """Its first bytes, without what separates it from the next record."""
    definition: str
    """The one that understands it, or would; empty where none fits."""
    refusal: str
    """Why it is refused; empty where it is understood."""


@dataclass(frozen=True, slots=True)
class SourceLines:
    """Answer to `TellLines`, the oldest first; empty also for a source that there is not."""

    request: int
    lines: tuple[SourceLine, ...]


class SourceState(StrEnum):
    """What a source is doing."""

    CONNECTING = "connecting"
    """It is being opened, or nothing has come yet."""
    LIVE = "live"
    STALE = "stale"
    """Open, but for `stale_ns` nothing has come that is understood."""
    FAILED = "failed"
    """It cannot be opened or read. It is tried again without end."""


@dataclass(frozen=True, slots=True)
class SourceCounters:
    """What a source has given since its worker began. What was refused is counted under one of the others."""

    records: int = 0
    """Records found in its bytes, whether they were understood or not."""
    noise_bytes: int = 0
    """Bytes that belong to no record."""
    bad_checksums: int = 0
    wrong_fields: int = 0
    """Records with too few or too many fields."""
    wrong_types: int = 0
    """Records in which a field is not what its definition says: letters in place of a number."""
    out_of_range: int = 0
    unknown_records: int = 0
    """Records that no definition of the source is for."""
    bytes: int = 0
    dropped_datagrams: int = 0
    """Datagrams that came faster than they were read, so that the system has thrown them away. Linux alone tells."""
    time_steps_back: int = 0
    """How often the time in its records went back."""


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """How a source is doing."""

    name: str
    state: SourceState
    since_utc_ns: int
    """Since when it is in this state."""
    why: Message | None = None
    """Why it is not live; None while it is."""
    counters: SourceCounters = field(default_factory=SourceCounters)
    newest_utc_ns: int | None = None
    """When its newest record came that was understood."""
    refusal: str = ""
    """What was wrong with the newest record that was refused; empty if none was."""
    clock_difference_ns: int | None = None
    """The time in its newest record with one, less this machine's; None if it gives no time. While it gives dates, of
    those with a date."""
    clock_is_wrong: bool = False
    """The difference is beyond the bound, and has been for some seconds."""
    definitions_refused: tuple[str, ...] = ()
    """Definitions of it that are not used any more, because they took too long."""


@dataclass(frozen=True, slots=True)
class TelemetryStatus:
    """The worker's heartbeat: all sources, in the order of the settings."""

    sources: tuple[SourceStatus, ...]


@dataclass(frozen=True, slots=True)
class ReadingsTaken:
    """Fields whose value has changed or been confirmed, once each: the newest of the last moments."""

    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class DefinitionRefused:
    """A definition took too long over a record, and is not used any more until a client changes it or the program is
    restarted."""

    name: str
    source: str


def judged(reading: Reading, monotonic_ns: int, stale_ns: int) -> Reading:
    """The reading as it counts at an instant: stale if it was received more than `stale_ns` before."""
    if reading.state is ReadingState.FRESH and monotonic_ns - reading.received.monotonic_ns > stale_ns:
        return reading._replace(state=ReadingState.STALE)
    return reading
