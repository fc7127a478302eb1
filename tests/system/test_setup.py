"""Channels that are added, changed and removed over HTTP, with the real program and real cameras: no recording notices.
"""

from pathlib import Path

import pytest

from rig.fixtures import MakeSource, StartServer
from rig.frames import frame_numbers, missing_and_repeated
from rig.live_page import LivePage
from rig.program import Program, running, wait_for
from rig.source_files import SourceSpec

PATTERN = "test:?size=320x240&rate=25"
SETUP = "/api/v1/setup"
SPECS = {name: SourceSpec(seconds=60, channel_index=index) for index, name in enumerate(("Bow", "Stern", "TMS"))}


def restarted(program: Program) -> None:
    """Asks for a restart, and waits for the next control process to take commands."""
    before = program.control_pid
    program.post(f"{SETUP}/restart", status=204)
    wait_for(lambda: program.control_pid != before, "another control process")
    wait_for(program._answers, "the program to take commands again")


def channels(program: Program) -> list[str]:
    return [one["name"] for one in program.get("/api/v1/status")["channels"]]


@pytest.mark.rtsp
def test_in_the_middle_of_a_dive_a_camera_is_added_and_a_dead_one_corrected_and_no_frame_of_the_others_is_missing(
    tmp_path: Path, rig_source: MakeSource, start_rtsp_server: StartServer
) -> None:
    server, dying = start_rtsp_server(), start_rtsp_server()
    right = {name: server.serve(f"/{name}", rig_source(spec)) for name, spec in SPECS.items()}
    addresses = {"Bow": right["Bow"], "Stern": dying.serve("/Stern", rig_source(SPECS["Stern"])), "Port": right["Bow"]}
    with running(tmp_path, addresses, more="[workers]\nchannels_per_process = 3\n") as program:
        text = program.settings_path.read_text(encoding="utf-8")
        program.wait_live()
        program.post("/api/v1/recording/start")
        program.wait_recorded(0.5)
        dying.close()
        wait_for(lambda: program.channel("Stern")["state"] == "failed", "the camera to be dead")
        with LivePage(program.url) as page:
            tile = page.watch(1, "Bow")
            program.post(f"{SETUP}/channels", {"name": "TMS", "input": right["TMS"]}, status=201)
            program.put(f"{SETUP}/channels?name=Stern", {"name": "Stern", "input": right["Stern"]})
            now = program.put(f"{SETUP}/channels?name=Port", {"name": "Port", "input": right["TMS"]})
            assert {one["table"]["name"]: one["difference"] for one in now["channels"]} == {
                "Bow": "none", "Stern": "none", "Port": "changed", "TMS": "none",
            }
            assert now["needs_restart"] is False
            program.wait_recorded(0.5, "TMS")
            program.wait_recorded(0.5, "Stern")
            page.read_until(lambda: tile.pictures >= 25, "pictures of Bow")
        assert program.channel("Port")["change_waiting"] == "changed"
        program.record_further(0.3)
        program.post("/api/v1/recording/stop")
        assert len(tile.shown) == 1  # the live view of Bow never began again
        wait_for(lambda: program.channel("Port")["change_waiting"] == "none", "the change to take effect")
        wait_for(lambda: program.channel("Port")["address"] == right["TMS"], "the other address")
        assert program.settings_path.read_text(encoding="utf-8") == text
        parts = {name: [Path(one["path"]) for one in program.rows("parts", channel=name)] for name in channels(program)}
        assert {name: len(files) for name, files in parts.items()} == {"Bow": 1, "Stern": 2, "Port": 1, "TMS": 1}
        for path in (one for files in parts.values() for one in files):
            assert missing_and_repeated(frame_numbers(path)) == ([], []), path
        assert {one["channel"]: one["cause"] for one in program.rows("losses")} == {"Stern": "reconnect"}
    assert "unexpectedly" not in program.log()


def test_what_was_set_is_there_after_a_restart_which_a_recording_refuses(tmp_path: Path) -> None:
    with running(tmp_path, {"Bow": PATTERN, "Stern": PATTERN}) as program:
        program.record(0.5)
        program.post(f"{SETUP}/channels", {"name": "TMS", "input": PATTERN}, status=201)
        assert program.post(f"{SETUP}/restart", status=409)["fact"] == "A recording is on."
        program.get("/api/inspector/stoprecording")
        (tmp_path / "seacorder.page.toml").rename(tmp_path / "kept")
        (tmp_path / "seacorder.page.toml").mkdir()
        answer = program._http.delete(f"{program.url}{SETUP}/channels", params={"name": "Stern"})
        assert answer.status_code in {409, 507}
        (tmp_path / "seacorder.page.toml").rmdir()
        (tmp_path / "kept").rename(tmp_path / "seacorder.page.toml")
        assert program._http.delete(f"{program.url}{SETUP}/channels", params={"name": "Stern"}).status_code == 200
        wait_for(lambda: channels(program) == ["Bow", "TMS"], "Stern to be gone")
        restarted(program)
        assert channels(program) == ["Bow", "TMS"]
