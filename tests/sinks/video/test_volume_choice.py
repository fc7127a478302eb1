"""On which volume the next file begins, and when the current one is left because of its disk."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from seacorder.model.file_name import Naming
from seacorder.model.recording import FileKind
from seacorder.sinks.video.volume_choice import VolumeChoice, at_home, relocated
from seacorder.storage.volume_room import VolumeRoom, VolumeRooms

FIRST, SECOND = Path("/first"), Path("/second")
NAMING = Naming(str(FIRST), "d", 0, "f", 0, FileKind.RECORDING, use_utc=True, fallback_folder=str(SECOND))


@dataclass
class Room:
    """A volume in a given state."""

    folder: Path
    is_full: bool = False
    is_tight: bool = False
    is_exchanged: bool = False
    is_shunned: bool = False
    proved_ns: int = 0

    def is_proved(self, since_ns: int) -> bool:
        return self.proved_ns > since_ns

    def shun(self, now_ns: int) -> None:
        self.is_shunned = True


@dataclass
class File:
    """A file in a given state."""

    room: Room | None
    dead_since_ns: int | None = None
    is_behind: bool = False


class Bench:
    """Two volumes, and the choice between them."""

    def __init__(self) -> None:
        self.first, self.second = Room(FIRST), Room(SECOND)
        self.choice = VolumeChoice(cast(VolumeRooms, self))

    def at(self, folder: str | Path) -> Room:
        return {FIRST: self.first, SECOND: self.second}[Path(folder)]

    def next(self) -> Any:
        return self.choice.next(NAMING)

    def must_leave(self, file: File) -> bool:
        return self.choice.must_leave(cast(Any, file), NAMING, 100)


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.mark.parametrize("state", [{"is_shunned": True}, {"is_exchanged": True}, {"is_tight": True}])
def test_a_file_begins_on_the_second_volume_only_while_the_first_cannot_take_it(
    bench: Bench, state: dict[str, bool]
) -> None:
    assert bench.next() is bench.first
    for name, value in state.items():
        setattr(bench.first, name, value)
    assert bench.next() is bench.second
    bench.second.is_exchanged = True
    assert bench.next() is bench.first


def test_of_two_volumes_with_little_room_the_first_is_used_until_it_is_full(bench: Bench) -> None:
    bench.first.is_tight = bench.second.is_tight = True
    assert bench.next() is bench.first
    bench.first.is_full = True
    assert bench.next() is bench.second


def test_a_file_is_left_only_for_a_volume_that_can_take_the_next_one(bench: Bench) -> None:
    file = File(bench.first, is_behind=True)
    bench.second.is_tight = True
    assert not bench.must_leave(file)
    bench.second.is_tight = False
    assert bench.must_leave(file)
    assert bench.first.is_shunned, "no other sink begins there either"


def test_a_volume_with_little_room_is_left_but_not_shunned(bench: Bench) -> None:
    assert not bench.must_leave(File(bench.first))
    bench.first.is_tight = True
    assert bench.must_leave(File(bench.first))
    assert not bench.first.is_shunned


def test_a_file_that_its_disk_refuses_is_left_for_a_new_one_in_the_same_folder(bench: Bench) -> None:
    bench.second.is_tight = True
    bench.first.proved_ns = 60
    assert not bench.must_leave(File(bench.first, dead_since_ns=70))
    assert bench.must_leave(File(bench.first, dead_since_ns=50))


def test_where_nobody_looks_at_volumes_nothing_is_left() -> None:
    choice = VolumeChoice(None)
    assert choice.next(NAMING) is None
    assert not choice.must_leave(cast(Any, File(None, dead_since_ns=1, is_behind=True)), NAMING, 100)


def test_a_path_keeps_its_position_on_the_other_volume(bench: Bench) -> None:
    path, second = FIRST / "d" / "f.mp4", cast(VolumeRoom, bench.second)
    assert relocated(path, NAMING, second) == SECOND / "d" / "f.mp4"
    assert at_home(SECOND / "d" / "f.mp4", NAMING, second) == path
    assert relocated(path, NAMING, None) == at_home(path, NAMING, None) == path
