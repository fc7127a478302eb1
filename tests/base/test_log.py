"""How a line of the log is headed, and that nobody waits for it."""

import logging
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from seacorder.base import log
from seacorder.base.log import LogOptions

SAID = logging.getLogger("seacorder")


@pytest.fixture(autouse=True)
def own_log(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What `set_up` changes for the whole process is as before."""
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", list(root.handlers))
    monkeypatch.setattr(root, "level", root.level)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    yield
    logging.captureWarnings(False)


def written(capfd: pytest.CaptureFixture[str]) -> list[str]:
    """The lines of standard error, once all are out."""
    for handler in logging.getLogger().handlers:
        handler.close()
    return capfd.readouterr().err.splitlines()


def test_a_worker_heads_its_lines_with_the_name_of_its_channel(capfd: pytest.CaptureFixture[str]) -> None:
    log.set_up(LogOptions(), process="channel")
    SAID.warning("It begins.")
    log.call_process("Bow 100%s")
    SAID.warning("It lost rtsp://me:secret@cam/1.")
    first, second = written(capfd)
    assert first.endswith(" WARNING channel: It begins.")
    assert second.endswith(" WARNING Bow 100%s: It lost rtsp://***@cam/1.")


def test_times_are_local_with_their_offset_or_utc(capfd: pytest.CaptureFixture[str]) -> None:
    log.set_up(LogOptions())
    SAID.warning("Local.")
    (local,) = written(capfd)
    log.set_up(LogOptions(use_utc=True))
    SAID.warning("UTC.")
    (utc,) = written(capfd)
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} WARNING control: Local\.", local)
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ WARNING control: UTC\.", utc)


def test_the_log_file_has_the_same_lines(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "new folder" / "recorder.log"
    log.set_up(LogOptions(file=file))
    SAID.info("Борт records.")
    assert written(capfd) == file.read_text("utf-8").splitlines()


def test_a_log_file_that_cannot_be_written_is_told_once(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("in the way")
    log.set_up(LogOptions(file=tmp_path / "file" / "recorder.log"))
    for number in range(3):
        SAID.info("Line %d.", number)
    lines = written(capfd)
    assert sum("recorder.log cannot be written (Not a directory)" in line for line in lines) == 1
    assert [line[-7:] for line in lines if "Line" in line] == ["Line 0.", "Line 1.", "Line 2."]


def test_an_error_that_ends_a_thread_is_in_the_log(capfd: pytest.CaptureFixture[str]) -> None:
    log.set_up(LogOptions())

    def fails() -> None:
        raise ValueError("for the test, rtsp://me:secret@cam/1")

    thread = threading.Thread(target=fails, name="accounts")
    thread.start()
    thread.join()
    lines = written(capfd)
    assert "CRITICAL control: Thread accounts has ended because of an error in the program" in lines[0]
    assert lines[-1] == "ValueError: for the test, rtsp://***@cam/1"


def test_a_message_that_cannot_be_made_is_a_line_too(capfd: pytest.CaptureFixture[str]) -> None:
    log.set_up(LogOptions())
    SAID.warning("%d frames", "many")
    (line,) = written(capfd)
    assert "'%d frames'" in line


def test_a_worker_marks_lines_about_files(capfd: pytest.CaptureFixture[str]) -> None:
    log.set_up_worker("Bow")
    logging.getLogger("seacorder.storage.disk_writer").error("The file cannot be written.")
    logging.getLogger("seacorder.inputs.rtsp.camera").error("The camera has gone.")
    about_file, about_camera = written(capfd)
    assert " ERROR!  Bow: The file" in about_file
    assert " ERROR   Bow: The camera" in about_camera


WORKER = """
import logging, os, sys
from seacorder.base import log
log.set_up_worker("channel")
for number in range(20_000):
    logging.getLogger().warning("Line %d of a worker whose control process does not read", number)
    try:
        os.write(2, b"written by a library\\n" * 100)
    except BlockingIOError:
        pass
print("done", flush=True)
os._exit(0)
"""


@pytest.mark.skipif(os.name != "posix", reason="pipes of POSIX")
def test_a_worker_goes_on_though_nobody_reads_its_standard_error() -> None:
    worker = subprocess.Popen([sys.executable, "-c", WORKER], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert worker.stdout is not None
    assert worker.stdout.readline() == b"done\n", "some megabytes do not fit into a pipe"
    assert worker.wait(60) == 0
    worker.stdout.close()
    assert worker.stderr is not None
    worker.stderr.close()
