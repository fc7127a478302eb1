"""`seacorder verify`: a report for a person, and one for programs."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from seacorder.evidence.completion import complete_folder
from seacorder.model.completion import CompleteFolder
from seacorder.model.recording import Recording, RecordingState
from seacorder.storage import account_file
from seacorder.storage.signing_key import make_key, read_key


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Complete and signed; its key is in `key` beside it."""
    path = tmp_path / "DATA_1"
    path.mkdir()
    account_file.append(path, [Recording("r", 1, 9, RecordingState.FINISHED)])
    (path / "depth.csv").write_bytes(b"utc,depth\n")
    make_key(tmp_path / "key")
    complete_folder(CompleteFolder(str(path), key_folder=str(tmp_path / "key")))
    return path


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "seacorder", "verify", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_whole_folder_is_said_to_be_whole(folder: Path) -> None:
    done = run(folder, "--key", folder.parent / "key" / "signing.pub")
    assert (done.returncode, done.stderr) == (0, "")
    name = read_key(folder.parent / "key").public.name
    assert f"signed by {name}, the key that you gave." in done.stdout
    assert done.stdout.endswith("Everything is as it was recorded.\n")


def test_a_changed_byte_is_named_and_the_exit_code_is_1(folder: Path) -> None:
    (folder / "depth.csv").write_bytes(b"utc,Depth\n")
    done = run(folder.parent)
    assert done.returncode == 1
    assert "DATA_1/depth.csv was changed" in done.stdout
    assert "1 thing does not agree" in done.stdout


def test_a_folder_whose_manifest_is_gone_is_not_passed_over(folder: Path) -> None:
    (folder.parent / "DATA_2").mkdir()
    (folder.parent / "DATA_2" / "Bow.mp4").touch()
    done = run(folder.parent)
    assert done.returncode == 1
    assert "DATA_2 has recorded files and no manifest-sha256.txt" in done.stdout


def test_programs_get_json(folder: Path) -> None:
    (folder / "more.txt").touch()
    done = run(folder, "--json")
    said: Any = json.loads(done.stdout)
    assert (done.returncode, said["is_sound"]) == (1, False)
    (one,) = said["folders"]
    assert [(finding["kind"], finding["file"]) for finding in one["findings"]] == [("more", "more.txt")]


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["none"], 1, "There is no folder none."),
        (["."], 1, "nothing here can be verified"),
        ([".", "--key", "hello"], 2, "hello is no public key"),
    ],
)
def test_bad_input_gets_one_sentence(
    words: list[str], code: int, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(*words)
    assert (done.returncode, done.stdout) == (code, "")
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
