"""What a channel says of itself once a second, twice while it writes a file, and whenever its state changes.

`HeartbeatStatus` holds what belongs to nobody else (the state with its reason, the fault of the picture, the rates) and
asks the parts of the channel for the rest.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.message import Message
from seacorder.channel.backlog import Backlog
from seacorder.channel.encoding.channel_side import EncodingSide
from seacorder.channel.live.live_view import LiveView
from seacorder.channel.loss_account import LossAccount
from seacorder.channel.narration.placement import NarrationPlacement
from seacorder.channel.outputs import Outputs, Slot
from seacorder.channel.overlay.texts import ShownTexts
from seacorder.channel.source_notices import SourceNotices
from seacorder.channel.timing.timeline import Timeline
from seacorder.model.channel import ChannelSettings, ChannelState, ChannelStatus, PictureFault, PictureFormat
from seacorder.model.encoding import EncodingStatus
from seacorder.model.live import LiveStream
from seacorder.model.narration import NarratorStatus
from seacorder.model.recording import FileStatus
from seacorder.model.sample import Sample, SourceFormat


class Rate:
    """Bits and frames per second over the last few seconds. Not thread-safe."""

    def __init__(self) -> None:
        self._seconds: list[list[int]] = []
        """[second, bytes, frames], oldest first; the last one is still being filled."""

    def count(self, now_ns: int, size: int, frames: int) -> None:
        """So many bytes and frames have come at a monotonic time."""
        second, seconds = now_ns // NS_PER_SECOND, self._seconds
        if not seconds or seconds[-1][0] != second:
            seconds.append([second, 0, 0])
            del seconds[:-4]
        newest = seconds[-1]
        newest[1] += size
        newest[2] += frames

    def bits_per_second(self, now_ns: int) -> int:
        """Over whole seconds only; 0 when nothing came lately."""
        return self._mean(now_ns, 1) * 8

    def frames_per_second(self, now_ns: int) -> int:
        """Over whole seconds only; 0 when nothing came lately."""
        return self._mean(now_ns, 2)

    def _mean(self, now_ns: int, column: int) -> int:
        now = now_ns // NS_PER_SECOND
        whole = [row for row in self._seconds if now - 3 <= row[0] < now]
        return sum(row[column] for row in whole) // len(whole) if whole else 0


def nobody_looks(_keyframe: Sample, _source: SourceFormat, _difference_bytes: int) -> None:
    """Takes a keyframe where nobody looks at keyframes."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What a channel asks the other parts of its worker, and to whom it shows keyframes. All may be called under the
    channel's lock and never block. The defaults are those of a channel without these parts, as a clean copy is."""

    queued_bytes: Callable[[], int] = lambda: 0
    """Bytes that wait for the disk, over all files of the worker."""
    encoding_status: Callable[[], EncodingStatus | None] = lambda: None
    frames_to_encode: Callable[[], int] = lambda: 0
    """Pictures that have been received and are not encoded yet."""
    clean_status: Callable[[], tuple[bool, FileStatus | None]] = lambda: (False, None)
    """Whether the untouched pictures are recorded too, and their file."""
    narrator_status: Callable[[], NarratorStatus | None] = lambda: None
    """Of the narrator's worker alone."""
    offer_keyframe: Callable[[Sample, SourceFormat, int], None] = nobody_looks
    """Gets each keyframe and the mean size in bytes of the pictures before it; looks at one now and then."""
    live: Mapping[LiveStream, LiveView] = field(default_factory=dict)
    """Each gets every packet while somebody looks at the channel in its form."""


NO_NEIGHBOURS = Neighbours()


@dataclass(slots=True)
class HeartbeatStatus:
    """One channel's. Not thread-safe: used under the channel's lock."""

    settings: ChannelSettings
    clock: Clock
    timeline: Timeline
    backlog: Backlog
    outputs: Outputs
    loss_account: LossAccount
    notices: SourceNotices
    texts: ShownTexts
    narration: NarrationPlacement | None
    encoding: EncodingSide
    neighbours: Neighbours
    state: ChannelState = ChannelState.CONNECTING
    why: Message | None = field(init=False)
    """Why the channel is not live; None while it is."""
    received: Rate = field(default_factory=Rate)
    """What comes from the source; on an encoded channel its frames alone, without their bytes."""
    encoded: Rate = field(default_factory=Rate)
    """What comes from the encoder."""
    _since_utc_ns: int = field(init=False)
    _told_picture: tuple[tuple[SourceFormat, float, bool], PictureFormat] | None = None
    """The newest heartbeat's picture, and of what it was made."""
    _picture_fault: PictureFault | None = None
    _picture_fault_since_utc_ns: int | None = None

    def __post_init__(self) -> None:
        self._since_utc_ns = self.clock.utc_ns()
        self.why = Message(f"{self.settings.name} is being connected.")

    def enter(self, state: ChannelState, why: Message | None) -> bool:
        """Another state, or another reason for it; False when neither has changed."""
        if state is self.state and why == self.why:
            return False
        if state is not self.state:
            self._since_utc_ns = self.clock.utc_ns()
        self.state, self.why = state, why
        return True

    def saw_picture(self, fault: PictureFault | None) -> bool:
        """What the newest keyframes show; False when that has not changed."""
        if fault is self._picture_fault:
            return False
        self._picture_fault = fault
        self._picture_fault_since_utc_ns = None if fault is None else self.clock.utc_ns()
        return True

    def now(self, source: SourceFormat | None) -> ChannelStatus:
        """All of it, for a source that is or was connected."""
        now_ns = self.clock.monotonic_ns()
        files = {slot: self._file(slot) for slot in Slot}
        keeps_clean, clean = self.neighbours.clean_status()
        return ChannelStatus(
            channel=self.settings.name,
            state=self.state,
            since_utc_ns=self._since_utc_ns,
            why=self.why,
            picture=self._picture(source),
            patience_ns=self.timeline.patience_ns,
            bits_per_second=self.received.bits_per_second(now_ns) + self.encoded.bits_per_second(now_ns),
            frames_received=self.timeline.frames_received,
            missing=self.loss_account.counts,
            backlog_seconds=self.backlog.seconds,
            backlog_bytes=self.backlog.bytes,
            queued_bytes=self.neighbours.queued_bytes(),
            newest_frame_utc_ns=self.loss_account.newest.utc_ns if self.loss_account.newest else None,
            recording=files[Slot.RECORDING],
            clean=clean,
            keeps_clean=keeps_clean,
            clip=files[Slot.CLIP],
            anomaly=files[Slot.ANOMALY],
            blackbox=files[Slot.BLACKBOX],
            picture_fault=self._picture_fault,
            picture_fault_since_utc_ns=self._picture_fault_since_utc_ns,
            clock_fault=self.timeline.clock_fault(now_ns),
            encoding=self.neighbours.encoding_status(),
            overlay_text=self.texts.newest,
            narration=self.narration.status if self.narration else None,
            narrator=self.neighbours.narrator_status(),
        )

    def _picture(self, source: SourceFormat | None) -> PictureFormat | None:
        if source is None:
            return None
        told = (source, self.timeline.frame_rate, self.notices.begins_at_recovery_points)
        if self._told_picture is None or told != self._told_picture[0]:
            picture = replace(source.picture, frame_rate=told[1], begins_at_recovery_points=told[2])
            self._told_picture = told, picture
        return self._told_picture[1]

    def _file(self, slot: Slot) -> FileStatus | None:
        output = self.outputs[slot]
        status = output.sink.status() if output is not None else None
        if output is None or status is None or slot is not Slot.RECORDING or self.encoding.is_on:
            return status  # the frames of an encoder are not the camera's, so they have no anchors
        return replace(status, anchors=self.timeline.clocks.anchors(*output.sink.begun))
