"""Reads the catalogue. Each call opens a connection of its own, so any thread may call at any time.

Every call blocks for as long as the disk takes: call it from a thread, not from the event loop. It raises
CatalogueFailed if the catalogue cannot be read. With SQLite's write-ahead log, readers and the writer do not block
each other.
"""

import os
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from seacorder.base.errors import CatalogueFailed
from seacorder.base.message import Message
from seacorder.catalogue import settings_text
from seacorder.catalogue.copy_queries import CopyQueries, paths_below
from seacorder.catalogue.page import EVERY_ROW, LIMIT_MAX, Page, Rows, check_limit, read_cursor, write_cursor
from seacorder.catalogue.tables import (
    ANCHORS,
    CLIPS,
    DOCUMENTS,
    EVENTS,
    FRAMEGRABS,
    LOSSES,
    OBSERVATIONS,
    PARTS,
    RECORDINGS,
    REMOVALS,
    TABLES,
    Table,
    table_of,
)
from seacorder.model.capture_time import PartAnchor
from seacorder.model.event import Event
from seacorder.model.observation import Observation
from seacorder.model.observation_text import ObservationDocument, ObservationOutline, ObservationRow
from seacorder.model.recording import Clip, FileState, Part, Recording, RecordingContent
from seacorder.model.removal import Removal, RemovalState
from seacorder.model.settings import RecorderSettings, StoredSettings
from seacorder.storage.volumes import MarkedFolders

T = TypeVar("T")
BUSY_SECONDS = 5.0
_WORD = re.compile(r"\w+")
"""What a search by text takes for words; SQLite's own tokenizer parts them nearly alike."""
MOST_INTERRUPTED = 200
"""How many interrupted files are offered for repair. For older ones, a repair was tried at many starts."""
_IN_RECORDINGS: tuple[Table[Any], ...] = (CLIPS, FRAMEGRABS, OBSERVATIONS, LOSSES)
"""What is counted of a recording besides its parts."""
_TEXT_COLUMN = {
    "parts": "path", "clips": "path", "framegrabs": "path", "losses": "detail", "removals": "document",
    "absences": "path",
}
"""What a search by text looks in, of rows that are no observations."""
SETTINGS = "recorder"
"""The name under which the settings of clients are stored."""
NAMED = "name >= ? AND name < ?"
"""Of the texts under names that begin alike, with the values of `names_from`; SQLite looks them up by its index."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What an unexpected end of the program has left open or interrupted."""

    recordings: tuple[Recording, ...]
    parts: tuple[Part, ...]
    clips: tuple[Clip, ...]

    def __bool__(self) -> bool:
        return bool(self.recordings or self.parts or self.clips)


@dataclass(frozen=True, slots=True)
class Times:
    """What the wall clock showed in earlier runs of the program; 0 if they have stored nothing."""

    latest_utc_ns: int
    """The time of what was stored last."""
    newest_utc_ns: int
    """The latest time ever stored. It is later than the other one if the clock has been set back since."""


class Queries:
    """Queries of one catalogue file. Never changes it."""

    def __init__(self, path: Path, volumes: MarkedFolders | None = None) -> None:
        self._path = path.absolute()
        self._volumes = volumes or MarkedFolders()
        self.copies = CopyQueries(self._ask)
        """What lies at other places."""

    def rows(self, kind: type[T], page: Page) -> Rows[T]:
        """Rows of one kind: `Recording`, `Part`, `Clip`, `Framegrab` or `Loss`.

        For recordings, `recording_id` finds the one with that id, and `channel` those with a part of that channel.
        """
        return self._page(table_of(kind), page)

    def row(self, kind: type[T], key: tuple[object, ...]) -> T | None:
        """The row with this key, as `catalogue.tables` has it: of a part its recording, channel and number; of a clip
        its id, channel and kind; of a framegrab its id and channel. None if there is none.
        """
        table = table_of(kind)
        condition = " AND ".join(f"{name} = ?" for name in table.key)
        found = _values(table, self._select(table, condition, key))
        return found[0] if found else None

    def contents(self, recording_ids: Sequence[str]) -> dict[str, RecordingContent]:
        """By recording, what it is made of."""
        marks = ", ".join("?" * len(recording_ids))
        files: dict[str, dict[str, tuple[int, int]]] = {}
        grouped = "SELECT recording_id, channel, count(*), sum(bytes) FROM parts "
        grouped += f"WHERE recording_id IN ({marks}) GROUP BY recording_id, channel ORDER BY channel"
        for name, channel, count, size in self._ask(grouped, tuple(recording_ids)) if recording_ids else []:
            files.setdefault(name, {})[channel] = (count, size)
        counts = {table.name: self._counts(table, marks, recording_ids) for table in _IN_RECORDINGS}
        return {
            name: RecordingContent(
                channels=tuple(files.get(name, {})),
                parts=sum(count for count, _ in files.get(name, {}).values()),
                bytes=sum(size for _, size in files.get(name, {}).values()),
                **{table: found.get(name, 0) for table, found in counts.items()},
            )
            for name in recording_ids
        }

    def _counts(self, table: Table[Any], marks: str, recording_ids: Sequence[str]) -> dict[str, int]:
        grouped = f"SELECT recording_id, count(*) FROM {table.name} "  # noqa: S608
        grouped += f"WHERE recording_id IN ({marks}) GROUP BY recording_id"
        return dict(self._ask(grouped, tuple(recording_ids))) if recording_ids else {}

    def all_rows(self, kind: type[T], wanted: Page = EVERY_ROW) -> tuple[T, ...]:
        """Every row of one kind that passes the filter, however many there are, in its order."""
        found: list[T] = []
        page = replace(wanted, limit=LIMIT_MAX)
        while True:
            rows = self.rows(kind, page)
            found += rows.items
            if rows.next_cursor is None:
                return tuple(found)
            page = replace(page, cursor=rows.next_cursor)

    def events(self, after_cursor: int = 0, limit: int = 1000) -> list[Event]:
        """Events after that cursor, in order. The oldest events of all may have been deleted."""
        order = "cursor > ? ORDER BY cursor LIMIT ?"
        return list(_values(EVENTS, self._select(EVENTS, order, (after_cursor, check_limit(limit)))))

    def newest_event_cursor(self) -> int:
        """The cursor of the newest event; 0 if there is none."""
        return int(self._ask("SELECT ifnull(max(cursor), 0) FROM events")[0][0])

    def counts(self) -> dict[str, int]:
        """By table, how many rows it has."""
        return {table.name: int(self._ask(f"SELECT count(*) FROM {table.name}")[0][0]) for table in TABLES}  # noqa: S608

    def latest_recordings(self, count: int) -> tuple[Recording, ...]:
        """The recordings that were begun last, the last one first, by the order of their rows: clocks can be wrong."""
        return _values(RECORDINGS, self._select(RECORDINGS, "1 ORDER BY rowid DESC LIMIT ?", (count,)))

    def times(self) -> "Times":
        """The wall clock times of earlier runs, when asked before this run stores its first event."""
        latest = "SELECT max(ifnull((SELECT utc_ns FROM events ORDER BY cursor DESC LIMIT 1), 0), "
        latest += "ifnull((SELECT max(ifnull(end_utc_ns, start_utc_ns)) FROM parts WHERE state = 'open'), 0))"
        newest = "SELECT max(ifnull((SELECT max(utc_ns) FROM events), 0), "
        newest += "ifnull((SELECT max(start_utc_ns) FROM recordings), 0))"
        return Times(*(int(self._ask(question)[0][0] or 0) for question in (latest, newest)))

    def unfinished(self) -> Unfinished:
        """Recordings that are RUNNING, parts and clips that are OPEN. At a start: what an unexpected end has left."""
        return Unfinished(self._open(RECORDINGS), self._open(PARTS), self._open(CLIPS))

    def interrupted(self) -> Unfinished:
        """Parts and clips that are INTERRUPTED, the newest first: no repair of them has succeeded yet."""
        order = "state = ? ORDER BY start_utc_ns DESC LIMIT ?"
        values = (FileState.INTERRUPTED.value, MOST_INTERRUPTED)
        parts, clips = self._select(PARTS, order, values), self._select(CLIPS, order, values)
        return Unfinished((), _values(PARTS, parts), _values(CLIPS, clips))

    def recording(self, recording_id: str) -> Recording | None:
        found = _values(RECORDINGS, self._select(RECORDINGS, "id = ?", (recording_id,)))
        return found[0] if found else None

    def anchors(self, recording_id: str) -> tuple[PartAnchor, ...]:
        """The newest anchors of the recording's parts, as they were shortly before the program ended."""
        return _values(ANCHORS, self._select(ANCHORS, "recording_id = ?", (recording_id,)))

    def observations(self, page: Page) -> Rows[Observation]:
        """Whole observations, filtered by kind, class, dive and words too."""
        found = self.observation_documents(page)
        return Rows(tuple(map(observation_of, found.items)), found.next_cursor)

    def observation_documents(self, page: Page) -> Rows[ObservationDocument]:
        """The same ones as texts: `observation_of` reads them, which takes far longer than the disk."""
        found = self.rows(ObservationRow, page)
        return Rows(self._documents(found.items), found.next_cursor)

    def observation_outlines(self, page: Page) -> Rows[ObservationOutline]:
        """What a long list shows of them. SQLite takes it out of the documents, far quicker than they can be read."""
        found = self.rows(ObservationRow, page)
        marks = ", ".join("?" * len(found.items))
        paths = ", ".join(f"json_extract(document, '$.{name}')" for name in ("label", "is_span", "text"))
        question = f"SELECT id, {paths} FROM observation_documents WHERE id IN ({marks})"  # noqa: S608 - all from here
        asked = self._ask(question, tuple(row.id for row in found.items)) if found.items else []
        texts = {name: (str(label), bool(is_span), str(text)) for name, label, is_span, text in asked}
        items = (ObservationOutline(row, *texts[row.id]) for row in found.items if row.id in texts)
        return Rows(tuple(items), found.next_cursor)

    def observation(self, observation_id: str) -> tuple[Observation, str] | None:
        """One observation and the path of its file; None if there is none of this id."""
        found = _values(OBSERVATIONS, self._select(OBSERVATIONS, "id = ?", (observation_id,)))
        documents = self._documents(found)
        return (observation_of(documents[0]), found[0].path) if documents else None

    def open_observations(self) -> tuple[tuple[Observation, str], ...]:
        """Spans whose end has not come, each with the path of its file."""
        rows = self._open(OBSERVATIONS)
        paths = {row.id: row.path for row in rows}
        return tuple((observation_of(one), paths[one.id]) for one in self._documents(rows))

    def _documents(self, rows: Sequence[ObservationRow]) -> tuple[ObservationDocument, ...]:
        """Those of the rows. A row whose document was not stored, because too much waited for a slow disk, is left out:
        its file has it."""
        marks = ", ".join("?" * len(rows))
        asked = self._select(DOCUMENTS, f"id IN ({marks})", tuple(row.id for row in rows)) if rows else []
        documents = {one.id: one for one in _values(DOCUMENTS, asked)}
        return tuple(documents[row.id] for row in rows if row.id in documents)

    def observation_numbers(self) -> dict[tuple[str, str], int]:
        """By dive and class: the highest number that was given."""
        question = "SELECT dive, observation_class, max(number) FROM observations GROUP BY dive, observation_class"
        return {(dive, kind): int(number) for dive, kind, number in self._ask(question)}

    def has_files_of_others(self, folder: str, recording_id: str) -> bool:
        """Files that are not of this recording lie in the folder itself, by their rows; what was removed is none."""
        begin, after = paths_below(folder)
        for table in (PARTS, CLIPS, FRAMEGRABS, OBSERVATIONS):
            question = f"SELECT 1 FROM {table.name} WHERE path > ? AND path < ? AND instr(substr(path, ?), ?) = 0 "  # noqa: S608
            question += "AND ifnull(recording_id, '') != ? "
            question += "AND ifnull(recording_id, '') NOT IN (SELECT recording_id FROM removals) LIMIT 1"
            if self._ask(question, (begin, after, len(begin) + 1, os.sep, recording_id)):
                return True
        return False

    def removals_to_finish(self) -> tuple[Removal, ...]:
        """Removals that were begun, and have not ended."""
        clause = f"state = '{RemovalState.REMOVING.value}' ORDER BY utc_ns"
        return _values(REMOVALS, self._select(REMOVALS, clause, ()))

    def begin_utc_ns(self) -> int | None:
        """When the earliest recording began; None when there is none."""
        found = self._ask("SELECT min(start_utc_ns) FROM recordings")[0][0]
        return None if found is None else int(found)

    def load_settings(self, first: RecorderSettings | None = None) -> StoredSettings:
        """The settings in force: `first`, which the settings file says (or the defaults), with what clients have set.
        """
        text, first = self.setting(SETTINGS), first or RecorderSettings()
        return StoredSettings(first) if text is None else settings_text.read(text, first)

    def setting(self, name: str) -> str | None:
        """The text that is stored under that name; None if there is none."""
        rows = self._ask("SELECT value FROM settings WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else None

    def texts(self, beginning: str) -> dict[str, str]:
        """By name, in the order of their names: the texts that are stored under names that begin so."""
        return dict(self._ask(f"SELECT name, value FROM settings WHERE {NAMED} ORDER BY name", names_from(beginning)))  # noqa: S608

    def _open(self, table: Table[T]) -> tuple[T, ...]:
        condition = f"state = '{table.is_open}' ORDER BY {table.start}"
        return _values(table, self._select(table, condition, ()))

    def _page(self, table: Table[T], page: Page) -> Rows[T]:
        condition, values = _condition(table, page)
        limit = check_limit(page.limit)
        order = "DESC" if page.newest_first else "ASC"
        clause = f"{condition} ORDER BY {table.start} {order}, rowid {order} LIMIT ?"
        rows = self._select(table, clause, (*values, limit + 1))
        items = _values(table, rows[:limit])
        if len(rows) <= limit:
            return Rows(items)
        return Rows(items, write_cursor(getattr(items[-1], table.start), rows[limit - 1][0]))

    def _select(self, table: Table[Any], clause: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        # Names and clauses come from `tables` and from below, never from outside.
        return self._ask(f"SELECT rowid, {', '.join(table.columns)} FROM {table.name} WHERE {clause}", values)  # noqa: S608

    def _ask(self, sql: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        with self._connection() as connection:
            return connection.execute(sql, values).fetchall()

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        if self._volumes.exchanged(self._path) is not None:
            raise CatalogueFailed.of(is_away(self._path))
        try:
            address = f"{self._path.as_uri()}?mode=ro"
            with closing(sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS)) as connection:
                yield connection
        except sqlite3.Error as error:
            raise CatalogueFailed(
                f"The list of recordings (catalogue) {self._path} cannot be read ({error}).", "Check its disk."
            ) from error


def names_from(beginning: str) -> tuple[str, str]:
    """The first name that begins so, and the first one after all of those. The beginning is not empty."""
    return beginning, beginning[:-1] + chr(ord(beginning[-1]) + 1)


def observation_of(document: ObservationDocument) -> Observation:
    """Raises CatalogueFailed if the document is of a later version."""
    try:
        return document.observation
    except ValueError as error:
        raise CatalogueFailed(
            f"The list of recordings (catalogue) holds an observation that this version cannot read ({error}).",
            "Install the newer version.",
        ) from error


def is_away(path: Path) -> Message:
    """What is told of a catalogue whose volume is away."""
    fact = f"The list of recordings (catalogue) {path} is on a disk that was unmounted or exchanged."
    return Message(f"{fact} New entries wait in memory.", "Mount the disk again.")


def _values(table: Table[T], rows: list[tuple[Any, ...]]) -> tuple[T, ...]:
    """The values in rows of `_select`. Raises CatalogueFailed for an enumeration's word that this version does not
    know.
    """
    try:
        return tuple(table.value(row[1:]) for row in rows)
    except ValueError as error:
        raise CatalogueFailed(
            f"The list of recordings (catalogue) holds {table.name} that this version does not know ({error}).",
            "Install the newer version.",
        ) from error


def _in_range(utc_ns: int) -> int:
    """The nearest value that fits into SQLite's 64-bit integers."""
    return max(-(2**63), min(utc_ns, 2**63 - 1))


def _condition(table: Table[Any], page: Page) -> tuple[str, list[object]]:
    """The WHERE clause of a page and its values."""
    clauses: list[tuple[str, tuple[object, ...]]] = [("1", ())]
    if page.to_utc_ns is not None:
        clauses.append((f"{table.start} < ?", (_in_range(page.to_utc_ns),)))
    if page.from_utc_ns is not None:
        clauses.append((f"ifnull({table.end}, {2**63 - 1}) >= ?", (_in_range(page.from_utc_ns),)))
    if page.channel is not None:
        of_recordings = f"{table.recording or 'id'} IN (SELECT recording_id FROM parts WHERE channel = ?)"  # noqa: S608
        one = "channel = ?" if table.has_channel else of_recordings
        clauses.append((one, (page.channel,)))
    if page.recording_id is not None and table.recording:
        clauses.append((f"{table.recording} = ?", (page.recording_id,)))
    if page.without_recording and table.recording:
        clauses.append((f"{table.recording} IS NULL", ()))
    clauses += _of_observations(page) if table is OBSERVATIONS else _by_observations(table, page)
    if page.cursor is not None:
        side = "<" if page.newest_first else ">"
        clauses.append((f"({table.start}, rowid) {side} (?, ?)", read_cursor(page.cursor)))
    return " AND ".join(clause for clause, _ in clauses), [value for _, values in clauses for value in values]


def _of_observations(page: Page) -> list[tuple[str, tuple[object, ...]]]:
    asked = (("code", page.code), ("observation_class", page.observation_class), ("dive", page.dive))
    clauses: list[tuple[str, tuple[object, ...]]] = [
        (f"{column} = ?", (value,)) for column, value in asked if value is not None
    ]
    if words := _words(page):
        # The plus sign keeps SQLite from fetching and sorting every row with the words: it goes through the rows in
        # their order, until there are enough.
        clauses.append((f"+{_WITH_WORDS}", (_beginnings(words),)))
    return clauses


def _by_observations(table: Table[Any], page: Page) -> list[tuple[str, tuple[object, ...]]]:
    """Rows of recordings that have such an observation; by text also those that have the words themselves."""
    if table.recording is None:
        return []
    of_recording = f"{table.recording} IN (SELECT recording_id FROM observations WHERE "  # noqa: S608 - of `tables`
    clauses: list[tuple[str, tuple[object, ...]]] = [
        (f"{of_recording}{column} = ?)", (value,))
        for column, value in (("code", page.code), ("dive", page.dive)) if value is not None
    ]
    if words := _words(page):
        likes = tuple(f"%{word.replace('_', '!_')}%" for word in words)
        has_all = " AND ".join([f"{_TEXT_COLUMN.get(table.name, 'path')} LIKE ? ESCAPE '!'"] * len(words))
        if table is RECORDINGS:
            inside = f"id IN (SELECT recording_id FROM parts WHERE {has_all})"  # noqa: S608
            clauses.append((f"({of_recording}{_WITH_WORDS}) OR {inside})", (_beginnings(words), *likes)))
        else:
            clauses.append((f"({has_all})", likes))
    return clauses


_WITH_WORDS = "rowid IN (SELECT rowid FROM observation_words WHERE observation_words MATCH ?)"


def _words(page: Page) -> list[str]:
    return [] if page.text is None else _WORD.findall(page.text)


def _beginnings(words: list[str]) -> str:
    return " ".join(f'"{word}"*' for word in words)
