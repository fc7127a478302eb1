"""Whoever writes a file holds it; whoever would change it waits, or leaves it alone."""

import os
import sys
from pathlib import Path

import pytest

from seacorder.storage.disk import PosixDisk
from seacorder.storage.file_lock import locked

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps open files from being replaced")


def test_a_file_that_is_being_written_is_held(tmp_path: Path) -> None:
    path = tmp_path / "part.mp4"
    handle = PosixDisk().create(path)
    with locked(path, 0.0) as is_ours:
        assert not is_ours
    os.close(handle)
    with locked(path, 0.0) as is_ours:
        assert is_ours
        with locked(path, 0.05) as is_ours_too:
            assert not is_ours_too


def test_anybody_may_read_it_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "part.mp4"
    handle = PosixDisk().create(path)
    os.write(handle, b"picture")
    assert path.read_bytes() == b"picture"
    os.close(handle)


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), locked(tmp_path / "gone.mp4", 0.0):
        pass
