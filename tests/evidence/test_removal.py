"""What would go is found, proved in a copy, and removed; other files are left, and a second time changes nothing."""

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from seacorder.evidence.completion import complete_folder
from seacorder.evidence.removal import prepare, remove
from seacorder.evidence.verify import verify_folder
from seacorder.model.account import key_of
from seacorder.model.completion import CompleteFolder
from seacorder.model.recording import FileState, Part, Recording, RecordingState
from seacorder.model.removal import (
    BytesCompared,
    FolderToRemove,
    PrepareRemoval,
    Removal,
    RemovalPrepared,
    RemovalState,
    RemoveFiles,
    document_of_files,
)
from seacorder.storage import account_file

RECORDING = Recording("r", 1, 9, RecordingState.FINISHED)


def part(folder: Path, channel: str = "Bow", recording: str = "r") -> Part:
    return Part(recording, channel, 1, str(folder / f"{channel}.mp4"), 1, 9, 0, 0, 3, FileState.WHOLE)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A storage root with one complete folder."""
    folder = tmp_path / "root" / "Dive 1" / "DATA_1"
    folder.mkdir(parents=True)
    for name in ("Bow.mp4", "Bow.srt", "Stern.mp4", "DATA_1.csv"):
        (folder / name).write_text(name)
    account_file.append(folder, [RECORDING, part(folder), part(folder, "Stern")])
    assert complete_folder(CompleteFolder(str(folder))).fault == ""
    return tmp_path / "root"


def folder_of(root: Path) -> Path:
    return root / "Dive 1" / "DATA_1"


def preparation(root: Path, *copies: Path, is_shared: bool = False, names: tuple[str, ...] = ("Bow.mp4", "Stern.mp4")):
    folder = folder_of(root)
    mine = tuple(str(folder / name) for name in names)
    order = FolderToRemove(str(folder), mine, is_shared)
    return PrepareRemoval((order,), tuple(map(str, copies)), (str(root),))


def removal_of(found: RemovalPrepared) -> Removal:
    size = sum(one.bytes for one in found.files)
    document = document_of_files(found.files)
    return Removal("r", 1, 9, 20, RemovalState.REMOVING, "Ines", "", "/copy", len(found.files), size, document)


def order_of(root: Path, found: RemovalPrepared) -> RemoveFiles:
    return RemoveFiles(removal_of(found), (str(folder_of(root)),), (str(root),))


def names(found: RemovalPrepared) -> set[str]:
    return {Path(one.path).name for one in found.files}


def test_a_folder_of_its_own_goes_whole_and_empty_ones_above_with_it(root: Path) -> None:
    found = prepare(preparation(root))
    assert names(found) == {path.name for path in folder_of(root).iterdir()}
    assert remove(order_of(root, found)).fault == ""
    assert [path.name for path in root.iterdir()] == []


def test_what_somebody_put_there_is_named_and_stays(root: Path) -> None:
    report = folder_of(root) / "report.pdf"
    report.write_text("mine")
    found = prepare(preparation(root))
    assert found.left == (str(report),)
    remove(order_of(root, found))
    assert list(folder_of(root).iterdir()) == [report]


def test_in_a_shared_folder_its_own_files_alone_go_and_the_folder_says_so(root: Path) -> None:
    folder = folder_of(root)
    found = prepare(preparation(root, is_shared=True, names=("Bow.mp4",)))
    assert names(found) == {"Bow.mp4", "Bow.srt"}
    removal = removal_of(found)
    remove(order_of(root, found))
    assert account_file.read(folder)[key_of(removal)] == removal
    assert complete_folder(CompleteFolder(str(folder))).fault == ""
    findings = [(one.kind, one.file) for one in verify_folder(folder, folder).findings]
    assert ("earlier", "Bow.srt") not in findings
    assert '"removed_utc"' in (folder / "recording.json").read_text()


def test_a_second_time_changes_nothing_and_another_file_of_that_name_is_left(root: Path) -> None:
    found = prepare(preparation(root))
    remove(order_of(root, found))
    folder_of(root).mkdir(parents=True)
    other = folder_of(root) / "Bow.mp4"
    other.write_text("another recording")
    assert remove(order_of(root, found)).changed == (str(other),)
    assert other.read_text() == "another recording"


@pytest.mark.parametrize("way", ["Dive 1/DATA_1", "DATA_1", "."])
def test_a_copy_is_found_by_its_way_its_name_or_itself_and_read_whole(root: Path, tmp_path: Path, way: str) -> None:
    copy = tmp_path / "usb"
    shutil.copytree(folder_of(root), copy / way, dirs_exist_ok=True)
    told: list[BytesCompared] = []
    found = prepare(preparation(root, copy), told.append)
    assert (found.fact, found.verified) == ("", (f"{copy} (on the same disk)",))


def flip(folder: Path) -> None:
    data = bytearray((folder / "Stern.mp4").read_bytes())
    data[-1] ^= 1
    (folder / "Stern.mp4").write_bytes(data)


def link(folder: Path) -> None:
    (folder / "Stern.mp4").unlink()
    os.link(folder.parents[1] / "root" / "Dive 1" / "DATA_1" / "Stern.mp4", folder / "Stern.mp4")


@pytest.mark.parametrize(
    ("damage", "fact"),
    [
        (flip, "Stern.mp4 is not what was recorded: its bytes differ."),
        (lambda folder: (folder / "DATA_1.csv").unlink(), "DATA_1.csv is missing: the copy is not complete."),
        (lambda folder: (folder / "manifest-sha256.txt").unlink(), "There is no copy of"),
        (lambda folder: (folder / "manifest-sha256.txt").write_text(""), "is of another time than the recording"),
        (shutil.rmtree, "There is no copy of"),
        (link, "Stern.mp4 is the recording itself, not a copy."),
    ],
)
def test_a_copy_that_is_not_whole_is_refused(
    root: Path, tmp_path: Path, damage: Callable[[Path], None], fact: str
) -> None:
    copy = Path(shutil.copytree(folder_of(root), tmp_path / "usb" / "DATA_1"))
    damage(copy)
    found = prepare(preparation(root, copy.parent))
    assert fact in found.fact
    assert found.verified == ()
    assert found.action


def test_the_recording_itself_and_a_folder_that_is_not_there_are_no_copies(root: Path, tmp_path: Path) -> None:
    assert "is the recording itself" in prepare(preparation(root, root)).fact
    assert "There is no folder" in prepare(preparation(root, tmp_path / "none")).fact


@pytest.mark.parametrize("away", ["the folder", "what is in it"])
def test_a_copy_of_what_is_not_there_any_more_proves_nothing(root: Path, tmp_path: Path, away: str) -> None:
    copy = Path(shutil.copytree(folder_of(root), tmp_path / "usb" / "DATA_1"))
    shutil.rmtree(folder_of(root))
    if away != "the folder":
        folder_of(root).mkdir()
    found = prepare(preparation(root, copy.parent))
    assert "No file of the recording is there any more" in found.fact
    assert found.verified == ()
    assert prepare(preparation(root)).fact == ""


def test_a_folder_in_which_no_file_ever_came_keeps_no_copy_from_being_proved(root: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folder_of(root), tmp_path / "usb" / "DATA_1"))
    wanted = preparation(root, copy.parent)
    never = FolderToRemove(str(root / "Dive 1" / "Keel"), (str(root / "Dive 1" / "Keel" / "Keel.mp4"),), False)
    found = prepare(replace(wanted, folders=(never, *wanted.folders)))
    gone = f"without {never.folder}, of which nothing was there to be compared"
    assert (found.fact, found.verified) == ("", (f"{copy.parent} (on the same disk), {gone}",))


def test_for_a_rule_enough_copies_do_and_a_missing_file_is_one_too_many(root: Path, tmp_path: Path) -> None:
    good, bad = tmp_path / "usb", tmp_path / "nas"
    for copy in (good, bad):
        shutil.copytree(folder_of(root), copy / "DATA_1")
    flip(bad / "DATA_1")
    stern = str(folder_of(root) / "Stern.mp4")
    by_rule = replace(preparation(root, bad, good), least_copies=1, needed=(stern,))
    assert prepare(by_rule).verified == (f"{good} (on the same disk)",)
    assert "its bytes differ" in prepare(replace(by_rule, least_copies=2)).fact
    assert "its bytes differ" in prepare(replace(by_rule, least_copies=0)).fact
    (folder_of(root) / "Stern.mp4").unlink()
    assert "Stern.mp4 is not there any more." in prepare(by_rule).fact
    assert len(prepare(replace(by_rule, needed=())).verified) == 1


def test_a_copy_of_a_second_root_lies_where_copying_puts_it(root: Path, tmp_path: Path) -> None:
    way = Path(*folder_of(root).parts[1:])
    shutil.copytree(folder_of(root), tmp_path / "usb" / way)
    found = prepare(replace(preparation(root, tmp_path / "usb"), roots=("/data/rec", "/mnt")))
    assert (found.fact, len(found.verified)) == ("", 1)


def test_without_a_manifest_nothing_can_be_proved(root: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folder_of(root), tmp_path / "usb" / "DATA_1"))
    (folder_of(root) / "manifest-sha256.txt").unlink()
    assert "has no manifest-sha256.txt" in prepare(preparation(root, copy.parent)).fact
    assert names(prepare(preparation(root))) >= {"Bow.mp4", "Stern.mp4", "account.jsonl"}


def test_a_file_that_is_in_no_manifest_yet_cannot_be_proved(root: Path, tmp_path: Path) -> None:
    (folder_of(root) / "clip.mp4").write_text("new")
    copy = Path(shutil.copytree(folder_of(root), tmp_path / "usb" / "DATA_1"))
    wanted = preparation(root, copy.parent, names=("Bow.mp4", "Stern.mp4", "clip.mp4"))
    assert "clip.mp4 is in no manifest yet" in prepare(wanted).fact


def test_a_folder_that_refuses_is_a_fault_and_not_a_removal(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = prepare(preparation(root))

    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise OSError(30, "Read-only file system", str(path))

    monkeypatch.setattr(Path, "unlink", refuse)
    assert "Read-only file system" in remove(order_of(root, found)).fault
