"""Which frames of a file are missing, and how many of them are on the disk: what a file's losses are made of.

Three small parts of `video_file`: `GroupGate` decides which packets are dropped while the disk is too slow,
`MissingFrames` joins dropped frames to losses, and `StoredFrames` counts what the disk still has when a file is given
up. Only video frames are counted. A loss is reported from the thread that counts.
"""

from array import array
from bisect import bisect_right
from collections.abc import Callable, Sequence

from seacorder.model.loss import EMPTY_PACKET, Loss, WhyMissing
from seacorder.model.sample import Sample
from seacorder.sinks.context import SinkContext

_PRUNED_AT = 64
_FIELDS = 3


class MissingFrames:
    """Joins missing frames that follow each other, and reports them as one loss when the next frame is stored."""

    def __init__(self, context: SinkContext, recording_id: str | None, from_utc_ns: int) -> None:
        """`recording_id`: the recording whose losses they are, None for a clip's. `from_utc_ns`: capture time of the
        last frame before the first that may be missing.
        """
        self._context = context
        self._recording_id = recording_id
        self._newest_utc_ns = from_utc_ns
        self._why = EMPTY_PACKET
        self._frames = 0
        self._last_utc_ns = from_utc_ns

    def missed(self, sample: Sample, why: WhyMissing) -> None:
        """Counts a frame that the file does not take. The first of several in a row gives the loss its cause."""
        if not self._frames:
            self._why = why
        self._frames += 1
        self._last_utc_ns = sample.utc_ns

    def stored(self, sample: Sample) -> None:
        """Counts a frame that the file takes; reports the loss that ends with it, if frames were missing before it."""
        if self._frames:
            self.end(sample.utc_ns)
        self._newest_utc_ns = max(self._newest_utc_ns, sample.utc_ns)

    def end(self, to_utc_ns: int | None = None) -> None:
        """Reports the loss of the frames that are missing by now, if any, and counts from 0 again.

        The loss ends at `to_utc_ns`, by default at the last missing frame.
        """
        if self._frames:
            frames, self._frames = self._frames, 0
            self.report(self._newest_utc_ns, self._last_utc_ns if to_utc_ns is None else to_utc_ns, frames, self._why)

    def report(self, from_utc_ns: int, to_utc_ns: int, frames: int, why: WhyMissing) -> None:
        """Reports that `frames` frames are missing between the two capture times."""
        loss = Loss(
            channel=self._context.channel.name,
            from_utc_ns=from_utc_ns,
            to_utc_ns=to_utc_ns,
            frames=frames,
            cause=why.cause,
            recording_id=self._recording_id,
            detail=why.sentence,
        )
        self._context.report(loss)


class GroupGate:
    """Drops packets while too many wait for the disk, and only from one packet to the next keyframe.

    It closes before the first packet that finds no room in memory. It opens again at a keyframe, once there is room for
    as many bytes as the last whole group of pictures took: a group is not begun that would be broken off at once.
    """

    def __init__(self) -> None:
        self._is_open = True
        self._group_bytes = 0
        self._last_group_bytes = 0

    def admits_all(self, samples: Sequence[Sample], has_room: Callable[[int], bool]) -> bool:
        """True when all of these samples may be written, of which only the first may be a video keyframe. Else nothing
        has been counted, and each is to be asked about by itself."""
        size = 0
        for sample in samples:
            size += sample.size
        if not self._is_open or not has_room(size):
            return False
        if samples[0].is_keyframe and samples[0].number >= 0:
            self._last_group_bytes, self._group_bytes = self._group_bytes, 0
        self._group_bytes += size
        return True

    def admits(self, sample: Sample, has_room: Callable[[int], bool]) -> bool:
        """True when `sample` may be written; `has_room` says whether so many bytes more may wait for the disk."""
        if sample.is_keyframe and sample.number >= 0:  # sound has number -1; its packets are marked as keyframes too
            self._last_group_bytes, self._group_bytes = self._group_bytes, 0
            if not self._is_open:
                self._is_open = has_room(max(self._last_group_bytes, sample.size))
        self._group_bytes += sample.size
        if self._is_open and not has_room(sample.size):
            self._is_open = False
        return self._is_open


class StoredFrames:
    """Where each fragment of a file ends, so that one can say how many frames the first so many bytes hold.

    Needed when a disk fails: the bytes that it has taken are then fewer than those that were written.
    """

    def __init__(self, first_utc_ns: int) -> None:
        # One flat array: a disk that hangs confirms nothing for long, and tuples take seven times the memory.
        self._ends = array("q", (0, 0, first_utc_ns))
        """For each fragment: offset of its end, frames up to there, capture time of the last of them. Ascending."""

    def __len__(self) -> int:
        """How many ends are kept."""
        return len(self._ends) // _FIELDS

    def reached(self, offset: int, frames: int, utc_ns: int) -> None:
        """The file's first `offset` bytes hold `frames` frames, of which the last was captured at `utc_ns`."""
        self._ends.extend((offset, frames, utc_ns))

    def confirmed(self, offset: int) -> None:
        """The file's first `offset` bytes cannot get lost any more: ends before the last of them are forgotten."""
        if len(self) >= _PRUNED_AT and (before := self._newest_within(offset)) > 0:
            del self._ends[: before * _FIELDS]

    def within(self, offset: int) -> tuple[int, int]:
        """(frames that lie wholly in the first `offset` bytes, capture time of the last of them)."""
        begin = self._newest_within(offset) * _FIELDS
        return self._ends[begin + 1], self._ends[begin + 2]

    def _newest_within(self, offset: int) -> int:
        """Index of the last end at or before `offset`; 0 when there is none."""
        return max(0, bisect_right(range(len(self)), offset, key=lambda index: self._ends[index * _FIELDS]) - 1)
