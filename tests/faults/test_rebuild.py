"""The catalogue is deleted or damaged: what it knew of recordings and files is read back from the files."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from faults.results import note
from rig.fixtures import MakeSource, StartServer
from rig.program import Program, running, wait_for
from rig.source_files import SourceSpec
from seacorder.catalogue.queries import Queries
from seacorder.catalogue.schema import VERSION

PATTERN = "test:?size=320x180&rate=25&gop=10"
TWO = {"Bow": PATTERN, "Stern": PATTERN}
TABLES = ("recordings", "parts", "clips", "framegrabs", "losses")


def dump(program: Program) -> dict[str, list[Any]]:
    return {table: program.rows(table) for table in TABLES}


def catalogue(program: Program) -> Path:
    return program.root / "seacorder.db"


def delete_catalogue(program: Program) -> None:
    for path in program.root.glob("seacorder.db*"):
        path.unlink()


def rebuild(program: Program) -> "subprocess.CompletedProcess[str]":
    words = [sys.executable, "-m", "seacorder", "catalogue", "rebuild", "--config", str(program.settings_path)]
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)


def lose_a_worker(program: Program, name: str, losses: int) -> None:
    os.kill(program.worker_pid(name), signal.SIGKILL)
    wait_for(lambda: len(program.rows("losses")) == losses, "the loss")
    wait_for(lambda: program.channel(name)["is_recording"], f"{name} to record again")


def record_something(program: Program) -> None:
    """Splits, a clip, stills, and a worker that is lost."""
    program.get("/api/inspector/splittime/0.05")
    program.wait_live()
    program.get("/api/inspector/startrecording")
    program.get("/api/inspector/takeframegrab")
    program.wait_recorded(4.0)
    program.get("/api/inspector/startclip")
    lose_a_worker(program, "Stern", losses=1)
    program.get("/api/inspector/stopclip")
    program.get("/api/inspector/takeframegrab")


def note_rows(case: str, before: dict[str, list[Any]], after: dict[str, list[Any]]) -> None:
    """A row of the table: how many rows of the catalogue differ."""
    rows = sum(map(len, before.values()))
    differ = sum(row not in after[table] for table in TABLES for row in before[table])
    differ += sum(row not in before[table] for table in TABLES for row in after[table])
    counts = ", ".join(f"{len(before[table])} {table}" for table in TABLES)
    note(case, times=rows, worst=f"{differ} rows differ ({counts})", limit="0 rows", kept=differ == 0)


def settled(program: Program) -> bool:
    """Nothing is being examined or repaired any more."""
    return {row["state"] for table in ("parts", "clips") for row in program.rows(table)} <= {"whole", "repaired"}


def stop_recording(program: Program) -> None:
    program.get("/api/inspector/stoprecording")
    wait_for(lambda: settled(program), "all files to be whole")


@pytest.mark.slow
def test_a_deleted_catalogue_comes_back_as_it_was(tmp_path: Path) -> None:
    with running(tmp_path, TWO) as program:
        record_something(program)
        assert "Another Seacorder is recording into" in rebuild(program).stderr, "not while it runs"
        stop_recording(program)
        program.get("/api/inspector/takeframegrab")
        before = dump(program)
        assert all(before.values()), before
        program.stop()
        delete_catalogue(program)
        made = rebuild(program)
        assert (made.returncode, made.stderr) == (0, "")
        assert "rebuilt from the files" in made.stdout
        program.start()
        note_rows("catalogue deleted, then `seacorder catalogue rebuild`", before, dump(program))
        assert dump(program) == before
        program.stop()
        assert rebuild(program).returncode == 0, "also over one that stands"
        program.start()
        assert dump(program) == before


@pytest.mark.slow
def test_a_recording_that_everything_died_in_goes_on_after_a_rebuild(tmp_path: Path) -> None:
    with running(tmp_path, TWO) as program:
        program.wait_live()
        program.get("/api/inspector/startrecording")
        program.get("/api/inspector/startclip")
        program.wait_recorded(2.0)
        first = program.rows("recordings")[0]["id"]
        program.kill_all()
        delete_catalogue(program)
        assert rebuild(program).returncode == 0
        program.start()
        program.wait_recorded(1.0)
        assert [row["continues"] for row in program.rows("recordings")] == [None, first]
        wait_for(lambda: len(program.rows("losses")) == 2, "the losses of the program's end")
        stop_recording(program)
        before = dump(program)
        assert [row["state"] for row in before["recordings"]] == ["interrupted", "finished"]
        assert [row["cause"] for row in before["losses"]] == ["program_ended"] * 2
        program.stop()
        delete_catalogue(program)
        assert rebuild(program).returncode == 0
        program.start()
        note_rows("catalogue deleted after everything died in mid-recording: rebuilt, and recording goes on", before,
                  dump(program))  # fmt: skip
        assert dump(program) == before


@pytest.mark.slow
def test_a_catalogue_that_is_damaged_at_the_start_is_rebuilt_while_the_program_runs(tmp_path: Path) -> None:
    with running(tmp_path, TWO) as program:
        record_something(program)
        stop_recording(program)
        before = dump(program)
        program.stop()
        content = bytearray(catalogue(program).read_bytes())
        content[2000:] = os.urandom(len(content) - 2000)
        catalogue(program).write_bytes(content)
        program.start()
        wait_for(lambda: "The list of recordings (catalogue) has been rebuilt" in program.log(), "the rebuild")
        note_rows("catalogue damaged: said so, set aside, rebuilt while the program runs", before, dump(program))
        assert dump(program) == before
        kinds = lambda: {event.kind for event in Queries(catalogue(program)).events()}  # noqa: E731
        wait_for(lambda: {"catalogue_damaged", "catalogue_rebuilt"} <= kinds(), "the events")
    assert list(program.root.glob("seacorder.damaged-*.db")), "the damaged one is kept"


@pytest.mark.slow
def test_a_damaged_catalogue_does_not_end_a_recording_that_everything_died_in(tmp_path: Path) -> None:
    with running(tmp_path, TWO) as program:
        program.record()
        first = program.rows("recordings")[0]["id"]
        program.kill_all()
        catalogue(program).write_bytes(os.urandom(100_000))
        program.start()
        program.wait_recorded(1.0)
        newest = program.rows("recordings")[-1]["continues"]
        note("catalogue damaged while everything was dead: the recording goes on, by itself", times=1,
             worst="yes" if newest == first else "no", limit="yes", kept=newest == first)  # fmt: skip
        assert newest == first
        wait_for(lambda: len(program.rows("losses")) == 2, "the losses of the program's end")


TABLES_OF_VERSION_1 = {"recordings", "parts", "clips", "framegrabs", "losses", "events", "settings"}
BACK_TO_VERSION_1 = """
ALTER TABLE events DROP COLUMN observation;
ALTER TABLE events RENAME COLUMN fact TO sentence;
ALTER TABLE events DROP COLUMN action;
ALTER TABLE events DROP COLUMN alarm;
PRAGMA user_version = 1;
"""


def younger_tables(connection: sqlite3.Connection) -> list[str]:
    """All that later versions have added; what SQLite keeps for a table of words goes with that table."""
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    of_sqlite = ("sqlite_", "observation_words_")
    return [name for name in sorted(names - TABLES_OF_VERSION_1) if not name.startswith(of_sqlite)]


@pytest.mark.slow
def test_a_catalogue_of_the_version_before_is_upgraded(tmp_path: Path) -> None:
    with running(tmp_path, TWO) as program:
        record_something(program)
        stop_recording(program)
        before = dump(program)
        program.stop()
        with closing(sqlite3.connect(catalogue(program))) as connection:
            for name in younger_tables(connection):
                connection.execute(f"DROP TABLE {name}")
            connection.executescript(BACK_TO_VERSION_1)
        program.start()
        note_rows("catalogue of version 1: upgraded at the start", before, dump(program))
        assert dump(program) == before
        with closing(sqlite3.connect(catalogue(program))) as connection:
            assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
            assert connection.execute("SELECT count(*) FROM anchors").fetchone() == (0,)


@pytest.mark.rtsp
@pytest.mark.slow
def test_the_hole_of_a_camera_that_was_away_comes_back_too(
    tmp_path: Path, rig_source: MakeSource, start_rtsp_server: StartServer
) -> None:
    server = start_rtsp_server()
    address = server.serve("/bow", rig_source(SourceSpec(seconds=180)))
    with running(tmp_path, {"Bow": address}) as program:
        program.record()
        server.stop("/bow")
        wait_for(lambda: program.channel("Bow")["state"] == "failed", "the hole")
        server.resume("/bow")
        wait_for(lambda: program.rows("losses"), "the loss")
        stop_recording(program)
        program.stop()  # until its end it may count the loss again, by what the camera's clock tells
        program.start()
        before = dump(program)
        program.stop()
        delete_catalogue(program)
        assert rebuild(program).returncode == 0
        program.start()
        note_rows("catalogue deleted after a camera was away: rebuilt with the hole", before, dump(program))
        assert dump(program) == before
