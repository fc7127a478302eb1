"""Channels that are set over HTTP, with the real program: at the next start, and no recording notices it before."""

from pathlib import Path

from rig.frames import frame_numbers, missing_and_repeated
from rig.program import Program, running, wait_for

PATTERN = "test:?size=320x240&rate=25"
SETUP = "/api/v1/setup"


def restarted(program: Program) -> None:
    """Asks for a restart, and waits for the next control process to take commands."""
    before = program.control_pid
    program.post(f"{SETUP}/restart", status=204)
    wait_for(lambda: program.control_pid != before, "another control process")
    wait_for(program._answers, "the program to take commands again")


def test_a_channel_is_added_after_the_recording_which_does_not_notice(tmp_path: Path) -> None:
    with running(tmp_path, {"Bow": PATTERN}) as program:
        text = program.settings_path.read_text(encoding="utf-8")
        program.record(0.5)
        program.post(f"{SETUP}/channels", {"name": "TMS", "input": PATTERN}, status=201)
        refused = program.post(f"{SETUP}/restart", status=409)
        assert refused["fact"] == "A recording is on."
        program.record_further(0.5)
        program.get("/api/inspector/stoprecording")
        restarted(program)
        program.wait_live("Bow", "TMS")
        assert program.settings_path.read_text(encoding="utf-8") == text
        assert program.get(SETUP)["needs_restart"] is False
        assert program.rows("losses") == []
        (bow,) = program.rows("parts")
        assert missing_and_repeated(frame_numbers(Path(bow["path"]))) == ([], [])
    assert "unexpectedly" not in program.log()


def test_a_removed_channel_is_gone_and_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with running(tmp_path, {"Bow": PATTERN, "Stern": PATTERN}) as program:
        program.wait_live()
        (tmp_path / "seacorder.page.toml").mkdir()
        answer = program._http.delete(f"{program.url}{SETUP}/channels", params={"name": "Stern"})
        assert answer.status_code in {409, 507}
        (tmp_path / "seacorder.page.toml").rmdir()
        answer = program._http.delete(f"{program.url}{SETUP}/channels", params={"name": "Stern"})
        assert answer.status_code == 200
        restarted(program)
        assert [one["name"] for one in program.get("/api/v1/status")["channels"]] == ["Bow"]
