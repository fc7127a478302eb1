"""What `/api/v1` answers, as typed values: the model's nouns with times as text. Pure.

Instants are RFC 3339 in UTC with microseconds, `2026-05-04T03:02:01.123456Z`; other units stand in the names.
"""

from collections.abc import Iterable
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from seacorder.api.v1.times import utc_text
from seacorder.base.redaction import redact
from seacorder.model.alarm import AlarmKind
from seacorder.model.channel import ChannelState
from seacorder.model.encoding import EncodingStatus
from seacorder.model.event import Severity
from seacorder.model.loss import LossCause
from seacorder.model.narration import NarrationView, SoundState
from seacorder.model.outcome import CommandOutcome
from seacorder.model.overlay import OverlayText
from seacorder.model.recording import FileKind, FileState, FileStatus, RecordingState
from seacorder.model.settings import Override, SettingValue
from seacorder.model.status import ChannelView, RecorderStatus

Utc = Annotated[str, Field(json_schema_extra={"format": "date-time"}, examples=["2026-05-04T03:02:01.123456Z"])]
T = TypeVar("T")
Shown = TypeVar("Shown", bound="View")


class View(BaseModel):
    """A frozen answer."""

    model_config = ConfigDict(frozen=True)


class ChannelOutcome(View):
    """What a command came to on one channel."""

    channel: str
    ok: bool
    sentence: str
    """Why not; empty when done."""
    was_asked: bool
    """False: there was nothing to do, since it is not live or has no file."""
    achieved_utc: Utc | None
    """Capture time of the first frame of a start, the last of a stop, the frame of a framegrab."""
    path: str | None


class Outcome(View):
    """What a command came to: one instant, a result for each channel."""

    ok: bool
    """At least one channel did it, or there was nothing to do."""
    is_complete: bool
    """Every channel that was asked did it, or will: every live one, or every one that has a file."""
    id: str
    instant_utc: Utc
    channels: list[ChannelOutcome]


class FileView(View):
    """A file that is being written."""

    id: str
    path: str
    number: int
    start_utc: Utc
    frames: int
    bytes_stored: int
    newest_stored_utc: Utc | None
    fault: str | None


class PictureView(View):
    """What the source sends."""

    codec: str
    width: int
    height: int
    frame_rate: float
    audio_codec: str | None
    read_by: str
    """`ffmpeg` where FFmpeg's client reads a camera that the recorder's own cannot; else empty."""
    begins_at_recovery_points: bool
    """It sends intra refresh instead of keyframes; the first pictures of each file are incomplete."""


class HeardView(View):
    """How narration arrives in a channel."""

    is_heard: bool
    missing_seconds: float
    """How much silence stands for narration that did not come, since the channel's worker began."""
    late_packets: int


class EncodingInStatus(View):
    """What a channel's encoding is doing."""

    sentence: str
    """What was decided, and why."""
    encoder: str
    """FFmpeg's name; `copy` when the pictures pass through."""
    planned_encoder: str
    """Another one than `encoder` when that one has failed."""
    preset: str
    bit_rate: int
    """Bits a second that are aimed at; 0 when the pictures pass through."""
    dropped_frames: int
    """Since the worker began, because the machine was too slow."""
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
    reason: str | None
    is_recording: bool
    recording_seconds: float
    picture: PictureView | None
    encoding: EncodingInStatus | None
    bits_per_second: int
    frames_received: int
    newest_frame_utc: Utc | None
    losses: int
    """Of the running recording, or of the last."""
    losses_since_worker_start: int
    restarts: int
    backlog_seconds: float
    backlog_bytes: int
    queued_bytes: int
    recording: FileView | None
    clean: FileView | None
    """Of the untouched pictures, beside the burned ones."""
    clip: FileView | None
    anomaly: FileView | None
    overlay_text: str
    """What the worker shows over the picture, or keeps for the page and the subtitles."""
    narration: HeardView | None
    """Null on a channel without narration."""


class OverlayView(View):
    """The text over the pictures of all channels."""

    text: str
    since_utc: Utc | None
    """Frames captured at or after it carry the text; null: nobody has set or cleared it since the program began."""


class VolumeView(View):
    """The disk that recordings go to."""

    path: str
    total_bytes: int
    free_bytes: int
    reserve_bytes: int
    free_percent: int
    seconds_left: float | None
    """At the present bit rate; null when nothing is written."""


class AlarmView(View):
    """Something that is wrong just now; docs/reference/alarms.md."""

    kind: AlarmKind
    channel: str | None
    """Null: it concerns the recorder as a whole."""
    severity: Severity
    since_utc: Utc
    sentence: str
    remedy: str
    """What to do."""


class NarrationInStatus(View):
    """The narration, now."""

    name: str
    address: str
    into: str
    """`all`, `file`, or a channel's name."""
    state: SoundState
    reason: str | None
    level_db: float
    """Of the last half second, dB of full scale: the root of the mean square."""
    peak_db: float
    silent_since_utc: Utc | None
    missing_seconds: float
    """How much silence stands for sound that the device did not give, since its worker began."""
    listeners: int
    restarts: int
    path: str | None
    """Of its own file, while one is being written."""


class OverrideView(View):
    """A key of the settings file in whose place another value holds, because a client has set it."""

    key: str
    in_force: SettingValue
    in_file: SettingValue


class StatusView(View):
    """The recorder, now."""

    utc: Utc
    version: str
    is_recording: bool
    is_clip_recording: bool
    recording_id: str | None
    recording_seconds: float
    volume: VolumeView
    newest_event_cursor: int
    alarms: list[AlarmView]
    """The worst first, then the oldest."""
    channels: list[ChannelInStatus]
    narration: NarrationInStatus | None
    """Null where no `[audio] input` is set."""
    overrides: list[OverrideView]
    """Keys of the settings file in whose place a client's value holds; see DELETE /api/v1/settings."""


class RecordingRow(View):
    id: str
    start_utc: Utc
    end_utc: Utc | None
    state: RecordingState
    continues: str | None


class PartRow(View):
    recording_id: str
    channel: str
    number: int
    path: str
    start_utc: Utc
    end_utc: Utc | None
    first_frame: int
    frames: int
    bytes: int
    state: FileState


class ClipRow(View):
    id: str
    channel: str
    kind: FileKind
    path: str
    start_utc: Utc
    end_utc: Utc | None
    first_frame: int
    frames: int
    bytes: int
    state: FileState
    recording_id: str | None


class FramegrabRow(View):
    id: str
    channel: str
    path: str
    instant_utc: Utc
    frame_utc: Utc
    frame: int
    width: int
    height: int
    bytes: int
    recording_id: str | None


class LossRow(View):
    channel: str
    from_utc: Utc
    to_utc: Utc
    frames: int | None
    cause: LossCause
    recording_id: str | None
    detail: str


class EventView(View):
    """One message of `/api/v1/events`."""

    cursor: int
    utc: Utc
    kind: str
    severity: Severity
    sentence: str
    channel: str | None


class PageOf(View, Generic[T]):
    """Rows in the order of their start; `next_cursor` is null on the last page."""

    items: list[T]
    next_cursor: str | None


def shown(view: type[Shown], noun: object, **given: Any) -> Shown:
    """A noun of the model as `view`: fields of the same name, times as text, texts without credentials.

    `given` holds the fields that the noun does not have under their name.
    """
    fields = {name: _field(noun, name) for name in view.model_fields if name not in given}
    return view(**fields, **given)


def outcome(result: CommandOutcome) -> Outcome:
    """The result of a command; nothing to do counts as done."""
    channels = [shown(ChannelOutcome, one) for one in result.channels]
    done = result.ok or not channels
    instant_utc = utc_text(result.instant.utc_ns)
    return Outcome(ok=done, is_complete=result.is_complete, id=result.id, instant_utc=instant_utc, channels=channels)


def overlay_view(shown_text: OverlayText) -> OverlayView:
    """The text as it is, whatever it says: it is the client's own."""
    since = None if shown_text.since is None else utc_text(shown_text.since.utc_ns)
    return OverlayView(text=shown_text.text, since_utc=since)


def status_view(status: RecorderStatus, newest_event_cursor: int) -> StatusView:
    """The whole status."""
    return shown(
        StatusView,
        status,
        recording_seconds=round(status.recording_seconds, 3),
        volume=shown(VolumeView, status.volume),
        newest_event_cursor=newest_event_cursor,
        alarms=[shown(AlarmView, alarm) for alarm in status.alarms],
        channels=[_channel(index, one) for index, one in enumerate(status.channels)],
        narration=None if status.narration is None else _narration(status.narration),
        overrides=override_views(status.overrides),
    )


def override_views(overrides: Iterable[Override]) -> list[OverrideView]:
    """As the settings file would have them."""
    return [OverrideView(key=one.key, in_force=one.in_force, in_file=one.in_file) for one in overrides]


def _channel(index: int, view: ChannelView) -> ChannelInStatus:
    status = view.status
    return shown(
        ChannelInStatus,
        status,
        index=index,
        name=status.channel,
        address=redact(view.address),
        is_recording=view.is_recording,
        recording_seconds=round(view.recording_seconds, 3),
        picture=None if status.picture is None else shown(PictureView, status.picture),
        encoding=_encoding(status.encoding),
        losses=view.losses,
        losses_since_worker_start=status.losses,
        restarts=view.restarts,
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
    return shown(NarrationInStatus, view.narrator, path=path, missing_seconds=missing, **given)


def _encoding(encoding: EncodingStatus | None) -> EncodingInStatus | None:
    if encoding is None:
        return None
    planned = encoding.planned_encoder or encoding.encoder
    return shown(EncodingInStatus, encoding, planned_encoder=planned, delay_ms=round(encoding.delay_ms, 1))


def _file(file: FileStatus | None) -> FileView | None:
    if file is None:
        return None
    newest = utc_text(file.newest_stored_utc_ns) if file.newest_stored_utc_ns else None
    return shown(FileView, file, newest_stored_utc=newest)


def _field(noun: object, name: str) -> Any:
    if name == "utc" or name.endswith("_utc"):
        utc_ns = getattr(noun, f"{name}_ns")
        return None if utc_ns is None else utc_text(utc_ns)
    value = getattr(noun, name)
    return redact(value) if type(value) is str else value
