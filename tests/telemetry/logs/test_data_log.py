"""What lies beside a recording is what came, from its start to its stop, split with the video."""

import errno
import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import gpxpy
import pytest

from fakes.disk import RecordingDisk
from seacorder.model.command import SetContext
from seacorder.model.data_log import ChangeDataLog, DataLogSettings, LogRows, StartDataLog, StopDataLog
from seacorder.model.dive_context import DiveContext
from seacorder.model.instant import SplitSchedule
from seacorder.model.outcome import ChannelOutcome
from seacorder.model.reading import Reading, ReadingState
from seacorder.model.report import Answer
from seacorder.telemetry.chunk import Chunk
from telemetry.logs.logged_dive import LoggedDive, pieces_in


@pytest.fixture
def dive(tmp_path: Path) -> LoggedDive:
    return LoggedDive(tmp_path)


def test_a_row_a_second_with_what_was_valid_and_every_byte(dive: LoggedDive) -> None:
    dive.log.carry_out(SetContext(dive.now, DiveContext(dive="12")))
    dive.start()
    for number in range(8):
        dive.pass_ms(250)
        dive.say(depth=float(number))
    dive.pass_ms(100)
    dive.end()
    assert [row["depth (m)"] for row in dive.table()] == ["", "3", "7"]
    assert [row["utc"][-4:] for row in dive.table()] == [dive.table()[0]["utc"][-4:]] * 3
    assert {row["dive"] for row in dive.table()} == {"12"}
    assert dive.raw() == dive.sent


def test_a_row_that_is_due_in_the_middle_of_a_read_has_what_came_before_it(dive: LoggedDive) -> None:
    dive.start()
    came = []
    for _ in range(2):
        dive.clock.advance(0.99)
        came.append(dive.now)
        dive.clock.advance(0.01)
    dive.log.on_chunks("ROV", tuple(Chunk(b"$", instant) for instant in came))
    dive.log.on_readings([
        Reading("depth", float(number), "m", ReadingState.FRESH, instant, "ROV") for number, instant in enumerate(came)
    ])
    dive.pass_ms(100)
    dive.end()
    assert [row["depth (m)"] for row in dive.table()] == ["", "0", "1"]


def test_a_value_that_is_none_or_stale_leaves_its_cell_empty(dive: LoggedDive) -> None:
    dive.start()
    dive.say(depth=3.0, latitude=58.0)
    dive.pass_ms(1500)
    dive.say(depth=None)
    stale = Reading("latitude", 58.0, "°", ReadingState.STALE, dive.now, "ROV")
    dive.log.on_readings([stale])
    dive.pass_ms(1000)
    dive.end()
    assert [(row["depth (m)"], row["latitude (deg)"]) for row in dive.table()] == [("3", "58"), ("3", "58"), ("", "")]


def test_by_option_a_row_whenever_a_value_changes(dive: LoggedDive) -> None:
    dive.start(LogRows.CHANGE)
    for depth in (1.0, 1.0, 2.0):
        dive.pass_ms(100)
        dive.say(depth=depth, latitude=58.0)
    dive.pass_ms(3000)
    dive.end()
    assert [(row["depth (m)"], row["latitude (deg)"]) for row in dive.table()] == [("1", "58"), ("2", "58")]


def test_by_option_a_row_when_a_value_becomes_stale_and_when_an_older_one_stands_in(dive: LoggedDive) -> None:
    dive.start(LogRows.CHANGE)
    dive.pass_ms(100)
    came = dive.now
    dive.say(depth=1.0, latitude=58.0)
    dive.pass_ms(5000)
    dive.log.on_readings([Reading("depth", 1.0, "m", ReadingState.STALE, came, "ROV")])
    dive.pass_ms(700)
    dive.log.on_readings([Reading("depth", 1.2, "m", ReadingState.FRESH, came, "Ship")])
    now_ms = dive.now.utc_ns // 1_000_000
    dive.end()
    assert [row["depth (m)"] for row in dive.table()] == ["1", "", "1.2"]
    rows_ms = [round(datetime.fromisoformat(row["utc"]).timestamp() * 1000) for row in dive.table()]
    assert [now_ms - one for one in rows_ms] == [5700, 700, 0]


def test_parts_split_at_the_instants_of_the_video_and_no_byte_is_lost_between(dive: LoggedDive) -> None:
    dive.start(split_seconds=2)
    for number in range(10):
        dive.pass_ms(500)
        dive.say(depth=float(number))
    dive.end()
    assert [len(dive.table(name)) for name in ("dive", "dive_002", "dive_003")] == [2, 2, 1]
    assert b"".join(dive.raw(name) for name in ("dive", "dive_002", "dive_003")) == dive.sent


def test_new_names_hold_from_their_instant_on(dive: LoggedDive) -> None:
    dive.start(split_seconds=2)
    dive.pass_ms(1000)
    later = dive.plan("other", 2)
    dive.log.carry_out(ChangeDataLog(later))
    dive.pass_ms(1500)
    dive.end()
    assert dive.table("dive")
    assert dive.table("other_002")


def test_a_field_that_comes_later_is_named_in_the_last_column_until_the_next_part(dive: LoggedDive) -> None:
    dive.start(split_seconds=2)
    dive.pass_ms(500)
    dive.say(cp=-0.95)
    dive.pass_ms(2600)
    dive.end()
    assert [row["other_readings"] for row in dive.table()] == ["", "cp=-0.95"]
    assert [row["cp"] for row in dive.table("dive_002")] == ["-0.95"] * 2


def test_bytes_that_came_between_the_start_and_its_command_are_there_and_older_ones_not(dive: LoggedDive) -> None:
    dive.say(depth=1.0)
    dive.sent = b""
    dive.pass_ms(10)
    plan, instant = dive.plan(), dive.now
    dive.pass_ms(20)
    dive.say(depth=2.0)
    dive.log.carry_out(StartDataLog("R1", instant, plan, DataLogSettings()))
    dive.say(depth=3.0)
    dive.end()
    assert dive.raw() == dive.sent


def test_tracks_are_whole_files_at_any_time_with_a_segment_for_each_stretch(dive: LoggedDive) -> None:
    dive.start()
    for number in range(4):
        dive.pass_ms(1000)
        known = None if number == 2 else 58.0 + number / 1000
        dive.say(latitude=known, longitude=1.5, depth=100.0 + number)
    dive.pass_ms(1000)
    dive.end()
    place = dive.folder / "video/DATA/dive"
    (track,) = gpxpy.parse(place.with_suffix(".gpx").read_text()).tracks
    assert [[point.latitude for point in one.points] for one in track.segments] == [[58.0, 58.001], [58.003]]
    assert track.segments[0].points[1].elevation == -101
    features = json.loads(place.with_suffix(".geojson").read_text())["features"]
    assert [one["geometry"]["type"] for one in features] == ["LineString", "Point"]
    assert features[0]["geometry"]["coordinates"][1] == [1.5, 58.001, -101]


def test_the_stop_is_answered_when_all_is_on_disk(dive: LoggedDive) -> None:
    dive.start()
    dive.say(depth=1.0)
    dive.log.carry_out(StopDataLog(7, dive.now))
    dive.pass_ms(100)
    assert dive.answers.get(timeout=60) == Answer(7, ChannelOutcome("data", ok=True))
    assert dive.raw() == dive.sent
    dive.log.carry_out(StopDataLog(8, dive.now))
    assert dive.answers.get(timeout=60).request == 8


def test_bytes_that_are_read_after_the_command_to_stop_are_there_if_they_came_before_it(dive: LoggedDive) -> None:
    dive.start()
    came = dive.now
    dive.pass_ms(10)
    stop = StopDataLog(7, dive.now)
    dive.pass_ms(10)
    dive.log.carry_out(stop)
    dive.log.on_chunks("ROV", (Chunk(b"before", came), Chunk(b"after", dive.now, is_datagram=True)))
    dive.pass_ms(80)
    assert dive.answers.empty()
    dive.pass_ms(10)
    assert dive.answers.get(timeout=60) == Answer(7, ChannelOutcome("data", ok=True))
    assert dive.raw() == b"before"


def test_what_one_read_gave_is_divided_at_the_start_and_at_a_split(dive: LoggedDive) -> None:
    chunks = []
    for data in (b"before", b"first", b"second", b"third"):
        dive.pass_ms(10)
        chunks.append(Chunk(data, dive.now))
    instant = chunks[1].received
    schedule = SplitSchedule(instant.monotonic_ns, 20_000_000)
    plan = replace(dive.plan(), from_ns=instant.monotonic_ns, schedule=schedule)
    dive.log.on_chunks("ROV", tuple(chunks))
    dive.log.carry_out(StartDataLog("R1", instant, plan, DataLogSettings()))
    dive.log.on_chunks("ROV", (Chunk(b"fourth", dive.now),))
    dive.end()
    assert (dive.raw(), dive.raw("dive_002")) == (b"firstsecond", b"thirdfourth")


def test_of_more_than_there_is_room_for_as_much_is_kept_as_fits(tmp_path: Path) -> None:
    dive = LoggedDive(tmp_path, queue_bytes=4000)
    dive.start()
    dive.log.on_chunks("ROV", tuple(Chunk(b"%04d" % number * 250, dive.now) for number in range(6)))
    dive.end()
    assert dive.raw().startswith(b"0000" * 250)


def test_a_log_that_begins_before_another_has_ended_ends_it(dive: LoggedDive) -> None:
    dive.start()
    dive.say(depth=1.0)
    dive.log.carry_out(StopDataLog(7, dive.now))
    dive.pass_ms(10)
    dive.start(name="next")
    assert dive.answers.get(timeout=60).request == 7
    dive.end()
    assert (dive.raw(), dive.raw("next")) == (dive.sent, b"")


def test_a_log_that_a_new_process_takes_up_goes_on_counting_parts(dive: LoggedDive) -> None:
    plan = dive.plan(split_seconds=2)
    dive.clock.advance(5)
    dive.log.carry_out(StartDataLog("R1", dive.now, plan, DataLogSettings()))
    dive.end()
    assert dive.table("dive_003") == []


def test_a_read_of_a_stream_over_the_instant_of_the_stop_is_logged_and_a_later_one_is_not(dive: LoggedDive) -> None:
    """Its instant is that of its newest byte; a datagram has one of its own."""
    dive.start()
    stop = dive.now
    dive.log.carry_out(StopDataLog(7, stop))
    for number in range(2):
        dive.clock.advance(0.01)
        for sender in ("a", "b"):
            dive.log.on_chunks("Gyro", (Chunk(f"{number}{sender} ".encode(), dive.now, sender),))
        dive.log.on_chunks("ROV", (Chunk(b"datagram ", dive.now, is_datagram=True),))
    dive.end()
    assert dive.raw() == b"0a 0b "


def test_the_end_of_the_process_waits_for_a_stop_that_is_on_its_way(dive: LoggedDive) -> None:
    dive.start()
    dive.say(depth=1.0)
    dive.log.carry_out(StopDataLog(7, dive.now))
    dive.end()
    assert dive.answers.get(timeout=60) == Answer(7, ChannelOutcome("data", ok=True))
    assert dive.raw() == dive.sent


def test_a_row_has_what_came_before_it_and_was_given_a_while_later(dive: LoggedDive) -> None:
    """The thread that reads a source had no processor in between."""
    dive.start()
    dive.say(depth=1.0)
    dive.clock.advance(0.98)
    came = Reading("depth", 2.0, "m", ReadingState.FRESH, dive.now, "ROV")
    dive.pass_ms(90)
    dive.log.on_readings([came])
    dive.pass_ms(1000)
    dive.end()
    assert [row["depth (m)"] for row in dive.table()] == ["1", "2", "2"]


def test_what_the_disk_does_not_take_is_said_once_and_what_it_has_can_be_read(tmp_path: Path) -> None:
    dive = LoggedDive(tmp_path, queue_bytes=0)
    dive.start()
    for _ in range(3):
        dive.say(depth=1.0)
        dive.pass_ms(100)
    assert dive.events == ["data_log_failed"]
    dive.end()
    assert (dive.raw(), dive.table()) == (b"", [])
    assert gpxpy.parse((dive.folder / "video/DATA/dive.gpx").read_text()).tracks[0].segments == []


def test_positions_for_which_there_is_no_room_are_a_gap_in_tracks_that_stay_whole(dive: LoggedDive) -> None:
    dive.start()
    room = dive.budget.limit_bytes
    for number in range(6):
        dive.budget.limit_bytes = 0 if number in {2, 3} else room
        dive.say(latitude=58.0 + number, longitude=1.5)
        dive.pass_ms(1101)  # a row is written a while after its instant
    dive.end()
    place = dive.folder / "video/DATA/dive"
    (track,) = gpxpy.parse(place.with_suffix(".gpx").read_text()).tracks
    assert [[point.latitude for point in one.points] for one in track.segments] == [[58.0, 58.0, 59.0], [62.0, 63.0]]
    assert len(json.loads(place.with_suffix(".geojson").read_text())["features"]) == 2


# A disk that takes nothing.


@pytest.fixture
def disk() -> RecordingDisk:
    return RecordingDisk()


@pytest.fixture
def afloat(disk: RecordingDisk) -> LoggedDive:
    """Whose files are on that disk."""
    return LoggedDive(Path("/dive"), disk=disk)


def test_what_a_full_disk_does_not_take_waits_over_splits_as_long_as_the_recording_runs(
    afloat: LoggedDive, disk: RecordingDisk
) -> None:
    afloat.start(split_seconds=10)
    afloat.say(depth=1.0)
    disk.refuse("write", errno.ENOSPC)
    disk.refuse("create", errno.ENOSPC)
    for number in range(8):
        afloat.pass_ms(5000)
        afloat.say(depth=float(number))
    assert afloat.events == ["data_log_failed"]
    disk.allow("write")
    disk.allow("create")
    afloat.stop()
    assert afloat.outcome().ok
    assert len(disk.files) == 4 * 5
    assert pieces_in(disk.files) == afloat.sent


def test_a_stop_gives_up_in_time_what_the_disk_refuses_and_says_which_files(
    afloat: LoggedDive, disk: RecordingDisk
) -> None:
    disk.refuse("write", errno.EIO)
    afloat.start(split_seconds=2)
    afloat.pass_ms(3000)
    afloat.stop()
    afloat.pass_ms(9900)
    assert afloat.answers.empty()
    afloat.pass_ms(100)
    outcome = afloat.outcome()
    assert not outcome.ok
    assert outcome.reason is not None
    assert all(f"{name} could not be finished." in outcome.reason.fact for name in ("dive.raw", "dive_002.csv"))
    assert afloat.budget.taken_bytes == 0


def test_a_disk_that_hangs_is_said_and_so_is_what_it_has_cost(afloat: LoggedDive, disk: RecordingDisk) -> None:
    gate = disk.hang("write")
    afloat.start()
    afloat.say(depth=1.0)
    afloat.pass_ms(9900)
    assert afloat.events == []
    afloat.pass_ms(100)
    assert afloat.events == ["data_log_failed"]
    afloat.stop()
    afloat.pass_ms(10_000)
    outcome = afloat.outcome()
    assert not outcome.ok
    gate.set()
