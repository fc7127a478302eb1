"""docs/programs/clocks.md: which zone stands where, of a recorder whose computer is set to UTC+2."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from rig.pages import rows
from rig.program import Program, running
from seacorder.model.file_note import NOTE_KEY, FileNote

pytestmark = pytest.mark.slow
PAGE = (Path(__file__).parents[2] / "docs/programs/clocks.md").read_text("utf-8")
ROWS = {what: cells for what, *cells in rows(PAGE)}
ZONE = timedelta(hours=2)
EXIF_IFD, ORIGINAL, OFFSET, MILLISECONDS = 0x8769, 0x9003, 0x9011, 0x9291
BOTH_UTC = '[recording]\ntag_time = "utc"\n[log]\ntime = "utc"\n'


@pytest.fixture(scope="module", params=["", BOTH_UTC], ids=["local", "utc"])
def stored(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Program, bool]]:
    """A recorder after a recording with a framegrab; and whether it was set to UTC."""
    channels = {"Bow": "test:?size=320x180&rate=25&gop=10"}
    zone = {"TZ": "Etc/GMT-2"}  # the sign of these names is the other way round
    with running(tmp_path_factory.mktemp("clocks"), channels, more=request.param, variables=zone) as program:
        program.record(1.0)
        program.post("/api/v1/framegrab")
        program.get("/api/inspector/stoprecording")
        yield program, request.param == BOTH_UTC


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text)


def the_part(program: Program) -> Any:
    (part,) = program.rows("parts")
    return part


def test_names_are_in_local_time_and_ids_in_utc(stored: tuple[Program, bool]) -> None:
    program, is_utc = stored
    (recording,) = program.rows("recordings")
    at = utc(recording["start_utc"])
    assert recording["id"] == at.strftime("%Y%m%dT%H%M%S.") + f"{at.microsecond // 1000:03d}Z"
    named = at if is_utc else at + ZONE
    (name,) = {path.name[:17] for path in program.files("*.mp4")}
    assert name == named.strftime("%Y%m%d%H%M%S") + f"{at.microsecond // 1000:03d}"
    assert ROWS["names of files and folders"][0].endswith("local time")
    assert '`[recording] tag_time = "utc"`' in ROWS["names of files and folders"][2]


def test_log_lines_have_their_offset(stored: tuple[Program, bool]) -> None:
    program, is_utc = stored
    form = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"
    assert re.match(form + ("Z" if is_utc else r"\+0200"), program.log())
    assert "+0200`" in ROWS["log lines"][1]
    assert "Z`" in ROWS["log lines"][2]


def test_files_metadata_is_in_utc(stored: tuple[Program, bool]) -> None:
    program, _ = stored
    start = utc(the_part(program)["start_utc"])
    (file,) = program.files("*.mp4")
    with av.open(str(file)) as video:
        created, note = video.metadata["creation_time"], FileNote.from_json(video.metadata[NOTE_KEY])
    assert utc(created) == start
    assert datetime.fromtimestamp(note.first_frame_utc_ns / 1e9, UTC) - start < timedelta(microseconds=2)


def test_a_framegrabs_exif_is_in_utc(stored: tuple[Program, bool]) -> None:
    program, _ = stored
    row, *_ = program.rows("framegrabs")
    with Image.open(row["path"]) as picture:
        exif = picture.getexif().get_ifd(EXIF_IFD)
    at = utc(row["frame_utc"])
    assert exif[ORIGINAL] == at.strftime("%Y:%m:%d %H:%M:%S")
    assert (exif[OFFSET], exif[MILLISECONDS]) == ("+00:00", f"{at.microsecond // 1000:03d}")


def test_the_account_is_in_nanoseconds_of_utc(stored: tuple[Program, bool]) -> None:
    program, _ = stored
    (recording,) = program.rows("recordings")
    lines = [json.loads(line) for path in program.files("account.jsonl") for line in path.read_text().splitlines()]
    (told,) = {line["recording"]["start_utc_ns"] for line in lines if "recording" in line}
    assert told // 1000 == round(utc(recording["start_utc"]).timestamp() * 1e6)


def test_the_command_line_is_in_utc(stored: tuple[Program, bool]) -> None:
    program, _ = stored
    command = [sys.executable, "-m", "seacorder", "grab", "--url", program.url]
    zone = os.environ | {"TZ": "Etc/GMT-2"}
    printed = subprocess.run(command, capture_output=True, text=True, check=True, env=zone).stdout
    times = re.findall(r"\d{4}-\d\d-\d\dT\S+", printed)
    assert len(times) == 2, "the command's, and the frame's"
    assert all(one.endswith("Z") and abs(datetime.now(UTC) - utc(one)) < timedelta(minutes=10) for one in times)


def test_a_file_is_found_by_a_moment(stored: tuple[Program, bool]) -> None:
    """`from` the moment, `to` a microsecond later; in whichever zone."""
    program, _ = stored
    part = the_part(program)
    for moment, is_in in ((utc(part["start_utc"]), True), (utc(part["start_utc"]) - timedelta(microseconds=1), False)):
        for zone in (moment, moment.astimezone(tz=None)):
            later = (zone + timedelta(microseconds=1)).isoformat()
            query = {"channel": "Bow", "from": zone.isoformat(), "to": later}
            assert bool(program.rows("parts", **query)) is is_in
    assert "files that end at or after it and begin before a microsecond later" in PAGE


def test_a_recording_begins_before_its_command(stored: tuple[Program, bool]) -> None:
    program, _ = stored
    (recording,) = program.rows("recordings")
    assert utc(the_part(program)["start_utc"]) <= utc(recording["start_utc"])
