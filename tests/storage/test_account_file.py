"""An account is read back as it was written, whatever has become of its last line."""

from dataclasses import replace
from pathlib import Path

import pytest

from seacorder.model.account import ACCOUNT_NAME, belongs, key_of, read_line, write_line
from seacorder.model.loss import Loss, LossCause
from seacorder.model.recording import Clip, FileKind, FileState, Framegrab, Part, Recording, RecordingState
from seacorder.storage.account_file import append, read

RECORDING = Recording("r", 100, None, RecordingState.RUNNING, "before")
PART = Part("r", "Bow", 1, "/a/Bow.mp4", 100, 199, 10, 10, 1000, FileState.WHOLE)
CLIP = Clip("c", "Bow", FileKind.ANOMALY, "/a/Bug.mp4", 50, 60, 7, 3, 9, FileState.REPAIRED, "r")
LOSS = Loss("Bow", 10, 20, None, LossCause.RECONNECT, None, "The camera was away: \N{WAVE DASH}.")
ROWS = (RECORDING, PART, CLIP, LOSS)


@pytest.mark.parametrize("row", ROWS)
def test_a_line_is_its_row(row) -> None:
    line = write_line(row)
    assert line.isascii()
    assert "\n" not in line
    assert read_line(line, Path("/a")) == row


@pytest.mark.parametrize("text", ["", "{", "[]", "1", "{}", '{"part":{}}', '{"loss":{"cause":"?"}}', '{"part":3}'])
def test_what_is_no_line_is_nothing(text: str) -> None:
    assert read_line(text, Path("/a")) is None


def test_the_folder_may_be_moved_and_a_line_never_leaves_it() -> None:
    moved = read_line(write_line(PART), Path("/elsewhere"))
    assert moved == replace(PART, path="/elsewhere/Bow.mp4")
    climbing = write_line(PART).replace("Bow.mp4", "../../etc/Bow.mp4")
    assert read_line(climbing, Path("/a")) == PART


def test_what_is_being_written_and_what_says_all_itself_does_not_belong() -> None:
    assert all(map(belongs, ROWS))
    assert not belongs(replace(PART, state=FileState.OPEN))
    assert not belongs(Framegrab("f", "Bow", "/a/still.jpg", 60, 59, 8, 1920, 1080, 9, None))


def test_the_newest_line_counts(tmp_path: Path) -> None:
    finished = replace(RECORDING, end_utc_ns=900, state=RecordingState.FINISHED)
    append(tmp_path, [RECORDING, LOSS])
    append(tmp_path, [finished])
    assert list(read(tmp_path).values()) == [finished, LOSS]


def test_a_torn_last_line_costs_only_itself(tmp_path: Path) -> None:
    append(tmp_path, [RECORDING, LOSS])
    path = tmp_path / ACCOUNT_NAME
    whole = path.read_bytes()
    for end in range(whole.index(b"\n") + 1, len(whole) - 1):
        path.write_bytes(whole[:end])
        append(tmp_path, [CLIP])
        assert list(read(tmp_path)) == [key_of(RECORDING), key_of(CLIP)]


def test_no_folder_is_no_account(tmp_path: Path) -> None:
    assert read(tmp_path / "gone") == {}
    with pytest.raises(FileNotFoundError):
        append(tmp_path / "gone", [LOSS])
