"""Both tracks are whole files after each position, and other programs read in them what was put in."""

import json
from datetime import UTC, datetime
from typing import Any

import gpxpy
from hypothesis import given
from hypothesis import strategies as st

from seacorder.telemetry.logs.geojson_form import FEATURE_POSITIONS, GeoJsonTrack
from seacorder.telemetry.logs.gpx_form import GpxTrack
from seacorder.telemetry.logs.track import Position, TrackForm, Written, position_in

UTC_NS = 1_777_863_721_123_000_000
DEGREES = st.floats(-90, 90).map(lambda value: round(value, 9))
STEPS = st.lists(st.none() | st.builds(Position, st.just(UTC_NS), DEGREES, DEGREES, st.none() | st.floats(0, 11_000)))


class File:
    """A file in memory that is written as the one on disk is."""

    def __init__(self, form: TrackForm) -> None:
        self.form = form
        self.content = b""
        self._put(form.begin())

    def take(self, position: Position | None) -> None:
        if position is None:
            self.form.gap()
        else:
            self._put(self.form.add(position))

    def _put(self, written: Written) -> None:
        assert len(self.content) >= written.offset
        self.content = self.content[: written.offset] + written.data


def _stretches(steps: list[Position | None]) -> list[list[Position]]:
    found: list[list[Position]] = [[]]
    for step in steps:
        if step is None:
            found.append([])
        else:
            found[-1].append(step)
    return [one for one in found if one]


@given(STEPS)
def test_gpx_has_a_segment_from_gap_to_gap(steps: list[Position | None]) -> None:
    file = File(GpxTrack("ROV <1> & co"))
    for step in steps:
        file.take(step)
        read = gpxpy.parse(file.content.decode())
    read = gpxpy.parse(file.content.decode())
    (track,) = read.tracks
    assert track.name == "ROV <1> & co"
    stretches = _stretches(steps)
    assert [len(segment.points) for segment in track.segments] == [len(one) for one in stretches]
    for segment, stretch in zip(track.segments, stretches, strict=True):
        for point, position in zip(segment.points, stretch, strict=True):
            assert (point.latitude, point.longitude) == (position.latitude, position.longitude)
            assert point.time == datetime(2026, 5, 4, 3, 2, 1, 123_000, tzinfo=UTC)
            if position.depth is None:
                assert point.elevation is None
            else:
                assert abs(point.elevation + position.depth) < 0.001


@given(STEPS)
def test_geojson_has_longitude_first_and_depth_negative(steps: list[Position | None]) -> None:
    file = File(GeoJsonTrack('dive "12"'))
    for step in steps:
        file.take(step)
        json.loads(file.content)
    read = json.loads(file.content)
    assert read["type"] == "FeatureCollection"
    stretches = _stretches(steps)
    assert [_shape(one) for one in read["features"]] == [_expected(one) for one in stretches]
    assert [one["properties"]["stretch"] for one in read["features"]] == [*range(1, len(stretches) + 1)]


def test_a_long_stretch_is_several_features_that_meet() -> None:
    file = File(GeoJsonTrack("x"))
    count = FEATURE_POSITIONS + 10
    for number in range(count):
        file.take(Position(UTC_NS + number, number / 1000, 0.0, 1.0))
    first, second = json.loads(file.content)["features"]
    lines = first["geometry"]["coordinates"], second["geometry"]["coordinates"]
    assert lines[0][-1] == lines[1][0]
    assert len(lines[0]) + len(lines[1]) == count + 1
    assert len(second["properties"]["coordTimes"]) == len(lines[1])
    assert {one["properties"]["stretch"] for one in (first, second)} == {1}


def test_a_position_needs_both_numbers() -> None:
    assert position_in(5, {"latitude": 58.5, "longitude": 1.5}) == Position(5, 58.5, 1.5, None)
    assert position_in(5, {"latitude": 58.5, "longitude": 1.5, "depth": 30.0}) == Position(5, 58.5, 1.5, 30.0)
    assert position_in(5, {"latitude": 58.5}) is None
    assert position_in(5, {"latitude": "x", "longitude": 1.5}) is None


def _shape(feature: dict[str, Any]) -> list[list[float]]:
    geometry = feature["geometry"]
    places = geometry["coordinates"] if geometry["type"] == "LineString" else [geometry["coordinates"]]
    return [[one[0], one[1], *(round(-depth, 3) for depth in one[2:])] for one in places]


def _expected(stretch: list[Position]) -> list[list[float]]:
    return [
        [one.longitude, one.latitude, *([] if one.depth is None else [round(round(one.depth, 3), 3)])]
        for one in stretch
    ]
