"""Which class of the model is stored in which table, and how a value becomes a row and a row a value. Pure.

A table's columns are the class's fields, by name. Times are UTC nanoseconds; of an enumeration its text is stored.
"""

from dataclasses import dataclass, fields
from enum import Enum
from functools import cached_property
from typing import Any, Generic, TypeVar, get_type_hints

from seacorder.model.absence import Absence
from seacorder.model.capture_time import PartAnchor
from seacorder.model.copies import CompletedFolder, CopiedFile, CopiedFolder
from seacorder.model.event import Event
from seacorder.model.loss import Loss
from seacorder.model.observation import ObservationState
from seacorder.model.observation_text import ObservationDocument, ObservationRow
from seacorder.model.recording import Clip, FileState, Framegrab, Part, Recording, RecordingState
from seacorder.model.removal import Removal

T = TypeVar("T")


@dataclass(frozen=True)
class Table(Generic[T]):
    """One table. The SQL fragments below are constants of this module, never text from outside."""

    name: str
    of: type[T]
    key: tuple[str, ...]
    """The columns that identify a row; a later value with the same ones replaces it."""
    start: str
    """The column by which rows are ordered and filtered."""
    end: str
    """An SQL expression for filtering; NULL for rows that have not ended."""
    recording: str | None = "recording_id"
    has_channel: bool = True
    is_open: str | None = None
    """The state of rows that an unexpected end of the program leaves behind."""

    @cached_property
    def columns(self) -> tuple[str, ...]:
        return tuple(field.name for field in fields(self.of))  # type: ignore[arg-type]

    @property
    def conflict(self) -> tuple[str, ...]:
        """The key as the unique index has it. SQL's NULLs are never equal, so a loss outside any recording has ''
        there.
        """
        if self.of is not Loss:
            return self.key
        return tuple("ifnull(recording_id, '')" if name == "recording_id" else name for name in self.key)

    @cached_property
    def upsert(self) -> str:
        """The statement that stores one value; an existing row is replaced."""
        key = ", ".join(self.conflict)
        changes = ", ".join(f"{name} = excluded.{name}" for name in self.columns if name not in self.key)
        names, marks = ", ".join(self.columns), ", ".join("?" * len(self.columns))
        return f"INSERT INTO {self.name} ({names}) VALUES ({marks}) ON CONFLICT ({key}) DO UPDATE SET {changes}"  # noqa: S608

    @cached_property
    def insert_missing(self) -> str:
        """The statement that stores one value, unless its row exists."""
        names, marks = ", ".join(self.columns), ", ".join("?" * len(self.columns))
        return f"INSERT INTO {self.name} ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING"  # noqa: S608

    def row(self, value: T) -> tuple[object, ...]:
        found = (getattr(value, name) for name in self.columns)
        return tuple(item.value if isinstance(item, Enum) else item for item in found)

    def key_of(self, value: T) -> tuple[object, ...]:
        """Equal for two values of the same row."""
        return (self.name, *(getattr(value, name) for name in self.key))

    def value(self, row: tuple[Any, ...]) -> T:
        """The value in a row. Raises ValueError for a text that is no word of its enumeration in this version."""
        pairs = zip(self._enumerations, row, strict=True)
        return self.of(*(kind(item) if kind else item for kind, item in pairs))

    @cached_property
    def _enumerations(self) -> tuple[type[Enum] | None, ...]:
        """For each column the enumeration whose words it holds; None for other columns."""
        hints = (get_type_hints(self.of)[name] for name in self.columns)
        return tuple(hint if isinstance(hint, type) and issubclass(hint, Enum) else None for hint in hints)


RECORDINGS = Table(
    "recordings",
    Recording,
    key=("id",),
    start="start_utc_ns",
    end="end_utc_ns",
    recording="id",
    has_channel=False,
    is_open=RecordingState.RUNNING.value,
)
PARTS = Table(
    "parts",
    Part,
    key=("recording_id", "channel", "number"),
    start="start_utc_ns",
    end="CASE state WHEN 'open' THEN NULL ELSE end_utc_ns END",
    is_open=FileState.OPEN.value,
)
CLIPS = Table(
    "clips",
    Clip,
    key=("id", "channel", "kind"),
    start="start_utc_ns",
    end="CASE state WHEN 'open' THEN NULL ELSE end_utc_ns END",
    is_open=FileState.OPEN.value,
)
FRAMEGRABS = Table("framegrabs", Framegrab, key=("id", "channel"), start="frame_utc_ns", end="frame_utc_ns")
LOSSES = Table(
    "losses", Loss, key=("channel", "from_utc_ns", "cause", "recording_id"), start="from_utc_ns", end="to_utc_ns"
)
OBSERVATIONS = Table(
    "observations",
    ObservationRow,
    key=("id",),
    start="start_utc_ns",
    end="end_utc_ns",
    has_channel=False,
    is_open=ObservationState.OPEN.value,
)
DOCUMENTS = Table("observation_documents", ObservationDocument, key=("id",), start="id", end="id", recording=None)
"""Apart from their rows, which are small, so that a search goes through them quickly."""
REMOVALS = Table("removals", Removal, key=("recording_id",), start="utc_ns", end="utc_ns", has_channel=False)
ABSENCES = Table("absences", Absence, key=("path",), start="noticed_utc_ns", end="noticed_utc_ns")
"""Files that somebody has taken away by hand. For this recorder alone: not in account files."""
EVENTS = Table("events", Event, key=("cursor",), start="utc_ns", end="utc_ns", recording=None)

ANCHORS = Table(
    "anchors", PartAnchor, key=("recording_id", "channel", "number"), start="number", end="number"
)
"""For the program's next start alone: not shown, and not in account files."""

COPIED_FILES = Table(
    "copied_files", CopiedFile, key=("place", "path"), start="verified_utc_ns", end="verified_utc_ns", recording=None
)
COPIED_FOLDERS = Table(
    "copied_folders", CopiedFolder, key=("place", "folder"), start="verified_utc_ns", end="verified_utc_ns",
    recording=None,
)
COMPLETED_FOLDERS = Table(
    "completed_folders", CompletedFolder, key=("folder",), start="completed_utc_ns", end="completed_utc_ns",
    recording=None,
)
"""What lies at other places, and which folders are complete; asked by `copy_queries`."""

TABLES: tuple[Table[Any], ...] = (RECORDINGS, PARTS, CLIPS, FRAMEGRABS, LOSSES, OBSERVATIONS, REMOVALS, EVENTS)
"""Tables that are shown, in the order in which the rows of one batch are written."""

COPIES: tuple[Table[Any], ...] = (COPIED_FILES, COPIED_FOLDERS, COMPLETED_FOLDERS)
_OF: dict[type[Any], Table[Any]] = {table.of: table for table in (*TABLES, DOCUMENTS, ANCHORS, ABSENCES, *COPIES)}


def table_of(kind: type[T]) -> Table[T]:
    """The table of a value of the model. Raises KeyError for one that the catalogue does not hold."""
    return _OF[kind]
