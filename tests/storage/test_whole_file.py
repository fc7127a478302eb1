"""A small file that is there whole or not at all."""

import errno
import os
from pathlib import Path

import pytest

from seacorder.storage.disk import PosixDisk
from seacorder.storage.whole_file import BESIDE, put, remove_left


class FailingDisk(PosixDisk):
    """Takes some bytes of the second write, then none."""

    def write(self, handle: int, offset: int, data: object) -> int:
        if offset:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return os.pwrite(handle, bytes(data)[:3], 0)  # type: ignore[call-overload]


def test_a_file_is_made_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "recording.json"
    put(path, b"one")
    put(path, b"two")
    assert (path.read_bytes(), [one.name for one in tmp_path.iterdir()]) == (b"two", ["recording.json"])


def test_a_full_disk_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "recording.json"
    put(path, b"the old one")
    with pytest.raises(OSError, match="No space left"):
        put(path, b"the new one", FailingDisk())
    assert (path.read_bytes(), [one.name for one in tmp_path.iterdir()]) == (b"the old one", ["recording.json"])


def test_what_a_kill_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / f"{BESIDE}0123.json").write_bytes(b"{")
    (tmp_path / ".0123.json").write_bytes(b"an observation on its way")
    (tmp_path / "video.mp4").touch()
    remove_left(tmp_path)
    assert sorted(one.name for one in tmp_path.iterdir()) == [".0123.json", "video.mp4"]


def test_a_folder_that_is_gone_is_no_fault(tmp_path: Path) -> None:
    remove_left(tmp_path / "gone")
    assert list(tmp_path.iterdir()) == []
