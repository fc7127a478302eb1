"""Fact and action, wherever `/api/v1` tells somebody something: both are there, beside the older names, and masked."""

from dataclasses import replace

import httpx
import pytest

from fakes.recorder import FakeRecorder
from seacorder.api.v1.commands import outcome
from seacorder.api.v1.events import event_view
from seacorder.api.v1.status_views import status_view
from seacorder.base.errors import StorageFailed
from seacorder.base.message import Message
from seacorder.model.alarm import Alarm, AlarmKind
from seacorder.model.event import Event, Severity
from seacorder.model.instant import Instant
from seacorder.model.narration import NarrationView, NarratorStatus, SoundState
from seacorder.model.outcome import ChannelOutcome, CommandOutcome

WHY = Message("No answer from rtsp://u:hemmelig@cam/1.", "Ask rtsp://u:hemmelig@cam/2.")
MASKED = {"fact": "No answer from rtsp://***@cam/1.", "action": "Ask rtsp://***@cam/2."}
TEXT = "No answer from rtsp://***@cam/1. Ask rtsp://***@cam/2."
PUBLIC = {"type", "title", "status", "detail"}
"""The members of a problem of the Inspector and the integration service; integrations read these."""


@pytest.fixture
def troubled(recorder: FakeRecorder) -> FakeRecorder:
    """Everything that can have a message has one."""
    alarm = Alarm(AlarmKind.CAMERA_FAILED, "Bow", Severity.ALARM, 1, WHY.fact, WHY.action)
    sound = NarratorStatus(SoundState.FAILED, WHY, 4000, level_db=-120, peak_db=-120)
    recorder.alarms = (alarm,)
    recorder.narration = NarrationView("Talk", "alsa:default", "all", sound, 0)
    return recorder


async def test_a_status_has_both_fields_and_the_older_names(troubled: FakeRecorder) -> None:
    await troubled.start_recording()
    await troubled.start_clip()
    status = troubled.status()
    bow = status.channels[0]
    file = replace(bow.status.recording, why=WHY)  # type: ignore[type-var]
    told = replace(bow.status, why=WHY, recording=file, clean=file, clip=file, anomaly=file)
    shown = status_view(replace(status, channels=(replace(bow, status=told),)), 1).model_dump()
    (alarm,), (channel,) = shown["alarms"], shown["channels"]
    assert {name: alarm[name] for name in ("fact", "action")} == MASKED
    assert (alarm["sentence"], alarm["remedy"]) == (MASKED["fact"], MASKED["action"])
    assert (channel["why"], channel["reason"]) == (MASKED, TEXT)
    for name in ("recording", "clean", "clip", "anomaly"):
        assert (channel[name]["why"], channel[name]["fault"]) == (MASKED, TEXT)
    assert (shown["narration"]["why"], shown["narration"]["reason"]) == (MASKED, TEXT)
    assert "hemmelig" not in str(shown)


async def test_what_is_well_has_no_message(recorder: FakeRecorder) -> None:
    await recorder.start_recording()
    bow = status_view(recorder.status(), 1).channels[0]
    assert (bow.why, bow.reason) == (None, None)
    assert bow.recording is not None
    assert (bow.recording.why, bow.recording.fault) == (None, None)


def test_an_event_has_both_fields_and_its_alarm() -> None:
    event = Event(1, "alarm_raised", Severity.ALARM, WHY.fact, "Bow", 7, WHY.action, "camera_failed")
    shown = event_view(event).model_dump()
    assert {name: shown[name] for name in ("fact", "action", "alarm", "sentence")} == {
        **MASKED, "alarm": "camera_failed", "sentence": TEXT,
    }
    assert event_view(replace(event, alarm="")).alarm is None


def test_a_command_s_answer_has_both_fields_of_each_channel() -> None:
    done, failed = ChannelOutcome("Bow", True), ChannelOutcome("Stern", False, WHY)
    bow, stern = outcome(CommandOutcome(Instant(1, 1), "id", (done, failed))).model_dump()["channels"]
    assert (bow["fact"], bow["action"], bow["sentence"]) == ("", "", "")
    assert {name: stern[name] for name in ("fact", "action")} == MASKED
    assert stern["sentence"] == TEXT


async def test_a_problem_has_both_fields_here_and_none_in_the_public_services(
    client: httpx.AsyncClient, integration: httpx.AsyncClient, recorder: FakeRecorder
) -> None:
    recorder.error = StorageFailed(*WHY.both)
    ours = (await client.post("/api/v1/recording/start")).json()
    assert set(ours) == PUBLIC | {"fact", "action"}
    assert {name: ours[name] for name in ("fact", "action")} == MASKED
    public = (await client.get("/api/inspector/startrecording")).json()
    stats = (await integration.get("/api/stats/nothing")).json()
    assert set(public) == set(stats) == PUBLIC
    assert (public["detail"], ours["detail"]) == (TEXT, TEXT)


async def test_a_refused_command_tells_each_channel_as_the_service_may(
    client: httpx.AsyncClient, recorder: FakeRecorder
) -> None:
    for channel in recorder.channels:
        channel.fail("It is away.")
    ours = (await client.post("/api/v1/recording/start")).json()
    public = (await client.get("/api/inspector/startrecording")).json()
    assert set(public) == PUBLIC | {"channels"}
    assert public["channels"][0] == {"channel": "Bow", "ok": False, "sentence": "It is away."}
    assert ours["channels"][0] == {**public["channels"][0], "fact": "It is away.", "action": ""}


async def test_a_refused_field_is_named_in_both(client: httpx.AsyncClient) -> None:
    public = (await client.post("/api/inspector/setsplittime", json={"Nonsense": 1})).json()
    ours = (await client.patch("/api/v1/settings", json={"nonsense": 1})).json()
    assert set(public) - {"field"} == PUBLIC
    assert set(ours) - {"field"} == PUBLIC | {"fact", "action"}
