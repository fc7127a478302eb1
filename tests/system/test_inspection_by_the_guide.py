"""A whole pipeline inspection by the inspector's page alone: its commands, in their order, on a real recorder; what it
exports, read by other programs; and from each row to the picture that it names, by the number drawn in that picture.
"""

import csv
import json
import math
import os
import re
import shlex
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import av
import pytest
from python_calamine import CalamineWorkbook

from rig.frames import DecodedFrame, decoded_frames
from rig.pages import blocks, sections
from rig.ports import free_port
from rig.program import Program, running, wait_for
from rig.recording import reading_in
from rig.survey import sentence
from seacorder.inputs.pattern.strip import StripReading
from tools.tree import ROOT

pytestmark = pytest.mark.slow

PAGE = (ROOT / "docs/sea/observations.md").read_text("utf-8")
SECTIONS = sections(PAGE, 3)
CHANNELS = ("Bow", "Stern")
ID = re.compile(r"\b\d{8}T\d{6}\.\d{3}Z(?:-\d+)?")
NAME = "20260504050201123@Bow.mp4"
"""The file and the offset of the page's examples."""
OFFSET = "639.48"
NOTED = ["AN", "AN", "CP", "FS", "DM", "DM", "NOTE", "FJ", "DB", "MG"]
"""What the page's commands note."""
STILLS_OF, CLIPS_OF = {"AN", "CP", "DM", "DB", "CPX"}, {"DM", "CPX"}
PROTECTED, TOO_LITTLE = -0.95, -0.75
"""Potentials within and out of the range of the page's rule."""


@dataclass
class Instruments:
    """A survey program and a vehicle that follows a pipeline and sends all the time, in a thread of its own."""

    potential: float = PROTECTED
    ports: list[int] = field(default_factory=lambda: [free_port(socket.SOCK_DGRAM) for _ in range(2)])

    @property
    def tables(self) -> str:
        """For the settings file."""
        names = (("Survey", 'framing = "line"\ndefinitions = ["SURVEY"]\n'), ("Vehicle", ""))
        return "".join(
            f'[[telemetry]]\nname = "{name}"\ninput = "udp://127.0.0.1:{port}"\n{more}'
            for (name, more), port in zip(names, self.ports, strict=True)
        )

    @contextmanager
    def sending(self) -> Iterator[None]:
        ended = threading.Event()
        thread = threading.Thread(target=self._send, args=(ended,))
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _send(self, ended: threading.Event) -> None:
        number = 0
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            while not ended.wait(0.1):
                number += 1
                for data, port in zip(self._records(number), self.ports, strict=True):
                    sender.sendto(data, ("127.0.0.1", port))

    def _records(self, number: int) -> tuple[bytes, bytes]:
        now = datetime.now(UTC)
        survey = f"{now:%d/%m/%Y,%H:%M:%S},{12 + number / 1e4:.4f},450879.00,6243874.16,-64.1,1.8,208.5,-0.7\r\n"
        minutes = f"{12 + number / 1e4:.4f}"
        place = sentence(f"GPGGA,{now:%H%M%S.00},57{minutes},N,00204.1180,W,2,11,0.8,12.4,M,47.1,M,3.0,0120")
        return survey.encode(), place + b"\r\n" + sentence(f"YXXDR,U,{self.potential:.3f},V,CP") + b"\r\n"


class Inspector:
    """Types what the page says. An id or a file of its examples stands for the one that was printed last."""

    def __init__(self, program: Program, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._environment = os.environ | {"SEACORDER_URL": program.url, "PYTHON": sys.executable}
        self._printed = ""

    def follow(self, section: str) -> None:
        for block in blocks(SECTIONS[section], "sh"):
            for line in block.splitlines():
                self.enter(line)

    def enter(self, line: str) -> None:
        ids = ID.findall(self._printed)
        meant = ID.sub(lambda found: ids[-1] if ids else found[0], line)
        meant = meant.replace("http://127.0.0.1:13000", self._program.url)
        script = f'seacorder() {{ "$PYTHON" -m seacorder "$@"; }}\n{meant}'
        shell = ["bash", "-euc", script]
        ended = subprocess.run(
            shell, cwd=self._folder, env=self._environment, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, f"{meant}\n{ended.stdout}{ended.stderr}"
        self._printed = ended.stdout


@dataclass(frozen=True)
class Inspection:
    """What the inspection has left."""

    folder: Path
    """With what was exported."""
    observations: list[dict[str, Any]]
    """As the recorder tells them, at the end."""

    @property
    def rows(self) -> list[dict[str, str]]:
        """The table, as a spreadsheet reads it."""
        with (self.folder / "dive12.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file, strict=True))

    def is_exact(self, observation_id: str) -> bool:
        (one,) = (one for one in self.observations if one["id"] == observation_id)
        return all(place["is_exact"] for place in (*one["places"], *one["to_places"]))

    def tolerance(self, row: dict[str, str]) -> int:
        """By how much a frame may be wrong: of what is noted late, or on a machine that stood still, it is computed."""
        return 0 if self.is_exact(row["id"]) else 1

    def row_of(self, code: str) -> dict[str, str]:
        return next(row for row in self.rows if row["code"] == code)


@pytest.fixture(scope="module")
def inspection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inspection]:
    folder = tmp_path_factory.mktemp("inspection")
    instruments = Instruments()
    (own,) = blocks(PAGE, "toml")
    cameras = dict.fromkeys(CHANNELS, "test:?size=320x180&rate=25")
    with (
        instruments.sending(),
        running(folder, cameras, more=own + instruments.tables) as program,
    ):
        inspector = Inspector(program, folder)
        program.wait_live()
        wait_for(lambda: {"kp", "cp", "latitude"} <= names_of_readings(program), "the readings")
        inspector.follow("1. Say what you inspect, and record")
        program.wait_recorded(6)  # what is noted late was five seconds ago
        inspector.follow("2. Note what you see")
        inspector.follow("With one key")
        instruments.potential = TOO_LITTLE
        wait_for(lambda: program.rows("observations", kind="CPX"), "the rule to open a span")
        instruments.potential = PROTECTED
        wait_for(lambda: program.rows("observations", kind="CPX")[0]["to_utc"], "the rule to close it")
        wait_for(lambda: all(map(is_followed, program.rows("observations"))), "framegrabs, clips and places")
        wait_for(lambda: most_are_exact(program.rows("observations")), "exact places")
        inspector.follow("4. Stop")
        wait_for(lambda: all(one["state"] == "whole" for one in program.rows("clips")), "the videos of the anomalies")
        before = program.rows("observations")  # a place that is exact here is exact in the table, too
        inspector.follow("5. Hand it over")
        yield Inspection(folder, before)


def names_of_readings(program: Program) -> set[str]:
    return {one["name"] for one in program.get("/api/v1/readings")["items"] if one["state"] == "fresh"}


def is_followed(one: dict[str, Any]) -> bool:
    """All that comes by itself after the observation is there; its places may be computed."""
    return (
        len(one["places"]) == len(CHANNELS)
        and len(one["stills"]) == len(CHANNELS) * (one["code"] in STILLS_OF)
        and len(one["clips"]) == len(CHANNELS) * (one["code"] in CLIPS_OF)
    )


def most_are_exact(observations: list[dict[str, Any]]) -> bool:
    """Where a machine stood still, a channel may not have said in time which frame it was."""
    noted = [one for one in observations if one["entered_by"] != "late"]
    exact = [place["is_exact"] for one in noted for where in ("places", "to_places") for place in one[where]]
    return sum(exact) >= 0.8 * len(exact)


@cache
def frames_of(path: str) -> list[DecodedFrame]:
    return decoded_frames(Path(path))


def number_at(path: str, offset_seconds: float) -> int:
    """The number in the picture that a player shows there."""
    shown = min(frames_of(path), key=lambda frame: abs(frame.seconds - offset_seconds))
    assert shown.reading is not None
    return shown.reading.number


def numbers_in(path: str) -> set[int]:
    return {frame.reading.number for frame in frames_of(path) if frame.reading is not None}


def in_picture(path: Path) -> StripReading:
    with av.open(str(path)) as container:
        reading = reading_in(next(container.decode(video=0)))
    assert reading is not None
    return reading


def places_in(row: dict[str, str]) -> Iterator[tuple[str, str, float, int]]:
    """Column, file, offset and frame of each place that a row names."""
    for column in (*CHANNELS, *(f"to {channel}" for channel in CHANNELS)):
        if row[f"{column} file"]:
            yield column, row[f"{column} file"], float(row[f"{column} offset (s)"]), int(row[f"{column} frame"])


def test_all_that_was_noted_is_in_the_table(inspection: Inspection) -> None:
    rows = [row for row in inspection.rows if row["code"] not in {"LOG", "CPX"}]
    assert sorted(row["code"] for row in rows) == sorted(NOTED)
    assert {row["code"]: row["state"] for row in rows if row["state"] != "point"} == {
        "FS": "closed", "MG": "closed", "DB": "withdrawn",
    }
    assert {row["dive"] for row in rows} == {"12"}
    assert {row["author"] for row in rows} == {"Ann"}
    revised = next(row for row in rows if row["text"] == "Three quarters consumed")
    assert (revised["field depletion"], revised["field clock"], revised["revisions"]) == ("75.0", "3.0", "2")
    assert inspection.row_of("FJ")["entered by"] == "late"
    times = [row["from (UTC)"] for row in inspection.rows]
    assert times == sorted(times)


def test_no_number_is_used_twice(inspection: Inspection) -> None:
    numbers = [(row["class"], row["number"]) for row in inspection.rows]
    assert len(set(numbers)) == len(numbers)


def test_a_free_span_has_the_readings_of_both_ends(inspection: Inspection) -> None:
    span = inspection.row_of("FS")
    assert float(span["to kp (km)"]) > float(span["kp (km)"]) > 12
    assert {row["depth (m)"] for row in inspection.rows} == {"64.1"}
    assert span["to (UTC)"] > span["from (UTC)"]


def test_what_the_rule_and_the_interval_have_noted(inspection: Inspection) -> None:
    found = inspection.row_of("CPX")
    assert (found["entered by"], found["state"], found["class"]) == ("automatic", "closed", "anomaly")
    assert (float(found["cp (V)"]), float(found["to cp (V)"])) == (TOO_LITTLE, PROTECTED)
    assert [row["entered by"] for row in inspection.rows if row["code"] == "LOG"][:1] == ["automatic"]


def test_each_row_leads_to_the_picture_on_each_channel(inspection: Inspection) -> None:
    for row in inspection.rows:
        places = list(places_in(row))
        assert len(places) == len(CHANNELS) * (2 if row["to (UTC)"] else 1), row["code"]
        for column, path, offset_seconds, frame in places:
            assert abs(number_at(path, offset_seconds) - frame) <= inspection.tolerance(row), (row["code"], column)
            assert path.endswith(f"@{column.removeprefix('to ')}.mp4")


def test_the_picture_is_of_the_time_that_the_row_says(inspection: Inspection) -> None:
    for row in inspection.rows:
        for column, path, offset_seconds, _ in places_in(row):
            noted = datetime.fromisoformat(row["to (UTC)" if column.startswith("to ") else "from (UTC)"])
            shown = min(frames_of(path), key=lambda frame: abs(frame.seconds - offset_seconds))
            assert shown.reading is not None
            drawn = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=shown.reading.utc_ms)
            assert abs(drawn - noted) < timedelta(seconds=1), (row["code"], column)


def test_the_pages_own_command_takes_that_picture_out(inspection: Inspection) -> None:
    row = inspection.row_of("DM")
    commands = "".join(blocks(SECTIONS["6. From a row to its picture"], "sh")).splitlines()
    (command,) = (line for line in commands if line.startswith("ffmpeg"))
    for channel in CHANNELS:
        own = command.replace(OFFSET, row[f"{channel} offset (s)"]).replace(NAME, row[f"{channel} file"])
        assert own != command
        subprocess.run([*shlex.split(own), "-y"], cwd=inspection.folder, capture_output=True, check=True)
        number = in_picture(inspection.folder / "picture.png").number
        assert abs(number - int(row[f"{channel} frame"])) <= inspection.tolerance(row)


def test_framegrabs_and_videos_show_what_the_row_is_about(inspection: Inspection) -> None:
    for row in inspection.rows:
        frames = [int(row[f"{channel} frame"]) for channel in CHANNELS]
        stills = [in_picture(Path(still)).number for still in sorted(row["framegrabs"].splitlines())]
        assert len(stills) == len(CHANNELS) * (row["code"] in STILLS_OF), row["code"]
        for still, frame in zip(stills, frames, strict=False):
            assert abs(still - frame) <= inspection.tolerance(row), row["code"]
        clips = [numbers_in(clip) for clip in sorted(row["clips"].splitlines())]
        assert len(clips) == len(CHANNELS) * (row["code"] in CLIPS_OF), row["code"]
        for frame, numbers in zip(frames, clips, strict=False):
            assert {frame - 25, frame} <= numbers, row["code"]


def test_the_workbook_says_what_the_table_says(inspection: Inspection) -> None:
    book = CalamineWorkbook.from_path(str(inspection.folder / "dive12.xlsx"))
    headings, *rows = book.get_sheet_by_index(0).to_python()
    table = inspection.rows
    assert headings == list(table[0])
    assert len(rows) == len(table)
    differing = [
        (heading, cell, text)
        for cells, row in zip(rows, table, strict=True)
        for cell, (heading, text) in zip(cells, row.items(), strict=True)
        if not is_same(cell, text)
    ]
    assert differing == []


def is_same(cell: object, text: str) -> bool:
    """A cell of the workbook, as one of the table: a number, a time in UTC to the millisecond, or a text."""
    if isinstance(cell, datetime):
        return abs(cell.replace(tzinfo=UTC) - datetime.fromisoformat(text)) <= timedelta(milliseconds=1)
    return math.isclose(float(text), cell, rel_tol=1e-14) if isinstance(cell, int | float) else text == cell


def test_the_map_is_as_rfc_7946_wants_it_and_says_the_same(inspection: Inspection) -> None:
    text = (inspection.folder / "dive12.geojson").read_bytes().decode("utf-8")
    collection = json.loads(text, parse_constant=pytest.fail)
    assert set(collection) == {"type", "features"}
    assert collection["type"] == "FeatureCollection"
    for feature, row in zip(collection["features"], inspection.rows, strict=True):
        assert set(feature) == {"type", "id", "geometry", "properties"}
        assert (feature["type"], feature["id"]) == ("Feature", row["id"])
        assert geometry_faults(feature["geometry"]) == []
        told = {name: "" if value is None else str(value) for name, value in feature["properties"].items()}
        assert told == {name: cell.removeprefix("'") for name, cell in row.items()}
    shapes = {one["properties"]["code"]: one["geometry"]["type"] for one in collection["features"]}
    assert (shapes["FS"], shapes["AN"]) == ("LineString", "Point")


def geometry_faults(geometry: dict[str, Any]) -> list[str]:
    """What RFC 7946 does not allow, of a point or a line."""
    positions = geometry["coordinates"] if geometry["type"] == "LineString" else [geometry["coordinates"]]
    faults = [] if set(geometry) == {"type", "coordinates"} else ["members"]
    if geometry["type"] not in {"Point", "LineString"} or (geometry["type"] == "LineString" and len(positions) < 2):
        faults.append("type")
    for position in positions:
        is_of_numbers = all(type(number) is float and math.isfinite(number) for number in position)
        if not is_of_numbers or len(position) not in {2, 3} or abs(position[0]) > 180 or abs(position[1]) > 90:
            faults.append(f"position {position}")
    return faults
