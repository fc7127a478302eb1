"""What the page changes is checked and kept beside the settings file. Channels are in force at once where nothing of
them is recorded; all else at the next start."""

import stat
from pathlib import Path

import pytest

from fakes.setup import FakeListening, SetupBench
from seacorder.base.errors import BadRequest, NotKnown, NotPossible
from seacorder.base.message import Message
from seacorder.config.load import source_of
from seacorder.control.settings.setup import Restarting, Setup
from seacorder.model.command import TryInput
from seacorder.model.setup import Difference, SetupNow

TEXT = """# The user's own comment.
[[channels]]
name = "Bow"
input = "rtsp://rov:secret@10.0.0.1/live"   # the good one

[[channels]]
name = "Stern"
input = "test:"
"""
CAMERA = {"name": "TMS", "input": "rtsp://rov:other@10.0.0.9/live"}
SHOWN = "rtsp://***@10.0.0.1/live"


@pytest.fixture
def bench(tmp_path: Path) -> SetupBench:
    return SetupBench(tmp_path, TEXT)


def differences(now: SetupNow) -> dict[str, Difference]:
    return {str(one.table["name"]): one.difference for one in now.lists["channels"]}


async def test_as_started_nothing_is_different_and_no_secret_is_shown(bench: SetupBench) -> None:
    now = await bench.setup.now()
    assert not now.needs_restart
    assert differences(now) == {"Bow": Difference.NONE, "Stern": Difference.NONE}
    assert now.lists["channels"][0].table == {"name": "Bow", "input": SHOWN}
    assert now.settings_file == str(bench.path)


async def test_a_new_channel_is_kept_beside_the_file_which_stays_as_it_was_written(bench: SetupBench) -> None:
    now = await bench.setup.put("channels", None, CAMERA)
    assert differences(now)["TMS"] is Difference.NONE
    assert not now.needs_restart
    assert bench.channels.channels[2].address == CAMERA["input"]
    assert bench.path.read_text(encoding="utf-8") == TEXT
    assert stat.S_IMODE(bench.page.stat().st_mode) == 0o600
    assert bench.said == ["The channel TMS was added on the page."]
    after = await bench.started().now()
    assert differences(after)["TMS"] is Difference.NONE
    assert not after.needs_restart


async def test_an_address_that_is_sent_as_it_was_shown_keeps_its_password(bench: SetupBench) -> None:
    await bench.setup.put("channels", "Bow", {"name": "Bow", "input": SHOWN, "preroll_seconds": 5})
    bow = bench.started()._running.channels[0]
    assert (bow.input, bow.preroll_seconds) == ("rtsp://rov:secret@10.0.0.1/live", 5)
    assert "secret" not in bench.page.read_text(encoding="utf-8")


async def test_a_password_goes_to_no_other_address(bench: SetupBench) -> None:
    with pytest.raises(BadRequest, match="write user and password again"):
        await bench.setup.put("channels", "Bow", {"name": "Bow", "input": "rtsp://***@10.6.6.6/live"})
    with pytest.raises(BadRequest, match="password that is not shown"):
        await bench.setup.whole_address("rtsp://***@10.6.6.6/live", "Bow")
    assert not bench.page.exists()


async def test_a_removed_channel_is_gone(bench: SetupBench) -> None:
    now = await bench.setup.remove("channels", "Stern")
    assert differences(now) == {"Bow": Difference.NONE}
    assert not now.needs_restart
    assert differences(await bench.started().now()) == {"Bow": Difference.NONE}


async def test_what_is_recorded_waits_and_needs_no_restart(bench: SetupBench) -> None:
    bench.channels.recorded = {"Bow", "Stern"}
    await bench.setup.remove("channels", "Stern")
    now = await bench.setup.put("channels", "Bow", {"name": "Bow", "input": "rtsp://10.0.0.2/live"})
    assert differences(now) == {"Bow": Difference.CHANGED, "Stern": Difference.REMOVED}
    assert all(one.waits for one in now.lists["channels"])
    assert not now.needs_restart
    assert now.lists["channels"][1].table == {"name": "Stern", "input": "test:"}
    assert bench.said[0] == "The channel Stern was removed on the page. This takes effect when its recording is over."
    back = await bench.setup.take_back()
    assert differences(back) == {"Bow": Difference.NONE, "Stern": Difference.NONE}


async def test_a_name_that_an_edit_by_hand_has_freed_is_still_taken_until_the_next_start(bench: SetupBench) -> None:
    bench.path.write_text(TEXT.replace("Stern", "Aft"), encoding="utf-8")
    now = await bench.setup.put("channels", None, {"name": "stern", "input": "test:"})
    assert [one.name for one in bench.channels.channels] == ["Bow", "Stern"]
    assert differences(now)["stern"] is Difference.ADDED
    assert now.needs_restart
    assert bench.said == ["The channel stern was added on the page. This takes effect when Seacorder is started again."]


async def test_what_was_set_is_taken_back(bench: SetupBench) -> None:
    await bench.setup.put("channels", None, CAMERA)
    await bench.setup.remove("channels", "Stern")
    now = await bench.setup.take_back()
    assert not now.needs_restart
    assert not bench.page.exists()


@pytest.mark.parametrize(("sent", "field"), [
    ({"name": "TMS", "input": "rtps://10.0.0.9/1"}, "input"),
    ({"name": "TMS"}, "input"),
    ({"name": " ", "input": "test:"}, "name"),
    ({"name": "TMS", "input": "test:", "preroll_seconds": -1}, "preroll_seconds"),
    ({"name": "TMS", "input": "test:", "colour": "red"}, "colour"),
])
async def test_what_is_wrong_is_named_and_nothing_is_changed(
    bench: SetupBench, sent: dict[str, object], field: str
) -> None:
    with pytest.raises(BadRequest) as refused:
        await bench.setup.put("channels", None, sent)
    assert refused.value.field == field
    assert not bench.page.exists()


async def test_a_name_that_is_taken_is_refused(bench: SetupBench) -> None:
    with pytest.raises(BadRequest) as refused:
        await bench.setup.put("channels", None, {"name": "bow", "input": "test:"})
    assert (refused.value.fact, refused.value.field) == ("There is a channel Bow already.", "name")


async def test_what_contradicts_another_table_is_told_without_the_file_s_name(bench: SetupBench) -> None:
    bench.path.write_text(TEXT + '[audio]\ninput = "tone:"\nname = "Voice"\n', encoding="utf-8")
    with pytest.raises(BadRequest) as refused:
        await bench.setup.put("channels", None, {"name": "voice", "input": "test:"})
    assert refused.value.fact == "[audio] name is 'Voice', which is a channel's."


async def test_the_last_channel_stays(bench: SetupBench) -> None:
    await bench.setup.remove("channels", "Stern")
    with pytest.raises(BadRequest, match="channels"):
        await bench.setup.remove("channels", "Bow")


async def test_a_channel_that_there_is_not(bench: SetupBench) -> None:
    with pytest.raises(NotKnown, match="There are Bow, Stern"):
        await bench.setup.put("channels", "Bug", CAMERA)
    with pytest.raises(NotKnown):
        await bench.setup.remove("channels", "Bug")


async def test_an_edit_of_the_file_by_hand_is_seen(bench: SetupBench) -> None:
    bench.path.write_text(TEXT.replace("Stern", "Aft"), encoding="utf-8")
    now = await bench.setup.now()
    assert now.needs_restart
    assert differences(now) == {"Bow": Difference.NONE, "Aft": Difference.ADDED, "Stern": Difference.REMOVED}
    bench.path.write_text("[serve]", encoding="utf-8")
    with pytest.raises(NotPossible):
        await bench.setup.now()


async def test_a_relative_root_lies_beside_the_settings_file_and_is_tried_there(bench: SetupBench) -> None:
    await bench.setup.set_keys("storage", {"root": "files of the dive"})
    root = bench.started()._running.storage.root
    assert root == bench.path.parent / "files of the dive"
    assert root.is_dir()
    assert not Path("files of the dive").exists()


async def test_an_event_says_which_keys_were_changed_and_nothing_where_none_was(bench: SetupBench) -> None:
    await bench.setup.set_keys("storage", {})
    await bench.setup.set_keys("storage", {"root": str(bench.path.parent), "reserve_bytes": None})
    assert bench.said == [
        "[storage] was changed on the page: root, reserve_bytes. This takes effect when Seacorder is started again."
    ]


async def test_a_restart_is_refused_while_something_is_recorded(bench: SetupBench) -> None:
    bench.busy = Message("A recording is on.", "Stop it first.")
    with pytest.raises(NotPossible, match="A recording is on"):
        await bench.setup.restart()
    assert bench.restarts == 0
    bench.busy = None
    await bench.setup.restart()
    assert bench.restarts == 1


async def test_a_restart_after_which_nobody_would_record_is_refused(bench: SetupBench) -> None:
    bench.path.write_text(TEXT + "[server]\ninspector_port = 13009\n", encoding="utf-8")
    with pytest.raises(NotPossible, match="would not start again: Port 13009 is taken"):
        await bench.setup.restart()
    bench.path.write_text("[serve]", encoding="utf-8")
    with pytest.raises(NotPossible, match="would not start again"):
        await bench.setup.restart()
    assert bench.restarts == 0


async def test_a_trial_gets_the_whole_address_and_one_that_runs_is_known(bench: SetupBench) -> None:
    address = await bench.setup.whole_address(SHOWN, "Bow")
    assert address == "rtsp://rov:secret@10.0.0.1/live"
    assert bench.setup.running_at(address) == 0
    assert bench.setup.running_at("rtsp://10.0.0.9/1") is None
    assert (await bench.setup.try_input("rtsp://10.0.0.9/1", None)).jpeg == b"picture"
    assert bench.trials.orders == [TryInput("rtsp://10.0.0.9/1", "Test")]
    with pytest.raises(BadRequest):
        await bench.setup.whole_address("nonsense", None)


async def test_variables_alone_can_be_changed_by_nobody(bench: SetupBench) -> None:
    settings = source_of(bench.path, {}).in_use().settings
    again = Restarting(lambda: None, None, FakeListening(settings.server))
    alone = Setup(None, settings, bench, bench.channels, bench.trials, again)  # type: ignore[arg-type]
    with pytest.raises(NotPossible, match="no settings file"):
        await alone.now()
    with pytest.raises(NotPossible, match="on this system"):
        await alone.restart()


async def test_the_microphone_is_set_whole_and_one_of_the_file_is_switched_off(bench: SetupBench) -> None:
    bench.path.write_text(TEXT + '[audio]\ninput = "tone:"\ngain_db = 6\n', encoding="utf-8")
    bench.setup = bench.started()
    now = await bench.setup.put_table("audio", {"gain_db": 6})
    assert now.tables["audio"] == {"gain_db": 6}
    assert bench.started()._running.audio.input is None
    now = await bench.setup.put_table("audio", {"input": "tone:", "gain_db": 6})
    assert not now.needs_restart
    assert not bench.page.exists()
    assert bench.said[0].startswith("[audio] was changed on the page: input.")


async def test_lines_out_are_set_all_together_none_too_and_taken_back(bench: SetupBench) -> None:
    bench.path.write_text(TEXT + '[[readings_out]]\nto = "udp://127.0.0.1:6000"\nline = "{depth}"\n', encoding="utf-8")
    bench.setup = bench.started()
    now = await bench.setup.put_list("readings_out", [])
    assert (now.whole_lists["readings_out"], now.needs_restart) == ((), True)
    assert bench.started()._running.readings_out == ()
    line = {"to": "udp://127.0.0.1:6001", "line": "$PX,{kp:.3f}", "checksum": True}
    assert (await bench.setup.put_list("readings_out", [line])).whole_lists["readings_out"] == (line,)
    assert bench.started()._running.readings_out[0].to == "udp://127.0.0.1:6001"
    assert not (await bench.setup.put_list("readings_out", None)).needs_restart


async def test_the_address_of_the_page_is_tried_and_told_before_it_holds(bench: SetupBench) -> None:
    now = await bench.setup.set_keys("server", {"host": "0.0.0.0", "inspector_port": 13001})
    assert now.tables["server"] == {"host": "0.0.0.0", "inspector_port": 13001}
    assert (now.listens_now.inspector_port, now.listens_next.inspector_port) == (13000, 13001)
    assert now.listens_next.secure_port is None
    with pytest.raises(BadRequest, match="taken") as refused:
        await bench.setup.set_keys("server", {"inspector_port": 13009})
    assert refused.value.field == "inspector_port"
    assert bench.started()._running.server.inspector_port == 13001


async def test_who_is_let_in_is_not_shown(bench: SetupBench) -> None:
    bench.path.write_text(TEXT + '[server]\nhost = "127.0.0.1"\ncommands_need_token = false\n', encoding="utf-8")
    assert (await bench.setup.now()).tables["server"] == {"host": "127.0.0.1"}


@pytest.mark.parametrize(("head", "sent", "field", "fact"), [
    ("server", {"inspector_port": 70000}, "inspector_port", "inspector_port: 70000 is not accepted."),
    ("server", {"integration_port": 13000}, "integration_port",
     "inspector_port and integration_port are both 13000."),
    ("storage", {"reserve_bytes": -1}, "reserve_bytes", "reserve_bytes: -1 is not accepted."),
])
async def test_a_refused_key_of_a_table_is_named(
    bench: SetupBench, head: str, sent: dict[str, object], field: str, fact: str
) -> None:
    with pytest.raises(BadRequest) as refused:
        await bench.setup.set_keys(head, sent)
    assert (refused.value.field, refused.value.fact) == (field, fact)


async def test_a_refused_key_of_narration_or_of_a_line_is_named(bench: SetupBench) -> None:
    with pytest.raises(BadRequest, match="into is 'Aft'") as refused:
        await bench.setup.put_table("audio", {"input": "tone:", "into": "Aft"})
    assert refused.value.field == "into"
    lines = [{"to": "udp://127.0.0.1:6000", "line": "a"}, {"to": "udp://sonar:6000", "line": "b"}]
    with pytest.raises(BadRequest, match="no receiver") as refused:
        await bench.setup.put_list("readings_out", lines)
    assert refused.value.field == "2.to"
    assert not bench.page.exists()
