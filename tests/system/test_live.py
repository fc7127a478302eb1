"""The live view of the real program: every picture of real cameras arrives, and recording does not notice it."""

import itertools
import os
import signal
from pathlib import Path

import pytest

from rig.fixtures import MakeSource, StartServer
from rig.frames import frame_numbers, missing_and_repeated
from rig.live_page import LivePage
from rig.program import command_line, has_ended, running, wait_for
from rig.source_files import SourceSpec

pytestmark = pytest.mark.rtsp

SPECS = {
    "Bow": SourceSpec(seconds=60),
    "Stern": SourceSpec(seconds=120, b_frames=2, channel_index=1),
    "ROV": SourceSpec(seconds=60, codec="hevc", width=320, height=180, channel_index=2),
}
PICTURES = 40
CODECS = {"Bow": "avc1.", "Stern": "avc1.", "ROV": "hvc1.", "Test": "avc1."}


def test_every_picture_arrives_and_no_recorded_frame_is_missing(
    tmp_path: Path, rig_source: MakeSource, start_rtsp_server: StartServer
) -> None:
    server = start_rtsp_server()
    addresses = {name: server.serve(f"/{name}", rig_source(spec)) for name, spec in SPECS.items()}
    addresses["Test"] = "test:?size=640x360&rate=25&codec=raw"
    with running(tmp_path, addresses) as program:
        program.wait_live()
        program.post("/api/v1/recording/start")
        program.wait_recorded(0.5)
        with LivePage(program.url) as page, LivePage(program.url) as other:
            tiles = {name: page.watch(number, name) for number, name in enumerate(addresses)}
            page.read_until(lambda: all(one.pictures >= PICTURES for one in tiles.values()), "pictures of all channels")
            later = other.watch(7, "Bow")
            other.read_until(lambda: later.pictures >= PICTURES, "pictures for a second page")
        program.post("/api/v1/recording/stop")
        assert program.rows("losses") == []
        recorded = {row["channel"]: Path(row["path"]) for row in program.rows("parts")}
    for name, tile in {**tiles, "Bow again": later}.items():
        (shown,) = tile.shown
        assert tile.state == "live"
        assert shown.format["codecs"].startswith(CODECS[name.removesuffix(" again")])
        assert shown.pictures[0].is_keyframe
        numbers = shown.numbers()
        assert len(numbers) == len(shown.pictures)
        # Of reordered pictures some that are shown before the last ones were still to come.
        assert missing_and_repeated(sorted(numbers)[:-3]) == ([], []), name
        utc = sorted(one.utc_us for one in shown.pictures)
        assert all(0 < after - before < 1_000_000 for before, after in itertools.pairwise(utc))
    for name in SPECS:
        assert missing_and_repeated(frame_numbers(recorded[name])) == ([], []), name


def test_a_dead_camera_is_named_with_its_reason_and_comes_back(
    tmp_path: Path, rig_source: MakeSource, start_rtsp_server: StartServer
) -> None:
    server = start_rtsp_server()
    address = server.serve("/Bow", rig_source(SPECS["Bow"]))
    with running(tmp_path, {"Bow": address}) as program:
        program.wait_live()
        with LivePage(program.url) as page:
            tile = page.watch(1, "Bow")
            page.read_until(lambda: tile.pictures > 5, "pictures")
            server.stop("/Bow")
            page.read_until(lambda: tile.state == "failed", "the camera's end")
            told, status = tile.states[-1], program.channel("Bow")
            assert (told["why"], told["since_utc"]) == (status["why"], status["since_utc"])
            before = tile.pictures
            with LivePage(program.url) as other:
                late = other.watch(1, "Bow")
                other.read_until(lambda: late.state == "failed", "the reason")
                server.resume("/Bow")
                page.read_until(lambda: tile.state == "live" and tile.pictures > before + 5, "pictures again")
                other.read_until(lambda: late.pictures > 5, "pictures again")
        numbers = late.shown[-1].numbers()
        assert missing_and_repeated(numbers) == ([], [])


def test_another_format_comes_with_a_header_of_its_own(
    tmp_path: Path, rig_source: MakeSource, start_rtsp_server: StartServer
) -> None:
    small = SourceSpec(seconds=3, width=320, height=180)
    server = start_rtsp_server()
    address = server.serve("/Bow", rig_source(SourceSpec(seconds=3)), rig_source(small))
    with running(tmp_path, {"Bow": address}) as program:
        program.wait_live()
        with LivePage(program.url) as page:
            tile = page.watch(1, "Bow")
            page.read_until(lambda: len(tile.shown) >= 3, "two changes of the format")
    whole = tile.shown[1]
    assert {one.format["width"] for one in tile.shown} == {320, 640}
    assert missing_and_repeated(whole.numbers()) == ([], [])


def test_a_recording_process_that_is_killed_shows_its_pictures_again(
    tmp_path: Path, rig_source: MakeSource, start_rtsp_server: StartServer
) -> None:
    server = start_rtsp_server()
    with running(tmp_path, {"Bow": server.serve("/Bow", rig_source(SPECS["Bow"]))}) as program:
        program.wait_live()
        with LivePage(program.url) as page:
            tile = page.watch(1, "Bow")
            page.read_until(lambda: tile.pictures > 5, "pictures")
            wait_for(program.worker_pids, "its recording process")
            os.kill(program.worker_pid("Bow"), signal.SIGKILL)
            page.read_until(lambda: tile.state == "failed", "its end")
            assert "stopped unexpectedly" in tile.states[-1]["why"]["fact"]
            page.read_until(lambda: tile.state == "live" and len(tile.shown) >= 2 and tile.pictures > 5, "pictures")
    assert missing_and_repeated(tile.shown[-1].numbers()) == ([], [])


def test_what_a_browser_cannot_play_is_encoded_small_while_somebody_looks(
    tmp_path: Path, rig_source: MakeSource, start_rtsp_server: StartServer
) -> None:
    server = start_rtsp_server()
    # Such pictures take long to make: few of them, again and again.
    spec = SourceSpec(seconds=8, codec="hevc", width=1280, height=720)
    with running(tmp_path, {"ROV": server.serve("/ROV", rig_source(spec))}) as program:
        program.wait_live()
        program.post("/api/v1/recording/start")
        (worker,) = program.worker_pids()
        with LivePage(program.url) as page:
            tile = page.watch(1, "ROV", "preview")
            page.read_until(lambda: tile.pictures >= 20, "a preview")
            encoding = [pid for pid in started_by(worker) if "seacorder.channel.live" in command_line(pid)]
            assert [os.getpriority(os.PRIO_PROCESS, pid) >= 10 for pid in encoding] == [True]
            page.unwatch(1)
            wait_for(lambda: all(map(has_ended, encoding)), "the end of the encoding")
        program.post("/api/v1/recording/stop")
        assert program.rows("losses") == []
    (shown,) = tile.shown
    assert (shown.format["codecs"][:5], shown.format["width"], shown.format["height"]) == ("avc1.", 640, 360)
    numbers = shown.numbers()
    assert all((after - before) % spec.frames >= 2 for before, after in itertools.pairwise(numbers))


def started_by(pid: int) -> list[int]:
    """The processes that any thread of a process has started."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]
