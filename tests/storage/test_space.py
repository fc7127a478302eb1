"""How much a volume has left."""

import shutil
from pathlib import Path

import pytest

from seacorder.base.errors import StorageFailed
from seacorder.storage.space import volume_of


def test_a_folder_that_is_not_there_yet_is_measured_by_the_one_above(tmp_path: Path) -> None:
    volume = volume_of(tmp_path / "a" / "b", 0)
    assert volume.path == str(tmp_path / "a" / "b")
    assert volume.total_bytes == shutil.disk_usage(tmp_path).total
    assert 0 < volume.free_bytes <= volume.total_bytes
    assert volume.seconds_left is None


def test_the_time_left_leaves_the_reserve_free(tmp_path: Path) -> None:
    volume = volume_of(tmp_path, 10**6, 1000.0)
    assert volume.seconds_left == pytest.approx((volume.free_bytes - 10**6) / 1000.0)
    assert volume_of(tmp_path, 10**18, 1000.0).seconds_left == 0


def test_a_file_in_the_way_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert volume_of(tmp_path / "file" / "below", 0).total_bytes > 0


def test_no_answer_is_told_in_one_sentence() -> None:
    with pytest.raises(StorageFailed):
        volume_of(Path("/" + "x" * 300), 0)
