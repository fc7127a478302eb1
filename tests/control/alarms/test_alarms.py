"""Alarms that stand: told when they begin, grow worse and end."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from control.bridge import NAMES, Bridge
from seacorder.base.errors import NotKnown
from seacorder.base.message import Message
from seacorder.control.alarms.actions import ACTIONS, ENDS, end_of
from seacorder.control.alarms.alarms import OVER_MAX, AlarmTable
from seacorder.control.alarms.rules import Finding
from seacorder.control.alarms.volumes import VolumeWatch
from seacorder.model.alarm import Alarm, AlarmKind
from seacorder.model.channel import ChannelState
from seacorder.model.encoding import EncodingStatus
from seacorder.model.event import Severity
from seacorder.model.recording import FaultKind
from seacorder.model.volume import MarkedFolder
from seacorder.storage.volumes import ACCEPTED, read_mark, write_mark

ENCODES = EncodingStatus("Encoded.", "libx264", "libx264", dropped_frames=3)
FAILED_OVER = EncodingStatus("Encoded.", "libx264", "h264_nvenc")


def test_an_alarm_is_told_when_it_begins_when_it_grows_worse_and_when_it_ends() -> None:
    table = AlarmTable()
    mild = Finding(AlarmKind.DISK_LOW, None, Severity.WARNING, "50 min.", "Free some.")
    raised, cleared = table.update([mild], 10)
    assert [(alarm.fact, alarm.since_utc_ns) for alarm in raised] == [("50 min.", 10)]
    assert cleared == []
    assert table.update([replace(mild, fact="49 min.")], 20) == ([], [])
    assert [alarm.fact for alarm in table.standing] == ["49 min."]
    (worse,), _ = table.update([replace(mild, severity=Severity.ALARM)], 30)
    assert worse.since_utc_ns == 10
    raised, (over,) = table.update([], 40)
    assert (raised, over.kind, table.standing) == ([], AlarmKind.DISK_LOW, ())


def test_an_alarm_that_was_seen_stays_so_until_it_becomes_worse() -> None:
    table = AlarmTable()
    mild = Finding(AlarmKind.DISK_LOW, None, Severity.WARNING, "50 min.", "Free some.")
    table.update([mild], 10)
    table.see(AlarmKind.DISK_LOW, None, "Ines Berg", 20)
    table.update([replace(mild, fact="49 min.")], 30)
    assert [(one.fact, one.seen_utc_ns, one.seen_by) for one in table.standing] == [("49 min.", 20, "Ines Berg")]
    table.update([replace(mild, severity=Severity.ALARM)], 40)
    assert [(one.seen_utc_ns, one.seen_by) for one in table.standing] == [(None, "")]
    table.see(AlarmKind.DISK_LOW, None, "", 50)
    table.update([], 60)
    assert table.over == ()


def test_an_alarm_that_is_over_stays_until_somebody_has_seen_it() -> None:
    table = AlarmTable()
    found = Finding(AlarmKind.CAMERA_FAILED, "Stern", Severity.ALARM, "Away.", "Check it.")
    table.update([found], 10)
    table.update([], 20)
    assert [(one.channel, one.since_utc_ns, one.over_utc_ns) for one in table.over] == [("Stern", 10, 20)]
    table.update([found], 30)
    assert table.over == ()
    table.update([], 40)
    assert table.see(AlarmKind.CAMERA_FAILED, "Stern", "", 50).over_utc_ns == 40
    assert table.over == ()
    with pytest.raises(NotKnown):
        table.see(AlarmKind.CAMERA_FAILED, "Stern", "", 60)


def test_of_alarms_that_are_over_only_the_newest_are_kept() -> None:
    table = AlarmTable()
    for number in range(OVER_MAX + 5):
        table.update([Finding(AlarmKind.CAMERA_FAILED, f"{number}", Severity.ALARM, "Away.", "")], number)
    table.update([], 99)
    assert [one.channel for one in table.over] == [f"{number}" for number in range(OVER_MAX + 4, 4, -1)]


async def test_two_operators_see_that_an_alarm_was_seen(bridge: Bridge) -> None:
    await bridge.start(ChannelState.LIVE, ChannelState.FAILED)
    bridge.recorder.status()
    bridge.recorder.see_alarm(AlarmKind.CAMERA_FAILED, "Stern", "Ines Berg")
    (alarm,) = bridge.recorder.status().alarms
    assert (alarm.seen_by, alarm.seen_utc_ns) == ("Ines Berg", bridge.clock.utc_ns())
    assert bridge.kinds()[-1] == "alarm_seen"


async def test_a_camera_that_fails_is_an_alarm_until_it_is_back(bridge: Bridge) -> None:
    await bridge.start(ChannelState.LIVE, ChannelState.FAILED)
    (alarm,) = bridge.recorder.status().alarms
    assert (alarm.kind, alarm.channel) == (AlarmKind.CAMERA_FAILED, "Stern")
    bridge["Stern"].beat(ChannelState.LIVE)
    assert bridge.recorder.status().alarms == ()
    assert [kind for kind in bridge.kinds() if kind.startswith("alarm")] == ["alarm_raised", "alarm_cleared"]


async def test_an_alarm_is_told_without_anybody_asking(bridge: Bridge) -> None:
    await bridge.start()
    bridge["Bow"].beat(ChannelState.STALLED, "Bow sends nothing.")
    await bridge.event("alarm_raised")


async def test_a_lost_worker_is_an_alarm_until_it_speaks_again(bridge: Bridge) -> None:
    await bridge.start()
    bridge["Bow"].lose()
    assert [alarm.kind for alarm in bridge.recorder.status().alarms] == [AlarmKind.WORKER_LOST]
    bridge["Bow"].come_back()
    bridge["Bow"].beat()
    assert bridge.recorder.status().alarms == ()


async def test_a_recording_of_which_nothing_reaches_a_file_is_an_alarm(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    bridge.pass_seconds(2)
    assert bridge.recorder.status().alarms == ()
    bridge.clock.advance(2)
    bridge["Stern"].beat()
    (alarm,) = bridge.recorder.status().alarms
    assert (alarm.kind, alarm.channel) == (AlarmKind.RECORDING_NOT_WRITTEN, "Bow")


async def test_a_file_that_cannot_be_written_is_an_alarm(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    bridge["Bow"].fault, bridge["Bow"].fault_kind = "The disk is gone.", FaultKind.FAILED
    bridge.pass_seconds(1)
    (alarm,) = bridge.recorder.status().alarms
    assert alarm.kind is AlarmKind.DISK_FAILED
    waiting = "Frames wait in memory for some seconds, then they are lost."
    assert alarm.fact == f"Bow is NOT being written to disk. The disk is gone. {waiting}"
    bridge["Bow"].fault = bridge["Bow"].fault_kind = None
    bridge.pass_seconds(1)
    assert bridge.recorder.status().alarms == ()


async def test_a_volume_at_its_reserve_is_full_for_control_as_well(bridge: Bridge) -> None:
    volumes = VolumeWatch(10**18, bridge.clock)
    await bridge.start()
    await volumes.look(str(bridge.folder / "not" / "there" / "yet"))
    assert volumes.disks.is_full
    assert volumes.disks.usable_bytes == 0


async def test_a_folder_on_another_volume_is_told_until_it_is_back(bridge: Bridge, tmp_path: Path) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    folder = str(tmp_path)
    volumes = VolumeWatch(0, bridge.clock, [MarkedFolder(folder, "ours", device=-1)])
    await volumes.look(folder)
    assert volumes.disks.exchanged == (folder,)
    assert volumes.volume.path == "", "what is free on the disk below is not told as the room that is left"
    write_mark(tmp_path, ACCEPTED)
    await volumes.look(folder)
    assert volumes.disks.exchanged == ()
    assert read_mark(tmp_path) == "ours", "an operator's word is taken once"


async def test_what_goes_into_a_file_on_a_volume_that_is_away_is_not_called_recorded(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    for name in NAMES:
        bridge[name].fault, bridge[name].fault_kind = "It is another disk.", FaultKind.EXCHANGED
    bridge.pass_seconds(1)
    assert not bridge.recorder.is_recording()
    for name in NAMES:
        bridge[name].fault = bridge[name].fault_kind = None
    bridge.pass_seconds(1)
    assert bridge.recorder.is_recording()

async def test_overload_stands_until_ten_seconds_after_the_last_frame_left_out(bridge: Bridge) -> None:
    await bridge.start()
    worker = bridge["Bow"]

    def kinds() -> list[str]:
        return [alarm.kind for alarm in bridge.recorder.status().alarms]

    for dropped in (0, 2, 5):
        worker.status = replace(worker.status, encoding=replace(ENCODES, dropped_frames=dropped))
        bridge.pass_seconds(0.5)
    assert kinds() == ["encoding_overload"]
    assert "5 frames" in bridge.recorder.status().alarms[0].fact
    bridge.pass_seconds(9.9)
    assert kinds() == ["encoding_overload"]
    bridge.pass_seconds(0.2)
    assert kinds() == []
    assert bridge.kinds().count("alarm_raised") == bridge.kinds().count("alarm_cleared") == 1


async def test_a_channel_that_encodes_says_so_once(bridge: Bridge) -> None:
    await bridge.start()
    worker = bridge["Bow"]
    for encoding in (EncodingStatus("As it comes.", "copy"), ENCODES, ENCODES):
        worker.status = replace(worker.status, encoding=encoding)
        worker.beat()
    assert bridge.kinds().count("encoding_decided") == 1


async def test_an_encoder_that_failed_is_an_alarm_until_it_is_at_work_again(
    bridge: Bridge, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await bridge.start()
    worker = bridge["Bow"]
    worker.status = replace(worker.status, encoding=FAILED_OVER)
    worker.beat()
    (alarm,) = bridge.recorder.status().alarms
    assert (alarm.kind, alarm.channel, alarm.severity) == (AlarmKind.ENCODER_FAILED, "Bow", Severity.WARNING)
    fact = "Bow is encoded with libx264 instead of h264_nvenc, which failed."
    held = "If that encoder still held frames of a recording, they are lost, and listed."
    assert f"{fact} {held} {ACTIONS[AlarmKind.ENCODER_FAILED]} [warning encoder_failed]" in caplog.text
    worker.status = replace(worker.status, encoding=replace(FAILED_OVER, encoder="h264_nvenc"))
    worker.beat()
    assert bridge.recorder.status().alarms == ()
    assert "Bow is encoded as planned again after 0.0 s. [encoder_failed ended]" in caplog.text


def end_of_one(kind: AlarmKind, channel: str | None, *others: AlarmKind) -> str:
    """What is said when an alarm ends while others stand."""
    ended, *standing = (Alarm(one, channel, Severity.ALARM, 1, "It is so.", "") for one in (kind, *others))
    return end_of(ended, "12 s", standing)


@pytest.mark.parametrize("kind", list(AlarmKind))
def test_an_end_says_what_is_well_again(kind: AlarmKind) -> None:
    assert end_of_one(kind, "Bow") == ENDS[kind].format(name="Bow", after="12 s")


@pytest.mark.parametrize(
    ("kind", "instead", "said"),
    [
        (AlarmKind.CAMERA_STALLED, AlarmKind.CAMERA_FAILED,
         "Bow: the alarm ‘no picture comes’ has become ‘the source cannot be read’."),
        (AlarmKind.CAMERA_FAILED, AlarmKind.WORKER_LOST,
         "Bow: the alarm ‘the source cannot be read’ has become ‘the recording process has stopped’."),
        (AlarmKind.CAMERA_FROZEN, AlarmKind.CAMERA_FAILED,
         "Bow: the alarm ‘the picture is frozen’ has become ‘the source cannot be read’."),
        (AlarmKind.CAMERA_FROZEN, AlarmKind.CAMERA_BLACK,
         "Bow: the alarm ‘the picture is frozen’ has become ‘the picture is black’."),
        (AlarmKind.CAMERA_CLOCK_WRONG, AlarmKind.CAMERA_STALLED,
         "Bow: the alarm ‘the time stamps are wrong’ has become ‘no picture comes’."),
        (AlarmKind.ENCODING_OVERLOAD, AlarmKind.CAMERA_FAILED,
         "Bow: the alarm ‘this computer is too slow’ has become ‘the source cannot be read’."),
        (AlarmKind.ENCODER_FAILED, AlarmKind.WORKER_LOST,
         "Bow: the alarm ‘the planned encoder has failed’ has become ‘the recording process has stopped’."),
        (AlarmKind.RECORDING_NOT_WRITTEN, AlarmKind.CAMERA_FAILED,
         "Bow: the alarm ‘nothing of it is recorded’ has become ‘the source cannot be read’."),
        (AlarmKind.AUDIO_SILENT, AlarmKind.AUDIO_FAILED,
         "Bow: the alarm ‘nothing is heard from the microphone’ has become ‘no sound comes’."),
    ],
)  # fmt: skip
def test_an_alarm_whose_place_another_takes_does_not_say_that_all_is_well(
    kind: AlarmKind, instead: AlarmKind, said: str
) -> None:
    assert end_of_one(kind, "Bow", instead) == said


def test_a_disk_that_was_low_and_is_full_is_not_called_well() -> None:
    assert end_of_one(AlarmKind.DISK_LOW, None, AlarmKind.DISK_FULL) == (
        "The alarm ‘little room is left’ has become ‘the disk is full’."
    )


async def test_a_stalled_camera_that_fails_is_not_said_to_send_again(bridge: Bridge) -> None:
    await bridge.start()
    for state in (ChannelState.STALLED, ChannelState.FAILED, ChannelState.LIVE):
        bridge.clock.advance(12)
        bridge["Bow"].beat(state, None if state is ChannelState.LIVE else "It is away.")
        bridge.recorder.status()
    ended = [event for event in bridge.recorder.events.after(0) if event.kind == "alarm_cleared"]
    assert [(event.fact, event.alarm) for event in ended] == [
        ("Bow: the alarm ‘no picture comes’ has become ‘the source cannot be read’.", "camera_stalled"),
        ("Bow: the source can be read again after 12 s.", "camera_failed"),
    ]


async def test_an_alarm_and_its_event_have_both_fields(bridge: Bridge) -> None:
    await bridge.start()
    status = bridge["Bow"].status
    why = Message("No answer from rtsp://u:secret@cam/1.", "Ask rtsp://u:secret@cam/2.")
    bridge["Bow"].status = replace(status, state=ChannelState.FAILED, why=why)
    bridge["Bow"].beat()
    (alarm,) = bridge.recorder.status().alarms
    event = bridge.recorder.events.after(0)[-1]
    assert (event.kind, event.alarm, event.channel) == ("alarm_raised", "camera_failed", "Bow")
    assert event.fact == "Bow has no picture. No answer from rtsp://***@cam/1. No recording is on."
    assert event.action == "Ask rtsp://***@cam/2."
    assert alarm.action == "Ask rtsp://u:secret@cam/2.", "what shows it masks it"
