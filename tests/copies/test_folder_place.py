"""A folder as a place for copies: hidden until it is compared, known again by its mark, told in words when it fails."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from copies.places import FILES, Copies, make_folder
from seacorder.copies import folder_place
from seacorder.copies.contract import CopyFailed
from seacorder.copies.folder_place import FolderPlace
from seacorder.model.copies import CopyFault, CopyTarget, KnownPlace


@pytest.fixture
def nas(tmp_path: Path) -> Path:
    (tmp_path / "nas").mkdir()
    return tmp_path / "nas"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "recordings" / "DATA_1")


def opened(nas: Path, source: Path, known: KnownPlace | None = None, *, same_disk: bool = True) -> FolderPlace:
    target = CopyTarget("NAS", str(nas), may_be_same_disk=same_disk)
    return FolderPlace(target, source, known or KnownPlace())


def refused(open_it: Callable[[], Any]) -> str:
    with pytest.raises(CopyFailed) as caught:
        open_it()
    assert caught.value.fault is CopyFault.TARGET
    return caught.value.message.fact


def test_a_folder_is_copied_with_its_times_and_nothing_else_is_left(nas: Path, source: Path) -> None:
    copies = Copies(source, opened(nas, source))
    assert copies.run(is_complete=True).copied is not None
    there = nas / "2026" / "DATA_1"
    assert {path.name: path.read_bytes() for path in there.iterdir()} == {
        path.name: path.read_bytes() for path in source.iterdir()
    }
    assert (there / "Bow.mp4").stat().st_mtime_ns == (source / "Bow.mp4").stat().st_mtime_ns


def test_an_unfinished_file_is_gone_on_with(nas: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = nas / "2026" / "DATA_1"
    there.mkdir(parents=True)
    (there / ".seacorder-copy-Bow.mp4").write_bytes(FILES["Bow.mp4"][:100_000])
    written: list[int] = []
    write = os.write
    monkeypatch.setattr(folder_place.os, "write", lambda handle, data: written.append(len(data)) or write(handle, data))
    assert Copies(source, opened(nas, source)).run("Bow.mp4").fault is None
    assert sum(written) == 50_000
    assert (there / "Bow.mp4").read_bytes() == FILES["Bow.mp4"]
    assert not (there / ".seacorder-copy-Bow.mp4").exists()


def test_an_unfinished_file_that_is_too_long_is_cut(nas: Path, source: Path) -> None:
    there = nas / "2026" / "DATA_1"
    there.mkdir(parents=True)
    (there / ".seacorder-copy-Bow.mp4").write_bytes(FILES["Bow.mp4"] + b"more")
    assert Copies(source, opened(nas, source)).run("Bow.mp4").fault is None
    assert (there / "Bow.mp4").read_bytes() == FILES["Bow.mp4"]


def test_a_folder_is_known_again_wherever_it_is_mounted(nas: Path, source: Path, tmp_path: Path) -> None:
    first = opened(nas, source).identity
    assert opened(nas, source).identity == first
    nas.rename(tmp_path / "elsewhere")
    assert opened(tmp_path / "elsewhere", source).identity == first
    nas.mkdir()
    assert opened(nas, source).identity != first


def test_a_mount_point_without_its_disk_is_refused(nas: Path, source: Path) -> None:
    known = KnownPlace("disk 1", "/mnt/nas")
    assert "is not there (it was mounted at /mnt/nas)" in refused(lambda: opened(nas, source, known))
    assert list(nas.iterdir()) == []


def test_a_folder_on_the_disk_of_the_recordings_is_refused(nas: Path, source: Path) -> None:
    assert "so a copy there is no copy" in refused(lambda: opened(nas, source, same_disk=False))


def test_a_folder_that_does_not_exist_is_not_made(nas: Path, source: Path) -> None:
    assert "there is no folder" in refused(lambda: opened(nas / "none", source))


def test_too_little_room_is_told_before_a_byte_is_written(
    nas: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": 64 * 1024 * 1024})
    monkeypatch.setattr(folder_place.shutil, "disk_usage", lambda _: usage)
    ended = Copies(source, opened(nas, source)).run("Bow.mp4")
    assert ended.why is not None
    assert "is full (0.07 GB are free there, and the next file needs 0.00 GB)" in ended.why.fact
    assert ended.why.action == "Make room there, or connect another disk."


@pytest.mark.parametrize(("number", "fact"), [
    (errno.ENOSPC, "is full (No space left on device)"),
    (errno.EIO, "cannot be used (Input/output error)"),
    (errno.ESTALE, "cannot be used (Stale file handle)"),
])
def test_what_the_disk_says_is_told(
    nas: Path, source: Path, monkeypatch: pytest.MonkeyPatch, number: int, fact: str
) -> None:
    def fail(_handle: int, _data: object) -> int:
        raise OSError(number, os.strerror(number))

    place = opened(nas, source)
    monkeypatch.setattr(folder_place.os, "write", fail)
    ended = Copies(source, place).run("Bow.mp4")
    assert ended.fault is CopyFault.TARGET
    assert ended.why is not None
    assert fact in ended.why.fact


def test_the_pace_is_kept_both_ways(nas: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("seacorder.evidence.hashing.ReadPace.took", lambda pace, count: slept.append(
        count / pace.bytes_per_second))
    target = CopyTarget("NAS", str(nas), bytes_per_second=75_000, may_be_same_disk=True)
    assert Copies(source, opened(nas, source), target).run("Bow.mp4").fault is None
    assert sum(slept) == pytest.approx(4.0)


def test_beginnings_are_found_and_forgotten(nas: Path, source: Path) -> None:
    place, there = opened(nas, source), nas / "2026" / "DATA_1"
    assert place.unfinished("2026/DATA_1") == []
    there.mkdir(parents=True)
    for name in ("Bow.mp4", ".seacorder-copy-Stern.mp4", ".seacorder-copy-Bow.mp4"):
        (there / name).write_bytes(b"1")
    assert place.unfinished("2026/DATA_1") == ["2026/DATA_1/Bow.mp4", "2026/DATA_1/Stern.mp4"]
    place.forget("2026/DATA_1/Bow.mp4")
    assert {path.name for path in there.iterdir()} == {"Bow.mp4", ".seacorder-copy-Stern.mp4"}
    (nas / ".seacorder-copy-note.txt").touch()
    assert place.unfinished("") == ["note.txt"]
