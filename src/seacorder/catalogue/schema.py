"""The catalogue's tables, as numbered steps from an empty file to the present version.

`PRAGMA user_version` is the number of steps that the file has. A released step is never changed; a change of the tables
is a new step at the end of `STEPS`. Each step is one transaction, together with its number.
"""

import sqlite3

from seacorder.base.errors import CatalogueFailed

_FIRST = """
CREATE TABLE recordings (
    id TEXT NOT NULL PRIMARY KEY,
    start_utc_ns INTEGER NOT NULL,
    end_utc_ns INTEGER,
    state TEXT NOT NULL,
    continues TEXT
);
CREATE INDEX recordings_by_start ON recordings (start_utc_ns);

CREATE TABLE parts (
    recording_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    number INTEGER NOT NULL,
    path TEXT NOT NULL,
    start_utc_ns INTEGER NOT NULL,
    end_utc_ns INTEGER,
    first_frame INTEGER NOT NULL,
    frames INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (recording_id, channel, number)
);
CREATE INDEX parts_by_start ON parts (start_utc_ns);
CREATE INDEX parts_by_path ON parts (path);
CREATE INDEX parts_open ON parts (state) WHERE state = 'open';

CREATE TABLE clips (
    id TEXT NOT NULL,
    channel TEXT NOT NULL,
    kind TEXT NOT NULL,
    path TEXT NOT NULL,
    start_utc_ns INTEGER NOT NULL,
    end_utc_ns INTEGER,
    first_frame INTEGER NOT NULL,
    frames INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    state TEXT NOT NULL,
    recording_id TEXT,
    PRIMARY KEY (id, channel, kind)
);
CREATE INDEX clips_by_start ON clips (start_utc_ns);
CREATE INDEX clips_by_recording ON clips (recording_id);
CREATE INDEX clips_open ON clips (state) WHERE state = 'open';

CREATE TABLE framegrabs (
    id TEXT NOT NULL,
    channel TEXT NOT NULL,
    path TEXT NOT NULL,
    instant_utc_ns INTEGER NOT NULL,
    frame_utc_ns INTEGER NOT NULL,
    frame INTEGER NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    recording_id TEXT,
    PRIMARY KEY (id, channel)
);
CREATE INDEX framegrabs_by_start ON framegrabs (frame_utc_ns);
CREATE INDEX framegrabs_by_recording ON framegrabs (recording_id);

CREATE TABLE losses (
    channel TEXT NOT NULL,
    from_utc_ns INTEGER NOT NULL,
    to_utc_ns INTEGER NOT NULL,
    frames INTEGER,
    cause TEXT NOT NULL,
    recording_id TEXT,
    detail TEXT NOT NULL
);
CREATE UNIQUE INDEX losses_key ON losses (channel, from_utc_ns, cause, ifnull(recording_id, ''));
CREATE INDEX losses_by_start ON losses (from_utc_ns);
CREATE INDEX losses_by_recording ON losses (recording_id);

CREATE TABLE events (
    utc_ns INTEGER NOT NULL,
    kind TEXT NOT NULL,
    severity TEXT NOT NULL,
    sentence TEXT NOT NULL,
    channel TEXT,
    cursor INTEGER NOT NULL PRIMARY KEY
);
CREATE INDEX events_by_time ON events (utc_ns);

CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
"""

_ANCHORS = """
CREATE TABLE anchors (
    recording_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    number INTEGER NOT NULL,
    monotonic_ns INTEGER NOT NULL,
    camera_ns INTEGER,
    PRIMARY KEY (recording_id, channel, number)
)
"""

_TIMEBASE = """
ALTER TABLE anchors ADD COLUMN boot TEXT NOT NULL DEFAULT '';
ALTER TABLE anchors ADD COLUMN asleep_ns INTEGER NOT NULL DEFAULT 0
"""

_TWO_FIELDS = """
ALTER TABLE events RENAME COLUMN sentence TO fact;
ALTER TABLE events ADD COLUMN action TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN alarm TEXT NOT NULL DEFAULT ''
"""

_OBSERVATIONS = """
CREATE TABLE observations (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    code TEXT NOT NULL,
    observation_class TEXT NOT NULL,
    number INTEGER NOT NULL,
    dive TEXT NOT NULL,
    start_utc_ns INTEGER NOT NULL,
    end_utc_ns INTEGER,
    state TEXT NOT NULL,
    recording_id TEXT,
    words TEXT NOT NULL,
    path TEXT NOT NULL
);
CREATE INDEX observations_by_start ON observations (start_utc_ns, end_utc_ns);
CREATE INDEX observations_by_code ON observations (code, start_utc_ns);
CREATE INDEX observations_by_class ON observations (observation_class, start_utc_ns);
CREATE INDEX observations_by_dive ON observations (dive, start_utc_ns);
CREATE INDEX observations_by_recording ON observations (recording_id, start_utc_ns);
CREATE INDEX observations_open ON observations (state) WHERE state = 'open';

CREATE TABLE observation_documents (
    id TEXT NOT NULL PRIMARY KEY,
    document TEXT NOT NULL
);

CREATE VIRTUAL TABLE observation_words USING fts5 (
    words, content = 'observations', content_rowid = 'row', prefix = '2 3'
);

ALTER TABLE events ADD COLUMN observation TEXT NOT NULL DEFAULT ''
"""

_COPIES = """
CREATE TABLE copied_files (
    place TEXT NOT NULL,
    path TEXT NOT NULL,
    target TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    verified_utc_ns INTEGER NOT NULL,
    PRIMARY KEY (place, path)
);

CREATE TABLE copied_folders (
    place TEXT NOT NULL,
    folder TEXT NOT NULL,
    target TEXT NOT NULL,
    manifest_sha256 TEXT NOT NULL,
    files INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    completed_utc_ns INTEGER NOT NULL,
    verified_utc_ns INTEGER NOT NULL,
    PRIMARY KEY (place, folder)
);

CREATE TABLE completed_folders (
    folder TEXT NOT NULL PRIMARY KEY,
    completed_utc_ns INTEGER NOT NULL
)
"""

_CONFIRMED = "ALTER TABLE anchors ADD COLUMN is_unconfirmed INTEGER NOT NULL DEFAULT 0"

_REMOVALS = """
CREATE TABLE removals (
    recording_id TEXT NOT NULL PRIMARY KEY,
    start_utc_ns INTEGER NOT NULL,
    end_utc_ns INTEGER,
    utc_ns INTEGER NOT NULL,
    state TEXT NOT NULL,
    ordered_by TEXT NOT NULL,
    why TEXT NOT NULL,
    copies TEXT NOT NULL,
    files INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    document TEXT NOT NULL
);
CREATE INDEX removals_by_time ON removals (utc_ns)
"""

_ABSENCES = """
CREATE TABLE absences (
    path TEXT NOT NULL PRIMARY KEY,
    recording_id TEXT,
    channel TEXT NOT NULL,
    noticed_utc_ns INTEGER NOT NULL,
    seen_utc_ns INTEGER,
    seen_by TEXT NOT NULL,
    back_utc_ns INTEGER
)
"""

_ADDED = "INSERT INTO observation_words (rowid, words) VALUES (new.row, new.words);"
_REMOVED = "INSERT INTO observation_words (observation_words, rowid, words) VALUES ('delete', old.row, old.words);"
_OBSERVATION_TRIGGERS = (
    f"CREATE TRIGGER observation_added AFTER INSERT ON observations BEGIN {_ADDED} END",
    f"CREATE TRIGGER observation_removed AFTER DELETE ON observations BEGIN {_REMOVED} END",
    f"CREATE TRIGGER observation_changed AFTER UPDATE OF words ON observations BEGIN {_REMOVED} {_ADDED} END",
)
"""They keep up SQLite's own search by text (FTS5)."""

STEPS: tuple[tuple[str, ...], ...] = (
    *(tuple(step.split(";")) for step in (_FIRST, _ANCHORS, _TIMEBASE, _TWO_FIELDS)),
    (*_OBSERVATIONS.split(";"), *_OBSERVATION_TRIGGERS),
    (_CONFIRMED,),
    tuple(_COPIES.split(";")),
    tuple(_REMOVALS.split(";")),
    (_ABSENCES,),
)
"""The statements of the step at index n upgrade version n to n + 1."""

VERSION = len(STEPS)


def upgrade(connection: sqlite3.Connection) -> int:
    """Runs the missing steps; returns the version before them. The connection must be in autocommit mode. Blocks.

    Raises CatalogueFailed, and changes nothing, if the catalogue is of a newer version.
    """
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if found > VERSION:
        raise CatalogueFailed(
            f"The list of recordings (catalogue) is of version {found}; this program knows versions up to {VERSION}.",
            "Install the newer program again, or move the file away to begin a new list.",
        )
    for number in range(found, VERSION):
        _make(connection, STEPS[number], number + 1)
    return found


def _make(connection: sqlite3.Connection, step: tuple[str, ...], version: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in step:
            if statement.strip():
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
