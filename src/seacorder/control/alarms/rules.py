"""The rules of alarms: what is wrong, derived from what is known of channels, files and disks. Pure.

docs/sea/alarms.md says the same to the operator.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from seacorder.base.message import Message
from seacorder.model.alarm import AlarmKind
from seacorder.model.channel import ChannelState, ChannelStatus, ClockFault, PictureFault
from seacorder.model.event import Severity
from seacorder.model.narration import SoundState
from seacorder.model.recording import FaultKind, FileStatus

LOW_SECONDS = 3600.0
"""A warning when less than this time of recording fits on the disk. It ends at a tenth more, so that it does not
flicker."""
VERY_LOW_SECONDS = 600.0
"""An alarm when less than this fits."""
SLOW_SHARE = 0.25
"""An alarm when more than this share of a channel's queue for the disk is filled. It ends at half of it."""

ACTIONS = {
    AlarmKind.CAMERA_FAILED: "Do what the sentence says; it is tried again for ever, and recorded once it is back.",
    AlarmKind.CAMERA_STALLED: "Check the camera and the network; the connection is made anew by itself.",
    AlarmKind.CAMERA_FROZEN: "Look at the picture; if it stands still, switch the camera or converter off and on.",
    AlarmKind.CAMERA_BLACK: "Check the lights, the lens cap, and the signal into the camera or converter.",
    AlarmKind.CAMERA_CLOCK_WRONG: "Check the frame rate that is set in the camera, and its firmware.",
    AlarmKind.ENCODING_OVERLOAD: (
        "Let the channel pass through, or choose a hardware encoder, or a lower size, rate or bit rate."
    ),
    AlarmKind.ENCODER_FAILED: "Check its driver and what else uses it; `seacorder encoders` says whether it works.",
    AlarmKind.DISK_LOW: "Free some space, or connect another disk, before the reserve is reached.",
    AlarmKind.DISK_FULL: "Free some space on it; recording goes on by itself.",
    AlarmKind.DISK_SLOW: "Stop whatever else uses the disk, or record to a faster one.",
    AlarmKind.DISK_FAILED: "Check the disk's cable, mount and health, or choose a folder on another disk.",
    AlarmKind.DISK_EXCHANGED: (
        "Mount the volume again, and recording goes on by itself. If files are to go to what is there now, say so with "
        "`seacorder accept-disk FOLDER`."
    ),
    AlarmKind.WORKER_LOST: (
        "Nothing, it is started anew; if it comes again, run `seacorder support-bundle` after the dive."
    ),
    AlarmKind.CATALOGUE_FAILED: "Check the disk that the catalogue is on; recording goes on without it.",
    AlarmKind.RECORDING_NOT_WRITTEN: "Look at the other alarms first; if it stays, stop and start the recording.",
    AlarmKind.ON_FALLBACK: "See to the first disk; the next part goes there again once it can.",
    AlarmKind.AUDIO_FAILED: "Check the microphone's plug and `[audio] input`; pictures are recorded all the same.",
    AlarmKind.AUDIO_SILENT: "Speak, and look at the level; check the microphone's switch, plug and volume.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong now; becomes an `Alarm` in the table, which knows since when."""

    kind: AlarmKind
    channel: str | None
    severity: Severity
    fact: str
    action: str


@dataclass(frozen=True, slots=True)
class Disks:
    """What the last looks at the volumes found."""

    folder: str = ""
    fault: Message | None = None
    """Why the first volume could not be looked at; None when it could."""
    is_full: bool = False
    usable_bytes: int | None = None
    """Free bytes above the reserve, of both volumes together; None before the first look."""
    fallback_folder: str | None = None
    exchanged: tuple[str, ...] = ()
    """Folders that are on another volume now than when the program began."""
    replaced: tuple[str, ...] = ()
    """Folders that were deleted or replaced since then, on the same volume."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that alarms are derived from."""

    statuses: tuple[ChannelStatus, ...] = ()
    lost: Mapping[str, str] = field(default_factory=dict)
    """Channels without a worker, and why."""
    is_recording_on: bool = False
    unwritten: tuple[str, ...] = ()
    """Live channels of which nothing reaches a file although a recording runs."""
    overloaded: frozenset[str] = frozenset()
    """Channels of which frames were left out lately because the machine was too slow."""
    disks: Disks = field(default_factory=Disks)
    queue_bytes: Mapping[str, int] = field(default_factory=dict)
    """By channel: how many bytes may wait for the disk."""
    catalogue_fault: Message | None = None
    standing: frozenset[tuple[AlarmKind, str | None]] = frozenset()
    """Kinds and channels of the alarms that stand: some end at another limit than they begin at."""
    narrator: ChannelStatus | None = None
    """The narrator's last heartbeat; None without narration."""
    silent_seconds: float = 0.0
    """After so much silence of the narration there is an alarm; 0: never."""
    utc_ns: int = 0
    """Now."""


def findings(scene: Scene) -> list[Finding]:
    """What is wrong; at most one of a kind and channel."""
    return [
        *_channels(scene),
        *_encoding(scene),
        *_narration(scene),
        *_disks(scene),
        *_files(scene),
        *_catalogue(scene),
    ]


def _channels(scene: Scene) -> Iterator[Finding]:
    severity = Severity.ALARM if scene.is_recording_on else Severity.WARNING
    for status in scene.statuses:
        name, reason = status.channel, (status.why or Message(f"{status.channel} is {status.state}.")).text
        if name in scene.lost:
            yield _found(AlarmKind.WORKER_LOST, name, severity, scene.lost[name])
        elif status.state is ChannelState.FAILED:
            yield _found(AlarmKind.CAMERA_FAILED, name, severity, reason)
        elif status.state is ChannelState.STALLED:
            yield _found(AlarmKind.CAMERA_STALLED, name, severity, reason)
        elif status.picture_fault is PictureFault.FROZEN:
            sentence = f"{name} sends the same picture again and again."
            yield _found(AlarmKind.CAMERA_FROZEN, name, severity, sentence)
        elif status.picture_fault is PictureFault.BLACK:
            yield _found(AlarmKind.CAMERA_BLACK, name, severity, f"{name} sends a black picture.")
        if status.clock_fault is not None and status.state is ChannelState.LIVE and name not in scene.lost:
            sentence = _clock_sentence(name, status.clock_fault)
            yield _found(AlarmKind.CAMERA_CLOCK_WRONG, name, Severity.WARNING, sentence)
    for name in scene.unwritten:
        sentence = f"A recording is on, but nothing of {name} reaches a file."
        yield _found(AlarmKind.RECORDING_NOT_WRITTEN, name, Severity.ALARM, sentence)


def _clock_sentence(name: str, fault: ClockFault) -> str:
    instead = "Recorded times follow the arrival of its pictures instead."
    if fault.rate_ppm is None:
        return f"{name} sends time stamps that stand still, go back or jump about. {instead}"
    counted = 60 * 1_000_000 / fault.rate_ppm
    return f"The time stamps of {name} count {counted:.1f} s in each minute. {instead}"


def _narration(scene: Scene) -> Iterator[Finding]:
    status = scene.narrator
    if status is None:
        return
    severity = Severity.ALARM if scene.is_recording_on else Severity.WARNING
    name, sound = status.channel, status.narrator
    if name in scene.lost:
        yield _found(AlarmKind.AUDIO_FAILED, name, severity, scene.lost[name])
    elif sound is not None and sound.state is SoundState.FAILED:
        yield _found(AlarmKind.AUDIO_FAILED, name, severity, f"{name} is silence. {sound.why}")
    elif sound is not None and sound.silent_since_utc_ns is not None and scene.silent_seconds > 0:
        seconds = (scene.utc_ns - sound.silent_since_utc_ns) / 1e9
        if seconds >= scene.silent_seconds:
            sentence = f"{name} gives nothing but silence ({sound.level_db:.0f} dB of full scale)."
            yield _found(AlarmKind.AUDIO_SILENT, name, Severity.WARNING, sentence)


def _encoding(scene: Scene) -> Iterator[Finding]:
    severity = Severity.ALARM if scene.is_recording_on else Severity.WARNING
    for status in scene.statuses:
        name, encoding = status.channel, status.encoding
        if encoding is None or name in scene.lost:
            continue
        if name in scene.overloaded:
            sentence = (
                f"The machine is too slow to encode {name}: {encoding.dropped_frames} frames were left out since its "
                "worker began."
            )
            yield _found(AlarmKind.ENCODING_OVERLOAD, name, severity, sentence)
        if encoding.planned_encoder not in {"", encoding.encoder}:
            sentence = f"The encoder {encoding.planned_encoder} of {name} failed; {encoding.encoder} has taken over."
            yield _found(AlarmKind.ENCODER_FAILED, name, Severity.WARNING, sentence)


def _disks(scene: Scene) -> Iterator[Finding]:
    disks = scene.disks
    full = _faulty(scene, FaultKind.FULL)
    if disks.is_full or full:
        sentence = next((why.text for why in full.values()), f"The volume of {disks.folder} has only its reserve left.")
        on_fallback = bool(_on_fallback(scene)) and not full
        yield _found(AlarmKind.DISK_FULL, None, Severity.WARNING if on_fallback else Severity.ALARM, sentence)
    elif (low := _low(scene)) is not None:
        yield low
    failed = _faulty(scene, FaultKind.FAILED)
    if disks.fault is not None or failed:
        sentence = next(iter(failed.values()), disks.fault or Message("")).text
        yield _found(AlarmKind.DISK_FAILED, None, Severity.ALARM, sentence + _names(failed))
    yield from _exchanged(scene)
    moved = _on_fallback(scene)
    if moved:
        sentence = f"Recording goes on in {disks.fallback_folder}, because the disk of {disks.folder} cannot take it."
        yield _found(AlarmKind.ON_FALLBACK, None, Severity.WARNING, sentence + _names(moved))


def _exchanged(scene: Scene) -> Iterator[Finding]:
    """Exchanged volumes: an alarm when recordings cannot go on, that is for the first folder's volume while nothing
    goes to the second. Otherwise a warning."""
    disks = scene.disks
    if disks.exchanged:
        second = disks.fallback_folder
        is_first = any(second is None or not PurePath(second).is_relative_to(folder) for folder in disks.exchanged)
        moved = _on_fallback(scene)
        sentence = (
            f"{' and '.join(disks.exchanged)}: another disk than when the recorder began. The volume was unmounted or "
            "exchanged; no new file is begun there."
        )
        sentence += f" Recording goes on in {second}." if moved else ""
        faulty = _faulty(scene, FaultKind.EXCHANGED)
        if is_first and faulty:
            sentence += f" NOT being recorded: {', '.join(faulty)}."
        severity = Severity.ALARM if is_first and not moved else Severity.WARNING
        yield _found(AlarmKind.DISK_EXCHANGED, None, severity, sentence)
    elif disks.replaced:
        sentence = (
            f"{' and '.join(disks.replaced)} was deleted, or is another folder or link now, on the same disk: what was "
            "recorded before is not in it any more. Recording goes on there."
        )
        yield _found(AlarmKind.DISK_EXCHANGED, None, Severity.WARNING, sentence)


def _low(scene: Scene) -> Finding | None:
    live = [status for status in scene.statuses if status.state is ChannelState.LIVE]
    bits_per_second = sum(status.bits_per_second for status in live)
    if scene.disks.usable_bytes is None or bits_per_second <= 0:
        return None
    seconds = max(0, scene.disks.usable_bytes) * 8 / bits_per_second
    limit = LOW_SECONDS * (1.1 if (AlarmKind.DISK_LOW, None) in scene.standing else 1.0)
    if seconds >= limit:
        return None
    severity = Severity.ALARM if seconds < VERY_LOW_SECONDS else Severity.WARNING
    sentence = f"The disk of {scene.disks.folder} is full in {seconds / 60:.0f} min of recording."
    return _found(AlarmKind.DISK_LOW, None, severity, sentence)


def _files(scene: Scene) -> Iterator[Finding]:
    share = SLOW_SHARE * (0.5 if (AlarmKind.DISK_SLOW, None) in scene.standing else 1.0)
    slow = {
        status.channel: status.queued_bytes
        for status in scene.statuses
        if status.queued_bytes > share * scene.queue_bytes.get(status.channel, status.queued_bytes / share)
    }
    if slow:
        worst = max(slow, key=lambda name: slow[name] / scene.queue_bytes[name])
        sentence = (
            f"The disk does not keep up: {slow[worst] / 1e6:.0f} MB of {worst} wait in memory, "
            f"and at {scene.queue_bytes[worst] / 1e6:.0f} MB pictures are lost."
        )
        yield _found(AlarmKind.DISK_SLOW, None, Severity.ALARM, sentence + _names(slow))


def _catalogue(scene: Scene) -> Iterator[Finding]:
    if scene.catalogue_fault is not None:
        yield _found(AlarmKind.CATALOGUE_FAILED, None, Severity.WARNING, scene.catalogue_fault.text)


def _files_of(status: ChannelStatus) -> Iterator[FileStatus]:
    yield from (file for file in (status.recording, status.clean, status.clip, status.anomaly) if file is not None)


def _faulty(scene: Scene, kind: FaultKind) -> dict[str, Message]:
    """By channel: why one of its files cannot be written, for faults of one kind."""
    return {
        status.channel: file.why
        for status in (*scene.statuses, *([] if scene.narrator is None else [scene.narrator]))
        for file in _files_of(status)
        if file.why is not None and file.fault_kind is kind
    }


def _on_fallback(scene: Scene) -> list[str]:
    folder = scene.disks.fallback_folder
    if folder is None:
        return []
    return [
        status.channel
        for status in scene.statuses
        if any(PurePath(file.path).is_relative_to(folder) for file in _files_of(status))
    ]


def _found(kind: AlarmKind, channel: str | None, severity: Severity, fact: str) -> Finding:
    return Finding(kind, channel, severity, fact, ACTIONS[kind])


def _names(channels: Iterable[str]) -> str:
    names = list(channels)
    return f" It concerns {', '.join(names)}." if names else ""
