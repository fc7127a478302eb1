"""What lies beside a video, for a stretch of it."""

import csv
import io
import json

import gpxpy
import pytest

from seacorder.evidence.excerpts import first_utc, subtitles, survey_data
from seacorder.model.dive_context import DiveContext
from seacorder.model.instant import Instant
from seacorder.telemetry.logs import csv_form, raw_form
from seacorder.telemetry.logs.geojson_form import GeoJsonTrack
from seacorder.telemetry.logs.gpx_form import GpxTrack
from seacorder.telemetry.logs.track import Position, TrackForm

SECOND = 10**9
START = 1_700_000_000 * SECOND
BEGIN, END = START + 3 * SECOND, START + 6 * SECOND
SRT = "1\n00:00:01,000 --> 00:00:04,500\nDepth 12.5 m\n\n2\n00:00:04,500 --> 00:00:09,000\nDepth 13 m\nBow\n"
VTT = "WEBVTT\n\n00:00:01.000 --> 00:00:04.500 line:10%\nDepth 12.5 m\n\n00:00:09.000 --> 00:00:10.000\nLater\n"


def test_subtitles_are_counted_from_the_begin_of_the_stretch_and_end_with_it() -> None:
    assert subtitles(SRT, 4 * SECOND, 6 * SECOND) == (
        "1\n00:00:00,000 --> 00:00:00,500\nDepth 12.5 m\n\n2\n00:00:00,500 --> 00:00:02,000\nDepth 13 m\nBow\n"
    )
    assert subtitles(SRT, 8 * SECOND, 10 * SECOND) == "1\n00:00:00,000 --> 00:00:01,000\nDepth 13 m\nBow\n"


def test_webvtt_keeps_its_head_and_the_place_of_a_cue() -> None:
    text = subtitles(VTT, 2 * SECOND, 5 * SECOND)
    assert text == "WEBVTT\n\n00:00:00.000 --> 00:00:02.500 line:10%\nDepth 12.5 m\n"
    assert subtitles(VTT.replace("\n", "\r\n"), 5 * SECOND, 6 * SECOND) == "WEBVTT\n"


def table(utc: list[int]) -> bytes:
    columns = csv_form.Columns((("depth", "m"),))
    rows = [csv_form.row(one, columns, {"depth": float(number)}, DiveContext()) for number, one in enumerate(utc)]
    return csv_form.heading(columns) + b"".join(rows)


def test_a_table_has_the_rows_of_the_stretch_and_the_one_before() -> None:
    data = table([START + second * SECOND for second in range(10)])
    assert first_utc(data) == "2023-11-14T22:13:20.000000Z"
    found = survey_data("Data.CSV", data, BEGIN, END)
    assert found is not None
    rows = list(csv.DictReader(io.StringIO(found.decode(), newline="")))
    assert [row["depth (m)"] for row in rows] == ["2", "3", "4", "5"]
    assert found.splitlines()[0] == data.splitlines()[0]
    assert survey_data("Data.csv", table([END, END + 1]), BEGIN, END) is None


def test_a_raw_log_has_the_bytes_of_the_stretch() -> None:
    data = raw_form.HEAD + b"".join(
        raw_form.piece("Gyro 1", b"$HEHDT,%d\n@x\n" % second, Instant(second, START + second * SECOND))
        for second in range(10)
    )
    found = survey_data("a.raw", data[:-3], BEGIN, END)
    assert found is not None
    assert [one.monotonic_ns for one in raw_form.pieces(found)] == [3, 4, 5]
    assert survey_data("a.raw", b"another file", BEGIN, END) is None
    assert survey_data("a.raw", data, END + 100 * SECOND, END + 101 * SECOND) is None


def track(form: TrackForm) -> bytes:
    data = bytearray()
    written = form.begin()
    for second in (None, 1, 2, 3, 4, None, 5, None, 8):
        if second is None:
            form.gap()
            continue
        data[written.offset :] = written.data
        written = form.add(Position(START + second * SECOND, 60.0 + second / 100, 5.0, 10.0))
    data[written.offset :] = written.data
    return bytes(data)


def test_tracks_have_the_positions_of_the_stretch() -> None:
    gpx = survey_data("a.gpx", track(GpxTrack("Dive")), BEGIN, END)
    assert gpx is not None
    (shown,) = gpxpy.parse(gpx.decode()).tracks
    assert [[round(point.latitude, 2) for point in one.points] for one in shown.segments] == [[60.03, 60.04], [60.05]]
    found = survey_data("a.geojson", track(GeoJsonTrack("Dive")), BEGIN, END)
    assert found is not None
    features = json.loads(found)["features"]
    assert [one["geometry"]["type"] for one in features] == ["LineString", "Point"]
    assert [len(one["properties"]["coordTimes"]) for one in features] == [2, 24]
    assert features[1]["geometry"]["coordinates"][1] == 60.05


@pytest.mark.parametrize("name", ["a.gpx", "a.geojson", "a.csv", "a.jpg"])
def test_what_is_no_log_gives_nothing(name: str) -> None:
    assert survey_data(name, b"", BEGIN, END) is None
    assert survey_data(name, b"\xff{nothing", BEGIN, END) is None
