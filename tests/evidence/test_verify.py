"""A folder is verified without the catalogue; whatever is not as it was recorded is named."""

import hashlib
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fakes.footage import START_UTC_NS, Recipe, footage
from fakes.sinks import Bench
from rig.time_server import TimeServer
from seacorder.base.errors import NotPossible
from seacorder.evidence.completion import complete_folder
from seacorder.evidence.inspect import inspect_file
from seacorder.evidence.manifest import manifest_bytes, read_manifest
from seacorder.evidence.other_folders import with_others
from seacorder.evidence.verify import FolderVerified, folders_in, total_bytes, unlisted_in, verify_folder
from seacorder.model.completion import CompleteFolder
from seacorder.model.loss import Loss, LossCause
from seacorder.model.recording import FileState, Part, Recording, RecordingState
from seacorder.model.signature import SigningKey
from seacorder.model.time_stamp import query
from seacorder.sinks.video.recording import RecordingSink
from seacorder.storage import account_file
from seacorder.storage.signing_key import make_key, read_key

RECORDING = Recording("r", 1, 9, RecordingState.FINISHED)
FRAMES = 100


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A complete, signed folder with two real files of a channel; its key lies beside it."""
    top = tmp_path_factory.mktemp("sealed")
    folder = top / "DATA_1"
    bench, made = Bench(top / "made"), footage(Recipe())
    sink = RecordingSink(bench.start_recording(), bench.context)
    bench.feed(sink, made.samples, made.source)
    bench.finish(sink)
    folder.mkdir()
    parts = [part(folder, number, next((top / "made").rglob("*.mp4"))) for number in (1, 2)]
    account_file.append(folder, [RECORDING, *parts])
    make_key(top / "key")
    complete(folder, top / "key")
    return folder


def part(folder: Path, number: int, video: Path) -> Part:
    path = folder / f"Bow_{number:03}.mp4"
    shutil.copy(video, path)
    begin = (number - 1) * FRAMES
    end = START_UTC_NS + 500
    return Part("r", "Bow", number, str(path), START_UTC_NS, end, begin, FRAMES, 1, FileState.WHOLE)


def complete(folder: Path, key: Path, *rows: Loss | Part) -> None:
    order = CompleteFolder(str(folder), rows=rows, program="Seacorder 0", key_folder=str(key))
    assert complete_folder(order).fault == ""


@pytest.fixture
def folder(sealed: Path, tmp_path: Path) -> Path:
    """A copy of it in another place, as on a USB disk."""
    return Path(shutil.copytree(sealed, tmp_path / "copy"))


def verify(folder: Path) -> FolderVerified:
    return verify_folder(folder, folder)


def found(folder: Path) -> list[tuple[str, str]]:
    return [(one.kind, one.file) for one in verify(folder).findings]


def test_a_copy_is_as_it_was_recorded(folder: Path) -> None:
    read: list[int] = []
    done = verify_folder(folder, folder.parent, progress=read.append)
    assert (done.folder, done.findings, done.frames, done.files) == ("copy", [], 2 * FRAMES, 7)
    assert sum(read) == done.bytes
    assert total_bytes([folder]) == done.bytes


def test_a_signature_is_checked_with_the_key_in_the_folder_or_a_given_one(sealed: Path, folder: Path) -> None:
    public = read_key(sealed.parent / "key").public
    assert (verify(folder).signed_by, verify(folder).is_key_trusted) == (public.name, False)
    assert verify_folder(folder, folder, public).is_key_trusted
    other = verify_folder(folder, folder, SigningKey(bytes(32)).public)
    assert [(one.kind, other.signed_by) for one in other.findings] == [("signature", "")]
    assert "another key" in other.findings[0].sentence


@pytest.mark.parametrize(
    "name", ["Bow_001.mp4", "account.jsonl", "recording.json", "time.json", "index.html", "recorder.pub"]
)
@pytest.mark.parametrize("place", [0, -1])
def test_one_changed_bit_at_either_end_of_a_file_is_found(name: str, place: int, folder: Path) -> None:
    data = bytearray((folder / name).read_bytes())
    data[place] ^= 1
    (folder / name).write_bytes(data)
    assert ("changed", name) in found(folder)


def test_one_changed_bit_in_the_middle_of_a_video_is_named_and_nothing_else(folder: Path) -> None:
    path = folder / "Bow_002.mp4"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x10
    path.write_bytes(data)
    assert found(folder) == [("changed", "Bow_002.mp4")]


def test_a_file_less_and_a_file_more_are_named(folder: Path) -> None:
    (folder / "Bow_001.mp4").unlink()
    (folder / "notes.txt").touch()
    assert found(folder) == [("missing", "Bow_001.mp4"), ("more", "notes.txt")]


def test_a_file_that_was_gone_before_the_manifest_was_made_is_named(folder: Path, sealed: Path) -> None:
    (folder / "Bow_001.mp4").unlink()
    complete(folder, sealed.parent / "key")
    assert found(folder) == [("missing", "Bow_001.mp4")]


def test_a_manifest_that_was_made_to_fit_a_changed_file_is_found_by_its_signature(folder: Path) -> None:
    (folder / "Bow_001.mp4").write_bytes(b"another video")
    path = folder / "manifest-sha256.txt"
    listed = read_manifest(path.read_bytes()) | {"Bow_001.mp4": hashlib.sha256(b"another video").hexdigest()}
    path.write_bytes(manifest_bytes(listed))
    assert ("signature", "manifest-sha256.txt.minisig") in found(folder)


def test_a_changed_line_of_custody_is_found(folder: Path) -> None:
    path = folder / "custody.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"files":7', b'"files":6'))
    assert found(folder) == [("custody", "custody.jsonl")]


def test_custody_that_was_taken_away_is_found(folder: Path) -> None:
    (folder / "custody.jsonl").unlink()
    assert found(folder) == [("custody", "custody.jsonl")]


def test_an_earlier_manifest_with_its_signature_put_back_is_found(folder: Path, sealed: Path) -> None:
    names = ("manifest-sha256.txt", "manifest-sha256.txt.minisig", "recording.json", "index.html", "time.json")
    before = {name: (folder / name).read_bytes() for name in names}
    shutil.copy(folder / "Bow_001.mp4", folder / "clip.mp4")
    complete(folder, sealed.parent / "key")
    assert found(folder) == []
    (folder / "clip.mp4").unlink()
    for name, data in before.items():
        (folder / name).write_bytes(data)
    assert found(folder) == [("custody", "custody.jsonl")]


def test_a_recorded_file_that_was_changed_before_a_new_manifest_is_told(folder: Path, sealed: Path) -> None:
    log = folder / "DATA_1.csv"
    log.write_bytes(b"depth\n12.5\n")
    complete(folder, sealed.parent / "key")
    log.write_bytes(b"depth\n1.5\n")
    complete(folder, sealed.parent / "key")
    assert found(folder) == [("earlier", "DATA_1.csv")]


def test_a_file_that_was_repaired_is_no_finding(folder: Path, sealed: Path) -> None:
    path = folder / "Bow_001.mp4"
    rows = [row for row in account_file.read(folder).values() if isinstance(row, Part) and row.number == 1]
    path.write_bytes(path.read_bytes() + bytes([0, 0, 0, 8]) + b"free")
    complete(folder, sealed.parent / "key", replace(rows[0], state=FileState.REPAIRED))
    assert json.loads((folder / "recording.json").read_text())["earlier"] != []
    assert found(folder) == []


def test_without_the_library_for_signatures_one_sentence_says_so_and_the_rest_is_verified(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("cryptography")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    one = verify(folder)
    assert one.frames > 0
    (finding,) = one.findings
    assert finding.kind == "signature"
    assert "was not checked. Signatures cannot be made or checked here" in finding.sentence


def test_a_broken_off_line_of_custody_is_told_and_is_no_fault(folder: Path) -> None:
    with (folder / "custody.jsonl").open("ab") as file:
        file.write(b'{"before_sha256":"0123')
    done = verify(folder)
    assert done.findings == []
    assert "custody.jsonl has line 2, which was broken off" in done.notes[0]
    assert done.signed_by


def test_names_that_lead_out_of_the_folder_are_refused(folder: Path) -> None:
    (folder.parent / "x").write_bytes(b"")
    with (folder / "manifest-sha256.txt").open("ab") as file:
        file.write(hashlib.sha256(b"").hexdigest().encode() + b"  ../x\n")
    done = verify(folder)
    assert [one.kind for one in done.findings] == ["manifest"]
    assert "names '../x', which is not in the folder" in done.findings[0].sentence


def test_links_are_not_followed(folder: Path) -> None:
    shutil.move(folder / "Bow_001.mp4", folder.parent / "elsewhere.mp4")
    (folder / "Bow_001.mp4").symlink_to(folder.parent / "elsewhere.mp4")
    assert found(folder) == [("unreadable", "Bow_001.mp4")]


def test_the_other_folders_of_a_recording_are_found_and_one_that_is_missing_is_told(
    folder: Path, sealed: Path
) -> None:
    other = Path(shutil.copytree(sealed, folder.parent / "second disk"))
    rows = [row for row in account_file.read(folder).values() if isinstance(row, Part) and row.number == 2]
    complete(folder, sealed.parent / "key", replace(rows[0], number=3, path=str(other / "Bow_003.mp4")))
    assert with_others([folder]) == [folder, folder / ".." / "second disk"]
    assert verify(folder).notes == []
    shutil.rmtree(other)
    assert with_others([folder]) == [folder]
    (told,) = verify(folder).notes
    assert told.startswith("Other files of its recordings belong into ../second disk, which is not here")


def test_a_time_stamp_is_told_and_one_that_does_not_fit_is_found(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "tsa").mkdir()
    server = TimeServer(tmp_path / "tsa").make()
    digest = hashlib.sha256((folder / "manifest-sha256.txt").read_bytes()).digest()
    stamp = folder / "manifest-sha256.txt.tsr"
    stamp.write_bytes(server.reply(query(digest, 1)))
    one = verify(folder)
    assert (one.findings, one.time_stamp.endswith("Z by CN=Time,O=Harbour")) == ([], True)
    stamp.write_bytes(server.reply(query(bytes(32), 1)))
    assert found(folder) == [("time_stamp", stamp.name)]
    stamp.write_bytes(b"nothing")
    assert found(folder) == [("time_stamp", stamp.name)]


def test_a_manifest_without_files_proves_nothing(tmp_path: Path) -> None:
    (tmp_path / "manifest-sha256.txt").touch()
    assert found(tmp_path) == [("manifest", "manifest-sha256.txt")]


def test_a_folder_of_recorded_files_without_a_manifest_is_named(sealed: Path, tmp_path: Path) -> None:
    for name in ("Bow", "Stern"):
        shutil.copytree(sealed, tmp_path / name)
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "report.pdf").touch()
    assert unlisted_in(tmp_path) == []
    (tmp_path / "Stern" / "manifest-sha256.txt").unlink()
    (one,) = unlisted_in(tmp_path)
    assert [(finding.kind, finding.file) for finding in one.findings] == [("manifest", "Stern")]


def test_folders_below_that_one_manifest_lists_are_no_finding(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "Bow.mp4").write_bytes(b"a")
    (tmp_path / "manifest-sha256.txt").write_bytes(manifest_bytes({"data/Bow.mp4": hashlib.sha256(b"a").hexdigest()}))
    assert (found(tmp_path), unlisted_in(tmp_path)) == ([], [])
    (tmp_path / "data" / "Stern.mp4").write_bytes(b"b")
    assert [one.folder for one in unlisted_in(tmp_path)] == ["data"]


def test_without_its_signature_the_rest_is_verified(folder: Path, sealed: Path) -> None:
    (folder / "manifest-sha256.txt.minisig").unlink()
    assert found(folder) == [("signature", "manifest-sha256.txt.minisig")]
    assert (verify(folder).frames, verify(folder).signed_by) == (2 * FRAMES, "")
    given = verify_folder(folder, folder, read_key(sealed.parent / "key").public)
    assert [one.kind for one in given.findings] == ["signature"]


@pytest.mark.parametrize(
    ("damage", "kind"),
    [
        (lambda path: path.write_bytes(b"\0" * 50), "manifest"),
        (lambda path: path.write_bytes(path.read_bytes()[:-30]), "manifest"),
    ],
)
def test_a_damaged_manifest_is_said(damage: Callable[[Path], None], kind: str, folder: Path) -> None:
    damage(folder / "manifest-sha256.txt")
    assert (kind, "manifest-sha256.txt") in found(folder)


def test_frames_that_no_loss_explains_are_found(folder: Path, sealed: Path) -> None:
    rows = [row for row in account_file.read(folder).values() if isinstance(row, Part) and row.number == 2]
    complete(folder, sealed.parent / "key", replace(rows[0], first_frame=FRAMES + 24))
    done = verify(folder)
    assert [(one.kind, one.file) for one in done.findings] == [("frames", "Bow_002.mp4")]
    assert "begins with frame 124 instead of 100" in done.findings[0].sentence
    loss = Loss("Bow", START_UTC_NS, START_UTC_NS + 500, 24, LossCause.RECONNECT, "r")
    complete(folder, sealed.parent / "key", replace(rows[0], first_frame=FRAMES + 24), loss)
    assert found(folder) == []


@pytest.mark.parametrize("wrong_ns", [-2_000_000, 2_000_000])
def test_a_file_that_says_another_start_is_found(wrong_ns: int, folder: Path, sealed: Path) -> None:
    rows = [row for row in account_file.read(folder).values() if isinstance(row, Part) and row.number == 2]
    complete(folder, sealed.parent / "key", replace(rows[0], start_utc_ns=START_UTC_NS + wrong_ns))
    done = verify(folder)
    assert [(one.kind, one.file) for one in done.findings] == [("start", "Bow_002.mp4")]
    said = "2023-11-14T22:13:20.000000Z; recording.json says 2023-11-14T22:13:"
    assert f"Bow_002.mp4 says that it begins at {said}" in done.findings[0].sentence


def test_frames_that_are_not_in_the_file_are_found(folder: Path, sealed: Path) -> None:
    rows = [row for row in account_file.read(folder).values() if isinstance(row, Part) and row.number == 2]
    complete(folder, sealed.parent / "key", replace(rows[0], frames=FRAMES + 1))
    assert found(folder) == [("frames", "Bow_002.mp4")]


@pytest.mark.parametrize("content", ["[]", "{}", '{"seacorder_recording": 2}', '{"seacorder_recording": 1}', "\0"])
def test_a_statement_that_cannot_be_read_is_said(content: str, folder: Path) -> None:
    (folder / "recording.json").write_text(content)
    assert {kind for kind, file in found(folder) if file == "recording.json"} == {"changed", "unreadable"}


def test_frames_that_are_no_number_are_said(folder: Path) -> None:
    rewrite_first_part(folder, frames="many")
    assert ("unreadable", "recording.json") in found(folder)


@pytest.mark.parametrize("way", ["a" * 300, "\ud800", "../" * 3000 + "x"], ids=["long", "no text", "far"])
def test_a_folder_that_cannot_be_is_not_here_and_stops_nothing(folder: Path, way: str) -> None:
    rewrite_first_part(folder, folder=way)
    assert with_others([folder]) == [folder]
    (told,) = verify(folder).notes
    assert told.startswith("Other files of its recordings belong into")
    assert verify(folder).frames == FRAMES


def rewrite_first_part(place: Path, **values: str) -> None:
    """In the statement; the manifest is made to fit, so that it is read."""
    path = place / "recording.json"
    document = json.loads(path.read_text())
    document["recordings"][0]["parts"][0] |= values
    path.write_text(json.dumps(document))
    manifest = place / "manifest-sha256.txt"
    listed = read_manifest(manifest.read_bytes()) | {path.name: hashlib.sha256(path.read_bytes()).hexdigest()}
    manifest.write_bytes(manifest_bytes(listed))


def test_a_manifest_of_somebody_else_is_verified_too(tmp_path: Path) -> None:
    (tmp_path / "manifest-sha256.txt").write_bytes(manifest_bytes({"gone.bin": "0" * 64}))
    assert found(tmp_path) == [("missing", "gone.bin")]


def test_every_folder_below_is_verified(sealed: Path, tmp_path: Path) -> None:
    for name in ("Bow", "Stern"):
        shutil.copytree(sealed, tmp_path / "dive" / name)
    assert [one.name for one in folders_in(tmp_path)] == ["Bow", "Stern"]


def test_where_there_is_nothing_to_verify_one_sentence_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotPossible, match="There is no folder"):
        folders_in(tmp_path / "none")
    with pytest.raises(NotPossible, match=r"no manifest-sha256\.txt"):
        folders_in(tmp_path)


def test_what_is_recorded_is_what_is_inspected(folder: Path) -> None:
    said = json.loads((folder / "recording.json").read_text())["recordings"][0]["parts"]
    assert [inspect_file(folder / one["file"]).frames for one in said] == [FRAMES, FRAMES]
