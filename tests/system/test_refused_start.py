"""A start that no channel can carry out changes nothing, with the real program and real files."""

import contextlib
import os
import signal
from pathlib import Path

import pytest

from rig.program import running, wait_for
from seacorder.storage import account_file as accounts


@pytest.mark.slow
def test_a_start_into_a_folder_that_cannot_be_made_changes_nothing(tmp_path: Path) -> None:
    addresses = dict.fromkeys(("Bow", "Stern"), "test:?size=320x180&rate=25")
    with running(tmp_path, addresses) as program:
        program.wait_live()
        program.post("/api/inspector/recordingdirectory", {"Directory": "show"})
        place = program.root / "show"
        if place.exists():
            place.rmdir()
        place.write_bytes(b"a file where the folder should be")
        for _ in range(2):
            program.post("/api/v1/recording/start", status=409)
        assert not any(program.rows(what) for what in ("recordings", "parts", "losses"))
        place.unlink()
        program.post("/api/v1/recording/start")
        program.wait_recorded(0.5)
        program.post("/api/v1/recording/stop")
        (recording,) = program.rows("recordings")
        parts = program.rows("parts")
        assert [(part["recording_id"], part["state"]) for part in parts] == [(recording["id"], "whole")] * 2
        assert program.rows("losses") == []
        for sign in ("could not be finished", "repaired", "records into"):
            assert program.log().count(sign) == (2 if sign == "records into" else 0)
    files = program.root.rglob("account.jsonl")
    keys = {key for file in files for key in accounts.read(file.parent)}
    assert {key[:2] for key in keys} == {("recording", recording["id"]), ("part", recording["id"])}


@pytest.mark.slow
def test_a_start_stands_while_the_only_channel_is_slow_to_encode(tmp_path: Path) -> None:
    """Its worker is held for longer than a start waits, less than it takes to be given up."""
    with running(tmp_path, {"Bow": "test:?codec=raw&size=320x180&rate=25"}) as program:
        program.wait_live()
        wait_for(lambda: program.channel("Bow")["encoding"]["encoder"] == "libx264", "the encoder")
        pid = program.worker_pid("Bow")
        os.kill(pid, signal.SIGSTOP)
        try:
            outcome = program.post("/api/v1/recording/start")
        finally:
            with contextlib.suppress(ProcessLookupError):  # a busy machine held it for longer: another one records then
                os.kill(pid, signal.SIGCONT)
        (bow,) = outcome["channels"]
        assert (outcome["ok"], bow["ok"]) == (True, False)
        assert "still being encoded" in bow["fact"]
        program.wait_recorded(1.0)
        program.post("/api/v1/recording/stop")
        (recording,), (part,) = program.rows("recordings"), program.rows("parts")
        assert (part["recording_id"], part["state"]) == (recording["id"], "whole")
        assert "Nothing is being recorded" not in program.log()
