"""How much room a volume has, and whether files can be made there."""

import shutil
import threading
from pathlib import Path
from queue import Queue

import pytest

from fakes.clock import FakeClock
from seacorder.base.errors import StorageFailed
from seacorder.storage import reserve
from seacorder.storage.volume_room import FIRST_LOOK_SECONDS, Looking, VolumeRooms, free_bytes_of, try_folder, volume_of

RESERVE = 10**9


def test_a_folder_that_is_not_there_yet_is_measured_by_the_one_above(tmp_path: Path) -> None:
    volume = volume_of(tmp_path / "a" / "b", 5)
    assert (volume.path, volume.reserve_bytes) == (str(tmp_path / "a" / "b"), 5)
    assert volume.total_bytes == shutil.disk_usage(tmp_path).total
    assert 0 < volume.free_bytes <= volume.total_bytes
    assert volume.seconds_left is None


def test_a_file_in_the_way_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert volume_of(tmp_path / "file" / "below", 0).total_bytes > 0
    assert free_bytes_of(tmp_path / "file" / "below") > 0


def test_no_answer_is_told_in_one_sentence() -> None:
    with pytest.raises(StorageFailed):
        volume_of(Path("/" + "x" * 300), 0)


def test_the_first_question_is_answered_by_a_look(tmp_path: Path) -> None:
    room = VolumeRooms(RESERVE, FakeClock(), looking=Looking(lambda _: RESERVE)).at(tmp_path)
    assert room.is_full
    assert str(tmp_path) in room.why.text


def test_the_first_question_waits_no_longer_than_it_may(tmp_path: Path) -> None:
    answers, asked = threading.Event(), list[float]()

    def free_bytes(_: Path) -> int:
        answers.wait()
        return 0

    def none_left(seconds: float) -> float:
        asked.append(seconds)
        return 0.0

    room = VolumeRooms(RESERVE, FakeClock(), looking=Looking(free_bytes, waits=none_left)).at(tmp_path)
    assert not room.is_full, "not known yet"
    answers.set()
    assert asked == [FIRST_LOOK_SECONDS]


def test_a_doubt_is_looked_into_at_once_although_the_disk_is_far_from_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reserve, "SELDOM_SECONDS", 3600.0)
    looks: Queue[Path] = Queue()

    def free_bytes(folder: Path) -> int:
        looks.put(folder)
        return 100 * reserve.FAR_BYTES

    clock = FakeClock()
    room = VolumeRooms(RESERVE, clock, looking=Looking(free_bytes)).at(tmp_path)
    assert not room.is_tight
    assert looks.get(timeout=60) == tmp_path
    room.is_proved(clock.monotonic_ns())
    assert looks.get(timeout=60) == tmp_path


def test_trying_a_folder_makes_it_and_leaves_nothing_in_it(tmp_path: Path) -> None:
    try_folder(tmp_path / "made")
    assert list((tmp_path / "made").iterdir()) == []
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError, match="file"):
        try_folder(tmp_path / "file")
