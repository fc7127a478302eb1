"""kill -9 of the narrator, again and again: no picture is missing, sound is back soon and where it belongs."""

from array import array
from pathlib import Path

import pytest

from faults.processes import kill, worker_of
from faults.results import is_long, note
from rig.frames import frame_numbers, missing_and_repeated
from rig.program import Program, running, wait_for
from rig.sound import later_than_picture_ms, samples_of

pytestmark = [pytest.mark.slow, pytest.mark.alone("narration is heard again within five seconds")]

CHANNELS = {"Bow": "test:?size=320x180&rate=25", "Stern": "test:?size=320x180&rate=30&gop=15"}
SETTINGS = '[audio]\ninput = "tone:"\n[recording]\nsplit_time_minutes = 0.1\n'
BACK_SECONDS, SYNC_MS = 5.0, 40.0
WINDOW = 48 * 20
HUSH = 0.001
"""The tone is never so quiet for a whole window."""


@pytest.mark.timeout(600)
def test_the_narrator_is_killed_again_and_again(tmp_path: Path) -> None:
    times = 20 if is_long() else 2
    with running(tmp_path, CHANNELS, more=SETTINGS) as program:
        program.wait_live()
        wait_heard(program)
        program.get("/api/inspector/startrecording")
        program.wait_recorded(2)
        for number in range(times):
            kill(narrator(program))
            wait_for(lambda n=number: program.get("/api/v1/status")["narration"]["restarts"] > n, "another narrator")
            wait_heard(program)
            program.wait_recorded(program.channel("Bow")["recording_seconds"] + 2)
        program.get("/api/inspector/stoprecording")
        assert program.rows("losses") == []
    missing = repeated = 0
    hush, late = 0.0, 0.0
    for name in CHANNELS:
        files = program.files(f"*@{name}*.mp4")
        gone, again = missing_and_repeated(frame_numbers(*files))
        missing, repeated = missing + len(gone), repeated + len(again)
        sound = array("f")
        for file in files:
            sound += samples_of(file)[1]
            late = max(late, *map(abs, later_than_picture_ms(file) or [0.0]))
        hush = max(hush, longest_hush(sound))
    frames = sum(len(frame_numbers(*program.files(f"*@{name}*.mp4"))) for name in CHANNELS)
    is_whole, is_back, in_sync = missing == repeated == 0, hush < BACK_SECONDS, late < SYNC_MS
    case = "kill -9 of the narrator: pictures lost"
    note(case, times=times, worst=f"{missing} of {frames}", limit="0", kept=is_whole)
    note("… narration is heard again after", times=times, worst=f"{hush:.2f} s", limit="5.0 s", kept=is_back)
    note("… sound from its picture", times=times, worst=f"{late:.1f} ms", limit="40 ms", kept=in_sync)
    assert is_whole
    assert is_back
    assert in_sync


def narrator(program: Program) -> int:
    """The worker that writes no channel's file."""
    recording = {worker_of(program, name) for name in CHANNELS}
    (pid,) = [pid for pid in program.worker_pids() if pid not in recording]
    return pid


def wait_heard(program: Program) -> None:
    wait_for(lambda: program.get("/api/v1/status")["narration"]["listeners"] == len(CHANNELS), "all to listen")


def longest_hush(samples: "array[float]") -> float:
    """The longest stretch without any sound, in seconds."""
    longest = here = 0
    for at in range(0, len(samples) - WINDOW, WINDOW):
        here = here + 1 if max(map(abs, samples[at : at + WINDOW])) < HUSH else 0
        longest = max(longest, here)
    return longest * WINDOW / 48_000
