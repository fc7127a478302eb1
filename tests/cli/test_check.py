"""`check` and `repair` on files that the real program recorded."""

import json
from pathlib import Path

import pytest

from rig.frames import packet_count
from rig.program import running, wait_for
from seacorder.client.recorder import RecorderClient

PATTERN = "test:?size=320x180&rate=25&gop=10"


def record(folder: Path, *, cut_off: bool = False) -> Path:
    """A recording with a still and a clip, or one that ends with the sudden end of everything; gives its root."""
    with running(folder, {"Bow": PATTERN, "Stern": PATTERN}) as program:
        program.wait_live()
        with RecorderClient(program.url) as client:
            assert client.start_recording().ok
            assert client.take_framegrab().ok
            assert client.start_clip().ok
            wait_for(
                lambda: all(one.recording and one.recording.frames >= 50 for one in client.status().channels),
                "50 frames",
            )
            if cut_off:
                program.kill_all()
            else:
                assert client.stop_clip().ok
                assert client.stop_recording().ok
    return program.root


@pytest.fixture(scope="module")
def recorded(tmp_path_factory) -> Path:
    return record(tmp_path_factory.mktemp("recorded"))


def check(seacorder, root: Path, *words: str):
    return seacorder("check", "--demo", "--root", root, *words)


def test_everything_agrees_then_something_is_gone(seacorder, recorded) -> None:
    whole = check(seacorder, recorded)
    assert (whole.code, whole.out.splitlines()[-1]) == (0, "Everything agrees."), whole.out
    found = json.loads(check(seacorder, recorded, "--json").out)
    names = ("video_files", "framegrabs", "stills", "losses", "disagreements")
    assert [found[name] for name in names] == [4, 2, 2, 0, []]
    assert found["frames"] == sum(packet_count(file) for file in recorded.rglob("*.mp4"))
    (still, *_), (clip, *_) = sorted(recorded.rglob("*.jpg")), sorted(recorded.rglob("*anomaly.mp4"))
    still.unlink()
    clip.rename(clip.with_name("moved.mp4"))
    faulty = check(seacorder, recorded)
    assert faulty.code == 1
    told = ("The framegrab of Bow is missing:", "was moved to", "moved.mp4. Stop Seacorder and", "2 things do not")
    assert all(expected in faulty.out for expected in told), faulty.out


def test_damage_in_the_middle_is_found(seacorder, tmp_path) -> None:
    root = record(tmp_path)
    whole = check(seacorder, root, "--decode")
    assert (whole.code, whole.out.splitlines()[-1]) == (0, "Everything agrees."), whole.out
    path = next(root.rglob("*Bow.mp4"))
    content = path.read_bytes()
    with path.open("r+b") as file:
        file.seek(len(content) // 2)
        file.write(bytes(2048))
    found = check(seacorder, root)
    assert (found.code, "is damaged: " in found.out) == (1, True), found.out
    assert f"{path}\n  File 1 of Bow, recording " in found.out
    decoded = json.loads(check(seacorder, root, "--decode", "--json").out)
    assert decoded["damaged_files"] == 1
    assert "cannot be decoded, the first near" in decoded["disagreements"][0]["sentence"]


def test_there_is_no_catalogue(seacorder, tmp_path) -> None:
    ended = check(seacorder, tmp_path)
    assert ended.code == 1
    assert ended.err == (
        f"seacorder: There is no list of recordings (catalogue) at {tmp_path / 'seacorder.db'}: nothing was recorded "
        "there.\n  Name the settings with --config, or the folder with --root.\n"
    )


def test_files_that_were_cut_off_are_repaired(seacorder, tmp_path) -> None:
    root = record(tmp_path, cut_off=True)
    open_files = check(seacorder, root)
    assert (open_files.code, "4 files are open" in open_files.out) == (0, True), open_files.out
    files = sorted(root.rglob("*.mp4"))
    frames = [packet_count(file) for file in files]
    ended = seacorder("repair", *files)
    assert ended.code == 0, ended.err
    assert ended.out.count("repaired") == 4
    assert [packet_count(file) for file in files] == frames
    assert seacorder("repair", *files).out.count("is complete") == 4


def test_what_cannot_be_repaired_is_told(seacorder, tmp_path) -> None:
    (tmp_path / "text.mp4").write_text("no video")
    ended = seacorder("repair", tmp_path / "text.mp4", tmp_path / "gone.mp4")
    assert ended.code == 1
    assert "text.mp4" in ended.err
    assert f"{tmp_path / 'gone.mp4'}: there is no such file" in ended.err
    assert (tmp_path / "text.mp4").read_text() == "no video"
