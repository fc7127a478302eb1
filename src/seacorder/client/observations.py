"""A client of what was observed, over `/api/v1`: entered, closed, changed, listed and exported, with typed answers.

    with ObservationClient("http://127.0.0.1:13000") as book:
        anode = book.enter(NewObservation("AN", "Half consumed", {"clock": 3}))
        book.press("FS")                                # a free span begins
        book.press("FS")                                # and ends
        book.revise(anode.id, ObservationEdit("Gone", reason="seen again"))
        book.export("xlsx", Path("dive12.xlsx"), Which(dive="12"))

Every method blocks until the recorder has done it, and raises `InspectorError` when it has not.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from seacorder.client.answers import KEY, read
from seacorder.client.inspector import DEFAULT_URL, TIMEOUT_SECONDS
from seacorder.client.recorder import RecorderClient
from seacorder.client.transport import Client, Query

FieldValue = float | str


class _Given:
    """Values of which only those that were given are sent."""

    def given(self) -> dict[str, Any]:
        """By the names on the wire."""
        pairs = ((one.metadata.get(KEY, one.name), getattr(self, one.name)) for one in fields(self))  # type: ignore[arg-type]
        return {name: value for name, value in pairs if value not in (None, "", {})}


@dataclass(frozen=True, slots=True)
class NewObservation(_Given):
    """What is entered: seen now or, with `utc`, at an instant of the past."""

    code: str
    text: str = ""
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    """By name; which there are, and what they take, the kind says."""
    author: str = ""
    utc: str | None = None
    """RFC 3339, with its time zone."""
    to_utc: str | None = None
    """The end of a span of the past."""


@dataclass(frozen=True, slots=True)
class ObservationEdit(_Given):
    """What a change sets, who makes it, and why; None: the text stays. An empty text is sent, too."""

    text: str | None = None
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    author: str = ""
    reason: str = ""

    def given(self) -> dict[str, Any]:
        """By the names on the wire."""
        said = _Given.given(self)
        return said if self.text is None else {**said, "text": self.text}


@dataclass(frozen=True, slots=True)
class Which(_Given):
    """Which observations; None: any. Instants are RFC 3339, with a time zone."""

    begin: str | None = field(default=None, metadata={KEY: "from"})
    """That end at or after this instant."""
    end: str | None = field(default=None, metadata={KEY: "to"})
    """That begin before this instant."""
    kind: str | None = None
    observation_class: str | None = field(default=None, metadata={KEY: "class"})
    text: str | None = None
    """In which each of these words begins a word."""
    dive: str | None = None
    recording: str | None = None

    @property
    def query(self) -> dict[str, Query]:
        """As the recorder takes it."""
        return dict(self.given())


@dataclass(frozen=True, slots=True)
class NotedReadingAnswer:
    """A reading as it was at an instant."""

    name: str
    value: float | str | None
    unit: str
    state: str
    """`fresh`, `stale` or `none`, as in `/api/v1/readings`."""
    age_seconds: float
    utc: str
    source: str


@dataclass(frozen=True, slots=True)
class PlaceAnswer:
    """Where an instant is in one channel's files."""

    channel: str
    recording_id: str
    part: int
    path: str
    offset_seconds: float
    """From the beginning of the file."""
    frame: int
    """Counted as `first_frame` of the part is."""
    is_exact: bool


@dataclass(frozen=True, slots=True)
class MadeFileAnswer:
    """A framegrab, or a file of a clip."""

    id: str
    channel: str
    path: str


@dataclass(frozen=True, slots=True)
class RevisionAnswer:
    """One entry of an observation's history; `text` None: it set none."""

    sequence: int
    kind: str
    """`entered`, `closed`, `closed_by_stop`, `revised` or `withdrawn`."""
    utc: str
    author: str
    reason: str
    text: str | None
    fields: Mapping[str, FieldValue]


@dataclass(frozen=True, slots=True)
class ObservationAnswer:
    """An observation as it is now, and its history."""

    id: str
    number: int
    code: str
    label: str
    observation_class: str = field(metadata={KEY: "class"})
    """`finding`, `anomaly`, `note` or `milestone`."""
    is_span: bool
    state: str
    """`point`, `open`, `closed` or `withdrawn`."""
    utc: str
    to_utc: str | None
    is_closed_by_stop: bool
    entered_by: str
    text: str
    fields: Mapping[str, FieldValue]
    context: Mapping[str, str]
    readings: tuple[NotedReadingAnswer, ...]
    to_readings: tuple[NotedReadingAnswer, ...]
    recording_id: str | None
    places: tuple[PlaceAnswer, ...]
    to_places: tuple[PlaceAnswer, ...]
    stills: tuple[MadeFileAnswer, ...]
    clips: tuple[MadeFileAnswer, ...]
    revisions: tuple[RevisionAnswer, ...]


@dataclass(frozen=True, slots=True)
class KindFieldAnswer:
    """A field that can be filled in."""

    name: str
    type: str
    unit: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KindAnswer:
    """A kind of observation."""

    code: str
    label: str
    observation_class: str = field(metadata={KEY: "class"})
    is_span: bool
    colour: str
    key: str
    fields: tuple[KindFieldAnswer, ...]
    takes_still: bool
    clip_seconds: float
    takes_span_clip: bool
    open: str | None
    """The id of its span that is open; None: none is."""


class ObservationClient(Client):
    """One recorder's observations. Safe from any thread; close it, or use it in a `with`."""

    def __init__(self, base_url: str = DEFAULT_URL, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        """Raises InspectorError when `base_url` is no web address. Does not connect yet."""
        self._recorder = RecorderClient(base_url, timeout_seconds=timeout_seconds)

    def close(self) -> None:
        """Gives the connections back."""
        self._recorder.close()

    def enter(self, entry: NewObservation) -> ObservationAnswer:
        """Enters an observation; one of a kind with a span is open then."""
        given = entry.given()
        return read(ObservationAnswer, self._recorder.observe(given.pop("code", ""), **given))

    def press(self, code: str) -> ObservationAnswer:
        """One press of a key: enters an observation; of a span that is open it closes it."""
        return read(ObservationAnswer, self._recorder.press(code))

    def end(self, observation_id: str, edit: ObservationEdit | None = None) -> ObservationAnswer:
        """Closes a span that is open."""
        return self._change(observation_id, "close", edit)

    def revise(self, observation_id: str, edit: ObservationEdit) -> ObservationAnswer:
        """Changes text or fields; what was there before stays in the history."""
        return self._change(observation_id, "revise", edit)

    def withdraw(self, observation_id: str, edit: ObservationEdit | None = None) -> ObservationAnswer:
        """Marks it as withdrawn; it stays. Fine for one that is withdrawn already."""
        return self._change(observation_id, "withdraw", edit)

    def find(self, observation_id: str) -> ObservationAnswer:
        """One observation."""
        return read(ObservationAnswer, self._recorder.observation(observation_id))

    def all(self, which: Which | None = None) -> Iterator[ObservationAnswer]:
        """All that fit, oldest first, asked for page by page."""
        for one in self._recorder.observations(**(which or Which()).query):
            yield read(ObservationAnswer, one)

    def kinds(self) -> tuple[KindAnswer, ...]:
        """The kinds that can be entered."""
        return tuple(read(KindAnswer, one) for one in self._recorder.kinds())

    def export(self, form: str, path: Path, which: Which | None = None) -> None:
        """Writes all that fit into a file, as `csv`, `json`, `xlsx` or `geojson`; it is there whole or not at all.

        Raises InspectorError, also when nothing fits; OSError.
        """
        self._recorder.export_observations(form, path, **(which or Which()).query)

    def _change(self, observation_id: str, what: str, edit: ObservationEdit | None) -> ObservationAnswer:
        given = (edit or ObservationEdit()).given()
        return read(ObservationAnswer, self._recorder.change_observation(observation_id, what, **given))
