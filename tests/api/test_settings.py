"""`/api/v1/settings`: what is read is what holds, a change says what it comes to, what is wrong changes nothing."""

from typing import Any

import httpx
import pytest

from fakes.recorder import FakeRecorder
from seacorder.base.errors import CatalogueFailed, NotPossible

ALL, BOW, STERN = "/api/v1/settings", "/api/v1/channels/0/settings", "/api/v1/channels/1/settings"
NOTHING = dict.fromkeys(
    ("smart_encoding", "encoder", "bitrate_mbits", "resolution", "frame_rate", "burn_in", "keep_clean", "deinterlace")
)
FIRST = {
    "smart_encoding": True, "encoder": "copy", "bitrate_mbits": 0.0, "resolution": [0, 0], "frame_rate": 0.0,
    "burn_in": False, "keep_clean": False, "deinterlace": False,
}


async def test_all_settings_and_what_they_come_to(client: httpx.AsyncClient) -> None:
    found = (await client.get(ALL)).json()
    assert found["recorder"] == FIRST | {
        "split_time_minutes": 10.0, "reevaluate_tags_on_split": False, "restart_on_failure": True,
    }
    bow, stern = found["channels"]
    assert (bow["index"], bow["channel"], stern["index"], stern["channel"]) == (0, "Bow", 1, "Stern")
    assert (bow["own"], bow["in_force"], bow["takes_effect"], bow["from_utc"]) == (NOTHING, FIRST, "now", None)
    assert bow["decided"]["is_pass_through"]
    assert "nothing is burned in" in bow["decided"]["sentence"]
    assert (await client.get(BOW)).json() == bow


async def test_a_change_of_all_is_answered_with_what_was_decided(client: httpx.AsyncClient) -> None:
    change = {"smart_encoding": False, "encoder": "X265", "resolution": [1280, 720], "bitrate_mbits": 2}
    found = (await client.patch(ALL, json=change)).json()
    assert found["recorder"]["encoder"] == "x265"
    for channel in found["channels"]:
        assert channel["in_force"] == FIRST | change | {"encoder": "x265"}
        decided = channel["decided"]
        assert (decided["encoder"], decided["width"], decided["height"]) == ("libx265", 1280, 720)
        assert (decided["bit_rate"], decided["frame_rate"]) == (2_000_000, 0.0)
        assert decided["next_best"]


async def test_a_channel_has_its_own_until_it_is_taken_back(client: httpx.AsyncClient) -> None:
    found = (await client.patch(STERN, json={"burn_in": True, "frame_rate": 5, "smart_encoding": False})).json()
    assert found["own"] == NOTHING | {"burn_in": True, "frame_rate": 5.0, "smart_encoding": False}
    assert found["decided"]["sentence"].endswith(".")
    assert (await client.get(BOW)).json()["own"] == NOTHING
    found = (await client.patch(STERN, json={"burn_in": None, "smart_encoding": None})).json()
    assert found["own"] == NOTHING | {"frame_rate": 5.0}
    assert found["decided"]["is_pass_through"]


async def test_a_running_recording_follows_at_its_next_split(client: httpx.AsyncClient) -> None:
    await client.post("/api/v1/recording/start")
    found = (await client.patch(BOW, json={"burn_in": True})).json()
    assert (found["takes_effect"], found["from_utc"]) == ("next_split", "2023-11-14T22:14:20.000000Z")


async def test_without_a_picture_nothing_is_decided(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    recorder.channels[0].fail("No answer.")
    assert (await client.get(BOW)).json()["decided"] is None


@pytest.mark.parametrize("path", [ALL, BOW])
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"encoder": "vhs"}, "encoder"),
        ({"encoder": 5}, "encoder"),
        ({"encoder": "n264", "smart_encoding": False}, "encoder"),
        ({"bitrate_mbits": -1}, "bitrate_mbits"),
        ({"resolution": "640, 480"}, "resolution"),
        ({"resolution": [640]}, "resolution"),
        ({"resolution": [640, 0]}, "resolution"),
        ({"resolution": [True, 480]}, "resolution"),
        ({"frame_rate": 2000}, "frame_rate"),
        ({"smart_encoding": 1}, "smart_encoding"),
        ({"burnin": True}, "burnin"),
    ],
)
async def test_what_is_not_accepted_changes_nothing(
    client: httpx.AsyncClient, recorder: FakeRecorder, path: str, change: dict[str, Any], field: str
) -> None:
    before = recorder.current
    refused = await client.patch(path, json={"deinterlace": True, **change})
    assert (refused.status_code, refused.json()["field"]) == (400, field)
    assert field in refused.json()["detail"]
    assert recorder.current == before


async def test_null_leaves_the_recorders_settings_as_they_are(client: httpx.AsyncClient) -> None:
    before = (await client.patch(ALL, json={"burn_in": True, "split_time_minutes": 7})).json()["recorder"]
    after = (await client.patch(ALL, json=dict.fromkeys(before))).json()["recorder"]
    assert (after, after["burn_in"]) == (before, True)


async def test_a_channel_that_is_not_there(client: httpx.AsyncClient) -> None:
    for answer in (await client.get("/api/v1/channels/7/settings"), await client.patch(BOW.replace("0", "7"), json={})):
        assert answer.status_code == 404


async def test_a_channel_whose_place_another_one_has_by_now_is_not_changed(
    client: httpx.AsyncClient, recorder: FakeRecorder
) -> None:
    before = recorder.current
    for meant, change in (("Stern", {"burn_in": True}), ("bow", {"encoder": "x264"})):
        refused = await client.patch(BOW, params={"channel": meant}, json=change)
        assert (refused.status_code, recorder.current) == (404, before)
        assert f'Channel 0 is Bow, not "{meant}".' in refused.json()["detail"]
    del recorder.channels[0]
    found = (await client.patch(BOW, params={"channel": "Stern"}, json={"burn_in": True})).json()
    assert (found["index"], found["channel"], found["own"]["burn_in"]) == (0, "Stern", True)


@pytest.mark.parametrize(("error", "status"), [(NotPossible("Later."), 409), (CatalogueFailed("Damaged."), 503)])
async def test_what_cannot_be_kept_is_said(
    client: httpx.AsyncClient, recorder: FakeRecorder, error: Exception, status: int
) -> None:
    recorder.error = error
    assert (await client.patch(ALL, json={"burn_in": True})).status_code == status


async def test_the_encoding_stands_in_the_status(client: httpx.AsyncClient) -> None:
    bow = (await client.get("/api/v1/status")).json()["channels"][0]
    assert bow["encoding"] == {
        "sentence": "Stored as it comes.", "encoder": "copy", "planned_encoder": "copy", "preset": "", "bit_rate": 0,
        "dropped_frames": 0, "passed_over_frames": 0, "repeated_frames": 0, "delay_ms": 0.0,
    }


async def test_what_clients_have_set_is_told_and_can_be_taken_back(client: httpx.AsyncClient) -> None:
    await client.patch(ALL, json={"split_time_minutes": 0.5, "resolution": [640, 480]})
    await client.patch(BOW, json={"burn_in": True})
    told = [
        {"key": "recording.resolution", "in_force": [640, 480], "in_file": [0, 0]},
        {"key": "recording.split_time_minutes", "in_force": 0.5, "in_file": 10.0},
        {"key": "channels.Bow.burn_in", "in_force": True, "in_file": False},
    ]
    assert (await client.get(ALL)).json()["overrides"] == told
    assert (await client.get("/api/v1/status")).json()["overrides"] == told
    answer = (await client.delete(f"{ALL}?key=recording.split_time_minutes")).json()
    assert answer["recorder"]["split_time_minutes"] == 10
    assert answer["overrides"] == [told[0], told[2]]
    assert (await client.delete(ALL, params={"key": "channels.Bow.burn_in"})).json()["overrides"] == [told[0]]
    assert (await client.delete(ALL)).json()["overrides"] == []
    assert (await client.delete(ALL)).status_code == 200


async def test_a_key_that_there_is_not_changes_nothing(client: httpx.AsyncClient) -> None:
    await client.patch(ALL, json={"split_time_minutes": 0.5})
    for key in ("split_time_minutes", "server.host", "channels.Bow.input", "a/b"):
        answer = await client.delete(ALL, params={"key": ["recording.split_time_minutes", key]})
        assert answer.status_code == 400
        assert "recording.split_time_minutes" in answer.json()["detail"]
    assert (await client.delete(ALL, params={"keys": "recording.encoder"})).status_code == 400
    assert (await client.get(ALL)).json()["recorder"]["split_time_minutes"] == 0.5
