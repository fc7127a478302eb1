"""The contract of a disk, on the real ones and on the recording fake."""

import errno
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from fakes.disk import RecordingDisk
from seacorder.storage.disk import Disk, PortableDisk, PosixDisk, create_unused, this_machine


class Case:
    """A disk, a folder on it, and a way to read a file back."""

    def __init__(self, disk: Disk, base: Path) -> None:
        self.disk = disk
        self.base = base
        disk.make_folders(base)

    def read(self, path: Path) -> bytes:
        return bytes(self.disk.files[path]) if isinstance(self.disk, RecordingDisk) else path.read_bytes()


@pytest.fixture(params=[PosixDisk, PortableDisk, RecordingDisk])
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Case:
    is_fake = request.param is RecordingDisk
    return Case(request.param(), Path("/base") if is_fake else tmp_path)


def test_writes_go_where_they_are_told(case: Case) -> None:
    handle = case.disk.create(case.base / "x")
    assert case.disk.write(handle, 0, b"abcdef") == 6
    assert case.disk.write(handle, 8, b"ij") == 2
    assert case.disk.write(handle, 1, b"B") == 1
    case.disk.sync(handle)
    case.disk.sync_whole(handle)
    case.disk.sync_folder(case.base)
    assert case.disk.is_named(handle)
    case.disk.close(handle)
    assert case.read(case.base / "x") == b"aBcdef\0\0ij"


def test_a_new_file_may_begin_with_bytes(case: Case) -> None:
    handle = case.disk.create(case.base / "x", b"header")
    assert case.read(case.base / "x") == b"header"
    assert case.disk.write(handle, 0, b"header") == 6
    assert case.disk.write(handle, 6, b", more") == 6
    case.disk.close(handle)
    assert case.read(case.base / "x") == b"header, more"
    with pytest.raises(FileExistsError):
        case.disk.create(case.base / "x", b"header")
    assert case.read(case.base / "x") == b"header, more"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux makes files that have no name yet")
def test_such_a_file_has_its_bytes_as_soon_as_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x"
    named, link = list[bytes](), os.link

    def seen(source: str, target: Path, **options: int) -> None:
        assert not path.exists()
        link(source, target, **options)
        named.append(path.read_bytes())

    monkeypatch.setattr(os, "link", seen)
    handle = PosixDisk().create(path, b"header")
    assert named == [b"header"]
    assert PosixDisk().path_of(handle, tmp_path / "elsewhere") == path
    with pytest.raises(BlockingIOError):  # it is locked, as any file that is written
        lock_at_once(path)
    os.close(handle)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644 & ~umask()


def lock_at_once(path: Path) -> None:
    import fcntl

    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux makes files that have no name yet")
@pytest.mark.parametrize("refused", ["open", "pwrite", "link"])
def test_where_the_file_system_cannot_do_that_the_file_is_made_all_the_same(
    refused: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on most network shares, and on a disk that is full."""
    real = getattr(os, refused)

    def refuses(*arguments: Any, **options: Any) -> Any:
        if refused != "open" or arguments[1] & os.O_TMPFILE == os.O_TMPFILE:
            raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))
        return real(*arguments, **options)

    monkeypatch.setattr(os, refused, refuses)
    handle = PosixDisk().create(tmp_path / "x", b"header")
    os.close(handle)
    assert (tmp_path / "x").read_bytes() == (b"" if refused == "pwrite" else b"header")
    assert [one.name for one in tmp_path.iterdir()] == ["x"]


def test_a_name_is_given_once(case: Case) -> None:
    paths = []
    for _ in range(3):
        handle, path = create_unused(case.disk, case.base / "x.mp4")
        case.disk.close(handle)
        paths.append(path.name)
    assert paths == ["x.mp4", "x_2.mp4", "x_3.mp4"]
    with pytest.raises(FileExistsError):
        case.disk.create(case.base / "x.mp4")


def test_folders_are_made_with_their_parents_and_the_changed_ones_are_told(case: Case) -> None:
    assert case.disk.make_folders(case.base / "a" / "b") == [case.base, case.base / "a"]
    assert case.disk.make_folders(case.base / "a" / "b") == []
    with pytest.raises(FileExistsError):
        case.disk.create(case.base / "a")


def test_a_file_is_no_folder(case: Case) -> None:
    case.disk.close(case.disk.create(case.base / "x"))
    with pytest.raises(OSError, match=r"exists|[Dd]irectory") as fault:
        case.disk.make_folders(case.base / "x")
    assert fault.value.errno in {errno.EEXIST, errno.ENOTDIR}


def test_a_file_without_its_folder_is_refused(case: Case) -> None:
    with pytest.raises(FileNotFoundError):
        case.disk.create(case.base / "none" / "x")


def test_a_deleted_file_has_no_name(tmp_path: Path) -> None:
    disk = this_machine()
    handle = disk.create(tmp_path / "x")
    (tmp_path / "x").unlink()
    assert disk.is_named(handle) is (os.name != "posix")
    disk.close(handle)


def test_a_link_that_leads_nowhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "x").symlink_to(tmp_path / "elsewhere")
    handle, path = create_unused(this_machine(), tmp_path / "x")
    os.close(handle)
    assert path.name == "x_2"
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_is_gone_needs_no_sync(tmp_path: Path) -> None:
    this_machine().sync_folder(tmp_path / "none")


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be renamed there")
def test_an_open_file_is_followed_where_it_is_moved(tmp_path: Path) -> None:
    disk = PosixDisk()
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    path = tmp_path / "link" / "a.mp4"
    handle = disk.create(path)
    assert disk.path_of(handle, path) == path  # through a link it is still where it was
    moved = tmp_path / "real" / "Anomaly 7.mp4"
    path.rename(moved)
    assert disk.path_of(handle, path) == moved
    path.write_bytes(b"another file under the old name")
    assert disk.path_of(handle, path) == moved
    (tmp_path / "real").rename(tmp_path / "dive")
    assert disk.path_of(handle, moved) == tmp_path / "dive" / "Anomaly 7.mp4"
    (tmp_path / "dive" / "Anomaly 7.mp4").unlink()
    assert disk.path_of(handle, moved) == moved
    assert not disk.is_named(handle)
    disk.close(handle)
