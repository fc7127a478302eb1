"""Observations: what an inspector notes about what he sees. Frozen values, and the history of each. Pure.

An observation is entered once; what was known then never changes (`Observation`). Everything that people do to it later
is a `Revision` at the end of its history. What it says now is worked out from the history (`now`), so nothing is
destroyed: an edit hides the value before it, and a withdrawn observation still has all of them. Histories of the same
observation can be joined in any order (`joined`), for example that of its file with that of the catalogue.

Its stills, its clips and its exact places become known only after it was entered (`Followed`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from seacorder.model.instant import Instant
from seacorder.model.reading import Reading

FieldValue = float | str
"""A number, or a text: of a choice its word."""
Pairs = tuple[tuple[str, FieldValue], ...]
TEXT_CHARACTERS_MAX = 4000


class ObservationClass(StrEnum):
    FINDING = "finding"
    ANOMALY = "anomaly"
    """It has a video of its own, named by the anomaly template."""
    NOTE = "note"
    MILESTONE = "milestone"


class EnteredBy(StrEnum):
    """How an observation came to be."""

    KEY = "key"
    PAGE = "page"
    API = "api"
    AUTOMATIC = "automatic"
    LATE = "late"
    """Entered for an instant of the past."""


class RevisionKind(StrEnum):
    ENTERED = "entered"
    CLOSED = "closed"
    """A span has ended."""
    CLOSED_BY_STOP = "closed_by_stop"
    """The recording ended while the span was open."""
    REVISED = "revised"
    WITHDRAWN = "withdrawn"


CLOSING = (RevisionKind.CLOSED, RevisionKind.CLOSED_BY_STOP)


class ObservationState(StrEnum):
    POINT = "point"
    OPEN = "open"
    """A span whose end has not come."""
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class NotedReading:
    """A reading as it was at the instant of an observation."""

    reading: Reading
    age_seconds: float
    """From its receipt to the instant."""


def noted(readings: Iterable[Reading], instant: Instant) -> tuple[NotedReading, ...]:
    """The readings with their age at an instant."""
    return tuple(
        NotedReading(one, round((instant.monotonic_ns - one.received.monotonic_ns) / 1e9, 3)) for one in readings
    )


@dataclass(frozen=True, slots=True)
class Place:
    """Where an instant is in one channel's files."""

    channel: str
    recording_id: str
    part: int
    """The part's number."""
    path: str
    offset_seconds: float
    """From the beginning of the file to the instant: what a player is told to jump to."""
    frame: int
    """The channel's frame number of the newest frame captured at or before the instant, as `Part.first_frame` counts.
    """
    is_exact: bool = False
    """The recording process has said so; else it is computed from the times and counts of the recording's files."""


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A still or a clip that belongs to an observation."""

    id: str
    channel: str
    path: str


@dataclass(frozen=True, slots=True)
class Followed:
    """What becomes known after an observation was entered."""

    places: tuple[Place, ...] = ()
    """Of its instant, or of the beginning of its span."""
    to_places: tuple[Place, ...] = ()
    """Of the end of its span."""
    stills: tuple[MadeFile, ...] = ()
    clips: tuple[MadeFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """What a revision sets; None: it leaves that as it was."""

    text: str | None = None
    fields: Pairs = ()
    """Only those that it sets. An empty text takes a field's value away."""
    end: Instant | None = None
    """With `closed` and `closed_by_stop`."""
    end_readings: tuple[NotedReading, ...] = ()


@dataclass(frozen=True, slots=True)
class Revision:
    """One entry of an observation's history. It is never changed."""

    sequence: int
    """From 1; one more than that of the newest revision known to whoever made it."""
    kind: RevisionKind
    utc_ns: int
    author: str = ""
    reason: str = ""
    changes: Changes = Changes()


@dataclass(frozen=True, slots=True)
class Observation:
    """One observation with its whole history. All but `revisions` and `followed` was fixed when it was entered."""

    id: str
    number: int
    """Runs for each dive and class; never used twice."""
    code: str
    label: str
    observation_class: ObservationClass
    is_span: bool
    start: Instant
    entered_by: EnteredBy
    context: tuple[tuple[str, str], ...] = ()
    """Project, dive, task, component, operator, as far as they were set."""
    readings: tuple[NotedReading, ...] = ()
    recording_id: str | None = None
    """The recording in which its instant lies."""
    revisions: tuple[Revision, ...] = ()
    """In the order of their sequence."""
    followed: Followed = field(default_factory=Followed)

    @property
    def dive(self) -> str:
        """The dive that it belongs to; empty if none was set."""
        return dict(self.context).get("dive", "")

    @property
    def now(self) -> "Shown":
        """What it says now."""
        return shown(self)

    @property
    def newest_sequence(self) -> int:
        return self.revisions[-1].sequence if self.revisions else 0


@dataclass(frozen=True, slots=True)
class Shown:
    """What an observation says now, by its history."""

    state: ObservationState
    text: str
    fields: Pairs
    end: Instant | None
    end_readings: tuple[NotedReading, ...]
    is_closed_by_stop: bool


def shown(observation: Observation) -> Shown:
    """Goes through the history, from its first revision to its last."""
    text, end, by_stop, is_withdrawn = "", None, False, False
    end_readings: tuple[NotedReading, ...] = ()
    fields: dict[str, FieldValue] = {}
    for revision in observation.revisions:
        changes = revision.changes
        text = text if changes.text is None else changes.text
        fields |= dict(changes.fields)
        if changes.end is not None:
            end, end_readings = changes.end, changes.end_readings
            by_stop = revision.kind is RevisionKind.CLOSED_BY_STOP
        is_withdrawn = is_withdrawn or revision.kind is RevisionKind.WITHDRAWN
    kept = tuple((name, value) for name, value in fields.items() if value != "")
    state = _state(observation, end, is_withdrawn=is_withdrawn)
    return Shown(state, text, kept, end, end_readings, by_stop)


def _state(observation: Observation, end: Instant | None, *, is_withdrawn: bool) -> ObservationState:
    if is_withdrawn:
        return ObservationState.WITHDRAWN
    if not observation.is_span:
        return ObservationState.POINT
    return ObservationState.OPEN if end is None else ObservationState.CLOSED


def revised(observation: Observation, revision: Revision) -> Observation:
    """The observation with one more revision. Its sequence must be one that the history does not have yet."""
    return replace(observation, revisions=in_sequence((*observation.revisions, revision)))


def joined(one: Observation, other: Observation) -> Observation:
    """One observation of two copies of it, with every revision of both. The same whichever copy comes first."""
    files = (one.followed, other.followed)
    followed = Followed(
        places=_best_places(files[0].places, files[1].places),
        to_places=_best_places(files[0].to_places, files[1].to_places),
        stills=_all_files(files[0].stills, files[1].stills),
        clips=_all_files(files[0].clips, files[1].clips),
    )
    return replace(one, revisions=in_sequence((*one.revisions, *other.revisions)), followed=followed)


def in_sequence(revisions: Iterable[Revision]) -> tuple[Revision, ...]:
    """Every revision once, in the order of the history. Two of one sequence, which only two programs that worked on
    copies of a file can make, are ordered by their time and then by what they say."""
    return tuple(sorted(set(revisions), key=lambda one: (one.sequence, one.utc_ns, repr(one))))


def _best_places(one: tuple[Place, ...], other: tuple[Place, ...]) -> tuple[Place, ...]:
    by_channel: dict[str, Place] = {}
    for place in sorted((*one, *other), key=lambda place: (place.is_exact, repr(place))):
        by_channel[place.channel] = place
    return tuple(by_channel[name] for name in sorted(by_channel))


def _all_files(one: tuple[MadeFile, ...], other: tuple[MadeFile, ...]) -> tuple[MadeFile, ...]:
    return tuple(sorted(set(one) | set(other), key=lambda file: (file.id, file.channel, file.path)))
