"""Commands whose output is closed, full, not read to the end, or of a code page that lacks a letter."""

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rig.ports import free_ports
from seacorder.cli.streams import as_meant
from seacorder.config.load import load

COMMAND = [sys.executable, "-m", "seacorder"]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="descriptors of POSIX")


def run(*words: object, redirected: str = "", **environment: str) -> subprocess.CompletedProcess[bytes]:
    """A command in a shell, so that streams can be closed."""
    shell = ["sh", "-c", f'exec "$@" {redirected}', "sh", *COMMAND, *map(str, words)]
    return subprocess.run(shell, capture_output=True, timeout=60, env={**os.environ, **environment}, check=False)


def test_words_of_an_argument_can_be_sent_whatever_the_locale() -> None:
    as_python_has_it = "Tiefe – 12 m".encode().decode("ascii", "surrogateescape")
    assert as_meant(as_python_has_it) == as_meant("Tiefe – 12 m") == "Tiefe – 12 m"
    as_meant("\udcff").encode()


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    file = tmp_path / "seacorder.toml"
    channel = '[[channels]]\nname = "Тест ● 側面"\ninput = "test:?size=320x180"\n'
    file.write_text(f'[storage]\nroot = "{tmp_path}"\n{channel}', encoding="utf-8")
    return file


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "shift_jis"])
def test_letters_that_the_code_page_lacks_are_replaced(settings: Path, encoding: str) -> None:
    done = run("check-config", "--config", settings, PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"?" in done.stdout


def test_the_sample_can_be_read_again_whatever_code_page_wrote_it(tmp_path: Path) -> None:
    (tmp_path / "seacorder.toml").write_bytes(run("config-sample", PYTHONIOENCODING="cp437").stdout)
    assert load(tmp_path / "seacorder.toml", {}).channels


def test_a_sentence_about_a_letter_that_the_code_page_lacks(tmp_path: Path) -> None:
    done = run("check-config", "--config", tmp_path / "Рубка.toml", PYTHONIOENCODING="ascii:strict")
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 2
    assert b"?????.toml: there is no such file" in done.stderr


@pytest.mark.parametrize("redirected", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_closed_streams_are_no_fault(settings: Path, redirected: str) -> None:
    done = run("check-config", "--config", settings, redirected=redirected)
    assert (done.returncode, done.stderr) == (0, b"")


def test_an_output_that_cannot_be_written_is_one_sentence(settings: Path) -> None:
    done = run("check-config", "--config", settings, redirected="> /dev/full")
    assert done.returncode == 1
    assert done.stderr == b"seacorder: Standard output cannot be written (No space left on device).\n"
    assert run("check-config", "--config", settings, redirected="> /dev/full 2>&1").returncode == 1


def test_work_is_done_to_the_end_though_the_reader_of_the_output_has_gone(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    files = [tmp_path / f"{number}.mp4" for number in range(3)]
    repairing = subprocess.Popen([*COMMAND, "repair", *files], stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    _, said = repairing.communicate(timeout=60)
    assert repairing.returncode == 1
    assert said.decode().count("there is no such file") == 3, "of every file"
    to_head = f"{sys.executable} -m seacorder config-sample | head -n 1"
    sample = subprocess.run(to_head, shell=True, capture_output=True, check=True)
    assert sample.stderr == b""


def test_descriptors_that_were_closed_are_not_given_to_files(tmp_path: Path) -> None:
    code = (
        "import json, os, sys; from seacorder.cli import streams; streams.make_fit(); "
        f"file = open({str(tmp_path / 'file')!r}, 'w'); json.dump(file.fileno(), file); "
        "print('x'); print('x', file=sys.stderr); os.write(2, b'x')"
    )
    subprocess.run(["sh", "-c", 'exec "$@" >&- 2>&- <&-', "sh", sys.executable, "-c", code], check=True)
    assert json.loads((tmp_path / "file").read_text()) > 2


def test_a_recorder_that_cannot_start_ends_though_nobody_reads_why(tmp_path: Path) -> None:
    """Its guardian would wait for it for ever."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with contextlib.suppress(BlockingIOError):
        while os.write(writing, b"x" * 65536):
            pass
    os.set_blocking(writing, True)
    port, other = free_ports(2)
    (tmp_path / "file").write_text("in the way")
    words = ["--demo", "--root", tmp_path / "file" / "files", "--port", port, "--integration-port", other]
    command = [*COMMAND, "serve", "--no-guardian", *map(str, words)]
    done = subprocess.run(command, stderr=writing, timeout=60, check=False)
    assert done.returncode == 1
    os.close(reading)
    os.close(writing)
