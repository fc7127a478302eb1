"""The log file: its size, the earlier ones, and what else may happen to it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.base.log_file import LogFile


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_the_newest_lines_are_in_the_file_and_earlier_ones_beside_it(tmp_path: Path) -> None:
    file = LogFile(tmp_path / "a.log", bytes_max=10, kept=2)
    for number in range(1, 6):
        assert file.write(f"{number}234567\n".encode()) == (8, "")
    assert contents(tmp_path) == {"a.log": "5234567\n", "a.log.1": "4234567\n", "a.log.2": "3234567\n"}


def test_none_is_kept_where_none_is_wanted(tmp_path: Path) -> None:
    file = LogFile(tmp_path / "a.log", bytes_max=10, kept=0)
    for number in range(3):
        file.write(f"{number}234567\n".encode())
    assert contents(tmp_path) == {"a.log": "2234567\n"}


def test_it_goes_on_where_an_earlier_run_ended(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("before\n")
    LogFile(tmp_path / "a.log", bytes_max=100, kept=1).write(b"after\n")
    assert contents(tmp_path) == {"a.log": "before\nafter\n"}


def test_one_that_was_moved_or_deleted_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "a.log"
    file = LogFile(path, bytes_max=100, kept=1)
    file.write(b"1\n")
    path.rename(tmp_path / "moved.log")
    file.write(b"2\n")
    path.unlink()
    path.parent.rmdir()
    file.write(b"3\n")
    assert path.read_text() == "3\n"
    assert (tmp_path / "moved.log").read_text() == "1\n"


def test_a_folder_in_its_place_is_a_fault_until_it_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.mkdir()
    file = LogFile(path, bytes_max=100, kept=1)
    assert file.write(b"1\n") == (0, "Is a directory")
    path.rmdir()
    assert file.write(b"2\n") == (2, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full")
def test_a_full_disk_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "a.log").symlink_to("/dev/full")
    assert LogFile(tmp_path / "a.log", bytes_max=100, kept=1).write(b"1\n") == (0, "No space left on device")


@given(sizes=st.lists(st.integers(1, 60), max_size=30), kept=st.integers(0, 4))
def test_no_file_is_larger_than_it_may_be_and_the_newest_bytes_are_there(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], kept: int
) -> None:
    folder = tmp_path_factory.mktemp("logs")
    file = LogFile(folder / "a.log", bytes_max=60, kept=kept)
    written = ""
    for number, size in enumerate(sizes):
        written += chr(65 + number) * size
        assert file.write((chr(65 + number) * size).encode()) == (size, "")
    found = contents(folder)
    assert len(found) <= kept + 1
    assert all(len(text) <= 60 for text in found.values())
    in_order = "".join(found[name] for name in sorted(found, key=lambda name: (name != "a.log", name), reverse=True))
    assert written.endswith(in_order)
