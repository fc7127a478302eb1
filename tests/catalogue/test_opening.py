"""Versions, damage and sudden ends."""

import logging
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from catalogue.rows import RECORDING, part
from fakes.clock import FakeClock
from seacorder.base.errors import CatalogueFailed
from seacorder.catalogue.catalogue import Catalogue
from seacorder.catalogue.page import Page
from seacorder.catalogue.queries import Queries
from seacorder.catalogue.schema import STEPS, VERSION
from seacorder.catalogue.tables import OBSERVATIONS, TABLES
from seacorder.model.event import Event, Severity
from seacorder.model.recording import Part, Recording, RecordingState

ALL = Page(limit=1000)


def version_of(path: Path) -> int:
    connection = sqlite3.connect(path)
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.close()
    return found


def open_and_close(path: Path) -> Catalogue:
    catalogue = Catalogue(path, FakeClock())
    catalogue.open()
    catalogue.close()
    return catalogue


def test_a_new_file_has_the_present_version_and_every_column(path: Path) -> None:
    open_and_close(path)
    assert version_of(path) == VERSION
    connection = sqlite3.connect(path)
    for table in TABLES:
        columns = {row[1] for row in connection.execute(f"PRAGMA table_info({table.name})")}
        # The words of observations are found by `row`, which no value has.
        assert columns == {*table.columns, *(["row"] if table is OBSERVATIONS else [])}
    connection.close()


@pytest.mark.parametrize("version", range(VERSION + 1))
def test_every_older_version_is_upgraded(path: Path, version: int) -> None:
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    for step in STEPS[:version]:
        for statement in step:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.commit()
    connection.close()
    open_and_close(path)
    assert version_of(path) == VERSION
    assert list(path.parent.glob("*damaged*")) == []


@pytest.mark.parametrize("version", range(1, VERSION + 1))
def test_the_rows_of_an_older_version_are_kept(path: Path, version: int) -> None:
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    for step in STEPS[:version]:
        for statement in step:
            connection.execute(statement)
    connection.execute("INSERT INTO recordings (id, start_utc_ns, state) VALUES ('r', 1, 'finished')")
    connection.execute("INSERT INTO settings (name, value) VALUES ('recorder', '{}')")
    connection.execute(f"PRAGMA user_version = {version}")
    connection.commit()
    connection.close()
    open_and_close(path)
    assert Queries(path).recording("r") == Recording("r", 1, None, RecordingState.FINISHED)
    assert Queries(path).setting("recorder") == "{}"


@pytest.mark.parametrize("version", [1, 2, 3])
def test_an_event_of_one_sentence_has_it_as_its_fact(path: Path, version: int) -> None:
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    for step in STEPS[:version]:
        for statement in step:
            connection.execute(statement)
    row = (5, "part_left", "warning", "A new part is begun because of the disk.", "Bow", 9)
    columns = "utc_ns, kind, severity, sentence, channel, cursor"
    connection.execute(f"INSERT INTO events ({columns}) VALUES (?, ?, ?, ?, ?, ?)", row)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.commit()
    connection.close()
    open_and_close(path)
    (event,) = Queries(path).events()
    assert event == Event(5, "part_left", Severity.WARNING, "A new part is begun because of the disk.", "Bow", 9)
    assert (event.action, event.alarm, event.text) == ("", "", event.fact)


def test_a_newer_version_is_refused_and_left_alone(path: Path) -> None:
    open_and_close(path)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 999")
    connection.commit()
    connection.close()
    with pytest.raises(CatalogueFailed, match="version 999"):
        Catalogue(path, FakeClock()).open()
    assert version_of(path) == 999
    assert list(path.parent.glob("*damaged*")) == []


def garbage(_good: bytes) -> bytes:
    return b"this is no catalogue at all, but long enough to be one" * 100


def half(good: bytes) -> bytes:
    return good[: len(good) // 2]


def scratched(good: bytes) -> bytes:
    return good[:4096] + bytes(len(good) - 4096)


@pytest.mark.parametrize("harm", [garbage, half, scratched])
def test_a_damaged_file_is_set_aside_and_a_new_one_begun(
    path: Path, harm: object, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    assert callable(harm)
    open_and_close(path)
    damaged = harm(path.read_bytes())
    path.write_bytes(damaged)
    catalogue = Catalogue(path, FakeClock())
    catalogue.open()
    catalogue.record(RECORDING)
    catalogue.close()
    assert catalogue.rows(Recording, ALL).items == (RECORDING,)
    aside = path.parent / "catalogue.damaged-20231114T221320Z.sqlite"
    assert aside.read_bytes() == damaged
    assert "is damaged" in caplog.text
    assert aside.name in caplog.text


def test_two_damaged_files_of_one_second_are_both_kept(path: Path) -> None:
    path.parent.mkdir()
    for content in (b"first" * 1000, b"second" * 1000):
        path.write_bytes(content)
        open_and_close(path)
    assert {found.read_bytes()[:5] for found in path.parent.glob("*.damaged-*")} == {b"first", b"secon"}


def test_an_empty_file_is_a_new_catalogue(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"")
    open_and_close(path)
    assert version_of(path) == VERSION


async def test_damage_while_it_runs_is_set_aside_too(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    catalogue = Catalogue(path, FakeClock())
    catalogue.open()
    catalogue.record(RECORDING)
    await catalogue.flush()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    with path.open("r+b") as file:
        file.write(b"\0" * path.stat().st_size)
    # Pages that the writer holds in memory may hide the damage for some commits.
    for number in range(1, 200):
        catalogue.record(part(number))
        await catalogue.flush()
        if "is damaged" in caplog.text:
            break
    assert "is damaged" in caplog.text
    catalogue.record(part(500))
    await catalogue.flush()
    assert 500 in {found.number for found in catalogue.rows(Part, ALL).items}
    catalogue.close()


WRITES_FOR_EVER = """
import sys
from pathlib import Path
from catalogue.rows import part
from seacorder.base.clock import SystemClock
from seacorder.catalogue.catalogue import Catalogue
import asyncio

async def main():
    catalogue = Catalogue(Path(sys.argv[1]), SystemClock())
    catalogue.open()
    number = 0
    while True:
        for _ in range(5):
            number += 1
            catalogue.record(part(number))
        await catalogue.flush()
        print(number, flush=True)

asyncio.run(main())
"""


def test_what_was_flushed_survives_a_kill_in_the_middle_of_writing(path: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    stored = 0
    for _ in range(3):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITES_FOR_EVER, str(path)], env=env, stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        for line in writer.stdout:
            stored = int(line)
            if stored >= 50:
                break
        writer.send_signal(signal.SIGKILL)
        rest, _ = writer.communicate()
        stored = max([stored, *map(int, rest.split())])
        catalogue = open_and_close(path)
        numbers = {found.number for found in catalogue.rows(Part, ALL).items}
        assert set(range(1, stored + 1)) <= numbers
    assert list(path.parent.glob("*damaged*")) == []
