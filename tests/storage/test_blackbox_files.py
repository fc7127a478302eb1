"""The blackbox's files on disk: found, removed, given."""

import errno
import os
from pathlib import Path

import pytest

from seacorder.model.loss import Loss, LossCause
from seacorder.model.recording import FileState, Part
from seacorder.storage import account_file, blackbox_files
from seacorder.storage.blackbox_files import files_in, find, give, measured, remove, stem_of, take_back

HOUR = "2026-05-04_11"
BEGIN_NS = 1_777_892_700_000_000_000
"""2026-05-04 11:05:00 UTC."""


@pytest.fixture
def hour(tmp_path: Path) -> Path:
    folder = tmp_path / HOUR
    folder.mkdir()
    return folder


def put(folder: Path, name: str, size: int = 100) -> Path:
    path = folder / name
    path.write_bytes(b"x" * size)
    return path


def part(path: Path) -> Part:
    end_ns = BEGIN_NS + 10**9
    return Part("blackbox-1", "Bow 1.2", 1, str(path), BEGIN_NS, end_ns, 0, 25, 100, FileState.WHOLE)


def test_what_belongs_together_is_found_together_whatever_the_channel_is_called(hour: Path) -> None:
    video = put(hour, "Bow 1.2_20260504T110500000Z.mp4")
    put(hour, "Bow 1.2_20260504T110500000Z.srt", 7)
    put(hour, "Bow 1.2_20260504T110500000Z_2.mp4", 5)
    put(hour, "account.jsonl")
    put(hour, "something else.txt")
    found = {one.stem: one for one in files_in(hour)}
    assert set(found) == {stem_of(video), str(hour / "Bow 1.2_20260504T110500000Z_2")}
    assert found[stem_of(video)].bytes == 107
    assert found[stem_of(video)].begin_utc_ns == BEGIN_NS


def test_an_earlier_run_is_found_by_its_account(tmp_path: Path, hour: Path) -> None:
    known = put(hour, "Bow 1.2_20260504T110500000Z.mp4")
    left = put(hour, "Bow 1.2_20260504T111000000Z.mp4")
    put(hour, "data_20260504T110500000Z.csv")
    loss = Loss("Bow 1.2", BEGIN_NS, BEGIN_NS + 1, 1, LossCause.STALL, "blackbox-1")
    account_file.append(hour, [part(known), loss])
    found = find(tmp_path)
    assert [(one.part is not None, one.has_video) for one in found.held] == [(True, True), (False, False)]
    assert (found.unknown, found.rows) == ((str(left),), (loss,))


def test_a_root_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert find(tmp_path / "none") == blackbox_files.Found()


def test_the_folder_goes_with_its_last_file(tmp_path: Path, hour: Path) -> None:
    first = put(hour, "Bow_20260504T110500000Z.mp4")
    second = put(hour, "Bow_20260504T111000000Z.mp4")
    account_file.append(hour, [part(first)])
    held = {one.stem: one for one in files_in(hour)}
    remove(held[stem_of(first)])
    assert not first.exists()
    assert second.exists()
    remove(held[stem_of(second)])
    assert list(tmp_path.iterdir()) == []


def test_a_part_that_was_removed_by_hand_is_not_measured(hour: Path) -> None:
    assert measured(part(hour / "Bow_20260504T110500000Z.mp4")) is None
    assert measured(part(hour / "gone" / "Bow_20260504T110500000Z.mp4")) is None


def test_a_file_is_given_as_a_hard_link(hour: Path, tmp_path: Path) -> None:
    source = put(hour, "Bow_20260504T110500000Z.mp4")
    given = give(source, tmp_path / "kept.mp4")
    assert given.is_linked
    assert given.path.samefile(source)


def test_where_there_are_no_links_it_is_copied_whole(
    hour: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    monkeypatch.setattr(os, "link", refuse)
    source = put(hour, "Bow_20260504T110500000Z.mp4", 10_000)
    given = give(source, tmp_path / "kept.mp4")
    assert not given.is_linked
    assert given.path.read_bytes() == source.read_bytes()
    assert sorted(one.name for one in tmp_path.iterdir()) == [HOUR, "kept.mp4"]
    with pytest.raises(FileExistsError):
        give(source, tmp_path / "kept.mp4")


def test_nothing_is_left_of_a_copy_that_failed(hour: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(os, "fsync", full)
    source = put(hour, "Bow_20260504T110500000Z.mp4")
    with pytest.raises(OSError, match="space"):
        give(source, tmp_path / "kept.mp4")
    assert [one.name for one in tmp_path.iterdir()] == [HOUR]


def test_a_copy_leaves_the_reserve_free(hour: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(blackbox_files, "free_bytes_of", lambda _: 1_099)
    source = put(hour, "Bow_20260504T110500000Z.mp4", 100)
    with pytest.raises(OSError, match="space"):
        give(source, tmp_path / "kept.mp4", reserve_bytes=1_000)
    assert [one.name for one in tmp_path.iterdir()] == [HOUR]
    assert not give(source, tmp_path / "kept.mp4", reserve_bytes=999).is_linked


def test_what_was_given_is_taken_back_with_its_folder(hour: Path, tmp_path: Path) -> None:
    source = put(hour, "Bow_20260504T110500000Z.mp4")
    (tmp_path / "kept").mkdir()
    take_back([give(source, tmp_path / "kept" / "a.mp4")])
    assert source.exists()
    assert not (tmp_path / "kept").exists()


def test_clocks_are_noted_beside_the_files_and_go_with_them(hour: Path) -> None:
    video = put(hour, "Bow 1.2_20260504T110500000Z.mp4")
    blackbox_files.note_clocks(hour, [{"at": "start"}])
    blackbox_files.note_clocks(hour, [{"at": "split"}])
    with (hour / blackbox_files.CLOCKS_NAME).open("a") as file:
        file.write('[1]\n{"at": "a power c')
    assert blackbox_files.clocks_in(hour) == [{"at": "start"}, {"at": "split"}]
    held = measured(part(video))
    assert held is not None
    remove(held)
    assert not hour.exists()
    assert blackbox_files.clocks_in(hour) == []
