"""The client commands say what came of them and end with the right code."""

import json
import re

import pytest
from rich.console import Console

from cli.status_answers import CHANNEL, STATUS, STERN
from seacorder.base.message import Message
from seacorder.cli.status_table import duration, picture_of, unreachable
from seacorder.client.answers import StatusAnswer, read
from seacorder.client.errors import InspectorError


def outcome(*channels: dict) -> dict:
    return {"ok": True, "id": "20260504T030201.123Z", "instant_utc": "2026-05-04T03:02:01.123456Z",
            "channels": list(channels)}


def shown(status: dict, width: int = 160) -> str:
    console = Console(width=width, record=True, file=None, quiet=False, color_system=None)
    with console.capture() as capture:
        console.print(picture_of(read(StatusAnswer, status), width=width))
    return capture.get()


def test_ping(seacorder, web) -> None:
    web.json("GET /api/stats/ping", {"Ping": True})
    ended = seacorder("ping", "--url", web.url)
    assert ended.code == 0
    assert "takes commands" in ended.out


def test_the_url_may_come_from_a_variable(seacorder, web, monkeypatch) -> None:
    monkeypatch.setenv("SEACORDER_URL", web.url)
    web.json("GET /api/stats/ping", {"Ping": True})
    assert seacorder("ping").code == 0


@pytest.mark.parametrize(("words", "path"), [
    (["start"], "recording/start"), (["stop"], "recording/stop"), (["clip", "start"], "clip/start"),
    (["clip", "stop"], "clip/stop"), (["grab"], "framegrab"),
])
def test_commands_show_a_line_a_channel(seacorder, web, words, path) -> None:
    done = {"channel": "Bow", "ok": True, "sentence": "", "achieved_utc": "T1", "path": "/data/bow.mp4"}
    web.json(f"POST /api/v1/{path}", outcome(done))
    ended = seacorder(*words, "--url", web.url)
    assert ended.code == 0
    assert "  Bow: ok  T1  /data/bow.mp4" in ended.out


def test_one_channel_that_failed_is_exit_code_1(seacorder, web) -> None:
    failed = {"channel": "Bow", "ok": False, "sentence": "No picture. Check it.", "fact": "No picture.",
              "action": "Check it.", "achieved_utc": None, "path": None}
    web.json("POST /api/v1/recording/start", outcome(failed))
    ended = seacorder("start", "--url", web.url)
    assert ended.code == 1
    assert "  Bow: FAILED  No picture. Check it.\n" in ended.out
    as_json = json.loads(seacorder("start", "--json", "--url", web.url).out)["channels"][0]
    assert (as_json["sentence"], as_json["fact"], as_json["action"]) == (
        "No picture. Check it.", "No picture.", "Check it."
    )


def test_a_stop_names_the_channels_of_which_there_is_no_file(seacorder, web) -> None:
    done = {"channel": "Bow", "ok": True, "sentence": "", "achieved_utc": "T1", "path": "/data/bow.mp4"}
    without = done | {"channel": "Stern", "achieved_utc": None, "path": None}
    web.json("POST /api/v1/recording/stop", outcome(done, without))
    out = seacorder("stop", "--url", web.url).out
    assert "  Bow: ok  T1  /data/bow.mp4\n  Stern: ok  there was no file to finish\n" in out


def test_a_recorder_of_an_earlier_version_says_why_in_one_text(seacorder, web) -> None:
    failed = {"channel": "Bow", "ok": False, "sentence": "No picture.", "achieved_utc": None, "path": None}
    web.json("POST /api/v1/recording/start", outcome(failed))
    assert "  Bow: FAILED  No picture.\n" in seacorder("start", "--url", web.url).out


@pytest.mark.parametrize(("words", "path", "said"), [
    (["stop"], "recording/stop", "Nothing was being recorded"),
    (["clip", "stop"], "clip/stop", "No clip was being recorded"),
])
def test_nothing_to_do(seacorder, web, words, path, said) -> None:
    idle = {"channel": "Bow", "ok": True, "sentence": "", "achieved_utc": None, "path": None}
    web.json(f"POST /api/v1/{path}", outcome(idle) | {"id": ""})
    ended = seacorder(*words, "--url", web.url)
    assert (ended.code, ended.out) == (0, f"{said} at {web.url}.\n")


def test_a_refusal_is_a_line_and_what_to_do_the_line_below(seacorder, web) -> None:
    problem = {"detail": "No clip was started. Try again.", "fact": "No clip was started.", "action": "Try again."}
    web.json("POST /api/v1/clip/start", problem, 409)
    ended = seacorder("clip", "start", "--url", web.url)
    assert (ended.code, ended.out, ended.err) == (1, "", "seacorder: No clip was started.\n  Try again.\n")


def test_a_refusal_of_an_earlier_version_is_one_line(seacorder, web) -> None:
    web.json("POST /api/v1/clip/start", {"detail": "No channel is live."}, 409)
    assert seacorder("clip", "start", "--url", web.url).err == "seacorder: No channel is live.\n"


def test_nobody_answers(seacorder) -> None:
    ended = seacorder("ping", "--url", "http://127.0.0.1:9")
    assert ended.code == 1
    assert ended.err == (
        "seacorder: No recorder answers at http://127.0.0.1:9. It may still be recording.\n"
        "  Check the address and the network; then, on the recorder, whether `seacorder serve` runs; then the "
        "firewall.\n"
    )


def test_status_once_and_as_json(seacorder, web) -> None:
    web.json("GET /api/v1/status", STATUS)
    once = seacorder("status", "--once", "--url", web.url)
    assert once.code == 0
    assert "recording 1:01:01" in once.out
    assert json.loads(seacorder("status", "--json", "--url", web.url).out) == STATUS


def test_the_table_says_all() -> None:
    text = shown(STATUS)
    for expected in ("● recording 1:01:01, but NOT Stern", "● clip", "50%", "2:00:00", "Bow",
                     "1920x1080 25/s h264", "8.0", "0:01:01", "1500", "bow.mp4",
                     "Stern", "failed", "Stern: The camera refused the password."):
        assert expected in text
    assert "bow.mp4" not in shown(STATUS, width=80)
    assert "1920x1080 25/s h264" in shown(STATUS, width=100)


def test_the_level_of_the_narration_is_told() -> None:
    narration = {"name": "Narration", "into": "all", "state": "live", "reason": None, "level_db": -23.4,
                 "peak_db": -9.0, "silent_since_utc": None, "missing_seconds": 0.0}
    assert "Narration: -23 dB, peak -9 dB" in shown(STATUS | {"narration": narration})
    assert "Narration: not working" in shown(STATUS | {"narration": narration | {"state": "failed"}})
    assert "Narration" not in shown(STATUS | {"narration": None})


ALARM = {
    "kind": "camera_failed", "channel": "Stern", "severity": "alarm", "since_utc": "2026-05-04T03:02:01.123456Z",
    "sentence": "Stern is NOT being recorded.", "remedy": "Correct the password.",
    "fact": "Stern is NOT being recorded.", "action": "Correct the password.",
}
LOW = ALARM | {"kind": "disk_low", "channel": None, "severity": "warning", "fact": "50 minutes are left."}


def lines_of(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines()]


def test_an_alarm_is_three_lines_severity_what_is_wrong_and_what_to_do() -> None:
    lines = lines_of(shown(STATUS | {"alarms": [ALARM, LOW]}))
    at = lines.index("! ALARM camera_failed since 2026-05-04T03:02:01Z")
    assert lines[at + 1 : at + 6] == [
        "    Stern is NOT being recorded.", "    Correct the password.",
        "! Warning disk_low since 2026-05-04T03:02:01Z", "    50 minutes are left.", "    Correct the password.",
    ]


def test_an_alarm_of_an_earlier_version_has_the_channel_s_name_before_its_sentence() -> None:
    older = {key: ALARM[key] for key in ("kind", "channel", "severity", "since_utc", "remedy")}
    lines = lines_of(shown(STATUS | {"alarms": [older | {"sentence": "The camera refused the password."}]}))
    assert "    Stern: The camera refused the password." in lines
    assert "    Correct the password." in lines
    assert sum("refused the password" in line for line in lines) == 1, "not below the table as well"


def test_what_an_alarm_says_is_not_said_again_below() -> None:
    why = {"fact": "The camera refused the password.", "action": "Correct it in the settings file."}
    file = CHANNEL["recording"] | {"why": {"fact": "The disk is gone.", "action": "Check its cable."}}
    status = STATUS | {"channels": [CHANNEL | {"recording": file, "clip": file}, STERN | {"why": why}]}
    lines = lines_of(shown(status))
    assert lines[lines.index("Stern: The camera refused the password.") + 1] == "    Correct it in the settings file."
    assert lines[lines.index("Bow: The disk is gone.") + 1] == "    Check its cable."
    assert lines.count("Bow: The disk is gone.") == 1, "once, though two files say so"
    lines = lines_of(shown(status | {"alarms": [ALARM, LOW]}))
    assert not [line for line in lines if line.startswith(("Stern: ", "Bow: "))]


def test_how_is_encoded_is_told_where_it_is() -> None:
    def lines(**encoding: object) -> str:
        told = {"sentence": "Encoded with libx264 (software, preset fast), because of it.", "encoder": "libx264",
                "preset": "fast", "bit_rate": 8_000_000, "dropped_frames": 0} | encoding
        return shown(STATUS | {"channels": [CHANNEL | {"encoding": told}]})

    assert "Bow: Encoded with libx264 (software, preset fast), because of it." in lines()
    assert "Now with" not in lines()
    assert "Now with libx264, preset ultrafast." in lines(preset="ultrafast")
    assert "7 frames lost: this computer is too slow." in lines(dropped_frames=7)
    assert "1 frame lost: this computer is too slow." in lines(dropped_frames=1)
    assert "Stored" not in lines(sentence="Stored as it comes.", encoder="copy", preset="")


def test_a_recording_that_stores_nothing_is_never_called_one() -> None:
    nothing = "● NOT RECORDING: started, but nothing reaches the disk. See the alarms."
    assert nothing in shown(STATUS | {"is_recording": False})
    assert nothing in shown(STATUS | {"channels": [STERN]}), "whatever the whole says"
    assert "○ not recording" in shown(STATUS | {"is_recording": False, "recording_id": None})


def test_how_long_losses_are_together_is_told_where_the_recorder_knows_it() -> None:
    def row(channel: dict) -> str:
        (one,) = [line for line in shown(STATUS | {"channels": [channel]}).splitlines() if line.startswith("Bow ")]
        return one

    assert re.search(r"1500 +2  ", row(CHANNEL))
    assert re.search(r"1500  2 \(1 min 10 s\)  ", row(CHANNEL | {"missing_seconds": 70.4}))


def test_of_many_channels_that_are_not_recorded_the_headline_names_three() -> None:
    without = [STERN | {"index": number, "name": f"Cam {number}"} for number in range(1, 6)]
    assert "but NOT Cam 1, Cam 2, Cam 3 and 2 more" in shown(STATUS | {"channels": [CHANNEL, *without]})


def test_a_channel_without_a_file_is_not_recorded_while_a_recording_is_on() -> None:
    rows = [line for line in shown(STATUS).splitlines() if line.startswith("Stern  ")]
    assert [" NOT " in row for row in rows] == [True]
    assert " NOT " not in shown(STATUS | {"is_recording": False, "recording_id": None, "channels": [STERN]})


def test_durations_and_what_stands_there_when_nobody_answers() -> None:
    assert [duration(seconds) for seconds in (0, 59.9, 3600)] == ["0:00:00", "0:00:59", "1:00:00"]
    console = Console(width=80, color_system=None)
    with console.capture() as capture:
        console.print(unreachable(Message("Gone.", "Look for it.")))
    assert lines_of(capture.get()) == ["Gone.", "    Look for it."]


@pytest.mark.parametrize("answer", [None, [], {}, STATUS | {"channels": 1}, STATUS | {"utc": 5}])
def test_an_answer_of_another_kind(answer) -> None:
    with pytest.raises(InspectorError, match="cannot be read"):
        read(StatusAnswer, answer)


def test_overlay_sets_shows_and_takes_away_the_text(seacorder, web) -> None:
    web.json("PUT /api/v1/overlay", {"text": "Job 12\nBow", "since_utc": "T1"})
    web.json("GET /api/v1/overlay", {"text": "Job 12", "since_utc": "T1"})
    web.json("DELETE /api/v1/overlay", {"text": "", "since_utc": "T2"})
    ended = seacorder("overlay", r"Job 12\nBow", "--url", web.url)
    assert (ended.code, ended.out) == (0, "Since T1:\nJob 12\nBow\n")
    assert seacorder("overlay", "--url", web.url).out == "Since T1:\nJob 12\n"
    assert "No text" in seacorder("overlay", "--clear", "--url", web.url).out
    assert json.loads(seacorder("overlay", "--json", "--url", web.url).out) == {"text": "Job 12", "since_utc": "T1"}


def test_a_text_and_clear_contradict_each_other(seacorder, web) -> None:
    ended = seacorder("overlay", "x", "--clear", "--url", web.url)
    assert ended.code == 2
    assert "contradict" in ended.err


def test_context_changes_shows_and_empties(seacorder, web) -> None:
    full = {"project": "North field", "dive": "12", "task": "", "component": "", "operator": ""}
    empty = dict.fromkeys(full, "")
    web.json("PATCH /api/v1/context", full)
    web.json("GET /api/v1/context", full)
    web.json("DELETE /api/v1/context", empty)
    ended = seacorder("context", "--project", "North field", "--dive", "12", "--url", web.url)
    assert ended.code == 0
    assert ended.out.splitlines()[:3] == ["project    North field", "dive       12", "task       -"]
    assert seacorder("context", "--url", web.url).out == ended.out
    assert json.loads(seacorder("context", "--clear", "--json", "--url", web.url).out) == empty
    assert seacorder("context", "--clear", "--dive", "1", "--url", web.url).code == 2
