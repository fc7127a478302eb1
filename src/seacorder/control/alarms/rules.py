"""The rules of alarms: what is wrong, derived from what is known of channels, files and disks. Pure.

docs/sea/alarms.md says the same to the operator.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from seacorder.base.duration import count_text, duration_text, large_count_text
from seacorder.base.message import Message, joined
from seacorder.control.alarms.actions import (
    ACTIONS,
    FAILED_WITH_SECOND,
    FOLDER_REPLACED,
    FULL_WITH_SECOND,
    PROCESS_STOPPED,
)
from seacorder.model.alarm import AlarmKind
from seacorder.model.blackbox import BlackboxView
from seacorder.model.channel import TRIES_AGAIN, ChannelState, ChannelStatus, ClockFault, PictureFault
from seacorder.model.copies import CopyState, CopyStatus
from seacorder.model.event import Severity
from seacorder.model.instant import iso_utc
from seacorder.model.narration import SoundState
from seacorder.model.recording import FaultKind, FileStatus
from seacorder.model.source_clock import rolled_over_weeks
from seacorder.model.telemetry import SourceState, SourceStatus
from seacorder.supervisor.worker import STARTED_AGAIN

LOW_SECONDS = 3600.0
"""A warning when less than this time of recording fits on the disk. It ends at a tenth more, so that it does not
flicker."""
VERY_LOW_SECONDS = 600.0
"""An alarm when less than this fits."""
SLOW_SHARE = 0.25
"""An alarm when more than this share of a channel's queue for the disk is filled. It ends at half of it."""
QUEUE_STEP_BYTES = 8_000_000
"""Steps in which a growing queue is news: half of where the usual one (64 MB) becomes an alarm."""
_NOTHING_LOST = "Nothing is known to be lost."
_NOTHING_LOST_YET = "Nothing is lost yet."
_WAITING = "Frames wait in memory for some seconds, then they are lost."


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong now; becomes an `Alarm` in the table, which knows since when."""

    kind: AlarmKind
    channel: str | None
    severity: Severity
    fact: str
    """What is wrong now, and what it costs: “Bow is NOT being recorded.”"""
    action: str
    """What Seacorder does about it by itself, then what to do."""


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
    """Channels without a worker, and how it ended, in words that stand in a bracket: `signal 9`."""
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
    sources: tuple[SourceStatus, ...] = ()
    """The sources of survey data."""
    copies: tuple[CopyStatus, ...] = ()
    """The targets of copies."""
    blackbox: BlackboxView | None = None
    """None where there is none."""
    utc_ns: int = 0
    """Now."""


def findings(scene: Scene) -> list[Finding]:
    """What is wrong; at most one of a kind and channel."""
    return [
        *_channels(scene),
        *_encoding(scene),
        *_narration(scene),
        *_telemetry(scene),
        *_disks(scene),
        *_files(scene),
        *_blackbox(scene),
        *_catalogue(scene),
        *_copies(scene),
    ]


def signs_of(status: ChannelStatus) -> tuple[object, ...]:
    """What the rules read in a heartbeat, without the figures that change with each one. While it stays the same, the
    look of each second is soon enough."""
    encoding, sound = status.encoding, status.narrator
    return (
        status.state,
        status.why,
        status.picture_fault,
        status.clock_fault,
        status.keeps_clean,
        status.queued_bytes // QUEUE_STEP_BYTES,
        None if encoding is None else (encoding.dropped_frames, encoding.planned_encoder, encoding.encoder),
        None if encoding is None else encoding.fault,
        None if sound is None else (sound.state, sound.why, sound.silent_since_utc_ns),
        None if status.blackbox is None else (status.blackbox.why, status.blackbox.fault_kind),
        *((file.path, file.why, file.fault_kind) for file in _files_of(status)),
    )


def _channels(scene: Scene) -> Iterator[Finding]:
    for status in scene.statuses:
        name = status.channel
        if name in scene.lost:
            stopped = f"recording process stopped unexpectedly ({scene.lost[name]})."
            fact = _cost(scene, f"{name} is NOT being recorded. Its {stopped}", f"{name}: its {stopped}")
            yield _of_channel(AlarmKind.WORKER_LOST, scene, name, Message(fact))
        elif status.state is ChannelState.FAILED:
            yield _camera_failed(scene, name, status.why or Message(f"Its source is {status.state}."))
        elif status.state is ChannelState.STALLED:
            silent = f"{name} is NOT being recorded. It is connected, but no picture comes."
            fact = _cost(scene, silent, f"{name} sends no picture, though it is connected.")
            yield _of_channel(AlarmKind.CAMERA_STALLED, scene, name, Message(fact))
        elif status.picture_fault is not None:
            yield _picture(scene, name, status.picture_fault)
        if status.clock_fault is not None and status.state is ChannelState.LIVE and name not in scene.lost:
            fact = _clock_fact(name, status.clock_fault)
            yield _finding(AlarmKind.CAMERA_CLOCK_WRONG, name, Severity.WARNING, Message(fact))
    for name in scene.unwritten:
        yield _unwritten(scene, name)


def _cost(scene: Scene, on: str, off: str) -> str:
    """The fact while a recording is on, and while none is: then it costs nothing."""
    return on if scene.is_recording_on else f"{off} No recording is on."


def _video(scene: Scene) -> str:
    """That video is recorded as usual; said only while it is: a recording is on, and every channel is written."""
    is_usual = scene.is_recording_on and not scene.unwritten and not scene.overloaded
    for status in scene.statuses:
        is_live = status.state is ChannelState.LIVE and status.channel not in scene.lost
        is_usual = is_usual and is_live and status.recording is not None and status.recording.why is None
    return "Video is recorded as usual." if is_usual else ""


def _camera_failed(scene: Scene, name: str, why: Message) -> Finding:
    """The source says what to do. That recording goes on by itself is of interest only while one is on, and true only
    of a source that is tried again."""
    fact = _cost(scene, f"{name} is NOT being recorded. {why.fact}", f"{name} has no picture. {why.fact}")
    if scene.is_recording_on and why.action.startswith(TRIES_AGAIN):
        return _of_channel(AlarmKind.CAMERA_FAILED, scene, name, Message(fact, why.action))
    return Finding(AlarmKind.CAMERA_FAILED, name, _severity(scene), fact, why.action)


def _unwritten(scene: Scene, name: str) -> Finding:
    """Where no encoder works, the encoder says what to do; no alarm about a disk does then."""
    encodings = (status.encoding for status in scene.statuses if status.channel == name)
    for why in (encoding.fault for encoding in encodings if encoding is not None):
        if why is not None:
            fact = f"{name} is NOT being recorded. {why.fact}"
            return Finding(AlarmKind.RECORDING_NOT_WRITTEN, name, Severity.ALARM, fact, why.action)
    fact = f"{name} is NOT being recorded, though it has a picture: nothing of it reaches the disk."
    return _finding(AlarmKind.RECORDING_NOT_WRITTEN, name, Severity.ALARM, Message(fact))


def _picture(scene: Scene, name: str, fault: PictureFault) -> Finding:
    is_recorded = scene.is_recording_on and name not in scene.unwritten
    recorded = "It is still being recorded." if is_recorded else ""
    if fault is PictureFault.FROZEN:
        fact = f"{name} shows a frozen picture: nothing in it changes any more."
        return _of_channel(AlarmKind.CAMERA_FROZEN, scene, name, Message(joined((fact, recorded))))
    fact = f"{name} shows a black picture."
    return _of_channel(AlarmKind.CAMERA_BLACK, scene, name, Message(joined((fact, recorded))))


def _clock_fact(name: str, fault: ClockFault) -> str:
    wrong = "they stand still, go back or jump"
    if fault.rate_ppm is not None:
        wrong = f"they count {60 * 1_000_000 / fault.rate_ppm:.1f} s in each minute"
    return f"{name}: no frame is lost, but its time stamps are wrong ({wrong})."


def _narration(scene: Scene) -> Iterator[Finding]:
    status = scene.narrator
    if status is None:
        return
    name, sound = status.channel, status.narrator
    if name in scene.lost:
        stopped = f"{name} is silence: its recording process stopped unexpectedly ({scene.lost[name]})."
        fact = joined((stopped, _video(scene)))
        yield Finding(AlarmKind.AUDIO_FAILED, name, _severity(scene), fact, PROCESS_STOPPED)
    elif sound is not None and sound.state is SoundState.FAILED:
        why = sound.why or Message("")
        fact = joined((f"{name} is silence.", why.fact, _video(scene)))
        yield _of_channel(AlarmKind.AUDIO_FAILED, scene, name, Message(fact, why.action))
    elif sound is not None and sound.silent_since_utc_ns is not None and scene.silent_seconds > 0:
        seconds = (scene.utc_ns - sound.silent_since_utc_ns) / 1e9
        if seconds >= scene.silent_seconds:
            heard = f"nothing has been heard from the microphone for {duration_text(seconds)}"
            fact = joined((f"{name}: {heard}.", _video(scene)))
            yield _finding(AlarmKind.AUDIO_SILENT, name, Severity.WARNING, Message(fact))


def _telemetry(scene: Scene) -> Iterator[Finding]:
    for source in scene.sources:
        name = source.name
        if source.state in {SourceState.FAILED, SourceState.STALE}:
            yield _no_survey_data(scene, name, source.why or Message(""))
        elif source.clock_is_wrong and source.clock_difference_ns is not None:
            about = _of_clock(name, source.clock_difference_ns)
            yield _finding(AlarmKind.TELEMETRY_CLOCK_WRONG, name, Severity.WARNING, about)
        if source.definitions_refused:
            refused = source.definitions_refused
            which, whose = ("definition", "Its") if len(refused) == 1 else ("definitions", "Their")
            fact = f"{name}: the {which} {', '.join(refused)} took too long over a record. {whose} values are missing."
            yield _finding(AlarmKind.DEFINITION_REFUSED, name, Severity.WARNING, Message(fact))


def _of_clock(name: str, difference_ns: int) -> Message:
    weeks = rolled_over_weeks(difference_ns)
    apart = f"{weeks} weeks" if weeks else duration_text(abs(difference_ns) / 1e9)
    side = "ahead of" if difference_ns > 0 else "behind"
    fact = f"{name}: the time in its records is {apart} {side} this computer's clock."
    if not weeks:
        return Message(fact)
    return Message(
        f"{fact} Satellite receivers whose firmware is too old give such dates.",
        "If it is such a receiver, ask its maker for newer firmware.",
    )


def _no_survey_data(scene: Scene, name: str, why: Message) -> Finding:
    fact = joined((f"{name} gives no survey data.", why.fact, _video(scene)))
    if why.action == STARTED_AGAIN:  # the process has stopped: until it runs again nothing tries to read the source
        return Finding(AlarmKind.TELEMETRY_FAILED, name, Severity.WARNING, fact, PROCESS_STOPPED)
    return _finding(AlarmKind.TELEMETRY_FAILED, name, Severity.WARNING, Message(fact, why.action))


def _encoding(scene: Scene) -> Iterator[Finding]:
    for status in scene.statuses:
        name, encoding = status.channel, status.encoding
        if encoding is None or name in scene.lost:
            continue
        if name in scene.overloaded:
            frames = count_text(encoding.dropped_frames, "frame")
            losing = f"{name} is losing frames: this computer is too slow to encode them ({frames} so far)."
            fact = _cost(scene, losing, f"{name}: this computer is too slow to encode it ({frames} dropped so far).")
            yield _of_channel(AlarmKind.ENCODING_OVERLOAD, scene, name, Message(fact))
        if encoding.planned_encoder not in {"", encoding.encoder}:
            held = "If that encoder still held frames of a recording, they are lost, and listed."
            failed = f"{encoding.planned_encoder}, which failed."
            fact = f"{name} is encoded with {encoding.encoder} instead of {failed} {held}"
            yield _finding(AlarmKind.ENCODER_FAILED, name, Severity.WARNING, Message(fact))


def _disks(scene: Scene) -> Iterator[Finding]:
    disks = scene.disks
    full = _faulty(scene, FaultKind.FULL)
    moved = _on_fallback(scene)
    if disks.is_full or full:
        yield _full(scene, full, moved)
    elif (low := _low(scene)) is not None:
        yield low
    failed = _faulty(scene, FaultKind.FAILED)
    if failed or disks.fault is not None:
        yield _failed(scene, failed, moved)
    yield from _exchanged(scene, moved)
    if moved:
        fact = (
            f"{', '.join(moved)}: recorded on the second disk ({disks.fallback_folder}), because the first "
            f"({disks.folder}) cannot take files."
        )
        yield _finding(AlarmKind.ON_FALLBACK, None, Severity.WARNING, Message(fact))


def _full(scene: Scene, full: Mapping[str, Message], moved: list[str]) -> Finding:
    """`moved`: the channels that are recorded on the second disk, which another alarm tells."""
    disks = scene.disks
    if full:
        fact = f"{_are(full)} NOT being recorded. {next(iter(full.values())).fact}"
        return _finding(AlarmKind.DISK_FULL, None, Severity.ALARM, Message(fact))
    if moved:
        return Finding(AlarmKind.DISK_FULL, None, Severity.WARNING, f"{disks.folder} is full.", FULL_WITH_SECOND)
    fact = f"{disks.folder} is full: nothing more can be recorded there."
    idle = "" if scene.is_recording_on else "No recording is on."
    return _finding(AlarmKind.DISK_FULL, None, Severity.ALARM, Message(joined((fact, idle))))


def _failed(scene: Scene, failed: Mapping[str, Message], moved: list[str]) -> Finding:
    if failed:
        why = next(iter(failed.values()))
        fact = f"{_are(failed)} NOT being written to disk. {why.fact} {_WAITING}"
        return _finding(AlarmKind.DISK_FAILED, None, Severity.ALARM, Message(fact, why.action))
    why = scene.disks.fault or Message("")
    if moved:
        action = joined((FAILED_WITH_SECOND, why.action))
        return _finding(AlarmKind.DISK_FAILED, None, Severity.WARNING, Message(why.fact, action))
    lost = "" if scene.unwritten else _NOTHING_LOST  # where nothing reaches the disk, the channel's alarm says so
    fact = joined((why.fact, lost if scene.is_recording_on else "No recording is on."))
    return _finding(AlarmKind.DISK_FAILED, None, Severity.ALARM, Message(fact, why.action))


def _exchanged(scene: Scene, moved: list[str]) -> Iterator[Finding]:
    """Exchanged disks: an alarm when recordings cannot go on, that is for the first folder's disk while nothing goes to
    the second. Otherwise a warning."""
    disks = scene.disks
    if disks.exchanged:
        second = disks.fallback_folder
        is_first = any(second is None or not PurePath(second).is_relative_to(folder) for folder in disks.exchanged)
        faulty = _faulty(scene, FaultKind.EXCHANGED)
        fact = joined((
            f"{_are(faulty)} NOT being recorded." if is_first and faulty else "",
            f"{' and '.join(disks.exchanged)}: another disk is there than at the start (unmounted, or exchanged).",
            "Seacorder begins no new file on it.",
            _WAITING if is_first and faulty else "",
        ))
        severity = Severity.ALARM if is_first and not moved else Severity.WARNING
        yield _finding(AlarmKind.DISK_EXCHANGED, None, severity, Message(fact))
    elif disks.replaced:
        fact = (
            f"{' and '.join(disks.replaced)} was deleted or replaced by another folder, on the same disk. Recording "
            "goes on there; what was recorded before is not in it any more."
        )
        yield Finding(AlarmKind.DISK_EXCHANGED, None, Severity.WARNING, fact, FOLDER_REPLACED)


def _low(scene: Scene) -> Finding | None:
    disks, seconds = scene.disks, seconds_at(scene.disks.usable_bytes, live_bits_per_second(scene.statuses))
    limit = LOW_SECONDS * (1.1 if (AlarmKind.DISK_LOW, None) in scene.standing else 1.0)
    if seconds is None or seconds >= limit:
        return None
    severity = Severity.ALARM if seconds < VERY_LOW_SECONDS else Severity.WARNING
    second = disks.fallback_folder
    where = disks.folder if second is None else f"{disks.folder} and {second} together"
    minutes = int(seconds / 60)
    left = f"{count_text(minutes, 'minute')} of recording {'is' if minutes == 1 else 'are'} left on {where}."
    fact = f"{left} {_NOTHING_LOST_YET}"
    return _finding(AlarmKind.DISK_LOW, None, severity, Message(fact))


def live_bits_per_second(statuses: Iterable[ChannelStatus]) -> int:
    """What the channels that have a picture send, whether they are being recorded or not."""
    return sum(status.bits_per_second for status in statuses if status.state is ChannelState.LIVE)


def seconds_at(usable_bytes: int | None, bits_per_second: int) -> float | None:
    """How long so many bytes last; None while either is unknown."""
    if usable_bytes is None or bits_per_second <= 0:
        return None
    return max(0, usable_bytes) * 8 / bits_per_second


def _files(scene: Scene) -> Iterator[Finding]:
    share = SLOW_SHARE * (0.5 if (AlarmKind.DISK_SLOW, None) in scene.standing else 1.0)
    slow = {
        status.channel: status.queued_bytes
        for status in scene.statuses
        if status.queued_bytes > share * scene.queue_bytes.get(status.channel, status.queued_bytes / share)
    }
    if slow:
        worst = max(slow, key=lambda name: slow[name] / scene.queue_bytes[name])
        names = ", ".join([worst, *(name for name in slow if name != worst)])
        used, limit = slow[worst] / 1e6, scene.queue_bytes[worst] / 1e6
        fact = (
            f"{names}: the disk is too slow. Frames wait in memory, and none is lost as long as there is room: "
            f"{used:.0f} of {limit:.0f} MB are used."
        )
        yield _finding(AlarmKind.DISK_SLOW, None, Severity.ALARM, Message(fact))


def _blackbox(scene: Scene) -> Iterator[Finding]:
    view = scene.blackbox
    missing = [] if view is None else [one for one in view.channels if one.is_missing]
    if view is not None and missing:
        names = ", ".join(one.name for one in missing)
        why = next((one.why.fact for one in missing if one.why is not None), "")
        all_of_it = "anything" if len(missing) == len(view.channels) else names
        fact = joined((f"The blackbox does NOT record {all_of_it}.", why))
        yield _finding(AlarmKind.BLACKBOX_NOT_RECORDING, None, Severity.ALARM, Message(fact))


def _catalogue(scene: Scene) -> Iterator[Finding]:
    if (fault := scene.catalogue_fault) is not None:
        message = Message(f"{fault.fact} Recording is not affected.", fault.action)
        yield _finding(AlarmKind.CATALOGUE_FAILED, None, Severity.WARNING, message)


def _copies(scene: Scene) -> Iterator[Finding]:
    for target in scene.copies:
        name, behind = target.name, behind_text(target)
        if target.why is not None and target.state is CopyState.FAILED:
            fact = joined((f"{name}: recordings are NOT being copied there.", target.why.fact, behind, _video(scene)))
            yield _finding(AlarmKind.COPY_FAILED, name, Severity.WARNING, Message(fact, target.why.action))
        if target.is_too_late:
            fact = joined((f"{name}: copying does not keep up.", behind, _video(scene)))
            yield _finding(AlarmKind.COPY_BEHIND, name, Severity.WARNING, Message(fact))


def behind_text(target: CopyStatus) -> str:
    """What is not copied yet: files, bytes, since when; empty if nothing is."""
    if target.behind_since_utc_ns is None:
        return ""
    files = f"{large_count_text(target.behind_files, 'file')} ({target.behind_bytes / 1e9:.2f} GB)"
    folders = f"the end of {large_count_text(target.behind_folders, 'folder')}" if target.behind_folders else ""
    what = " and ".join(filter(None, (files if target.behind_files else "", folders)))
    return f"Not copied yet: {what}, the oldest since {iso_utc(target.behind_since_utc_ns, digits=3)}."


def _files_of(status: ChannelStatus) -> Iterator[FileStatus]:
    yield from (file for file in (status.recording, status.clean, status.clip, status.anomaly) if file is not None)


def _faulty(scene: Scene, kind: FaultKind) -> dict[str, Message]:
    """What cannot be written, and why, for faults of one kind: a channel, or its clip where that alone is concerned."""
    found: dict[str, Message] = {}
    for status in (*scene.statuses, *([] if scene.narrator is None else [scene.narrator])):
        for file in _files_of(status):
            if file.why is None or file.fault_kind is not kind:
                continue
            if file in (status.recording, status.clean):
                found.setdefault(status.channel, file.why)
            elif status.channel not in found:
                found[f"the clip of {status.channel}"] = file.why
    return found


def _on_fallback(scene: Scene) -> list[str]:
    folder = scene.disks.fallback_folder
    if folder is None:
        return []
    return [
        status.channel
        for status in scene.statuses
        if any(PurePath(file.path).is_relative_to(folder) for file in _files_of(status))
    ]


def _severity(scene: Scene) -> Severity:
    return Severity.ALARM if scene.is_recording_on else Severity.WARNING


def _of_channel(kind: AlarmKind, scene: Scene, name: str, message: Message) -> Finding:
    """An alarm while a recording is on, else a warning."""
    return _finding(kind, name, _severity(scene), message)


def _finding(kind: AlarmKind, channel: str | None, severity: Severity, message: Message) -> Finding:
    """What holds for every alarm of this kind, then what `message` says is to do."""
    return Finding(kind, channel, severity, message.fact, joined((ACTIONS[kind], message.action)))


def _are(names: Iterable[str]) -> str:
    every = list(names)
    text = f"{', '.join(every)} {'is' if len(every) == 1 else 'are'}"
    return text[:1].upper() + text[1:] if every[0].startswith("the ") else text
