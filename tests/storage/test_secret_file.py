"""Files that only their own user can read."""

import os
import resource
import stat
from pathlib import Path

import pytest

from seacorder.storage.secret_file import SESSION_KEY_NAME, session_key, write_secret


def test_the_key_of_sessions_is_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    key = session_key(folder)
    assert len(key) == 32
    assert session_key(folder) == key
    assert [one.name for one in folder.iterdir()] == [SESSION_KEY_NAME]


@pytest.mark.parametrize("damaged", ["", "no key", "00"])
def test_a_damaged_one_is_made_again(tmp_path: Path, damaged: str) -> None:
    (tmp_path / SESSION_KEY_NAME).write_text(damaged)
    key = session_key(tmp_path)
    assert session_key(tmp_path) == key


def test_where_none_can_be_kept_there_is_one_for_this_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert len(session_key(tmp_path / "file")) == 32


def test_a_full_disk_leaves_the_one_of_before_whole(tmp_path: Path) -> None:
    write_secret(tmp_path / "secret", b"before")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, limits[1]))  # then a write takes ten bytes, and the next one none
    try:
        with pytest.raises(OSError, match="large"):
            write_secret(tmp_path / "secret", b"x" * 1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (tmp_path / "secret").read_bytes() == b"before"
    assert [one.name for one in tmp_path.iterdir()] == ["secret"]


def test_only_its_user_can_read_it(tmp_path: Path) -> None:
    write_secret(tmp_path / "secret", b"x")
    assert (tmp_path / "secret").read_bytes() == b"x"
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
