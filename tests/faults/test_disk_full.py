"""A disk that runs full: the reserve stays, files stay good, and recording goes on by itself or on a second volume."""

import re
import time
from pathlib import Path

import pytest

from faults.account import balanced
from faults.cameras import CHANNELS, Camera, addresses
from faults.disks import API_SECONDS, LowestFree, Prober, Volume
from faults.files import that_do_not_open
from faults.results import note
from rig.program import Program, running, wait_for

pytestmark = [
    pytest.mark.rtsp,
    pytest.mark.slow,
    pytest.mark.alone("alarms within a second, 99 of 100 answers within 50 ms"),
]

RESERVE_BYTES = 50_000_000
"""As rig.program sets it."""
LEFT_MINUTES = 30.0
"""Room for so much of recording above the reserve: less than disk_low's first limit, more than its second."""


def stop(program: Program) -> tuple[list[dict], list[dict]]:
    """The rows of parts and losses, all closed."""
    assert program.post("/api/v1/recording/stop")["ok"]
    parts, losses = program.rows("parts"), program.rows("losses")
    assert {row["state"] for row in parts} == {"whole"}
    return parts, losses


def bytes_of(program: Program, minutes: float) -> int:
    """What all channels send in so long a time."""
    bits_per_second = sum(channel["bits_per_second"] for channel in program.get("/api/v1/status")["channels"])
    return round(bits_per_second / 8 * minutes * 60)


def fill_until_low(program: Program, volume: Volume) -> float:
    """Another program takes most of the room; minutes of recording that the alarm says are left."""
    volume.fill(RESERVE_BYTES + bytes_of(program, LEFT_MINUTES))
    wait_for(lambda: "disk_low" in program.alarms(), "the alarm long before")
    assert "disk_full" not in program.alarms()
    found = re.search(r"^(\d+) minutes of recording are left on ", program.alarms()["disk_low"])
    assert found is not None
    return float(found[1])


def note_gap(cameras: list[Camera], parts: list[dict], losses: list[dict]) -> None:
    """The row of what a full disk costs: frames, each in a loss that says why."""
    accounts = balanced(cameras, parts, losses)
    other = [loss for loss in losses if loss["cause"] != "disk_full"]
    lost = ", ".join(f"{account.missing} of {account.sent}" for account in accounts)
    note(
        "… frames lost, and in a loss with the cause `disk_full`",
        times=len(accounts),
        worst=f"{lost}; {len(other)} losses of another cause",
        limit="account exact; no other cause",
        kept=not other,
    )
    assert other == []
    assert all(account.lost > 0 for account in accounts)


def note_api(prober: Prober) -> None:
    """The row of what the services took to answer all along."""
    note(
        "… the services answer meanwhile, at p99",
        times=prober.asked,
        worst=f"{prober.p99 * 1000:.0f} ms",
        limit=f"{API_SECONDS * 1000:.0f} ms",
        kept=prober.p99 <= API_SECONDS,
    )
    assert prober.p99 <= API_SECONDS, str(prober)


def test_the_reserve_is_not_eaten_and_recording_goes_on_when_there_is_room(
    tmp_path: Path, volume: Volume, cameras: list[Camera]
) -> None:
    with running(tmp_path, addresses(cameras), more=f'catalogue = "{tmp_path}/seacorder.db"') as program:
        program.record()
        with LowestFree(volume) as lowest, Prober(program.url) as prober:
            minutes = fill_until_low(program, volume)
            filler = volume.fill(RESERVE_BYTES + 2_000_000)
            up_seconds = program.alarm_seconds("disk_full")
            wait_for(lambda: program.get("/api/inspector/isrecording") is False, "the truth")
            wait_for(lambda: "recording_not_written" in program.alarms(), "the channels' alarms")
            unreadable = that_do_not_open(program.files("*.mp4"))
            filler.unlink()
            begin = time.monotonic()
            for name in CHANNELS:
                wait_for(lambda name=name: program.channel(name)["is_recording"], "the recording to go on")
            back_seconds = time.monotonic() - begin
            wait_for(lambda: "disk_full" not in program.alarms(), "the alarm's end")
        program.record_further(1.0)
        parts, losses = stop(program)
    eaten = max(0, RESERVE_BYTES - lowest.bytes)
    well_before = f"{minutes:.0f} min left by `disk_low`"
    note("disk fills up: alarm long before", times=1, worst=well_before, limit="10 min", kept=minutes >= 10)
    note("… bytes of the reserve that were written", times=1, worst=f"{eaten}", limit="0", kept=not eaten)
    note("… alarm `disk_full` after", times=1, worst=f"{up_seconds:.2f} s", limit="1 s", kept=up_seconds <= 1.0)
    opens = f"{len(unreadable)} of {len(CHANNELS)}"
    note("… open files that ffprobe does not open meanwhile", times=1, worst=opens, limit="0", kept=not unreadable)
    note_gap(cameras, parts, losses)
    back = f"{back_seconds:.2f} s"
    note("… room again: recording goes on by itself after", times=1, worst=back, limit="2 s", kept=back_seconds <= 2.0)
    note_api(prober)
    assert minutes >= 10
    assert unreadable == []
    assert eaten == 0
    assert up_seconds <= 1.0
    assert back_seconds <= 2.0


def test_a_volume_that_another_program_fills_to_the_last_byte_costs_no_file(
    tmp_path: Path, volume: Volume, cameras: list[Camera]
) -> None:
    with running(tmp_path, addresses(cameras), more=f'catalogue = "{tmp_path}/seacorder.db"') as program:
        program.record()
        with Prober(program.url) as prober:
            filler = volume.fill(0)
            up_seconds = program.alarm_seconds("disk_full")
            wait_for(lambda: program.get("/api/inspector/isrecording") is False, "the truth")
            unreadable = that_do_not_open(program.files("*.mp4"))
            filler.unlink()
            wait_for(lambda: program.get("/api/inspector/isrecording"), "the recording to go on")
        program.record_further(1.0)
        parts, losses = stop(program)
    kept = up_seconds <= 1.0 and not unreadable
    worst = f"{up_seconds:.2f} s; {len(unreadable)} files"
    note("disk full to the last byte: alarm; files that do not open", times=1, worst=worst, limit="1 s; 0", kept=kept)
    note_gap(cameras, parts, losses)
    note_api(prober)
    assert unreadable == []
    assert up_seconds <= 1.0


def test_with_a_second_volume_everything_goes_on_there_at_once(
    tmp_path: Path, volume: Volume, cameras: list[Camera]
) -> None:
    more = f'catalogue = "{tmp_path}/seacorder.db"\nfallback_root = "{tmp_path}/second"'
    with Volume(tmp_path / "second") as second, running(tmp_path, addresses(cameras), more=more) as program:
        program.record()
        program.post("/api/v1/clip/start")
        with LowestFree(volume) as lowest, Prober(program.url) as prober:
            volume.fill(RESERVE_BYTES + 10_000_000)
            up_seconds = program.alarm_seconds("on_fallback")
            # Of each channel a part and a clip.
            wait_for(lambda: len(list(second.path.rglob("*.mp4"))) == 2 * len(CHANNELS), "every file to be there")
            still = program.post("/api/v1/framegrab")
            program.wait_recorded(5.0)
            assert program.post("/api/v1/clip/stop")["ok"]
        parts, losses = stop(program)
        clips, stills = program.rows("clips"), program.rows("framegrabs")
        accounts = balanced(cameras, parts, losses)
        clip_accounts = balanced(cameras, clips, [])
    missing = sum(account.missing for account in accounts)
    missing_of_clips = sum(account.missing for account in clip_accounts)
    note(
        "disk nearly full, with a second volume: frames lost by recordings; by clips; framegrabs not taken",
        times=1,
        worst=f"{missing}; {missing_of_clips}; {len(CHANNELS) - len(stills)}",
        limit="0; 0; 0",
        kept=not missing and not missing_of_clips and len(stills) == len(CHANNELS),
    )
    up = f"{up_seconds:.2f} s"
    note("… it goes on there after", times=1, worst=up, limit="2 s", kept=up_seconds <= 2.0)
    note_api(prober)
    for rows in (parts, clips):
        for name in CHANNELS:
            first, then = (Path(row["path"]) for row in rows if row["channel"] == name)
            assert then.relative_to(second.path).parent == first.relative_to(volume.path).parent
    assert still["ok"]
    assert len(stills) == len(CHANNELS)
    assert all(Path(row["path"]).is_relative_to(second.path) for row in stills)
    assert {row["state"] for row in clips} == {"whole"}
    assert (missing, missing_of_clips) == (0, 0)
    assert losses == []
    assert lowest.bytes >= RESERVE_BYTES
    assert up_seconds <= 2.0
