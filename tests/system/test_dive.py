"""A dive of the simulator, played faster than time: what is written of it, read by other programs, is what was true."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import gpxpy
import pytest

from fakes.clock import FakeClock
from seacorder.base.clock import NS_PER_SECOND
from seacorder.model.data_log import DataLogPlan, DataLogSettings, StartDataLog
from seacorder.model.definition.ready import READY
from seacorder.model.file_name import Naming
from seacorder.model.instant import Instant, SplitSchedule
from seacorder.model.recording import FileKind
from seacorder.model.telemetry import TelemetrySettings, TelemetrySource
from seacorder.storage.memory_budget import MemoryBudget
from seacorder.telemetry.assembly import assemble
from seacorder.telemetry.inbox import Inbox, SourceRead
from seacorder.telemetry.logs.data_file import LogStorage
from seacorder.telemetry.logs.data_log import DataLog
from seacorder.telemetry.logs.raw_form import pieces
from seacorder.telemetry.sources.dive import DIVE_SECONDS, Dive, Truth
from seacorder.telemetry.sources.open import make_source
from seacorder.telemetry.sources.simulator import FAST

SEED = 7
BEGIN = datetime(2026, 5, 4, 3, 0, tzinfo=UTC)
AFTER_SECONDS = 0.1
"""The log begins so long after the dive: no row falls on the instant of a sentence."""
HOUR = int(DIVE_SECONDS)
SLOW_SECONDS = FAST
"""The gyro, the motion sensor and the depth are sent each second, the other instruments every fifth."""
SPLIT_SECONDS = 1800
CLOSE = {"latitude": 1e-7, "longitude": 1e-7, "cp": 0.000501}
"""How far a sentence may be from the truth; others by half of a hundredth."""
ANGLES = {"heading", "course"}
SLOW = {"latitude", "longitude", "course", "speed", "water_temperature"}
DEFINITIONS = tuple(one for name in ("GGA", "VTG", "ZDA", "HDT", "MTW", "XDR") for one in READY[name])


class Played:
    """The files of one whole dive, made by the worker's own parts under a clock that this moves."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sent = bytearray()
        self._clock = FakeClock(utc_ns=int(BEGIN.timestamp()) * NS_PER_SECOND)
        address = f"sim:?seed={SEED}&rate={1 / SLOW_SECONDS}&start={BEGIN:%Y-%m-%dT%H:%M:%SZ}"
        source = TelemetrySource("ROV", address, definitions=DEFINITIONS)
        self._parts = assemble(TelemetrySettings((source,)), self._clock, lambda _: None, Inbox())
        units = {rule.name: rule.unit for one in DEFINITIONS for rule in one.fields}
        storage = LogStorage(MemoryBudget(1 << 30), self._clock)  # no disk is as fast as this clock
        self._parts.listeners[:] = [DataLog(units, storage, self._clock, lambda _: None)]
        self._source = make_source(address, self._clock)

    def play(self) -> None:
        self._source.open()
        self._tick(is_logged=False)  # what is valid when the log begins
        self._clock.advance(AFTER_SECONDS)
        self._start_log()
        self._clock.advance(1 - AFTER_SECONDS)
        for _ in range(HOUR - 1):
            self._tick()
            self._clock.advance(1)
        self._parts.stop()

    def _tick(self, *, is_logged: bool = True) -> None:
        chunks = self._source.read()
        self._parts.take(SourceRead(0, tuple(chunks)))
        self._parts.look(self._clock.monotonic_ns())
        if is_logged:
            self.sent += b"".join(chunk.data for chunk in chunks)

    def _start_log(self) -> None:
        now = Instant.now(self._clock)
        naming = Naming(str(self.folder), "", now.utc_ns, "dive", now.utc_ns, FileKind.DATA, use_utc=True)
        schedule = SplitSchedule(now.monotonic_ns, SPLIT_SECONDS * NS_PER_SECOND)
        plan = DataLogPlan(now.monotonic_ns, naming, str(self.folder), schedule, reevaluate_tags=False)
        self._parts.carry_out(StartDataLog("R1", now, plan, DataLogSettings()))

    def files(self, suffix: str) -> list[Path]:
        """Of both parts, in order."""
        found = sorted(self.folder.rglob(f"*{suffix}"), key=lambda path: path.stem)
        assert [path.stem for path in found] == ["dive", "dive_002"]
        return found


@pytest.fixture(scope="module")
def hour(tmp_path_factory: pytest.TempPathFactory) -> Played:
    made = Played(tmp_path_factory.mktemp("hour"))
    made.play()
    return made


def instants() -> Iterator[tuple[str, dict[str, float | None]]]:
    """Of each row: its time, and what was true when the newest sentences before it were sent, by field."""
    dive, begin = Dive(SEED), BEGIN.timestamp()
    for second in range(HOUR):
        moment = datetime.fromtimestamp(begin + second + AFTER_SECONDS, UTC)
        now, before = dive.at(second), dive.at(second - second % SLOW_SECONDS)
        true = {name: getattr(before if name in SLOW else now, name) for name in Truth.__slots__}
        yield f"{moment:%Y-%m-%dT%H:%M:%S}.{round(AFTER_SECONDS * 1000)}Z", true


def is_true(name: str, value: float, true: dict[str, float | None]) -> bool:
    """A value of a field is what was true, as exactly as the sentences say it."""
    expected = true[name]
    assert expected is not None
    distance = value - expected
    if name in ANGLES:
        distance = (distance + 180) % 360 - 180
    return abs(distance) <= CLOSE.get(name, 0.00501)


def test_a_table_of_an_hour_has_in_each_second_what_was_true(hour: Played) -> None:
    tables = [path.read_text("utf-8").splitlines() for path in hour.files(".csv")]
    rows = [row for lines in tables for row in csv.DictReader(lines)]
    assert len(rows) == HOUR
    columns = {name.partition(" (")[0]: name for name in rows[0]}
    wrong = []
    for row, (utc, true) in zip(rows, instants(), strict=True):
        assert row["utc"] == utc
        for name, expected in true.items():
            cell = row[columns[name]]
            if (cell == "") != (expected is None) or (cell and not is_true(name, float(cell), true)):
                wrong.append((utc, name, cell, expected))
    assert wrong == []


def test_the_raw_log_of_an_hour_is_what_was_sent_byte_for_byte(hour: Played) -> None:
    logged = [piece.data for path in hour.files(".raw") for piece in pieces(path.read_bytes())]
    assert b"".join(logged) == hour.sent


def test_the_gpx_track_of_an_hour_is_the_way_of_the_vehicle(hour: Played) -> None:
    tracks = [track for path in hour.files(".gpx") for track in gpxpy.parse(path.read_text()).tracks]
    assert [len(track.segments) for track in tracks] == [1, 1]
    points = [point for track in tracks for point in track.segments[0].points]
    for point, (utc, true) in zip(points, instants(), strict=True):
        assert point.time == datetime.fromisoformat(utc)
        assert is_true("latitude", point.latitude, true)
        assert is_true("longitude", point.longitude, true)
        assert is_true("depth", -(point.elevation or 0.0), true)


def test_the_geojson_track_of_an_hour_is_the_same_way(hour: Played) -> None:
    features = [one for path in hour.files(".geojson") for one in json.loads(path.read_text())["features"]]
    assert {one["geometry"]["type"] for one in features} == {"LineString"}
    places: dict[str, list[float]] = {}  # a feature begins with the position at which the one before it ends
    for one in features:
        places |= zip(one["properties"]["coordTimes"], one["geometry"]["coordinates"], strict=True)
    for (utc, place), (expected_utc, true) in zip(places.items(), instants(), strict=True):
        assert utc == expected_utc
        assert is_true("longitude", place[0], true)
        assert is_true("latitude", place[1], true)
        assert is_true("depth", -place[2], true)
