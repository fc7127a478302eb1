"""The rules of alarms: what raises each, at which limit, and that the operator's page has it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from seacorder.base.message import Message
from seacorder.control.alarms.alarms import AlarmTable
from seacorder.control.alarms.rules import ACTIONS, Disks, Scene, findings
from seacorder.model.alarm import AlarmKind
from seacorder.model.channel import ChannelState, ChannelStatus, ClockFault, PictureFault
from seacorder.model.encoding import EncodingStatus
from seacorder.model.narration import NarratorStatus, SoundState
from seacorder.model.recording import FaultKind, FileStatus

PAGE = (Path(__file__).parents[3] / "docs/sea/alarms.md").read_text("utf-8")
LIVE = ChannelStatus("Bow", ChannelState.LIVE, 1, None, bits_per_second=8_000_000)
ENCODED = replace(LIVE, encoding=EncodingStatus("Encoded.", "libx264", "libx264", dropped_frames=3))
FAILED_OVER = EncodingStatus("Encoded.", "libx264", "h264_nvenc")
FILE = FileStatus("r", "/data/a.mp4", 1, 1, 10, 1000, 5)
QUEUE = {"Bow": 64_000_000}
GIGABYTE = 1_000_000_000
OF_DISKS = {"disk_low", "disk_full", "disk_slow", "disk_failed", "disk_exchanged"}
OF_THE_RECORDER = OF_DISKS | {"on_fallback", "catalogue_failed"}


def faulty(kind: FaultKind, path: str = "/data/a.mp4") -> ChannelStatus:
    return replace(LIVE, recording=replace(FILE, path=path, why=Message("It is so."), fault_kind=kind))


def disks(**facts: object) -> Disks:
    return replace(Disks("/data", usable_bytes=10**12), **facts)


def narrator(state: SoundState = SoundState.LIVE, silent_since: int | None = None) -> ChannelStatus:
    why = None if state is SoundState.LIVE else Message("It is so.")
    sound = NarratorStatus(state, why, 1, -20.0, -10.0, silent_since)
    return ChannelStatus("Talk", ChannelState.LIVE, 1, None, narrator=sound)


SCENES = [
    (Scene((replace(LIVE, state=ChannelState.FAILED),)), "camera_failed", "warning"),
    (Scene((replace(LIVE, state=ChannelState.FAILED),), is_recording_on=True), "camera_failed", "alarm"),
    (Scene((replace(LIVE, state=ChannelState.STALLED),), is_recording_on=True), "camera_stalled", "alarm"),
    (Scene((replace(LIVE, picture_fault=PictureFault.FROZEN),)), "camera_frozen", "warning"),
    (Scene((replace(LIVE, picture_fault=PictureFault.BLACK),), is_recording_on=True), "camera_black", "alarm"),
    (Scene((replace(LIVE, clock_fault=ClockFault(1_190_000)),), is_recording_on=True), "camera_clock_wrong", "warning"),
    (Scene((LIVE,), lost={"Bow": "It was killed."}), "worker_lost", "warning"),
    (Scene((ENCODED,), overloaded=frozenset({"Bow"})), "encoding_overload", "warning"),
    (Scene((ENCODED,), overloaded=frozenset({"Bow"}), is_recording_on=True), "encoding_overload", "alarm"),
    (Scene((replace(LIVE, encoding=FAILED_OVER),), is_recording_on=True), "encoder_failed", "warning"),
    (Scene((LIVE,), unwritten=("Bow",)), "recording_not_written", "alarm"),
    (Scene((LIVE,), disks=disks(usable_bytes=3 * GIGABYTE)), "disk_low", "warning"),
    (Scene((LIVE,), disks=disks(usable_bytes=GIGABYTE // 2)), "disk_low", "alarm"),
    (Scene((LIVE,), disks=disks(is_full=True)), "disk_full", "alarm"),
    (Scene((faulty(FaultKind.FULL),), disks=disks()), "disk_full", "alarm"),
    (Scene((faulty(FaultKind.FAILED),), disks=disks()), "disk_failed", "alarm"),
    (Scene((LIVE,), disks=disks(fault=Message("It does not answer."))), "disk_failed", "alarm"),
    (Scene((faulty(FaultKind.EXCHANGED),), disks=disks(exchanged=("/data",))), "disk_exchanged", "alarm"),
    (Scene((LIVE,), disks=disks(exchanged=("/data",))), "disk_exchanged", "alarm"),
    (Scene((LIVE,), disks=disks(exchanged=("/2",), fallback_folder="/2/rec")), "disk_exchanged", "warning"),
    (Scene((LIVE,), disks=disks(replaced=("/data",))), "disk_exchanged", "warning"),
    (Scene((replace(LIVE, queued_bytes=17_000_000),), queue_bytes=QUEUE), "disk_slow", "alarm"),
    (Scene((LIVE,), catalogue_fault=Message("It cannot be written.")), "catalogue_failed", "warning"),
    (Scene((replace(LIVE, recording=FILE),), disks=disks(fallback_folder="/data")), "on_fallback", "warning"),
    (Scene(narrator=narrator(SoundState.FAILED)), "audio_failed", "warning"),
    (Scene(narrator=narrator(SoundState.FAILED), is_recording_on=True), "audio_failed", "alarm"),
    (Scene(narrator=narrator(), lost={"Talk": "It was killed."}, is_recording_on=True), "audio_failed", "alarm"),
    (Scene(narrator=narrator(silent_since=0), silent_seconds=60, utc_ns=60 * 10**9), "audio_silent", "warning"),
]


@pytest.mark.parametrize(("scene", "kind", "severity"), SCENES)
def test_what_is_wrong_is_found(scene: Scene, kind: str, severity: str) -> None:
    (found,) = findings(scene)
    assert (found.kind, found.severity) == (kind, severity)


@pytest.mark.parametrize(("scene", "kind", "severity"), SCENES)
def test_every_alarm_is_raised_stands_and_is_cleared(scene: Scene, kind: str, severity: str) -> None:
    table, well = AlarmTable(), Scene((LIVE,), narrator=narrator(), disks=disks())
    (raised,), _ = table.update(findings(scene), 10)
    assert (raised.kind, raised.severity, raised.since_utc_ns) == (kind, severity, 10)
    assert raised.channel == (None if kind in OF_THE_RECORDER else "Talk" if kind.startswith("audio") else "Bow")
    assert raised.action == ACTIONS[AlarmKind(kind)]
    assert table.update(findings(replace(scene, standing=table.keys)), 20) == ([], [])
    assert table.standing == (raised,)
    assert table.update(findings(replace(well, standing=table.keys)), 30) == ([], [raised])
    assert table.standing == ()


def test_every_kind_has_its_scene() -> None:
    assert {kind for _, kind, _ in SCENES} == set(AlarmKind)


def test_nothing_is_wrong_while_all_is_well() -> None:
    scene = Scene((replace(LIVE, recording=FILE, queued_bytes=8_000_000),), disks=disks(), queue_bytes=QUEUE)
    assert findings(scene) == []


def test_a_pause_in_speaking_is_no_alarm() -> None:
    quiet = narrator(silent_since=10)
    assert findings(Scene(narrator=quiet, silent_seconds=60, utc_ns=59 * 10**9)) == []
    assert findings(Scene(narrator=quiet, silent_seconds=0, utc_ns=10**15)) == []


@pytest.mark.parametrize(
    ("scene", "kind"),
    [
        (Scene((LIVE,), disks=disks(usable_bytes=3_700_000_000)), AlarmKind.DISK_LOW),
        (Scene((replace(LIVE, queued_bytes=10_000_000),), queue_bytes=QUEUE), AlarmKind.DISK_SLOW),
    ],
)
def test_an_alarm_at_its_threshold_does_not_flicker(scene: Scene, kind: AlarmKind) -> None:
    assert findings(scene) == []
    assert [one.kind for one in findings(replace(scene, standing=frozenset({(kind, None)})))] == [kind]


def test_a_full_disk_is_a_warning_while_the_second_volume_takes_all() -> None:
    status = replace(LIVE, recording=replace(FILE, path="/second/a.mp4"))
    found = findings(Scene((status,), disks=disks(is_full=True, fallback_folder="/second")))
    assert [(one.kind, one.severity) for one in found] == [("disk_full", "warning"), ("on_fallback", "warning")]


def test_an_exchanged_volume_is_a_warning_while_recording_goes_on_in_the_second() -> None:
    status = replace(LIVE, recording=replace(FILE, path="/second/a.mp4"))
    found = findings(Scene((status,), disks=disks(exchanged=("/data",), fallback_folder="/second")))
    assert [(one.kind, one.severity) for one in found] == [("disk_exchanged", "warning"), ("on_fallback", "warning")]
    assert "Recording goes on in /second." in found[0].fact


@pytest.mark.docs
def test_every_kind_has_its_entry_and_its_remedy() -> None:
    rows = dict(re.findall(r"^\| `([a-z_]+)` \|.*\| (.+?) \|$", PAGE, re.MULTILINE))
    assert rows == {kind.value: ACTIONS[kind] for kind in AlarmKind}
