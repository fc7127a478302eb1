"""The log goes on on the second disk when the first has no room, refuses or hangs, and what waited goes along."""

import csv
import errno
from pathlib import Path

import gpxpy
import pytest

from fakes.disk import RecordingDisk
from fakes.volumes import Room, Rooms, TwoDisks
from rig.program import wait_for
from telemetry.logs.logged_dive import LoggedDive, pieces_in

FIRST, SECOND = Path("/first"), Path("/second")


class TwoDiskDive:
    """A log with a second folder on another disk."""

    def __init__(self) -> None:
        disks, rooms = TwoDisks(SECOND), Rooms()
        self.first, self.second = disks.disks
        self.homes = rooms.at(FIRST / "data"), rooms.at(FIRST / "video")
        self.other: Room = rooms.at(SECOND)
        self.files = disks
        self.log = LoggedDive(FIRST, disk=disks, rooms=rooms)

    def fill(self, *, is_tight: bool = True) -> None:
        """The first disk has little room, or has room again."""
        for home in self.homes:
            home.is_tight = is_tight

    def dive_on(self, seconds: int) -> None:
        """A sentence with another position after each second."""
        for _ in range(seconds):
            self.log.pass_ms(1000)
            self.log.say(latitude=58.0 + self.log.clock.monotonic_ns() / 1e12, longitude=1.5)

    def wait_written(self, step_ms: int = 0) -> None:
        """Until the disks have taken all that came; so much time goes by between two looks."""
        wait_for(lambda: self.log.is_written(step_ms), "all to be on disk")

    def stop(self) -> None:
        self.log.stop()
        assert self.log.outcome().ok

    def names(self, disk: RecordingDisk, suffix: str = ".raw") -> list[str]:
        return sorted(path.stem for path in disk.files if path.suffix == suffix)

    def rows(self) -> list[str]:
        """The times in the tables, in the order of the tables' beginnings."""
        tables = [[row["utc"] for row in csv.DictReader(text.splitlines())] for text in self._texts(".csv")]
        return [time for table in sorted(tables) for time in table]

    def points(self) -> list[float]:
        """The latitudes in the tracks."""
        tracks = [track for text in self._texts(".gpx") for track in gpxpy.parse(text).tracks]
        return [point.latitude for track in tracks for one in track.segments for point in one.points]

    def _texts(self, suffix: str) -> list[str]:
        return [content.decode() for path, content in self.files.files.items() if path.suffix == suffix]


@pytest.fixture
def dive() -> TwoDiskDive:
    made = TwoDiskDive()
    made.log.start(second=SECOND)
    return made


def test_before_the_first_disk_is_full_the_log_goes_on_on_the_second(dive: TwoDiskDive) -> None:
    dive.dive_on(3)
    dive.fill()
    dive.dive_on(3)
    dive.stop()
    assert dive.names(dive.first) == ["dive"]
    assert dive.names(dive.second) == ["dive_002"]
    assert dive.log.events == ["data_log_moved"]
    (fact,) = dive.log.facts
    assert fact.startswith(f"The log of survey data goes on in {SECOND / 'DATA'}, because of the disk: ")
    assert pieces_in(dive.files.files) == dive.log.sent
    assert dive.rows() == sorted(set(dive.rows()))
    assert len(dive.rows()) == 6
    assert len(set(dive.points())) == len(dive.points()) == 5


def test_with_the_next_part_it_returns_to_the_first_disk_that_has_room_again() -> None:
    dive = TwoDiskDive()
    dive.log.start(second=SECOND, split_seconds=5)
    dive.fill()
    dive.dive_on(2)
    dive.fill(is_tight=False)
    dive.dive_on(4)
    dive.stop()
    assert dive.names(dive.first) == ["dive", "dive_003"]
    assert dive.names(dive.second) == ["dive_002"]


def test_what_a_full_disk_had_not_taken_is_on_the_second_once_and_in_order(dive: TwoDiskDive) -> None:
    dive.dive_on(2)
    dive.wait_written()
    for call in ("write", "create"):
        dive.first.refuse(call, errno.ENOSPC)
    dive.dive_on(2)
    dive.fill()
    dive.dive_on(2)
    dive.wait_written()
    dive.dive_on(1)
    dive.stop()
    assert dive.names(dive.first) == ["dive"]
    assert dive.names(dive.second) == ["dive_002", "dive_rest"]
    assert "data_log_moved" in dive.log.events
    assert any(fact.endswith("in files whose names end in _rest.") for fact in dive.log.facts)
    assert pieces_in(dive.files.files) == dive.log.sent
    assert dive.rows() == sorted(set(dive.rows()))
    assert len(dive.rows()) == 7
    assert len(set(dive.points())) == len(dive.points()) == 6


@pytest.mark.parametrize("calls", [("write", "sync"), ("create",)])
def test_a_disk_that_refuses_is_left_after_two_seconds_with_all_that_waited(calls: tuple[str, ...]) -> None:
    dive = TwoDiskDive()
    for call in calls:
        dive.first.refuse(call, errno.EIO)
    dive.log.start(second=SECOND)
    dive.log.say(depth=1.0)
    wait_for(lambda: dive.log.is_told("data_log_failed"), "the fault")
    dive.log.pass_ms(1900)
    assert dive.names(dive.second) == []
    dive.log.pass_ms(100)
    dive.log.say(depth=2.0)
    dive.wait_written(step_ms=50)  # not every file may have met the fault at the same time
    dive.stop()
    assert {"dive_002", "dive_rest"} <= set(dive.names(dive.second))
    assert pieces_in(dive.second.files) == dive.log.sent
    assert all(home.is_shunned for home in dive.homes), "no other file begins there"


def test_a_disk_that_hangs_is_left_after_ten_seconds_with_all_that_waited(dive: TwoDiskDive) -> None:
    gate = dive.first.hang("write")
    dive.log.say(depth=1.0)
    dive.log.pass_ms(9900)
    assert dive.names(dive.second) == []
    dive.log.pass_ms(100)
    dive.log.say(depth=2.0)
    dive.log.pass_ms(10_000)  # the table's first rows came a second after the sentence
    dive.wait_written()
    dive.stop()
    assert pieces_in(dive.second.files) == dive.log.sent
    gate.set()


def test_parts_of_earlier_splits_that_wait_go_along() -> None:
    dive = TwoDiskDive()
    dive.other.is_tight = True
    for call in ("write", "create"):
        dive.first.refuse(call, errno.ENOSPC)
    dive.fill()
    dive.log.start(second=SECOND, split_seconds=5)
    dive.dive_on(12)
    dive.other.is_tight = False
    dive.dive_on(1)
    dive.wait_written()
    dive.stop()
    assert dive.names(dive.second) == ["dive_002_rest", "dive_003_rest", "dive_004", "dive_rest"]
    assert pieces_in(dive.files.files) == dive.log.sent
    wait_for(lambda: dive.log.budget.taken_bytes == 0, "the memory to be free")


def test_after_a_stop_the_second_disk_gets_what_the_first_has_not_taken_in_time(dive: TwoDiskDive) -> None:
    gates = [dive.first.hang(call) for call in ("sync", "sync_whole")]
    dive.log.say(depth=1.0)
    dive.log.stop()
    assert dive.log.answers.empty()
    dive.log.pass_ms(10_000)
    assert dive.log.outcome().ok
    assert pieces_in(dive.second.files) == dive.log.sent
    for gate in gates:
        gate.set()


def test_a_stop_ends_in_time_when_neither_disk_takes_anything(dive: TwoDiskDive) -> None:
    for disk in (dive.first, dive.second):
        disk.refuse("write", errno.EIO)
        disk.refuse("create", errno.EIO)
    dive.log.say(depth=1.0)
    dive.log.stop()
    for _ in range(21):
        dive.log.pass_ms(1000)
    outcome = dive.log.outcome()
    assert not outcome.ok
    assert outcome.reason is not None
    assert "_rest.raw could not be finished." in outcome.reason.fact
