"""Holes that only control can see: a worker or the whole program ended, and the channel recorded again later.

A hole is known whole when both ends are: the last frame before it, which the examination of the interrupted file
settles, and the first frame after it, which the next part of the channel brings. Until then it is kept here.

How many frames it is wide is said at once, and said again while that becomes better known: a new worker's first frame
comes when everything is busiest, and its capture time is known well only some seconds later (docs/design/time.md).
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.model.capture_time import RECOUNT_NS, Anchor, Anchors, Captured, Distance, distance, frame_distance_ns
from seacorder.model.channel import ChannelStatus
from seacorder.model.loss import Loss, LossCause, counted

CLOCK_STEP_NS = NS_PER_SECOND // 2
"""By less the wall clock only creeps."""
DAY_NS = 24 * 3600 * NS_PER_SECOND
"""A hole that only the wall clock measures and that is longer is not counted in frames: the clock may be wrong."""


@dataclass(frozen=True, slots=True)
class FirstFrame:
    """The frame that ends a hole: the first one of a part."""

    recording_id: str
    number: int
    """The part's."""
    utc_ns: int


@dataclass(frozen=True, slots=True)
class Gap:
    """One hole of one channel."""

    channel: str
    recording_id: str
    cause: LossCause
    from_utc_ns: int
    """Capture time of the last frame before it, as well as it is known."""
    frame_rate: float
    """Of the source, frames a second; 0 when unknown."""
    path: str | None = None
    """The interrupted file, while its examination is awaited."""
    to_utc_ns: int | None = None
    """Capture time of the first frame after it."""
    detail: str = ""
    anchor: Anchor | None = None
    """Of the file before it; None when that is not known any more."""
    anchor_before: Anchor | None = None
    """Of the part before it: where its own is not known yet, this tells what the camera's clock was ahead."""
    first: FirstFrame | None = None
    """What ended it, when a frame did."""
    begins_with_first: bool = False
    """The file has no frame, or cannot be read: `from_utc_ns` is its first frame's, and the one before it is stored."""
    is_by_wall_clock: bool = False
    """The clocks before and after it have nothing in common that is known, so that only the wall clock measures it."""
    is_over_boot: bool = False
    """The machine was started anew in it, and its monotonic clock with it."""
    is_unmeasured: bool = False
    """The wall clock has measured it and cannot be right: `to_utc_ns` is the earliest end that is possible."""

    @property
    def last_utc_ns(self) -> int:
        """Capture time of the last frame that is stored."""
        is_known = self.begins_with_first and self.frame_rate > 0
        return self.from_utc_ns - (round(NS_PER_SECOND / self.frame_rate) if is_known else 0)

    @property
    def is_whole(self) -> bool:
        return self.path is None and self.to_utc_ns is not None

    def loss(self, length: Distance) -> Loss | None:
        """The row for the catalogue; None when no frame is missing after all."""
        if self.to_utc_ns is None or self.to_utc_ns <= self.last_utc_ns:
            return None
        return self.row(self.to_utc_ns, length)

    def row(self, to_utc_ns: int, length: Distance) -> Loss:
        """The row for the catalogue, with that end."""
        detail = f"{self.detail} {_UNMEASURED}".lstrip() if self.is_unmeasured else self.detail
        loss = Loss(
            channel=self.channel,
            from_utc_ns=self.last_utc_ns,
            to_utc_ns=to_utc_ns,
            frames=None,
            cause=self.cause,
            recording_id=self.recording_id,
            detail=detail,
        )
        if self.is_unmeasured:
            return loss
        frames = length.frames_between(frame_distance_ns(self.frame_rate))
        return counted(loss, frames, is_by_camera=length.is_by_camera)

    def ended(self, utc_ns: int, now_ahead_ns: int) -> "Gap":
        """The same with its end, told by the present wall clock, which is `now_ahead_ns` ahead of the monotonic one.

        Where nothing else measures the hole, the wall clock is believed as long as it can be right: over a start of
        the machine the hole is at least as long as that has been running, which is what the monotonic clock counts.
        """
        if self.is_by_wall_clock:
            least_ns = max(utc_ns - now_ahead_ns, 1) if self.is_over_boot else 1
            length_ns = utc_ns - self.last_utc_ns
            is_wrong = length_ns <= 0 or length_ns + CLOCK_STEP_NS < least_ns or length_ns > DAY_NS
            return replace(self, to_utc_ns=self.last_utc_ns + max(length_ns, least_ns), is_unmeasured=is_wrong)
        ahead_ns = 0 if self.anchor is None else now_ahead_ns - self.anchor.monotonic_ns
        return replace(self, to_utc_ns=utc_ns - ahead_ns if abs(ahead_ns) >= CLOCK_STEP_NS else utc_ns)


_UNMEASURED = (
    "The wall clock does not fit the one that it began by, so nobody knows how long it is; set the machine's clock."
)


@dataclass(slots=True)
class _Settling:
    """A hole that has been noted, and how it was noted last."""

    gap: Gap
    until_ns: int
    loss: Loss | None = None
    rounded_ns: int = 0
    """By how much the hole is longer than its frames."""


def _camera_ahead_ns(gap: Gap) -> int | None:
    """What the camera was ahead of the monotonic clock when the hole began: what ran then had had time to learn it."""
    told = (anchor for anchor in (gap.anchor, gap.anchor_before) if anchor is not None)
    return next((one.monotonic_ns - one.camera_ns for one in told if one.camera_ns is not None), None)


class Gaps:
    """The holes that are open. Every method returns the losses that it completed.

    A hole is as long as the monotonic clock says, so both its ends are told by the wall clock of its beginning.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: list[Gap] = []
        self._settling: list[_Settling] = []
        self._told: dict[str, tuple[str, Anchors]] = {}
        """By channel: the recording of its worker, and how what that has recorded lies on the clocks."""
        self._camera_ahead_ns: dict[str, int] = {}
        """By channel: what the camera's clock is ahead of the monotonic one, as it was last told."""

    def __len__(self) -> int:
        return len(self._open)

    def begin(self, gap: Gap) -> None:
        """A hole opens, unless the channel's last one has not ended yet: then that one goes on."""
        if any(one.channel == gap.channel and one.to_utc_ns is None for one in self._open):
            return
        self._open.append(gap)

    def first_frame(self, channel: str, first: FirstFrame, frame_rate: float) -> list[Loss]:
        """The channel records again; its rate counts, where it is known, because it was told and not reckoned."""
        self._open = [
            replace(gap.ended(first.utc_ns, self._clock_ns), first=first, frame_rate=frame_rate or gap.frame_rate)
            if gap.channel == channel and gap.to_utc_ns is None
            else gap
            for gap in self._open
        ]
        return self._take_whole()

    def saw_status(self, status: ChannelStatus) -> list[Loss]:
        """A heartbeat, with what is known by now about the clocks: losses whose count has changed."""
        file = status.recording
        if file is None or file.anchors is None:
            return []
        self._told[status.channel] = (file.id, file.anchors)
        newest = file.anchors.newest
        if newest.camera_ns is not None:
            self._camera_ahead_ns[status.channel] = newest.monotonic_ns - newest.camera_ns
        return self._recount(status.channel)

    def examined(self, path: str, end_utc_ns: int | None) -> list[Loss]:
        """The interrupted file has been examined; `end_utc_ns` is None when it holds no frame."""
        self._open = [
            replace(gap, path=None, from_utc_ns=end_utc_ns or gap.from_utc_ns, begins_with_first=end_utc_ns is None)
            if gap.path == path
            else gap
            for gap in self._open
        ]
        return self._take_whole()

    def rounded_ns(self, channel: str) -> int:
        """By how much the hole before a worker's first frame is longer than its frames, while that is being settled and
        the camera's clock is not confirmed; else 0.

        What was recorded behind it lies so much too late by the camera's clock, as far as that is known yet. If the
        next hole began where it lies, both could be rounded up; begun so much earlier, no frame is counted twice.
        """
        if channel not in self._told or self._told[channel][1].is_confirmed:
            return 0
        mine = (one for one in reversed(self._settling) if one.gap.channel == channel)
        return next((one.rounded_ns for one in mine if self._first_captured(one.gap) is not None), 0)

    def absorbs(self, loss: Loss) -> bool:
        """True when a worker's own loss lies in a hole that is still open here, and so is counted with it."""
        return any(
            gap.channel == loss.channel
            and gap.to_utc_ns is None
            and (gap.is_by_wall_clock or self._told_by(gap, loss.from_utc_ns) >= gap.from_utc_ns)
            for gap in self._open
        )

    def stopped(self, recordings: Collection[str], utc_ns: int) -> list[Loss]:
        """The recording has stopped: its holes, and those of the recordings that it carried on, which nothing has ended
        yet, end there."""
        self._open = [
            gap.ended(utc_ns, self._clock_ns) if gap.recording_id in recordings and gap.to_utc_ns is None else gap
            for gap in self._open
        ]
        return self._take_whole()

    def give_up(self) -> list[Loss]:
        """No examination comes any more: what is known is taken as it is. Holes without an end stay open."""
        self._open = [replace(gap, path=None) for gap in self._open]
        return self._take_whole()

    def _told_by(self, gap: Gap, utc_ns: int) -> int:
        """A moment by the present wall clock, as the wall clock of the gap's beginning would tell it."""
        return gap.ended(utc_ns, self._clock_ns).to_utc_ns or utc_ns

    def _take_whole(self) -> list[Loss]:
        whole = [gap for gap in self._open if gap.is_whole]
        self._open = [gap for gap in self._open if not gap.is_whole]
        until_ns = self._clock.monotonic_ns() + RECOUNT_NS
        noted = [_Settling(gap, until_ns) for gap in whole]
        for one in noted:
            one.loss, one.rounded_ns = self._counted(one.gap)
        self._settling += [one for one in noted if one.gap.first is not None]
        return [one.loss for one in noted if one.loss is not None]

    def _recount(self, channel: str) -> list[Loss]:
        now_ns = self._clock.monotonic_ns()
        self._settling = [one for one in self._settling if now_ns < one.until_ns]
        changed = []
        for one in self._settling:
            if one.gap.channel != channel or self._first_captured(one.gap) is None:
                continue
            loss, one.rounded_ns = self._counted(one.gap)
            if loss is not None and loss != one.loss:
                one.loss = loss
                changed.append(loss)
        return changed

    def _counted(self, gap: Gap) -> tuple[Loss | None, int]:
        length = self._length(gap)
        loss = gap.loss(length)
        if loss is None or loss.frames is None or self._first_captured(gap) is None:
            return loss, 0
        return loss, length.ns - round((loss.frames + 1) * NS_PER_SECOND / gap.frame_rate)

    def _length(self, gap: Gap) -> Distance:
        """As well as it is known by now."""
        after = self._first_captured(gap)
        if after is None:
            return Distance((gap.to_utc_ns or gap.last_utc_ns) - gap.last_utc_ns)
        before = (gap.anchor or Anchor(self._clock_ns)).captured(gap.last_utc_ns)
        return distance(before, after, _camera_ahead_ns(gap) or self._camera_ahead_ns.get(gap.channel))

    def _first_captured(self, gap: Gap) -> Captured | None:
        """When the frame that ended a hole was captured; None when its file says nothing about that (any more)."""
        if gap.first is None or gap.channel not in self._told:
            return None
        recording_id, told = self._told[gap.channel]
        is_that = (recording_id, told.first_number) == (gap.first.recording_id, gap.first.number)
        return told.first.captured(gap.first.utc_ns) if is_that else None

    @property
    def _clock_ns(self) -> int:
        """What UTC is ahead of the monotonic clock."""
        return self._clock.utc_ns() - self._clock.monotonic_ns()
