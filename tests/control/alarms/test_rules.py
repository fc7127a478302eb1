"""The rules of alarms: what raises each, at which limit, and that the operator's page has it."""

import errno
import re
from dataclasses import replace
from pathlib import Path

import pytest

from seacorder.base.message import Message
from seacorder.control.alarms.actions import ACTIONS, ENDS, FOLDER_REPLACED, FULL_WITH_SECOND, PROCESS_STOPPED
from seacorder.control.alarms.alarms import AlarmTable
from seacorder.control.alarms.rules import Disks, Scene, findings, signs_of
from seacorder.model.alarm import AlarmKind
from seacorder.model.blackbox import BlackboxChannel, BlackboxView
from seacorder.model.channel import TRIES_AGAIN, ChannelState, ChannelStatus, ClockFault, PictureFault
from seacorder.model.copies import CopyState, CopyStatus
from seacorder.model.encoding import EncodingStatus
from seacorder.model.narration import NarratorStatus, SoundState
from seacorder.model.recording import FaultKind, FileStatus
from seacorder.model.telemetry import SourceState, SourceStatus
from seacorder.storage import disk_faults
from seacorder.storage.disk_faults import message_of
from seacorder.storage.reserve import why_full
from seacorder.supervisor.worker import STARTED_AGAIN

PAGE = (Path(__file__).parents[3] / "docs/sea/alarms.md").read_text("utf-8")
LIVE = ChannelStatus("Bow", ChannelState.LIVE, 1, None, bits_per_second=8_000_000)
ENCODED = replace(LIVE, encoding=EncodingStatus("Encoded.", "libx264", "libx264", dropped_frames=3))
FAILED_OVER = EncodingStatus("Encoded.", "libx264", "h264_nvenc")
FILE = FileStatus("r", "/data/a.mp4", 1, 1, 10, 1000, 5)
WRITTEN = replace(LIVE, recording=FILE)
QUEUE = {"Bow": 64_000_000}
GIGABYTE = 1_000_000_000
OF_DISKS = {"disk_low", "disk_full", "disk_slow", "disk_failed", "disk_exchanged"}
OF_A_TARGET = {"copy_failed", "copy_behind"}
OF_A_SOURCE = {"telemetry_failed", "telemetry_clock_wrong", "definition_refused"}
OF_THE_RECORDER = OF_DISKS | {"on_fallback", "catalogue_failed", "blackbox_not_recording"}


def faulty(kind: FaultKind, path: str = "/data/a.mp4") -> ChannelStatus:
    return replace(LIVE, recording=replace(FILE, path=path, why=Message("It is so."), fault_kind=kind))


def with_why(status: ChannelStatus, why: Message, kind: FaultKind) -> ChannelStatus:
    return replace(status, recording=replace(FILE, why=why, fault_kind=kind))


def disks(**facts: object) -> Disks:
    return replace(Disks("/data", usable_bytes=10**12), **facts)


def narrator(state: SoundState = SoundState.LIVE, silent_since: int | None = None) -> ChannelStatus:
    why = None if state is SoundState.LIVE else Message("It is so.")
    sound = NarratorStatus(state, why, 1, -20.0, -10.0, silent_since)
    return ChannelStatus("Talk", ChannelState.LIVE, 1, None, narrator=sound)


def survey(state: SourceState = SourceState.LIVE, **facts: object) -> tuple[SourceStatus, ...]:
    why = None if state is SourceState.LIVE else Message("It is so.", "Do that.")
    return (replace(SourceStatus("Gyro", state, 1, why), **facts),)


REFUSED = survey(definitions_refused=("rov",))


def target(state: CopyState = CopyState.IDLE, **facts: object) -> tuple[CopyStatus, ...]:
    why = Message("NAS: /nas is full.", "Make room there.") if state is CopyState.FAILED else None
    behind = {"behind_files": 1_200, "behind_bytes": 34_560_000_000, "behind_since_utc_ns": 1_777_863_721_000_000_000}
    return (replace(CopyStatus("NAS", "/nas", state, 1, why), **(behind | facts)),)


FULL_TARGET, LATE_TARGET = target(CopyState.FAILED), target(CopyState.COPYING, is_too_late=True, behind_folders=1)


def blackbox(missing: tuple[str, ...] = ()) -> BlackboxView:
    """Of Bow and Stern."""
    channels = tuple(
        BlackboxChannel(name, name not in missing, name in missing, None, Message("/bb is full."))
        for name in ("Bow", "Stern")
    )
    return BlackboxView("/bb", not missing, channels, 1, 10, 100, 0.0, None)


SCENES = [
    (Scene(sources=survey(SourceState.FAILED)), "telemetry_failed", "warning"),
    (Scene(sources=survey(SourceState.STALE), is_recording_on=True), "telemetry_failed", "warning"),
    (Scene(sources=survey(clock_is_wrong=True, clock_difference_ns=-5 * 10**9)), "telemetry_clock_wrong", "warning"),
    (Scene(sources=REFUSED), "definition_refused", "warning"),
    (Scene(copies=FULL_TARGET), "copy_failed", "warning"),
    (Scene(copies=LATE_TARGET), "copy_behind", "warning"),
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
    (Scene((LIVE,), blackbox=blackbox(missing=("Bow",))), "blackbox_not_recording", "alarm"),
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
    other = "Talk" if kind.startswith("audio") else "Gyro" if kind in OF_A_SOURCE else "Bow"
    other = "NAS" if kind in OF_A_TARGET else other
    assert raised.channel == (None if kind in OF_THE_RECORDER else other)
    assert table.update(findings(replace(scene, standing=table.keys)), 20) == ([], [])
    assert table.standing == (raised,)
    assert table.update(findings(replace(well, standing=table.keys)), 30) == ([], [raised])
    assert table.standing == ()


ON = {"is_recording_on": True}
WHY = Message("No camera answers at 10.0.0.6.", f"{TRIES_AGAIN} Check its power.")
AWAY = replace(LIVE, state=ChannelState.FAILED, why=WHY)
OVER = replace(AWAY, why=Message("Its file has been played to the end.", "It is not played again."))
STALLED = replace(LIVE, state=ChannelState.STALLED)
FROZEN = replace(LIVE, picture_fault=PictureFault.FROZEN)
BLACK = replace(LIVE, picture_fault=PictureFault.BLACK)
DROPS = frozenset({"Bow"})
LOST = {"Bow": "signal 9", "Talk": "signal 9"}
LOST_TALK = {"Talk": "signal 9"}
NO_ENCODER = Message("Its pictures cannot be encoded.", "Seacorder tries all encoders again every 5 s. Turn it off.")
IS_FULL = Message("The disk of /data is full.", "Free some space.")
BROKEN = Message("The disk of /data fails.", "Check its cable.")
DELETED = Message("/data/a.mp4 was deleted.", "Do not touch files.")
STERN = replace(LIVE, channel="Stern")
TEXTS = [
    (Scene((AWAY,), **ON), "Bow is NOT being recorded. No camera answers at 10.0.0.6.",
     f"As soon as frames come again, the channel is recorded again by itself. {TRIES_AGAIN} Check its power."),
    (Scene((AWAY,)), "Bow has no picture. No camera answers at 10.0.0.6. No recording is on.", WHY.action),
    (Scene((OVER,), **ON), "Bow is NOT being recorded. Its file has been played to the end.",
     "It is not played again."),
    (Scene((OVER,)), "Bow has no picture. Its file has been played to the end. No recording is on.",
     "It is not played again."),
    (Scene((STALLED,), **ON), "Bow is NOT being recorded. It is connected, but no picture comes.", None),
    (Scene((STALLED,)), "Bow sends no picture, though it is connected. No recording is on.", None),
    (Scene((FROZEN,), **ON), "Bow shows a frozen picture: nothing in it changes any more. It is still being recorded.",
     None),
    (Scene((FROZEN,)), "Bow shows a frozen picture: nothing in it changes any more.", None),
    (Scene((BLACK,), **ON), "Bow shows a black picture. It is still being recorded.", None),
    (Scene((BLACK,)), "Bow shows a black picture.", None),
    (Scene((replace(LIVE, clock_fault=ClockFault(1_200_000)),)),
     "Bow: no frame is lost, but its time stamps are wrong (they count 50.0 s in each minute).", None),
    (Scene((replace(LIVE, clock_fault=ClockFault(None)),)),
     "Bow: no frame is lost, but its time stamps are wrong (they stand still, go back or jump).", None),
    (Scene((LIVE,), lost=LOST, **ON),
     "Bow is NOT being recorded. Its recording process stopped unexpectedly (signal 9).", None),
    (Scene((LIVE,), lost=LOST),
     "Bow: its recording process stopped unexpectedly (signal 9). No recording is on.", None),
    (Scene((ENCODED,), overloaded=DROPS, **ON),
     "Bow is losing frames: this computer is too slow to encode them (3 frames so far).", None),
    (Scene((ENCODED,), overloaded=DROPS),
     "Bow: this computer is too slow to encode it (3 frames dropped so far). No recording is on.", None),
    (Scene((replace(LIVE, encoding=FAILED_OVER),)),
     ("Bow is encoded with libx264 instead of h264_nvenc, which failed. If that encoder still held frames of a "
     "recording, they are lost, and listed."), None),
    (Scene((LIVE,), unwritten=("Bow",)),
     "Bow is NOT being recorded, though it has a picture: nothing of it reaches the disk.", None),
    (Scene((replace(LIVE, encoding=replace(FAILED_OVER, planned_encoder="", fault=NO_ENCODER)),), unwritten=("Bow",)),
     "Bow is NOT being recorded. Its pictures cannot be encoded.", NO_ENCODER.action),
    (Scene((replace(LIVE, encoding=replace(FAILED_OVER, planned_encoder="", fault=NO_ENCODER)),),
           unwritten=("Bow_clean",)),
     "Bow_clean is NOT being recorded, though it has a picture: nothing of it reaches the disk.", None),
    (Scene((LIVE,), disks=disks(usable_bytes=3 * GIGABYTE)),
     "50 minutes of recording are left on /data. Nothing is lost yet.", None),
    (Scene((LIVE,), disks=disks(usable_bytes=GIGABYTE // 10, fallback_folder="/second")),
     "1 minute of recording is left on /data and /second together. Nothing is lost yet.", None),
    (Scene((with_why(LIVE, IS_FULL, FaultKind.FULL),), disks=disks(is_full=True), **ON),
     "Bow is NOT being recorded. The disk of /data is full.", None),
    (Scene((with_why(LIVE, IS_FULL, FaultKind.FULL), with_why(STERN, IS_FULL, FaultKind.FULL)), disks=disks(), **ON),
     "Bow, Stern are NOT being recorded. The disk of /data is full.", None),
    (Scene((replace(LIVE, recording=FILE, clip=replace(FILE, why=IS_FULL, fault_kind=FaultKind.FULL)),), disks=disks()),
     "The clip of Bow is NOT being recorded. The disk of /data is full.", None),
    (Scene((LIVE,), disks=disks(is_full=True)),
     "/data is full: nothing more can be recorded there. No recording is on.", None),
    (Scene((LIVE,), disks=disks(is_full=True), **ON), "/data is full: nothing more can be recorded there.", None),
    (Scene((with_why(LIVE, BROKEN, FaultKind.FAILED),), disks=disks(), **ON),
     ("Bow is NOT being written to disk. The disk of /data fails. Frames wait in memory for some seconds, then they "
     "are lost."), "Seacorder tries again all the time. Check its cable."),
    (Scene((with_why(LIVE, DELETED, FaultKind.FAILED),), disks=disks(), **ON),
     ("Bow is NOT being written to disk. /data/a.mp4 was deleted. Frames wait in memory for some seconds, then they "
     "are lost."), "Seacorder tries again all the time. Do not touch files."),
    (Scene((LIVE,), disks=disks(fault=Message("The disk of /data does not answer.", "Check its cable."))),
     "The disk of /data does not answer. No recording is on.", f"{ACTIONS[AlarmKind.DISK_FAILED]} Check its cable."),
    (Scene((WRITTEN,), disks=disks(fault=Message("The disk of /data does not answer.", "Check its cable.")), **ON),
     "The disk of /data does not answer. Nothing is known to be lost.",
     f"{ACTIONS[AlarmKind.DISK_FAILED]} Check its cable."),
    (Scene((with_why(LIVE, WHY, FaultKind.EXCHANGED),), disks=disks(exchanged=("/data",)), **ON),
     ("Bow is NOT being recorded. /data: another disk is there than at the start (unmounted, or exchanged). Seacorder "
     "begins no new file on it. Frames wait in memory for some seconds, then they are lost."), None),
    (Scene((LIVE,), disks=disks(replaced=("/data",))),
     ("/data was deleted or replaced by another folder, on the same disk. Recording goes on there; what was recorded "
     "before is not in it any more."), FOLDER_REPLACED),
    (Scene((replace(LIVE, queued_bytes=17_000_000),), queue_bytes=QUEUE),
     ("Bow: the disk is too slow. Frames wait in memory, and none is lost as long as there is room: 17 of 64 MB are "
     "used."), None),
    (Scene((LIVE,), catalogue_fault=Message("It cannot be written.", "Mount its disk.")),
     "It cannot be written. Recording is not affected.", f"{ACTIONS[AlarmKind.CATALOGUE_FAILED]} Mount its disk."),
    (Scene((replace(LIVE, recording=FILE),), disks=replace(disks(fallback_folder="/data"), folder="/first")),
     "Bow: recorded on the second disk (/data), because the first (/first) cannot take files.",
     None),
    (Scene((LIVE,), blackbox=blackbox(missing=("Bow",))),
     "The blackbox does NOT record Bow. /bb is full.", None),
    (Scene((LIVE,), blackbox=blackbox(missing=("Bow", "Stern"))),
     "The blackbox does NOT record anything. /bb is full.", None),
    (Scene((WRITTEN,), narrator=narrator(SoundState.FAILED), **ON),
     "Talk is silence. It is so. Video is recorded as usual.", None),
    (Scene((WRITTEN,), narrator=narrator(), lost=LOST_TALK, **ON),
     "Talk is silence: its recording process stopped unexpectedly (signal 9). Video is recorded as usual.",
     PROCESS_STOPPED),
    (Scene((WRITTEN,), narrator=narrator(silent_since=0), silent_seconds=60, utc_ns=70 * 10**9, **ON),
     "Talk: nothing has been heard from the microphone for 1 min 10 s. Video is recorded as usual.", None),
    (Scene((WRITTEN,), sources=survey(SourceState.FAILED), **ON),
     "Gyro gives no survey data. It is so. Video is recorded as usual.",
     "Seacorder goes on trying to read it. Do that."),
    (Scene(sources=survey(SourceState.FAILED, why=Message("Its process stopped (signal 9).", STARTED_AGAIN))),
     "Gyro gives no survey data. Its process stopped (signal 9).",
     "Seacorder starts it again by itself. Nothing to do now."),
    (Scene(sources=survey(clock_is_wrong=True, clock_difference_ns=-5_250_000_000)),
     "Gyro: the time in its records is 5 s behind this computer's clock.", None),
    (Scene(sources=survey(clock_is_wrong=True, clock_difference_ns=-1024 * 7 * 86_400 * 10**9 - 800_000_000)),
     ("Gyro: the time in its records is 1024 weeks behind this computer's clock. Satellite receivers whose firmware is "
      "too old give such dates."),
     f"{ACTIONS[AlarmKind.TELEMETRY_CLOCK_WRONG]} If it is such a receiver, ask its maker for newer firmware."),
    (Scene(sources=REFUSED),
     "Gyro: the definition rov took too long over a record. Its values are missing.", None),
    (Scene(sources=survey(definitions_refused=("rov", "usbl"))),
     "Gyro: the definitions rov, usbl took too long over a record. Their values are missing.", None),
    (Scene((WRITTEN,), copies=FULL_TARGET, is_recording_on=True),
     ("NAS: recordings are NOT being copied there. NAS: /nas is full. Not copied yet: 1,200 files (34.56 GB), the "
      "oldest since 2026-05-04T03:02:01.000Z. Video is recorded as usual."),
     "Seacorder tries again by itself. Make room there."),
    (Scene(copies=LATE_TARGET),
     ("NAS: copying does not keep up. Not copied yet: 1,200 files (34.56 GB) and the end of 1 folder, the oldest since "
      "2026-05-04T03:02:01.000Z."), None),
]  # fmt: skip


@pytest.mark.parametrize(("scene", "fact", "action"), TEXTS, ids=[fact for _, fact, _ in TEXTS])
def test_each_alarm_says_what_it_costs_and_then_what_to_do(scene: Scene, fact: str, action: str | None) -> None:
    found = findings(scene)[0]
    assert found.fact == fact
    assert found.action == (ACTIONS[found.kind] if action is None else action)


BY_ITSELF = re.compile(r"(Seacorder|Recording|The channel|As soon as frames come) ")
"""How a sentence begins that says what is done by itself."""
SAID_OF_FAULTS = [why_full("/data", 0, 0), *(message_of(OSError(code, "?"), Path("/x")) for code in errno.errorcode)]


@pytest.mark.parametrize("action", [
    *ACTIONS.values(), FULL_WITH_SECOND, FOLDER_REPLACED, PROCESS_STOPPED,
    *(findings(scene)[0].action for scene, _, _ in TEXTS),
    *(why.action for why in SAID_OF_FAULTS),
    *(f"{ACTIONS[AlarmKind.DISK_FAILED]} {why.action}" for why in SAID_OF_FAULTS),
])  # fmt: skip
def test_what_is_done_by_itself_is_said_before_what_to_do(action: str) -> None:
    is_by_itself = [BY_ITSELF.match(one) is not None for one in re.split(r"(?<=[.)])\s+", action)]
    assert is_by_itself == sorted(is_by_itself, reverse=True)


@pytest.mark.parametrize("code", errno.errorcode)
def test_another_disk_is_chosen_only_where_the_disk_is_at_fault(code: int) -> None:
    """Not for a deleted file, a name that is too long, or too many open files."""
    action = message_of(OSError(code, "?"), Path("/data/a.mp4")).action
    is_of_disk = code in {errno.EIO, errno.ENODEV, errno.ENXIO, errno.ESTALE, errno.EROFS}
    is_known = code in disk_faults._MESSAGES
    assert ("another disk" in action) == (is_of_disk or not is_known)


@pytest.mark.parametrize("scene", [scene for scene, _, _ in TEXTS])
def test_no_alarm_says_a_sentence_twice(scene: Scene) -> None:
    found = findings(scene)[0]
    sentences = [one for one in re.split(r"(?<=[.)])\s+", f"{found.fact} {found.action}") if one]
    assert len(sentences) == len(set(sentences))


@pytest.mark.parametrize("scene", [
    Scene((WRITTEN,)),
    Scene((LIVE,), is_recording_on=True),
    Scene((faulty(FaultKind.FULL),), is_recording_on=True),
    Scene((WRITTEN, replace(LIVE, channel="Stern", state=ChannelState.FAILED)), is_recording_on=True),
    Scene((WRITTEN,), is_recording_on=True, unwritten=("Bow",)),
    Scene((WRITTEN,), is_recording_on=True, overloaded=frozenset({"Bow"})),
    Scene((WRITTEN,), is_recording_on=True, lost={"Bow": "signal 9"}),
], ids=["idle", "no file", "full", "another failed", "unwritten", "overloaded", "lost"])  # fmt: skip
def test_video_is_said_to_be_recorded_as_usual_only_while_it_is(scene: Scene) -> None:
    about = {"sources": survey(SourceState.FAILED), "copies": FULL_TARGET, "narrator": narrator(SoundState.FAILED)}
    facts = [one.fact for one in findings(replace(scene, **about))]
    assert any(fact.startswith("Gyro gives no survey data.") for fact in facts)
    assert not [fact for fact in facts if "as usual" in fact]


def test_a_disk_that_fails_is_said_to_cost_nothing_only_while_everything_is_written() -> None:
    scene = Scene((LIVE,), disks=disks(fault=Message("The disk of /data does not answer.")), unwritten=("Bow",), **ON)
    facts = {finding.kind: finding.fact for finding in findings(scene)}
    assert facts[AlarmKind.DISK_FAILED] == "The disk of /data does not answer."


def test_a_frozen_picture_that_is_not_written_is_not_said_to_be_recorded() -> None:
    frozen = replace(WRITTEN, picture_fault=PictureFault.FROZEN)
    written, not_written = (
        findings(Scene((frozen,), is_recording_on=True, unwritten=unwritten))[0].fact for unwritten in ((), ("Bow",))
    )
    assert written.endswith("It is still being recorded.")
    assert "recorded" not in not_written


def test_every_kind_has_its_text() -> None:
    assert {findings(scene)[0].kind for scene, _, _ in TEXTS} == set(AlarmKind) == set(ACTIONS) == set(ENDS)


def test_every_kind_has_its_scene() -> None:
    assert {kind for _, kind, _ in SCENES} == set(AlarmKind)


def test_nothing_is_wrong_while_all_is_well() -> None:
    scene = Scene((replace(LIVE, recording=FILE, queued_bytes=8_000_000),), disks=disks(), queue_bytes=QUEUE)
    assert findings(scene) == []


def test_a_target_that_is_behind_and_keeps_up_is_no_alarm() -> None:
    assert findings(Scene(copies=target(CopyState.COPYING))) == []


def test_a_blackbox_that_records_is_no_alarm() -> None:
    assert findings(Scene((LIVE,), blackbox=blackbox())) == []


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


SECOND = "Bow: recorded on the second disk (/second), because the first (/data) cannot take files."


def test_a_full_disk_is_a_warning_while_the_second_volume_takes_all() -> None:
    status = replace(LIVE, recording=replace(FILE, path="/second/a.mp4"))
    found = findings(Scene((status,), disks=disks(is_full=True, fallback_folder="/second")))
    assert [(one.kind, one.severity) for one in found] == [("disk_full", "warning"), ("on_fallback", "warning")]
    assert (found[0].fact, found[0].action) == ("/data is full.", FULL_WITH_SECOND)
    assert found[1].fact == SECOND


def test_a_failed_disk_is_a_warning_while_recording_goes_on_in_the_second() -> None:
    status = replace(LIVE, recording=replace(FILE, path="/second/a.mp4"))
    gone = Message("The disk of /data is gone.", "Connect it again.")
    found = findings(Scene((status,), disks=disks(fault=gone, fallback_folder="/second")))
    assert [(one.kind, one.severity) for one in found] == [("disk_failed", "warning"), ("on_fallback", "warning")]
    assert found[0].fact == "The disk of /data is gone."
    waits = "What follows can wait for the next break."
    assert found[0].action == f"{ACTIONS[AlarmKind.DISK_FAILED]} {waits} Connect it again."
    assert SECOND in found[1].fact


def test_an_exchanged_volume_is_a_warning_while_recording_goes_on_in_the_second() -> None:
    status = replace(LIVE, recording=replace(FILE, path="/second/a.mp4"))
    found = findings(Scene((status,), disks=disks(exchanged=("/data",), fallback_folder="/second")))
    assert [(one.kind, one.severity) for one in found] == [("disk_exchanged", "warning"), ("on_fallback", "warning")]
    assert found[0].fact.endswith(" Seacorder begins no new file on it.")
    assert SECOND in found[1].fact


@pytest.mark.docs
def test_every_kind_has_its_entry_and_its_remedy() -> None:
    rows = dict(re.findall(r"^\| `([a-z_]+)` \|.*\| (.+?) \|$", PAGE, re.MULTILINE))
    assert rows == {kind.value: ACTIONS[kind] for kind in AlarmKind}


OF_FIGURES = {"disk_low"}
"""What is derived from figures that change with each heartbeat: seen by the look of each second."""


@pytest.mark.parametrize("status", [status for scene, _, _ in SCENES for status in scene.statuses])
def test_a_heartbeat_that_raises_an_alarm_has_other_signs_than_the_one_before(status: ChannelStatus) -> None:
    before, after = findings(Scene((LIVE,), queue_bytes=QUEUE)), findings(Scene((status,), queue_bytes=QUEUE))
    raised = {one.kind for one in after} - {one.kind for one in before}
    assert not raised - OF_FIGURES or signs_of(status) != signs_of(LIVE)


def test_figures_alone_are_no_news() -> None:
    later = replace(ENCODED, bits_per_second=7_000_000, frames_received=9, queued_bytes=3, backlog_seconds=2.0)
    assert signs_of(later) == signs_of(ENCODED)
    stored = replace(LIVE, recording=replace(FILE, frames=20, bytes_stored=2000, last_stored_ns=9))
    assert signs_of(stored) == signs_of(replace(LIVE, recording=FILE))
