"""A folder is made complete: statements, then the manifest; again only where something has changed."""

import errno
import hashlib
import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from seacorder.base.clock_state import ClockState
from seacorder.evidence import completion
from seacorder.evidence.completion import complete_folder
from seacorder.model.completion import ClockSample, CompleteFolder, FileHashed, FolderCompleted, RecordingClock
from seacorder.model.loss import Loss, LossCause
from seacorder.model.recording import FileState, Part, Recording, RecordingState
from seacorder.storage import account_file, whole_file
from seacorder.storage.signing_key import make_key

START_NS = 1_777_863_721_000_000_000
RECORDING = Recording("20260504T030201.000Z", START_NS, START_NS + 60 * 10**9, RecordingState.FINISHED)
SET = ClockState(is_known=True, is_synchronised=True, most_ns=4_000_000, source="tsc", program="chrony")
CLOCK = RecordingClock(RECORDING.id, (ClockSample("start", START_NS, 5, SET), ClockSample("stop", START_NS, 9, SET)))


class Folder:
    """A folder of a recording with two channels; its files are not real videos."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()
        self.parts = [self._part("Bow"), self._part("Stern")]
        account_file.append(path, [RECORDING, *self.parts])
        self.read: list[str] = []

    def _part(self, channel: str) -> Part:
        path = self.path / f"{channel}.mp4"
        path.write_bytes(channel.encode() * 1000)
        end_ns = START_NS + 60 * 10**9
        return Part(RECORDING.id, channel, 1, str(path), START_NS, end_ns, 0, 1500, 9000, FileState.WHOLE)

    def complete(self, **more: Any) -> FolderCompleted:
        self.read.clear()
        order = CompleteFolder(str(self.path), clocks=(CLOCK,), program="Seacorder 0", made_utc_ns=START_NS)
        return complete_folder(replace(order, **more), lambda one: self.read.append(Path(one.path).name))

    def json(self, name: str = "recording.json") -> Any:
        return json.loads((self.path / name).read_bytes())

    def sums(self) -> tuple[int, list[str]]:
        """What `sha256sum -c` says: its exit code, and what is not in order."""
        command = ["sha256sum", "--strict", "-c", "manifest-sha256.txt"]
        done = subprocess.run(command, cwd=self.path, capture_output=True, text=True, check=False)
        return done.returncode, [line for line in done.stdout.splitlines() if not line.endswith(": OK")]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "DATA_1")


def test_every_file_is_in_the_manifest_and_sha256sum_takes_it(folder: Folder) -> None:
    done = folder.complete()
    assert (done.fault, done.is_new, done.files) == ("", True, 6)
    listed = {line.split("  ")[1] for line in (folder.path / "manifest-sha256.txt").read_text().splitlines()}
    assert listed == {one.name for one in folder.path.iterdir()} - {"manifest-sha256.txt"}
    assert folder.sums() == (0, [])


def test_the_statement_says_what_was_recorded(folder: Folder) -> None:
    loss = Loss("Bow", START_NS + 10**9, START_NS + 2 * 10**9, 24, LossCause.RECONNECT, RECORDING.id, "It was closed.")
    folder.complete(rows=(loss,))
    (said,) = folder.json()["recordings"]
    assert (said["id"], said["state"], said["channels"]) == (RECORDING.id, "finished", ["Bow", "Stern"])
    assert [(one["file"], one["folder"], one["frames"]) for one in said["parts"]] == [
        ("Bow.mp4", ".", 1500), ("Stern.mp4", ".", 1500),
    ]
    assert (said["losses"][0]["frames"], said["losses"][0]["cause"]) == (24, "reconnect")
    files = {one["file"]: one for one in folder.json()["files"]}
    assert files["Bow.mp4"]["what"] == "video"
    assert files["Bow.mp4"]["sha256"] == hashlib.sha256((folder.path / "Bow.mp4").read_bytes()).hexdigest()


def test_the_clock_is_stated_with_its_uncertainty(folder: Folder) -> None:
    folder.complete()
    (said,) = folder.json("time.json")["recordings"]
    assert (said["clock_was_synchronised"], said["clock_uncertainty_ns"]) == (True, 4_000_000)
    assert [one["at"] for one in said["samples"]] == ["start", "stop"]
    assert "off by at most 4.0 ms" in (folder.path / "index.html").read_text("utf-8")


def test_a_clock_that_nobody_set_has_no_uncertainty_but_a_sentence(folder: Folder) -> None:
    in_1970 = ClockSample("start", 5, 5, ClockState(is_known=True))
    folder.complete(clocks=(RecordingClock(RECORDING.id, (in_1970,)),))
    (said,) = folder.json("time.json")["recordings"]
    assert (said["clock_was_synchronised"], said["clock_uncertainty_ns"]) == (False, None)
    assert said["samples"][0]["clock_utc"] == "1970-01-01T00:00:00.000000Z"
    assert "not set by a time source" in said["uncertainty"]


def test_the_page_needs_nothing_from_elsewhere(folder: Folder) -> None:
    (folder.path / 'a"<script>&.mp4').write_bytes(b"x")
    folder.complete()
    page = (folder.path / "index.html").read_text("utf-8")
    assert "<script" not in page.replace("&lt;script", "")
    assert not any(word in page for word in ("http:", "https:", "src=", "@import", "url("))
    assert 'href="./a%22%3Cscript%3E%26.mp4"' in page


def test_nothing_is_written_while_nothing_has_changed(folder: Folder) -> None:
    folder.complete()
    before = {one.name: one.stat().st_mtime_ns for one in folder.path.iterdir()}
    done = folder.complete(made_utc_ns=START_NS + 5)
    assert (done.is_new, done.files, folder.read) == (False, 6, [])
    assert {one.name: one.stat().st_mtime_ns for one in folder.path.iterdir()} == before


def test_a_file_that_is_added_later_is_the_only_one_that_is_read(folder: Folder) -> None:
    folder.complete()
    (folder.path / "clip.mp4").write_bytes(b"later")
    assert folder.complete().files == 7
    assert folder.read == ["clip.mp4"]
    assert folder.sums() == (0, [])


def test_a_repaired_file_is_read_again_and_its_earlier_hash_is_kept(folder: Folder) -> None:
    folder.complete()
    old = hashlib.sha256((folder.path / "Bow.mp4").read_bytes()).hexdigest()
    (folder.path / "Bow.mp4").write_bytes(b"repaired")
    assert folder.complete().earlier == ("Bow.mp4",)
    assert folder.read == ["Bow.mp4"]
    (earlier,) = folder.json()["earlier"]
    assert (earlier["file"], earlier["sha256"], earlier["now"]) == ("Bow.mp4", old, "changed")
    assert folder.complete().earlier == ()
    assert folder.json()["earlier"] == [earlier]


def test_a_change_that_hides_its_time_keeps_the_old_hash_so_that_a_check_finds_it(folder: Folder) -> None:
    folder.complete()
    path = folder.path / "Bow.mp4"
    at = path.stat()
    path.write_bytes(b"X" + path.read_bytes()[1:])
    os.utime(path, ns=(at.st_atime_ns, at.st_mtime_ns))
    (folder.path / "later.jpg").write_bytes(b"x")
    assert folder.complete().is_new
    assert folder.sums() == (1, ["Bow.mp4: FAILED"])


def test_a_file_that_is_gone_is_named(folder: Folder) -> None:
    folder.complete()
    (folder.path / "Stern.mp4").unlink()
    assert folder.complete().earlier == ("Stern.mp4",)
    assert folder.json()["earlier"][0]["now"] == "gone"


def test_the_clock_of_an_earlier_recording_of_the_folder_stays(folder: Folder) -> None:
    folder.complete()
    other = RecordingClock("20260505T000000.000Z", CLOCK.samples)
    folder.complete(clocks=(other,))
    assert [one["id"] for one in folder.json("time.json")["recordings"]] == [RECORDING.id, other.recording_id]


def test_what_a_process_that_was_ended_has_read_is_not_read_again(folder: Folder) -> None:
    at = (folder.path / "Bow.mp4").stat()
    known = FileHashed(str(folder.path / "Bow.mp4"), at.st_size, at.st_mtime_ns, "0" * 64)
    folder.complete(hashed=(known,))
    assert sorted(folder.read) == ["Stern.mp4", "account.jsonl"]


@pytest.mark.parametrize("stored", range(4))
def test_a_kill_between_two_files_is_made_good_by_the_next_run(
    stored: int, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.complete()
    (folder.path / "clip.mp4").write_bytes(b"later")
    real, puts = whole_file.put, []

    def put(path: Path, data: bytes) -> None:
        if len(puts) == stored:
            raise KeyboardInterrupt
        puts.append(path)
        real(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(completion.whole_file, "put", put)
        with pytest.raises(KeyboardInterrupt):
            folder.complete()
    (folder.path / f"{whole_file.BESIDE}ab.json").write_bytes(b"{")
    assert folder.complete().is_new
    assert folder.sums() == (0, [])
    assert [one.name for one in folder.path.iterdir() if one.name.startswith(".")] == []


def test_a_disk_that_refuses_is_said(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(completion.whole_file, "put", refuse)
    assert folder.complete().fault == "No space left on device"


def test_a_broken_manifest_or_statement_is_made_anew(folder: Folder) -> None:
    folder.complete()
    (folder.path / "manifest-sha256.txt").write_bytes(b"\0\0\0")
    (folder.path / "recording.json").write_bytes(b"[")
    assert folder.complete().is_new
    assert folder.sums() == (0, [])


def test_hidden_files_links_and_the_catalogue_are_no_part_of_it(folder: Folder) -> None:
    for name in (".seacorder-volume", "seacorder.db", "seacorder.db-wal", "seacorder.db.lock"):
        (folder.path / name).touch()
    (folder.path / "link.mp4").symlink_to("/etc/hostname")
    (folder.path / "below").mkdir()
    assert folder.complete(left_out=("seacorder.db",)).files == 6


def test_folders_that_are_gone_or_have_nothing_recorded_need_nothing(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").touch()
    assert complete_folder(CompleteFolder(str(tmp_path / "empty"))).is_gone
    assert complete_folder(CompleteFolder(str(tmp_path / "none"))).is_gone
    assert [one.name for one in (tmp_path / "empty").iterdir()] == ["notes.txt"]


def test_a_part_on_the_second_disk_is_named_with_the_way_there(folder: Folder, tmp_path: Path) -> None:
    away = replace(folder.parts[0], number=2, path=str(tmp_path / "second" / "Bow_002.mp4"))
    folder.complete(rows=(away,))
    (said,) = folder.json()["recordings"]
    assert [(one["file"], one["folder"]) for one in said["parts"] if one["number"] == 2] == [
        ("Bow_002.mp4", "../second")
    ]


def is_signed(folder: Folder) -> bool:
    """By the program minisign."""
    command = ["minisign", "-Vm", "manifest-sha256.txt", "-p", "recorder.pub"]
    return subprocess.run(command, cwd=folder.path, capture_output=True, check=False).returncode == 0


@pytest.fixture
def key(tmp_path: Path) -> str:
    make_key(tmp_path / "key")
    return str(tmp_path / "key")


def test_the_manifest_is_signed_and_that_is_noted(folder: Folder, key: str) -> None:
    done = folder.complete(key_folder=key)
    assert (done.unsigned, done.files, is_signed(folder), folder.sums()) == ("", 7, True, (0, []))
    (line,) = (folder.path / "custody.jsonl").read_text().splitlines()
    manifest = hashlib.sha256((folder.path / "manifest-sha256.txt").read_bytes()).hexdigest()
    assert (json.loads(line)["what"], json.loads(line)["manifest_sha256"]) == ("manifest", manifest)


def test_every_new_manifest_is_signed_and_noted_and_the_same_one_is_not(folder: Folder, key: str) -> None:
    folder.complete(key_folder=key)
    assert not folder.complete(key_folder=key).is_new
    (folder.path / "clip.mp4").write_bytes(b"later")
    folder.complete(key_folder=key)
    assert is_signed(folder)
    assert len((folder.path / "custody.jsonl").read_text().splitlines()) == 2


def test_without_a_key_a_signature_that_fits_no_more_is_taken_away(folder: Folder, key: str, tmp_path: Path) -> None:
    folder.complete(key_folder=key)
    (folder.path / "clip.mp4").write_bytes(b"later")
    done = folder.complete(key_folder=str(tmp_path / "no key"))
    assert "There is no" in done.unsigned
    assert not (folder.path / "manifest-sha256.txt.minisig").exists()
    assert not (folder.path / "recorder.pub").exists()
    assert folder.sums() == (0, [])


def test_a_kill_between_manifest_and_signature_is_made_good(
    folder: Folder, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.complete(key_folder=key)
    (folder.path / "clip.mp4").write_bytes(b"later")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(completion.Signer, "sign", killed)
        with pytest.raises(KeyboardInterrupt):
            folder.complete(key_folder=key)
    assert not is_signed(folder)
    assert folder.complete(key_folder=key).is_new
    assert is_signed(folder)


def test_a_line_of_custody_that_is_missing_is_made_good(folder: Folder, key: str) -> None:
    folder.complete(key_folder=key)
    (folder.path / "custody.jsonl").write_bytes(b"")
    assert folder.complete(key_folder=key).is_new
    assert len((folder.path / "custody.jsonl").read_text().splitlines()) == 1
