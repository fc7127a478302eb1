"""Rebuilds the catalogue from rows that were read from the files: in place, in one transaction."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path

from seacorder.base.clock import Clock
from seacorder.base.errors import CatalogueFailed
from seacorder.catalogue.opening import CatalogueLock, open_for_writing
from seacorder.catalogue.tables import DOCUMENTS, EVENTS, REMOVALS, TABLES
from seacorder.model.account import Row
from seacorder.model.observation import Observation, joined
from seacorder.model.observation_text import ObservationDocument, ObservationRow, document_of, row_of
from seacorder.model.observation_text import read as read_observation
from seacorder.model.recording import Part
from seacorder.model.removal import Removal


def rebuild(path: Path, clock: Clock, read: Callable[[], Sequence[Row]]) -> Sequence[Row]:
    """Replaces the catalogue's rows on recordings and files with those that `read` returns, and returns them too.
    Blocks.

    Events and settings stay, removals whose files have not come back, and what of observations no disk had taken yet. A
    damaged catalogue is set aside first.
    Raises CatalogueFailed if a recorder uses the catalogue, if it cannot be written, or if `read` finds no row at all:
    then the drive is probably not there, and the old rows stay.
    """
    lock = CatalogueLock(path)
    lock.take()
    try:
        rows = read()
        connection, _ = open_for_writing(path, clock)
        with closing(connection):
            rows = _replace(connection, rows)
    except sqlite3.Error as error:
        raise CatalogueFailed(
            f"The list of recordings (catalogue) {path} cannot be written ({error}).", "Check its disk."
        ) from error
    finally:
        lock.release()
    return rows


def _replace(connection: sqlite3.Connection, rows: Sequence[Row]) -> Sequence[Row]:
    tables = [*(table for table in TABLES if table is not EVENTS), DOCUMENTS]
    if not rows and any(_has_rows(connection, table.name) for table in tables):
        raise CatalogueFailed(
            "No recorded file was found; the list of recordings (catalogue) was left as it is.",
            "Check that the disk is mounted.",
        )
    rows = _with_what_only_the_list_has(connection, rows)
    statements = {table.of: table for table in tables}
    connection.execute("BEGIN IMMEDIATE")
    try:
        for table in tables:
            connection.execute(f"DELETE FROM {table.name}")  # noqa: S608 - a constant of `tables`
        for row in rows:
            table = statements[type(row)]
            connection.execute(table.insert_missing, table.row(row))
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return rows


def _with_what_only_the_list_has(connection: sqlite3.Connection, rows: Sequence[Row]) -> Sequence[Row]:
    """The rows, with observations that have no file yet, and revisions that are not in their file: a disk had not taken
    them. One whose file is gone is left out, as a video is."""
    texts = {row.id: row.document for row in rows if isinstance(row, ObservationDocument)}
    paths = {row.id: row.path for row in rows if isinstance(row, ObservationRow)}
    found: dict[str, Observation] = {}
    question = "SELECT id, path, document FROM observations JOIN observation_documents USING (id)"
    for observation_id, path, text in connection.execute(question):
        in_file = texts.get(observation_id)
        if in_file == text or (in_file is None and path):
            continue
        with suppress(ValueError):  # of a later version
            known = read_observation(text)
            found[observation_id] = known if in_file is None else joined(read_observation(in_file), known)
    others = [
        row for row in rows if not (isinstance(row, ObservationRow | ObservationDocument) and row.id in found)
    ]
    more = [row for key, one in found.items() for row in (document_of(one), row_of(one, paths.get(key, "")))]
    return [*others, *more, *_removals(connection, rows)]


def _removals(connection: sqlite3.Connection, rows: Sequence[Row]) -> list[Removal]:
    """Those of which the files say nothing: neither that it was removed, nor that it is there again."""
    said = {row.recording_id for row in rows if isinstance(row, Removal | Part)}
    stored = connection.execute(f"SELECT {', '.join(REMOVALS.columns)} FROM removals")  # noqa: S608 - of `tables`
    return [row for row in map(REMOVALS.value, stored) if row.recording_id not in said]


def _has_rows(connection: sqlite3.Connection, table: str) -> bool:
    return connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is not None  # noqa: S608 - of `tables`
