"""In which of two folders a file begins, and when it is left because of its disk."""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from fakes.volumes import Room, Rooms
from seacorder.model.file_name import Naming
from seacorder.model.recording import FileKind
from seacorder.storage.two_volumes import OnVolume, TwoVolumes
from seacorder.storage.volume_room import VolumeRoom, VolumeRooms

FIRST, SECOND = Path("/first"), Path("/second")


@dataclass
class File:
    """A file in a given state."""

    room: Room | None
    dead_since_ns: int | None = None
    is_behind: bool = False


class Bench:
    """Two folders, and the choice between them."""

    def __init__(self) -> None:
        self.rooms = Rooms()
        self.first, self.second = self.rooms.at(FIRST), self.rooms.at(SECOND)
        rooms = cast(VolumeRooms, self.rooms)
        self.volumes = TwoVolumes(rooms, str(FIRST), str(SECOND))
        self.alone = TwoVolumes(rooms, str(FIRST), None)

    def next(self) -> object:
        return self.volumes.next()

    def must_leave(self, file: File) -> bool:
        return self.volumes.must_leave(cast(OnVolume, file), 100)


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.mark.parametrize("state", ["is_shunned", "is_exchanged", "is_tight"])
def test_a_file_begins_in_the_second_folder_only_while_the_first_cannot_take_it(bench: Bench, state: str) -> None:
    assert bench.next() is bench.first
    setattr(bench.first, state, True)
    assert bench.next() is bench.second
    bench.second.is_exchanged = True
    assert bench.next() is bench.first


def test_of_two_disks_with_little_room_the_first_is_used_until_it_is_full(bench: Bench) -> None:
    bench.first.is_tight = bench.second.is_tight = True
    assert bench.next() is bench.first
    bench.first.is_full = True
    assert bench.next() is bench.second


@pytest.mark.parametrize("state", ["is_tight", "is_shunned", "is_exchanged"])
def test_a_file_is_left_only_for_a_disk_that_can_take_the_next_one(bench: Bench, state: str) -> None:
    setattr(bench.second, state, True)
    assert not bench.must_leave(File(bench.first, dead_since_ns=1, is_behind=True))
    setattr(bench.second, state, False)
    assert bench.must_leave(File(bench.first, is_behind=True))
    assert bench.first.is_shunned, "no other file begins there either"


def test_a_disk_with_little_room_is_left_but_not_shunned(bench: Bench) -> None:
    assert not bench.must_leave(File(bench.first))
    bench.first.is_tight = True
    assert bench.must_leave(File(bench.first))
    assert not bench.must_leave(File(bench.second)), "that one has room"
    assert not bench.first.is_shunned


def test_a_file_that_its_disk_refuses_is_left_for_a_new_one_in_the_same_folder(bench: Bench) -> None:
    bench.first.proved_ns = 60
    assert not bench.alone.must_leave(cast(OnVolume, File(bench.first, dead_since_ns=70)), 100)
    assert bench.alone.must_leave(cast(OnVolume, File(bench.first, dead_since_ns=50)), 100)
    assert cast(object, bench.alone.next()) is bench.first
    bench.second.is_tight = True
    assert not bench.must_leave(File(bench.first, dead_since_ns=70))
    assert bench.must_leave(File(bench.first, dead_since_ns=50))


def test_where_nobody_looks_at_folders_nothing_is_left() -> None:
    volumes = TwoVolumes(None, str(FIRST), str(SECOND))
    assert volumes.next() is None
    assert not volumes.must_leave(cast(OnVolume, File(None, dead_since_ns=1, is_behind=True)), 100)


def test_a_path_keeps_its_position_on_the_other_disk(bench: Bench) -> None:
    path = FIRST / "d" / "f.raw"
    assert bench.volumes.place(path, cast(VolumeRoom, bench.second)) == SECOND / "d" / "f.raw"
    assert bench.volumes.place(path, cast(VolumeRoom, bench.first)) == path
    assert bench.volumes.home(SECOND / "d" / "f.raw", cast(VolumeRoom, bench.second)) == path
    assert bench.volumes.place(path, None) == bench.volumes.home(path, None) == path


def test_the_folders_are_those_of_a_naming(bench: Bench) -> None:
    naming = Naming(str(FIRST), "d", 0, "f", 0, FileKind.RECORDING, use_utc=True, fallback_folder=str(SECOND))
    volumes = TwoVolumes.of(naming, cast(VolumeRooms, bench.rooms))
    assert cast(object, volumes.next()) is bench.first
    assert cast(object, volumes.other(cast(VolumeRoom, bench.first))) is bench.second
    assert cast(object, volumes.other(cast(VolumeRoom, bench.second))) is bench.first
    assert bench.alone.other(cast(VolumeRoom, bench.first)) is None
