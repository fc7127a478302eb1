"""What `/api/v1/status` answers: the recorder, its volume, its alarms, and every channel, now. Pure."""

from seacorder.api.v1.removal_rules import RulesInStatus, rules_in_status
from seacorder.api.v1.settings_views import OverrideView, override_views
from seacorder.api.v1.view import MessageView, Utc, View, shown, text_of, utc_text
from seacorder.base.redaction import redact
from seacorder.model.alarm import Alarm, AlarmKind
from seacorder.model.blackbox import BlackboxView
from seacorder.model.channel import ChannelState
from seacorder.model.encoding import EncodingStatus
from seacorder.model.event import Severity
from seacorder.model.narration import NarrationView, SoundState
from seacorder.model.recording import FileStatus
from seacorder.model.setup import Difference
from seacorder.model.status import ChannelView, RecorderStatus


class FileView(View):
    """A file that is being written."""

    id: str
    path: str
    number: int
    start_utc: Utc
    frames: int
    bytes_stored: int
    newest_stored_utc: Utc | None
    why: MessageView | None
    """Why the file cannot be written just now; null while it can."""
    fault: str | None
    """`why` as one text."""


class PictureView(View):
    """What the source sends."""

    codec: str
    width: int
    height: int
    frame_rate: float
    audio_codec: str | None
    read_by: str
    """`ffmpeg` if FFmpeg's RTSP client reads a camera that ours cannot; else empty."""
    begins_at_recovery_points: bool
    """The source sends intra refresh instead of keyframes, so the first pictures of each file are incomplete."""


class HeardView(View):
    """How narration arrives in a channel."""

    is_heard: bool
    missing_seconds: float
    """Seconds of silence inserted for narration that did not come, since the channel's recording process began."""
    late_packets: int


class EncodingInStatus(View):
    """What a channel's encoding is doing."""

    sentence: str
    """What was decided, and why."""
    encoder: str
    """FFmpeg's name; `copy` when the pictures pass through."""
    planned_encoder: str
    """The encoder that was decided on. `encoder` is another one if this has failed."""
    preset: str
    bit_rate: int
    """The target, in bits a second; 0 if the pictures pass through."""
    dropped_frames: int
    """Frames lost since the recording process began, because this computer was too slow."""
    passed_over_frames: int
    repeated_frames: int
    delay_ms: float


class ChannelInStatus(View):
    """One channel, now."""

    index: int
    name: str
    address: str
    state: ChannelState
    since_utc: Utc
    why: MessageView | None
    """Why the channel is not live; null while it is."""
    reason: str | None
    """`why` as one text."""
    is_recording: bool
    recording_seconds: float
    picture: PictureView | None
    encoding: EncodingInStatus | None
    bits_per_second: int
    frames_received: int
    newest_frame_utc: Utc | None
    losses: int
    """The number of losses of the running recording, else of the last one."""
    missing_seconds: float
    """How long these losses are together."""
    losses_since_worker_start: int
    restarts: int
    change_waiting: Difference
    """What was set for the channel and takes effect by itself once nothing of it is recorded any more."""
    backlog_seconds: float
    backlog_bytes: int
    queued_bytes: int
    recording: FileView | None
    clean: FileView | None
    """The file of the untouched pictures, beside that of the burned-in ones."""
    clip: FileView | None
    anomaly: FileView | None
    overlay_text: str
    """The client's text: burned into the pictures, or else shown by the page and the subtitles."""
    narration: HeardView | None
    """Null on a channel without narration."""


class VolumeView(View):
    """The disk that recordings go to."""

    path: str
    total_bytes: int
    free_bytes: int
    reserve_bytes: int
    free_percent: int
    seconds_left: float | None
    """How much longer all channels that have a picture can be recorded, on this disk and a second one together, whether
    a recording is on or not; null while none has a picture."""


class AlarmView(View):
    """Something that is wrong just now; docs/sea/alarms.md."""

    kind: AlarmKind
    channel: str | None
    """Null: it concerns the recorder, not one channel."""
    severity: Severity
    since_utc: Utc
    fact: str
    """What is wrong, and what it costs now."""
    action: str
    """What Seacorder does about it by itself, then what to do."""
    sentence: str
    """The same as `fact`."""
    remedy: str
    """The same as `action`."""
    over_utc: Utc | None
    """When its reason was gone; null while it stands."""
    seen_utc: Utc | None
    """When somebody said that he has seen it; null while nobody has."""
    seen_by: str
    """Who; empty where he did not say."""


class NarrationInStatus(View):
    """The narration, now."""

    name: str
    address: str
    into: str
    """`all`, `file`, or a channel's name."""
    state: SoundState
    why: MessageView | None
    """Why the device is not live; null while it is."""
    reason: str | None
    """`why` as one text."""
    level_db: float
    """Root mean square of the last half second, in dB relative to full scale."""
    peak_db: float
    silent_since_utc: Utc | None
    missing_seconds: float
    """Seconds of silence inserted for sound that the device did not send, since its recording process began."""
    listeners: int
    restarts: int
    path: str | None
    """The path of its own file, while one is being written; else null."""


class BlackboxChannelView(View):
    """One channel of the blackbox."""

    name: str
    is_recording: bool
    """Its bytes have reached the blackbox's disk within the last moments."""
    is_missing: bool
    """It has a picture, or no recording process, and is not recorded: an alarm."""
    path: str | None
    why: MessageView | None
    """Why it is not recorded; null while it is."""


class BlackboxInStatus(View):
    """The blackbox, now."""

    root: str
    is_recording: bool
    """Every channel of it that has a picture is recorded. This says nothing about `is_recording` of the recorder."""
    channels: list[BlackboxChannelView]
    files: int
    """Whole ones."""
    bytes: int
    max_bytes: int
    max_age_seconds: float
    """0: no limit."""
    oldest_utc: Utc | None
    """When the oldest frame in it was captured."""
    needed_files: int
    """So many stay because a clip, an observation or a copy still needs them."""
    why: MessageView | None
    """Why its folder cannot be worked on; null while it can."""


class StatusView(View):
    """The recorder, now."""

    utc: Utc
    version: str
    is_recording: bool
    is_clip_recording: bool
    recording_id: str | None
    recording_seconds: float
    volume: VolumeView
    volumes: list[VolumeView]
    """Each disk by itself: the first, and the second where there is one."""
    newest_event_cursor: int
    alarms: list[AlarmView]
    """The worst first, then the oldest."""
    alarms_over: list[AlarmView]
    """Alarms that are over and that nobody has seen, the newest first."""
    channels: list[ChannelInStatus]
    narration: NarrationInStatus | None
    """Null without `[audio] input`."""
    overrides: list[OverrideView]
    """Keys of the settings file that have no effect now, because clients have set other values; DELETE /api/v1/settings
    takes those back.
    """
    blackbox: BlackboxInStatus | None
    """Null without `[blackbox] root`."""
    removal_rules: RulesInStatus | None
    """Null where nothing is removed by itself."""


def status_view(status: RecorderStatus, newest_event_cursor: int) -> StatusView:
    """The whole status."""
    return shown(
        StatusView,
        status,
        recording_seconds=round(status.recording_seconds, 3),
        volume=shown(VolumeView, status.volume),
        newest_event_cursor=newest_event_cursor,
        volumes=[shown(VolumeView, volume) for volume in status.volumes],
        alarms=[alarm_view(alarm) for alarm in status.alarms],
        alarms_over=[alarm_view(alarm) for alarm in status.alarms_over],
        channels=[_channel(index, one) for index, one in enumerate(status.channels)],
        narration=None if status.narration is None else _narration(status.narration),
        overrides=override_views(status.overrides),
        blackbox=None if status.blackbox is None else blackbox_view(status.blackbox),
        removal_rules=None if status.removal_rules is None else rules_in_status(status.removal_rules),
    )


def blackbox_view(view: BlackboxView) -> BlackboxInStatus:
    channels = [
        shown(BlackboxChannelView, one, path=None if one.path is None else redact(one.path)) for one in view.channels
    ]
    return shown(BlackboxInStatus, view, channels=channels)


def alarm_view(alarm: Alarm) -> AlarmView:
    return shown(AlarmView, alarm, sentence=redact(alarm.fact), remedy=redact(alarm.action))


def _channel(index: int, view: ChannelView) -> ChannelInStatus:
    status = view.status
    return shown(
        ChannelInStatus,
        status,
        index=index,
        name=status.channel,
        address=redact(view.address),
        reason=text_of(status.why),
        is_recording=view.is_recording,
        recording_seconds=round(view.recording_seconds, 3),
        picture=None if status.picture is None else shown(PictureView, status.picture),
        encoding=_encoding(status.encoding),
        losses=view.missing.of_recording,
        missing_seconds=round(view.missing.seconds_of_recording, 3),
        losses_since_worker_start=view.missing.since_worker_start,
        restarts=view.restarts,
        change_waiting=view.change_waiting,
        backlog_seconds=round(status.backlog_seconds, 3),
        recording=_file(status.recording),
        clean=_file(status.clean),
        clip=_file(status.clip),
        anomaly=_file(status.anomaly),
        narration=None if status.narration is None else shown(HeardView, status.narration),
    )


def _narration(view: NarrationView) -> NarrationInStatus:
    given = {"name": view.name, "address": view.address, "into": view.into, "restarts": view.restarts}
    path = None if view.path is None else redact(view.path)
    missing = round(view.narrator.missing_seconds, 3)
    reason = text_of(view.narrator.why)
    return shown(NarrationInStatus, view.narrator, path=path, missing_seconds=missing, reason=reason, **given)


def _encoding(encoding: EncodingStatus | None) -> EncodingInStatus | None:
    if encoding is None:
        return None
    planned = encoding.planned_encoder or encoding.encoder
    return shown(EncodingInStatus, encoding, planned_encoder=planned, delay_ms=round(encoding.delay_ms, 1))


def _file(file: FileStatus | None) -> FileView | None:
    if file is None:
        return None
    newest = utc_text(file.newest_stored_utc_ns) if file.newest_stored_utc_ns else None
    return shown(FileView, file, newest_stored_utc=newest, fault=text_of(file.why))
