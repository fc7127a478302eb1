"""The control process is killed while it records: it is back by itself, and what is missing has a row."""

import os
import signal
import time
from pathlib import Path

import pytest

from faults.results import note
from rig.fixtures import MakeSource, StartServer
from rig.frames import frame_numbers, missing_and_repeated
from rig.program import Program, running, wait_for
from rig.source_files import SourceSpec

PATTERN = "test:?size=320x180&rate=25&gop=10"
FOUR = dict.fromkeys(("Bow", "Stern", "Port", "Starboard"), PATTERN)
AGAIN_SECONDS = 5.0
TIMED = "all channels record again within five seconds"


def kill_and_wait(program: Program) -> float:
    """Kills the control process in mid-recording; seconds until all channels record again."""
    before = program.rows("recordings")[-1]["id"]
    began = time.monotonic()
    program.kill()
    wait_for(lambda: program.records_anew(before), "all channels to record again")
    return time.monotonic() - began


@pytest.mark.slow
@pytest.mark.alone(TIMED)
def test_four_channels_record_again_within_five_seconds_of_each_kill(tmp_path: Path) -> None:
    with running(tmp_path, FOUR) as program:
        guardian = program.pid
        program.record()
        seconds = [kill_and_wait(program), kill_and_wait(program)]
        assert program.pid == guardian
        recordings = program.rows("recordings")
        assert [row["continues"] for row in recordings] == [None, recordings[0]["id"], recordings[1]["id"]]
        program.get("/api/inspector/stoprecording")
        wait_for(lambda: all(row["state"] in {"whole", "repaired"} for row in program.rows("parts")), "whole files")
        assert "Seacorder stopped unexpectedly (signal 9). It is started again" in program.log()
        assert program.stop() == 0
    note(
        "kill -9 of the control process, four test patterns: all channels record again, by itself, after",
        times=len(seconds),
        worst=f"{max(seconds):.2f} s",
        limit=f"{AGAIN_SECONDS} s",
        kept=max(seconds) < AGAIN_SECONDS,
    )
    assert max(seconds) < AGAIN_SECONDS


@pytest.mark.rtsp
@pytest.mark.slow
@pytest.mark.alone(TIMED)
def test_what_a_killed_control_process_costs_is_in_the_account(
    tmp_path: Path, rig_source: MakeSource, start_rtsp_server: StartServer
) -> None:
    server = start_rtsp_server()
    sources = {name: SourceSpec(seconds=180, channel_index=index) for index, name in enumerate(("Bow", "Stern"))}
    addresses = {name: server.serve(f"/{name}", rig_source(spec)) for name, spec in sources.items()}
    with running(tmp_path, addresses) as program:
        program.record()
        assert kill_and_wait(program) < AGAIN_SECONDS
        wait_for(lambda: len(program.rows("losses")) == 2, "a loss of each channel")
        program.get("/api/inspector/stoprecording")
        wait_for(lambda: all(row["state"] in {"whole", "repaired"} for row in program.rows("parts")), "whole files")
        parts, losses = program.rows("parts"), program.rows("losses")
    wrong: list[int] = []
    for name in addresses:
        old, new = [row for row in parts if row["channel"] == name]
        (loss,) = [row for row in losses if row["channel"] == name]
        assert old["state"] == "whole", "its worker has finished it, and nobody repaired it meanwhile"
        before, after = frame_numbers(Path(old["path"])), frame_numbers(Path(new["path"]))
        missing, repeated = missing_and_repeated(before + after)
        assert repeated == []
        assert loss["cause"] == "program_ended"
        wrong.append(abs(loss["frames"] - len(missing)))
        assert len(before) == old["frames"]
    note(
        "… frames between the parts that are in no loss, or too many in one",
        times=len(wrong),
        worst=f"{max(wrong)} of a hole",
        limit="1 a hole: the camera may not have told its clock yet",
        kept=max(wrong) <= 1,
    )
    assert max(wrong) <= 1


def test_without_its_guardian_it_goes_on_and_ends_in_order(tmp_path: Path) -> None:
    with running(tmp_path, {"Bow": PATTERN}) as program:
        program.wait_live()
        program.get("/api/inspector/startrecording")
        control = program.control_pid
        os.kill(program.pid, signal.SIGKILL)
        program.wait_ended()
        said = "Without a service recording goes on, but nothing would start Seacorder again after a crash"
        wait_for(lambda: said in program.log(), "the warning")
        program.wait_recorded(1.0)
        os.kill(control, signal.SIGTERM)
        wait_for(lambda: not Path(f"/proc/{control}").exists(), "the end")
    (file,) = program.files("*.mp4")
    is_whole = b"moov" in file.read_bytes()[-100_000:]
    note("kill -9 of the guardian: recording goes on, and a stop ends the file in order", times=1,
         worst="yes" if is_whole else "no", limit="yes", kept=is_whole)  # fmt: skip
    assert is_whole, "an ordinary index at the end"
