"""What to do about each kind of alarm, and what is said when it is over. The facts are in `rules`.

docs/sea/alarms.md has the same actions, word for word.
"""

from collections.abc import Iterable

from seacorder.model.alarm import Alarm, AlarmKind
from seacorder.supervisor.worker import STARTED_AGAIN

ACTIONS = {
    AlarmKind.CAMERA_FAILED: "As soon as frames come again, the channel is recorded again by itself.",
    AlarmKind.CAMERA_STALLED: (
        "Seacorder connects to a network camera again by itself. Look at the camera, its power and its cable; unplug a "
        "capture device and plug it in again."
    ),
    AlarmKind.CAMERA_FROZEN: (
        "If the scene is not really still, switch the camera or converter off and on; only this channel misses the "
        "seconds that this takes. For a computer's screen set `picture_watch = false` for this channel."
    ),
    AlarmKind.CAMERA_BLACK: (
        "Check the lights, the lens cap, and the signal into the camera or converter. If the picture is really there "
        "(a small bright thing in dark water), `picture_watch = false` for this channel ends the alarm."
    ),
    AlarmKind.CAMERA_CLOCK_WRONG: (
        "Seacorder takes the time at which each frame arrives instead. Nothing to do during a dive. Later: check the "
        "frame rate that is set in the camera, and its firmware."
    ),
    AlarmKind.ENCODING_OVERLOAD: (
        "Seacorder changes to a faster encoding by itself, where there is one. Now: close other programs on this "
        "computer. At the next break: turn off the burned-in overlay of this channel, or choose a lower size or frame "
        "rate, or a hardware encoder."
    ),
    AlarmKind.ENCODER_FAILED: (
        "Seacorder goes on in a new file. Nothing to do during a dive. Later: run `seacorder encoders`; check the "
        "driver and which other programs use the encoder."
    ),
    AlarmKind.DISK_LOW: (
        "Recording stops when the space is used up; Seacorder deletes nothing. Delete or move old recordings now, or "
        "choose a folder on another disk before the next dive."
    ),
    AlarmKind.DISK_FULL: (
        "Recording goes on by itself a few seconds after there is room; what is missing is listed as a loss. Delete or "
        "move files there now."
    ),
    AlarmKind.DISK_SLOW: (
        "Stop copies, backups and virus scans on this computer at once. If this alarm comes again, record to a faster "
        "disk from the next dive on."
    ),
    AlarmKind.DISK_FAILED: "Seacorder tries again all the time.",
    AlarmKind.DISK_EXCHANGED: (
        "Seacorder uses the right disk again by itself once it is there. Connect (mount) it again. If files are to go "
        "to the disk that is there now, run `seacorder accept-disk FOLDER`."
    ),
    AlarmKind.WORKER_LOST: (
        "Seacorder starts it again by itself, mostly within 5 s; the last 0.6 s before it stopped may be missing too. "
        "Nothing to do now. If it happens again, run `seacorder support-bundle` after the dive."
    ),
    AlarmKind.CATALOGUE_FAILED: (
        "Seacorder keeps the entries in memory and tries again. Check the disk that holds the list of recordings "
        "(catalogue)."
    ),
    AlarmKind.RECORDING_NOT_WRITTEN: (
        "If another alarm is about a disk, do what that one says. If there is none and this one stays for a minute, "
        "stop the recording and start it again. (The stop ends the other channels too, for a moment.)"
    ),
    AlarmKind.ON_FALLBACK: (
        "Recording returns to the first disk by itself with the next file, once that disk takes files again. If the "
        "change of disk cost frames, they are listed as a loss. At the next break: free space on the first disk, or "
        "check its cable."
    ),
    AlarmKind.BLACKBOX_NOT_RECORDING: (
        "Seacorder goes on with it by itself as soon as it can; recordings that you start are not affected. Check the "
        "disk of the blackbox."
    ),
    AlarmKind.AUDIO_FAILED: "Seacorder tries again every few seconds.",
    AlarmKind.AUDIO_SILENT: (
        "Speak and watch the level on the page. Check the microphone's switch, plug and volume."
    ),
    AlarmKind.TELEMETRY_FAILED: "Seacorder goes on trying to read it.",
    AlarmKind.TELEMETRY_CLOCK_WRONG: (
        "Seacorder gives readings the time at which they came, by this computer's clock. Nothing to do during a dive. "
        "Later: set the clock that is wrong, this computer's or the instrument's."
    ),
    AlarmKind.COPY_FAILED: "Seacorder tries again by itself.",
    AlarmKind.COPY_BEHIND: (
        "Seacorder goes on copying. If it does not catch up: raise `limit_mbits` of this target, or use a faster disk "
        "or link. Keep the recordings on this computer until they are copied."
    ),
    AlarmKind.DEFINITION_REFUSED: (
        "Seacorder does not use it any more until it is changed or Seacorder is restarted. Nothing to do during a "
        "dive. Later: change its regular expression; repeats inside repeats, such as (a+)+, never end over some texts."
    ),
}
"""What holds for every alarm of a kind. What a source or a disk knows of its own fault comes behind it."""
FULL_WITH_SECOND = "Delete or move files there at the next break."
"""Of `disk_full` while a second disk takes everything, which `on_fallback` tells."""
FAILED_WITH_SECOND = "What follows can wait for the next break."
"""Of `disk_failed` then, before what the disk's fault says."""
FOLDER_REPLACED = (
    "Find out who deleted or moved it, and do not touch the folder while recording. If it was moved, the recordings "
    "are in the moved folder."
)
"""Of `disk_exchanged` when a folder was replaced on the same disk."""
PROCESS_STOPPED = f"{STARTED_AGAIN} Nothing to do now."
"""Of `audio_failed` when the process that reads the microphone has stopped, and of `telemetry_failed` when the one that
reads the instruments has."""

ENDS = {
    AlarmKind.CAMERA_FAILED: "{name}: the source can be read again after {after}.",
    AlarmKind.CAMERA_STALLED: "{name} sends pictures again after {after}.",
    AlarmKind.CAMERA_FROZEN: "{name}: the picture moves again after {after}.",
    AlarmKind.CAMERA_BLACK: "{name}: the picture is no longer black after {after}.",
    AlarmKind.CAMERA_CLOCK_WRONG: "{name}: its time stamps are right again after {after}.",
    AlarmKind.ENCODING_OVERLOAD: "{name}: no frame has been dropped for 10 s; this computer was too slow for {after}.",
    AlarmKind.ENCODER_FAILED: "{name} is encoded as planned again after {after}.",
    AlarmKind.WORKER_LOST: "{name}: its recording process works again after {after}.",
    AlarmKind.RECORDING_NOT_WRITTEN: "{name} is being written to disk again after {after}, or the recording has ended.",
    AlarmKind.DISK_LOW: "The space that is left lasts for an hour again after {after}, or no picture comes.",
    AlarmKind.DISK_FULL: "The disk has room again after {after}, or nothing is being written to it.",
    AlarmKind.DISK_SLOW: "The disk keeps up again after {after}.",
    AlarmKind.DISK_FAILED: "The disk takes files again after {after}, or nothing is being written to it.",
    AlarmKind.DISK_EXCHANGED: "The right disk is there again after {after}, or another one was accepted.",
    AlarmKind.ON_FALLBACK: "Nothing is recorded on the second disk any more after {after}.",
    AlarmKind.BLACKBOX_NOT_RECORDING: "The blackbox records every picture again after {after}.",
    AlarmKind.AUDIO_FAILED: "{name}: sound comes again after {after}.",
    AlarmKind.AUDIO_SILENT: "{name}: the microphone is heard again after {after}.",
    AlarmKind.TELEMETRY_FAILED: "{name}: survey data comes again after {after}.",
    AlarmKind.TELEMETRY_CLOCK_WRONG: "{name}: the time in its records is right again after {after}, or it gives none.",
    AlarmKind.DEFINITION_REFUSED: "{name}: no definition of it is left out any more after {after}.",
    AlarmKind.CATALOGUE_FAILED: "The list of recordings (catalogue) can be written again after {after}.",
    AlarmKind.COPY_FAILED: "{name}: files are copied there again after {after}.",
    AlarmKind.COPY_BEHIND: "{name}: copying has caught up after {after}.",
}

_CALLED = {
    AlarmKind.CAMERA_FAILED: "the source cannot be read",
    AlarmKind.CAMERA_STALLED: "no picture comes",
    AlarmKind.CAMERA_FROZEN: "the picture is frozen",
    AlarmKind.CAMERA_BLACK: "the picture is black",
    AlarmKind.CAMERA_CLOCK_WRONG: "the time stamps are wrong",
    AlarmKind.ENCODING_OVERLOAD: "this computer is too slow",
    AlarmKind.ENCODER_FAILED: "the planned encoder has failed",
    AlarmKind.WORKER_LOST: "the recording process has stopped",
    AlarmKind.RECORDING_NOT_WRITTEN: "nothing of it is recorded",
    AlarmKind.AUDIO_FAILED: "no sound comes",
    AlarmKind.AUDIO_SILENT: "nothing is heard from the microphone",
    AlarmKind.TELEMETRY_FAILED: "no survey data comes",
    AlarmKind.TELEMETRY_CLOCK_WRONG: "the time in its records is wrong",
    AlarmKind.DISK_LOW: "little room is left",
    AlarmKind.DISK_FULL: "the disk is full",
}
"""What an alarm is called where another one takes its place."""
_PICTURE = (AlarmKind.CAMERA_FROZEN, AlarmKind.CAMERA_BLACK)
_AWAY = (AlarmKind.WORKER_LOST, AlarmKind.CAMERA_FAILED, AlarmKind.CAMERA_STALLED)
_INSTEAD: dict[AlarmKind, tuple[AlarmKind, ...]] = {
    **dict.fromkeys(_AWAY + _PICTURE, _AWAY + _PICTURE),
    AlarmKind.CAMERA_CLOCK_WRONG: _AWAY,
    AlarmKind.ENCODING_OVERLOAD: _AWAY,
    AlarmKind.ENCODER_FAILED: _AWAY,
    AlarmKind.RECORDING_NOT_WRITTEN: _AWAY,
    AlarmKind.AUDIO_SILENT: (AlarmKind.AUDIO_FAILED,),
    AlarmKind.TELEMETRY_CLOCK_WRONG: (AlarmKind.TELEMETRY_FAILED,),
    AlarmKind.DISK_LOW: (AlarmKind.DISK_FULL,),
}
"""By kind: the alarms that can take its place, so that its end does not mean that all is well."""


def end_of(alarm: Alarm, after: str, standing: Iterable[Alarm]) -> str:
    """What is said when an alarm has ended. `standing`: those that stand now, one of which may have taken its place."""
    others = {one.kind for one in standing if one.channel == alarm.channel}
    instead = next((kind for kind in _INSTEAD.get(alarm.kind, ()) if kind in others), None)
    if instead is None:
        return ENDS[alarm.kind].format(name=alarm.channel, after=after)
    begin = "The alarm" if alarm.channel is None else f"{alarm.channel}: the alarm"
    return f"{begin} ‘{_CALLED[alarm.kind]}’ has become ‘{_CALLED[instead]}’."


def end_with_channel(alarm: Alarm, after: str) -> str:
    """What is said when an alarm ends because its channel is changed or removed."""
    called = _CALLED.get(alarm.kind, alarm.kind.value)
    return f"{alarm.channel}: the alarm ‘{called}’ has ended after {after}, because the channel is changed or removed."
