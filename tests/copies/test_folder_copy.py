"""A folder is copied file by file, each read back and compared; then its manifest, and a line of custody."""

import hashlib
import json
from pathlib import Path

import pytest

from copies.places import FILES, Copies, MemoryPlace, PulledOut, make_folder, make_manifest
from seacorder.evidence import custody
from seacorder.model.copies import CopyFault, CopyProgress, PlaceFound
from seacorder.storage.signing_key import make_key, read_key

MANIFEST = "manifest-sha256.txt"


@pytest.fixture
def place() -> MemoryPlace:
    return MemoryPlace()


@pytest.fixture
def copies(tmp_path: Path, place: MemoryPlace) -> Copies:
    return Copies(make_folder(tmp_path / "DATA_1"), place)


def test_finished_files_are_copied_while_the_folder_is_not_complete(copies: Copies, place: MemoryPlace) -> None:
    ended = copies.run("Bow.mp4")
    assert (ended.fault, ended.copied, ended.has_manifest) == (None, None, True)
    assert place.files == {"2026/DATA_1/Bow.mp4": FILES["Bow.mp4"]}
    (row,) = copies.copied.values()
    assert (row.bytes, row.sha256) == (150_000, hashlib.sha256(FILES["Bow.mp4"]).hexdigest())
    assert copies.told[0] == PlaceFound("memory", "")
    checked = [one.is_checking for one in copies.told if isinstance(one, CopyProgress)]
    assert checked == [False, True]


def test_a_complete_folder_is_copied_with_its_manifest_last(copies: Copies, place: MemoryPlace) -> None:
    copies.run("Bow.mp4")
    ended = copies.run(is_complete=True)
    assert ended.copied is not None
    assert (ended.copied.files, ended.copied.bytes) == (3, sum(map(len, FILES.values())))
    assert ended.copied.completed_utc_ns == 7
    assert copies.names == ["Bow.mp4", "Stern.mp4", "account.jsonl", MANIFEST]
    assert {name.rpartition("/")[2] for name in place.files} == {*FILES, MANIFEST}
    assert ended.copied.manifest_sha256 == hashlib.sha256(place.files[f"2026/DATA_1/{MANIFEST}"]).hexdigest()


def test_what_lies_there_is_not_sent_again(copies: Copies, place: MemoryPlace) -> None:
    copies.run(is_complete=True)
    sent = place.writes
    assert copies.run(is_complete=True).copied is not None
    assert place.writes == sent


def test_a_file_that_was_deleted_at_the_target_is_sent_again(copies: Copies, place: MemoryPlace) -> None:
    copies.run(is_complete=True)
    del place.files["2026/DATA_1/Bow.mp4"]
    copies.run(is_complete=True)
    assert place.files["2026/DATA_1/Bow.mp4"] == FILES["Bow.mp4"]


def test_a_repaired_file_and_its_manifest_replace_what_was_copied(copies: Copies, place: MemoryPlace) -> None:
    copies.run(is_complete=True)
    (copies.folder / "Bow.mp4").write_bytes(b"repaired")
    make_manifest(copies.folder)
    assert copies.run(is_complete=True).copied is not None
    assert place.files["2026/DATA_1/Bow.mp4"] == b"repaired"
    assert place.files[f"2026/DATA_1/{MANIFEST}"] == (copies.folder / MANIFEST).read_bytes()


def test_after_a_kill_a_file_goes_on_where_it_stopped(copies: Copies, place: MemoryPlace) -> None:
    place.killed_at = 100_000
    with pytest.raises(PulledOut):
        copies.run("Bow.mp4")
    place.killed_at = None
    assert copies.run("Bow.mp4").fault is None
    assert place.files["2026/DATA_1/Bow.mp4"] == FILES["Bow.mp4"]
    assert place.writes == 50_000, "only the rest was sent"


def test_a_damaged_beginning_is_found_and_sent_again(copies: Copies, place: MemoryPlace) -> None:
    place.begun["2026/DATA_1/Bow.mp4"] = bytes(60_000)
    assert copies.run("Bow.mp4").fault is None
    assert place.files["2026/DATA_1/Bow.mp4"] == FILES["Bow.mp4"]


def test_a_target_that_lies_is_told_and_nothing_counts_as_copied(copies: Copies, place: MemoryPlace) -> None:
    place.lies = 2
    ended = copies.run("Bow.mp4")
    assert ended.fault is CopyFault.TARGET
    assert ended.why is not None
    assert "gave back other bytes than were sent" in ended.why.fact
    assert (place.files, place.begun, copies.copied) == ({}, {}, {})


def test_a_full_target_is_told(copies: Copies, place: MemoryPlace) -> None:
    place.room = 1000
    ended = copies.run("Bow.mp4", "Stern.mp4")
    assert ended.fault is CopyFault.TARGET
    assert copies.copied == {}
    place.room = 10**9
    assert copies.run("Bow.mp4", "Stern.mp4").fault is None
    assert len(copies.copied) == 2


def test_a_file_of_somebody_else_is_not_replaced(copies: Copies, place: MemoryPlace) -> None:
    place.files["2026/DATA_1/Bow.mp4"] = b"of another recorder"
    ended = copies.run("Bow.mp4")
    assert ended.fault is CopyFault.FOLDER
    assert place.files["2026/DATA_1/Bow.mp4"] == b"of another recorder"


@pytest.mark.parametrize("is_complete", [False, True])
def test_a_file_that_is_refused_or_cannot_be_read_holds_up_no_other(
    copies: Copies, place: MemoryPlace, is_complete: bool
) -> None:
    place.files["2026/DATA_1/Bow.mp4"] = b"of another recorder"
    (copies.folder / "Stern.mp4").unlink()
    (copies.folder / "Stern.mp4").mkdir()
    ended = copies.run("Bow.mp4", "Stern.mp4", "account.jsonl", is_complete=is_complete)
    assert (ended.fault, ended.copied) == (CopyFault.FOLDER, None)
    assert copies.names == ["account.jsonl"]


def test_the_same_file_that_lies_there_already_is_read_and_counts(copies: Copies, place: MemoryPlace) -> None:
    place.files["2026/DATA_1/Bow.mp4"] = FILES["Bow.mp4"]
    assert copies.run("Bow.mp4").fault is None
    assert (copies.names, place.writes) == (["Bow.mp4"], 0)


def test_the_folder_of_another_recorder_is_left_alone(copies: Copies, place: MemoryPlace) -> None:
    (copies.folder / "recorder.pub").write_bytes(b"mine")
    place.files["2026/DATA_1/recorder.pub"] = b"another"
    ended = copies.run(is_complete=True)
    assert ended.fault is CopyFault.FOLDER
    assert list(place.files) == ["2026/DATA_1/recorder.pub"]


def test_a_listed_file_that_is_missing_or_changed_keeps_the_folder_from_counting(
    copies: Copies, place: MemoryPlace
) -> None:
    (copies.folder / "Bow.mp4").unlink()
    ended = copies.run(is_complete=True)
    assert ended.fault is CopyFault.FOLDER
    assert ended.why is not None
    assert "Bow.mp4 is missing" in ended.why.fact
    assert ended.missing == (str(copies.folder / "Bow.mp4"),)
    assert copies.names == ["Stern.mp4", "account.jsonl"], "the others are copied, and no manifest"
    (copies.folder / "Bow.mp4").write_bytes(b"another film")
    ended = copies.run(is_complete=True)
    assert ended.why is not None
    assert f"Bow.mp4 is not as {MANIFEST} says" in ended.why.fact


def test_an_original_that_is_gone_is_named(copies: Copies) -> None:
    ended = copies.run("Gone.mp4", "Bow.mp4")
    assert (ended.fault, ended.missing) == (None, (str(copies.folder / "Gone.mp4"),))
    assert copies.names == ["Bow.mp4"]


def test_a_line_of_custody_is_signed_once_for_each_state(copies: Copies, place: MemoryPlace, tmp_path: Path) -> None:
    make_key(tmp_path / "state")
    for _ in range(2):
        assert copies.run(is_complete=True, key_folder=str(tmp_path / "state")).copied is not None
    data = (copies.folder / "custody.jsonl").read_bytes()
    assert place.files["2026/DATA_1/custody.jsonl"] == data
    (line,) = data.splitlines()
    said = json.loads(line)
    assert (said["what"], said["target"], said["place"], said["files"]) == ("copy", "NAS", "memory", 3)
    assert said["manifest_sha256"] == hashlib.sha256((copies.folder / MANIFEST).read_bytes()).hexdigest()
    assert custody.faults(data, read_key(tmp_path / "state").public) == []


def test_without_a_key_the_copy_counts_and_no_line_is_written(copies: Copies, tmp_path: Path) -> None:
    assert copies.run(is_complete=True, key_folder=str(tmp_path / "nothing")).copied is not None
    assert not (copies.folder / "custody.jsonl").exists()


def test_a_folder_that_was_removed_is_named_and_nothing_is_done(copies: Copies, place: MemoryPlace) -> None:
    for path in copies.folder.iterdir():
        path.unlink()
    copies.folder.rmdir()
    ended = copies.run(is_complete=True)
    assert (ended.fault, ended.copied, ended.missing) == (None, None, (str(copies.folder),))
    assert place.files == {}


def test_a_time_stamp_is_copied_like_the_manifest_and_again_when_it_is_made_again(
    copies: Copies, place: MemoryPlace
) -> None:
    stamp = copies.folder / f"{MANIFEST}.tsr"
    stamp.write_bytes(b"a first stamp")
    assert copies.run(is_complete=True).copied is not None
    assert copies.names[-2:] == [MANIFEST, stamp.name]
    assert place.files[f"2026/DATA_1/{stamp.name}"] == b"a first stamp"
    stamp.write_bytes(b"a second one")
    place.lies = 1
    assert copies.run(is_complete=True).copied is not None
    assert place.files[f"2026/DATA_1/{stamp.name}"] == b"a second one", "sent twice: the place gave other bytes back"
    assert copies.copied[str(stamp)].sha256 == hashlib.sha256(b"a second one").hexdigest()


def test_a_beginning_that_is_left_goes_if_the_file_is_there_and_is_told_if_its_original_is_gone(
    copies: Copies, place: MemoryPlace
) -> None:
    copies.run("Bow.mp4")
    there = {f"2026/DATA_1/{name}": b"half" for name in ("Bow.mp4", "Gone.mp4")}
    place.begun |= there | {"2026/DATA_2/Bow.mp4": b"of another folder"}
    ended = copies.run(is_complete=True)
    assert ended.copied is not None
    assert ended.left == ("Gone.mp4",)
    assert set(place.begun) == {"2026/DATA_1/Gone.mp4", "2026/DATA_2/Bow.mp4"}
