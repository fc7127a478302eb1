"""Frames that a file does not take: what is dropped when the disk is slow, and the loss that becomes of it."""

from collections.abc import Callable

from seacorder.model.loss import EMPTY_PACKET, Loss, WhyMissing
from seacorder.model.report import LossNoted
from seacorder.model.sample import Sample
from seacorder.sinks.context import SinkContext


class MissingFrames:
    """Joins missing frames that follow each other, and reports them as one loss when the hole ends.

    Counts video frames only; times are capture times. A loss is reported from the thread that calls.
    """

    def __init__(self, context: SinkContext, recording_id: str | None, from_utc_ns: int) -> None:
        """`recording_id`: whose losses they are, None for a clip's. `from_utc_ns`: the frame before the first one."""
        self._context = context
        self._recording_id = recording_id
        self._newest_utc_ns = from_utc_ns
        self._why = EMPTY_PACKET
        self._frames = 0
        self._last_utc_ns = from_utc_ns

    def missed(self, sample: Sample, why: WhyMissing) -> None:
        """A frame that is not taken. The first one of a hole says why the whole hole is there."""
        if not self._frames:
            self._why = why
        self._frames += 1
        self._last_utc_ns = sample.utc_ns

    def stored(self, sample: Sample) -> None:
        """A frame that is taken: it ends a hole."""
        self.end(sample.utc_ns)
        self._newest_utc_ns = max(self._newest_utc_ns, sample.utc_ns)

    def end(self, to_utc_ns: int | None = None) -> None:
        """A hole that is open ends at `to_utc_ns`, or with its last frame. Nothing is reported where none is open."""
        if self._frames:
            frames, self._frames = self._frames, 0
            self.report(self._newest_utc_ns, self._last_utc_ns if to_utc_ns is None else to_utc_ns, frames, self._why)

    def report(self, from_utc_ns: int, to_utc_ns: int, frames: int, why: WhyMissing) -> None:
        """So many frames are missing between the two times."""
        loss = Loss(
            channel=self._context.channel.name,
            from_utc_ns=from_utc_ns,
            to_utc_ns=to_utc_ns,
            frames=frames,
            cause=why.cause,
            recording_id=self._recording_id,
            detail=why.sentence,
        )
        self._context.report(LossNoted(loss))


class GroupGate:
    """Lets samples through while the disk keeps up, and otherwise drops up to a keyframe: never a frame in mid-group.

    It closes before the first packet that finds no room, and opens again with a keyframe that finds room for as much
    as the last whole group of pictures took.
    """

    def __init__(self) -> None:
        self._is_open = True
        self._group_bytes = 0
        self._last_group_bytes = 0

    def admits(self, sample: Sample, has_room: Callable[[int], bool]) -> bool:
        """True when `sample` may be written; `has_room` says whether so many bytes more may wait for the disk."""
        if sample.is_keyframe and sample.number >= 0:
            self._last_group_bytes, self._group_bytes = self._group_bytes, 0
            if not self._is_open:
                self._is_open = has_room(max(self._last_group_bytes, sample.size))
        self._group_bytes += sample.size
        if self._is_open and not has_room(sample.size):
            self._is_open = False
        return self._is_open
