"""What `/api/v1` answers, as typed values: the model's nouns with times as text. Pure.

Instants are RFC 3339 in UTC with microseconds, `2026-05-04T03:02:01.123456Z`; other units stand in the names.
"""

from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from seacorder.api.times import utc_text
from seacorder.base.log import redact
from seacorder.model.channel import ChannelState
from seacorder.model.event import Event, Severity
from seacorder.model.recording import (
    Clip,
    FileKind,
    FileState,
    FileStatus,
    Framegrab,
    Loss,
    LossCause,
    Part,
    Recording,
    RecordingState,
)
from seacorder.model.result import CommandResult
from seacorder.model.status import ChannelView, RecorderStatus

Utc = Annotated[str, Field(json_schema_extra={"format": "date-time"}, examples=["2026-05-04T03:02:01.123456Z"])]
T = TypeVar("T")


class View(BaseModel):
    """A frozen answer."""

    model_config = ConfigDict(frozen=True)


class ChannelOutcome(View):
    """What a command came to on one channel."""

    channel: str
    ok: bool
    sentence: str
    """Why not; empty when done."""
    achieved_utc: Utc | None
    """Capture time of the first frame of a start, the last of a stop, the frame of a framegrab."""
    path: str | None


class Outcome(View):
    """What a command came to: one instant, a result for each channel."""

    ok: bool
    """At least one channel did it, or there was nothing to do."""
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
    clip: FileView | None
    anomaly: FileView | None


class VolumeView(View):
    """The disk that recordings go to."""

    path: str
    total_bytes: int
    free_bytes: int
    reserve_bytes: int
    free_percent: int
    seconds_left: float | None
    """At the present bit rate; null when nothing is written."""


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
    channels: list[ChannelInStatus]


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


def outcome(result: CommandResult) -> Outcome:
    """The result of a command; nothing to do counts as done."""
    channels = [
        ChannelOutcome(
            channel=one.channel,
            ok=one.ok,
            sentence=redact(one.sentence),
            achieved_utc=_utc(one.achieved_utc_ns),
            path=one.path,
        )
        for one in result.channels
    ]
    done = result.ok or not channels
    return Outcome(ok=done, id=result.id, instant_utc=utc_text(result.instant.utc_ns), channels=channels)


def status_view(status: RecorderStatus, newest_event_cursor: int) -> StatusView:
    """The whole status."""
    volume = status.volume
    return StatusView(
        utc=utc_text(status.utc_ns),
        version=status.version,
        is_recording=status.is_recording,
        is_clip_recording=status.is_clip_recording,
        recording_id=status.recording_id,
        recording_seconds=round(status.recording_seconds, 3),
        volume=VolumeView(
            path=volume.path,
            total_bytes=volume.total_bytes,
            free_bytes=volume.free_bytes,
            reserve_bytes=volume.reserve_bytes,
            free_percent=volume.free_percent,
            seconds_left=volume.seconds_left,
        ),
        newest_event_cursor=newest_event_cursor,
        channels=[_channel(index, one) for index, one in enumerate(status.channels)],
    )


def recording_row(one: Recording) -> RecordingRow:
    return RecordingRow(
        id=one.id,
        start_utc=utc_text(one.start_utc_ns),
        end_utc=_utc(one.end_utc_ns),
        state=one.state,
        continues=one.continues,
    )


def part_row(one: Part) -> PartRow:
    return PartRow(
        recording_id=one.recording_id,
        channel=one.channel,
        number=one.number,
        path=one.path,
        start_utc=utc_text(one.start_utc_ns),
        end_utc=_utc(one.end_utc_ns),
        first_frame=one.first_frame,
        frames=one.frames,
        bytes=one.bytes,
        state=one.state,
    )


def clip_row(one: Clip) -> ClipRow:
    return ClipRow(
        id=one.id,
        channel=one.channel,
        kind=one.kind,
        path=one.path,
        start_utc=utc_text(one.start_utc_ns),
        end_utc=_utc(one.end_utc_ns),
        first_frame=one.first_frame,
        frames=one.frames,
        bytes=one.bytes,
        state=one.state,
        recording_id=one.recording_id,
    )


def framegrab_row(one: Framegrab) -> FramegrabRow:
    return FramegrabRow(
        id=one.id,
        channel=one.channel,
        path=one.path,
        instant_utc=utc_text(one.instant_utc_ns),
        frame_utc=utc_text(one.frame_utc_ns),
        frame=one.frame,
        width=one.width,
        height=one.height,
        bytes=one.bytes,
        recording_id=one.recording_id,
    )


def loss_row(one: Loss) -> LossRow:
    return LossRow(
        channel=one.channel,
        from_utc=utc_text(one.from_utc_ns),
        to_utc=utc_text(one.to_utc_ns),
        frames=one.frames,
        cause=one.cause,
        recording_id=one.recording_id,
        detail=redact(one.detail),
    )


def event_view(event: Event) -> EventView:
    return EventView(
        cursor=event.cursor,
        utc=utc_text(event.utc_ns),
        kind=event.kind,
        severity=event.severity,
        sentence=redact(event.sentence),
        channel=event.channel,
    )


def _channel(index: int, view: ChannelView) -> ChannelInStatus:
    status = view.status
    picture = status.picture
    return ChannelInStatus(
        index=index,
        name=status.channel,
        address=redact(view.address),
        state=status.state,
        since_utc=utc_text(status.since_utc_ns),
        reason=None if status.reason is None else redact(status.reason),
        is_recording=view.is_recording,
        recording_seconds=round(view.recording_seconds, 3),
        picture=None
        if picture is None
        else PictureView(
            codec=picture.codec,
            width=picture.width,
            height=picture.height,
            frame_rate=picture.frame_rate,
            audio_codec=picture.audio_codec,
        ),
        bits_per_second=status.bits_per_second,
        frames_received=status.frames_received,
        newest_frame_utc=_utc(status.newest_frame_utc_ns),
        losses=view.losses,
        losses_since_worker_start=status.losses,
        restarts=view.restarts,
        backlog_seconds=round(status.backlog_seconds, 3),
        backlog_bytes=status.backlog_bytes,
        queued_bytes=status.queued_bytes,
        recording=_file(status.recording),
        clip=_file(status.clip),
        anomaly=_file(status.anomaly),
    )


def _file(file: FileStatus | None) -> FileView | None:
    if file is None:
        return None
    return FileView(
        id=file.id,
        path=file.path,
        number=file.number,
        start_utc=utc_text(file.start_utc_ns),
        frames=file.frames,
        bytes_stored=file.bytes_stored,
        newest_stored_utc=_utc(file.newest_stored_utc_ns or None),
        fault=None if file.fault is None else redact(file.fault),
    )


def _utc(utc_ns: int | None) -> str | None:
    return None if utc_ns is None else utc_text(utc_ns)
