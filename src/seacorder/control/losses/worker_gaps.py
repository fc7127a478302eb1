"""Gaps: holes in a recording that no worker can see, because the worker or the whole program ended inside them.

A gap becomes a loss when both its ends are known. Its begin is the last frame before it, which the examination of the
interrupted file finds; its end is the first frame of the channel's next part. Until then the gap is kept here.

The loss is made at once, with an estimate of its frames, and again for `RECOUNT_NS` whenever the count changes: a new
worker begins while the machine is busy, so the capture time of its first frame is known well only some seconds later.

Worked example. A worker is killed at 12:00:00.00 and its successor stores its first frame at 12:00:01.30. The camera
sends 25 frames a second. The examination finds the file's last frame at 11:59:59.94: 1.36 s, 34 steps of 40 ms, so 33
frames are missing. Four seconds later the camera has told its clock, by which the first frame was captured 80 ms
earlier than it had seemed: 1.28 s, 32 steps. The same loss is made again with 31 frames (docs/design/time.md).
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

from seacorder.base.clock import NS_PER_SECOND, Clock, utc_ahead_ns
from seacorder.model.account import key_of
from seacorder.model.capture_time import (
    AGREEMENT_NS,
    RECOUNT_NS,
    Anchor,
    Anchors,
    Captured,
    Distance,
    distance,
    frame_distance_ns,
    frames_between,
)
from seacorder.model.channel import ChannelStatus
from seacorder.model.loss import Loss, LossCause, counted
from seacorder.model.recording import Part

CLOCK_STEP_NS = NS_PER_SECOND // 2
"""Smaller differences of the wall clock are drift, not a clock step."""
DAY_NS = 24 * 3600 * NS_PER_SECOND
"""A longer gap that only the wall clock measures gets no count of frames: that clock may be wrong."""


@dataclass(frozen=True, slots=True)
class FirstFrame:
    """The frame that ends a gap: the first one of a part."""

    recording_id: str
    number: int
    """The part's."""
    utc_ns: int


@dataclass(frozen=True, slots=True)
class Gap:
    """One gap of one channel. It grows by `replace`: each step fills in what has become known."""

    channel: str
    recording_id: str
    cause: LossCause
    from_utc_ns: int
    """Capture time of the last frame before it: as the last heartbeat said, then as the file shows."""
    frame_rate: float
    """Of the source, frames a second; 0 when not known."""
    path: str | None = None
    """The interrupted file while it is being examined; None before and after."""
    to_utc_ns: int | None = None
    """Capture time of the first frame after it, by the wall clock as it was at the begin; None while it is open."""
    detail: str = ""
    anchor: Anchor | None = None
    """Of the part before it: how its UTC lies on the other clocks. None when that is not known any more."""
    anchor_before: Anchor | None = None
    """Of the part before that one. Where `anchor` does not know the camera's clock yet, this one tells it."""
    last_parts: "LastParts | None" = None
    """Where `anchor` does not know the camera's clock: both parts. None where they are not known."""
    first: FirstFrame | None = None
    """The frame that ended it; None while it is open, and where the stop of the recording ended it."""
    begins_with_first: bool = False
    """No frame of the interrupted file can be read: `from_utc_ns` is the time of its first one, which is missing."""
    is_by_wall_clock: bool = False
    """Only the wall clock measures it: monotonic times from before and after it cannot be compared."""
    is_over_boot: bool = False
    """The machine was restarted inside it, so the monotonic clock counts from a time inside it."""
    is_unmeasured: bool = False
    """The wall clock measured it and cannot be right: `to_utc_ns` is the earliest possible end; no frames counted."""

    @property
    def last_utc_ns(self) -> int:
        """Capture time of the last frame that is stored."""
        return self.from_utc_ns - (round(frame_distance_ns(self.frame_rate)) if self.begins_with_first else 0)

    @property
    def is_whole(self) -> bool:
        """Both ends are known."""
        return self.path is None and self.to_utc_ns is not None

    def loss(self, length: Distance) -> Loss | None:
        """The loss, `length` being the distance of its neighbours; None when no frame is missing after all."""
        if self.to_utc_ns is None or self.to_utc_ns <= self.last_utc_ns:
            return None
        return self.row(self.to_utc_ns, length)

    def row(self, to_utc_ns: int, length: Distance) -> Loss:
        """The loss with that end, whatever the gap's own is."""
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
        """The gap with its end at `utc_ns` of the present wall clock, which is `now_ahead_ns` ahead of the monotonic.

        The wall clock may have been set inside the gap. The monotonic clock was not, so where it went on counting, the
        end is moved to where the wall clock of the gap's begin would have put it. Where only the wall clock measures
        the gap, it is believed unless it cannot be right: a gap is not negative, not longer than `DAY_NS`, and over a
        restart of the machine not shorter than the machine has been running since.
        """
        if self.is_by_wall_clock:
            # After a restart the monotonic clock counts from the start of the machine, which lies inside the gap.
            least_ns = max(utc_ns - now_ahead_ns, 1) if self.is_over_boot else 1
            length_ns = utc_ns - self.last_utc_ns
            is_wrong = length_ns <= 0 or length_ns + CLOCK_STEP_NS < least_ns or length_ns > DAY_NS
            return replace(self, to_utc_ns=self.last_utc_ns + max(length_ns, least_ns), is_unmeasured=is_wrong)
        ahead_ns = 0 if self.anchor is None else now_ahead_ns - self.anchor.monotonic_ns
        return replace(self, to_utc_ns=utc_ns - ahead_ns if abs(ahead_ns) >= CLOCK_STEP_NS else utc_ns)


@dataclass(frozen=True, slots=True)
class LastParts:
    """The last part before a gap, and the one before that, of which it is the continuation."""

    last: Part
    before: Part
    """As it is known by now: its end may still be read from its file."""

    def examined(self, found: Part) -> "LastParts":
        """The same once the file of the part before has been examined."""
        return replace(self, before=found) if key_of(found) == key_of(self.before) else self

    def camera_ns(self, of_before: Anchor, frame_ns: float) -> int | None:
        """UTC minus the camera's clock in the last part, from the anchor of the part before it.

        No clock of ours is needed: the last part's first frame comes one frame distance after the last frame of the
        part before. If the two capture times are further apart than that, the UTC of the last part is ahead of that of
        the part before by the rest; if they are closer, it is behind. (Each part keeps the UTC that was estimated for
        its first frame.) None where frames are missing between the two, and where a clock step or a reconnect lies
        between them.
        """
        if of_before.camera_ns is None or self.before.end_utc_ns is None or not frame_ns:
            return None
        moved_ns = self.last.start_utc_ns - self.before.end_utc_ns - round(frame_ns)
        follows = self.before.first_frame + self.before.frames == self.last.first_frame
        return of_before.camera_ns + moved_ns if follows and abs(moved_ns) <= AGREEMENT_NS else None


def frames_to(part: Part, following: Part, frame_ns: float) -> int | None:
    """How many frames one worker received between the last stored frame of a part and the first one of the next.

    Where the part holds every frame from its first to its last, their numbers tell. Its times only nearly do: the next
    part's first frame is dated by what was known then, and the first frame of a connection comes late. None where
    neither tells.
    """
    if part.end_utc_ns is None or not frame_ns:
        return None
    if part.frames == 1 + round((part.end_utc_ns - part.start_utc_ns) / frame_ns):
        return max(0, following.first_frame - part.first_frame - part.frames)
    return frames_between(following.start_utc_ns - part.end_utc_ns, frame_ns)


_UNMEASURED = "Its length is not known, because this computer's clock was changed inside it."


@dataclass(slots=True)
class _Recounted:
    """A gap that has become a loss and may still be counted better."""

    gap: Gap
    until_ns: int
    """Monotonic time up to which it is counted again."""
    loss: Loss | None = None
    """As it was reported last; None when no frame seemed to be missing."""
    rounding_remainder_ns: int = 0
    """The gap's length minus the whole frame intervals counted for it."""


def _camera_ahead_ns(gap: Gap) -> int | None:
    """What the camera's clock was ahead of the monotonic one when the gap began; None when no part before it knew."""
    anchors = (anchor for anchor in (gap.anchor, gap.anchor_before) if anchor is not None)
    return next((one.monotonic_ns - one.camera_ns for one in anchors if one.camera_ns is not None), None)


def _with_part_before(gap: Gap, found: Part) -> Gap:
    return gap if gap.last_parts is None else replace(gap, last_parts=gap.last_parts.examined(found))


def _begin_anchor(gap: Gap, anchor: Anchor) -> Anchor:
    """The anchor at the gap's begin, with the camera's clock where the part before the last one tells it exactly."""
    if anchor.camera_ns is not None or gap.last_parts is None or gap.anchor_before is None:
        return anchor
    camera_ns = gap.last_parts.camera_ns(gap.anchor_before, frame_distance_ns(gap.frame_rate))
    return Anchor(anchor.monotonic_ns, camera_ns, gap.anchor_before.is_unconfirmed)


class Gaps:
    """All gaps of all channels. Each method returns the losses that it completed or counted anew; none blocks.

    Both ends of a gap are in UTC by the wall clock as it was at the begin, so that a clock step inside the gap does
    not change its length.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: list[Gap] = []
        self._recounted: list[_Recounted] = []
        self._anchors: dict[str, tuple[str, Anchors]] = {}
        """By channel: a recording's id, and how the channel's parts of it lie on the clocks, by the last heartbeat."""
        self._camera_ahead_ns: dict[str, int] = {}
        """By channel: what the camera's clock is ahead of the monotonic one, by the last heartbeat that knew."""

    def __len__(self) -> int:
        return len(self._open)

    def begin(self, gap: Gap) -> None:
        """A gap opens. Where the channel's last one is still open that one goes on: nothing was recorded in between."""
        if any(one.channel == gap.channel and one.to_utc_ns is None for one in self._open):
            return
        self._open.append(gap)

    def first_frame(self, channel: str, first: FirstFrame, frame_rate: float) -> list[Loss]:
        """The channel records again: its open gap ends. `frame_rate`: of the source now, 0 when not known."""
        # Of an earlier run of the program only a mean rate is known, so the present one is better.
        self._open = [
            replace(gap.ended(first.utc_ns, self._utc_ahead_ns), first=first, frame_rate=frame_rate or gap.frame_rate)
            if gap.channel == channel and gap.to_utc_ns is None
            else gap
            for gap in self._open
        ]
        return self._take_whole()

    def saw_status(self, status: ChannelStatus) -> list[Loss]:
        """A heartbeat. What it tells of the clocks may change the count of losses of the last seconds."""
        file = status.recording
        if file is None or file.anchors is None:
            return []
        self._anchors[status.channel] = (file.id, file.anchors)
        newest = file.anchors.newest
        if newest.camera_ns is not None:
            self._camera_ahead_ns[status.channel] = newest.monotonic_ns - newest.camera_ns
        return self._recount(status.channel)

    def found_part(self, found: Part) -> None:
        """A part as its file shows it. A gap whose last part continues this one is counted with it from now on."""
        self._open = [_with_part_before(gap, found) for gap in self._open]
        for one in self._recounted:
            one.gap = _with_part_before(one.gap, found)

    def examined(self, path: str, end_utc_ns: int | None) -> list[Loss]:
        """An interrupted file has been examined. `end_utc_ns`: capture time of its last frame; None without one."""
        self._open = [
            replace(gap, path=None, from_utc_ns=end_utc_ns or gap.from_utc_ns, begins_with_first=end_utc_ns is None)
            if gap.path == path
            else gap
            for gap in self._open
        ]
        return self._take_whole()

    def rounding_remainder_ns(self, channel: str) -> int:
        """The rounding remainder of the gap before the part that the channel records now; 0 where there is none, when
        `RECOUNT_NS` have passed, and once the camera has confirmed its clock.

        The remainder is passed on to the next gap, which begins that much earlier, so that the errors of neighbouring
        gaps cancel out. Example, in steps of one frame: gaps of 10.6 and 9.6 steps, each rounded for itself, are 11 and
        10, together 21 where 20.2 were measured. The first one leaves a remainder of -0.4; so the second one counts as
        9.2, which is 9, together 20.
        """
        if channel not in self._anchors or self._anchors[channel][1].is_confirmed:
            return 0
        mine = (one for one in reversed(self._recounted) if one.gap.channel == channel)
        return next((one.rounding_remainder_ns for one in mine if self._first_captured(one.gap) is not None), 0)

    def absorbs(self, loss: Loss) -> bool:
        """True when a loss that a worker has reported lies in a gap that is open here: it is counted with the gap."""
        return any(
            gap.channel == loss.channel
            and gap.to_utc_ns is None
            and (gap.is_by_wall_clock or self._on_clock_of(gap, loss.from_utc_ns) >= gap.from_utc_ns)
            for gap in self._open
        )

    def stopped(self, recordings: Collection[str], utc_ns: int) -> list[Loss]:
        """A recording has stopped: the open gaps of these recordings (it and those that it carried on) end now."""
        self._open = [
            gap.ended(utc_ns, self._utc_ahead_ns) if gap.recording_id in recordings and gap.to_utc_ns is None else gap
            for gap in self._open
        ]
        return self._take_whole()

    def give_up(self) -> list[Loss]:
        """No examination comes any more: begins are taken as they are known. Gaps without an end stay open."""
        self._open = [replace(gap, path=None) for gap in self._open]
        return self._take_whole()

    def _on_clock_of(self, gap: Gap, utc_ns: int) -> int:
        """A time of the present wall clock, on the wall clock as it was when the gap began."""
        return gap.ended(utc_ns, self._utc_ahead_ns).to_utc_ns or utc_ns

    def _take_whole(self) -> list[Loss]:
        whole = [gap for gap in self._open if gap.is_whole]
        self._open = [gap for gap in self._open if not gap.is_whole]
        until_ns = self._clock.monotonic_ns() + RECOUNT_NS
        new = [_Recounted(gap, until_ns) for gap in whole]
        for one in new:
            one.loss, one.rounding_remainder_ns = self._counted(one.gap)
        self._recounted += [one for one in new if one.gap.first is not None]
        return [one.loss for one in new if one.loss is not None]

    def _recount(self, channel: str) -> list[Loss]:
        now_ns = self._clock.monotonic_ns()
        self._recounted = [one for one in self._recounted if now_ns < one.until_ns]
        changed = []
        for one in self._recounted:
            if one.gap.channel != channel or self._first_captured(one.gap) is None:
                continue
            loss, one.rounding_remainder_ns = self._counted(one.gap)
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
        """From the last frame before the gap to the first one after it, as well as it is known by now."""
        after = self._first_captured(gap)
        if after is None:
            return Distance((gap.to_utc_ns or gap.last_utc_ns) - gap.last_utc_ns)
        before = _begin_anchor(gap, gap.anchor or Anchor(self._utc_ahead_ns)).captured(gap.last_utc_ns)
        return distance(before, after, _camera_ahead_ns(gap) or self._camera_ahead_ns.get(gap.channel))

    def _first_captured(self, gap: Gap) -> Captured | None:
        """When the frame that ended the gap was captured; None while its worker has not told that, or does no more."""
        if gap.first is None or gap.channel not in self._anchors:
            return None
        recording_id, anchors = self._anchors[gap.channel]
        is_that = (recording_id, anchors.first_number) == (gap.first.recording_id, gap.first.number)
        return anchors.first.captured(gap.first.utc_ns) if is_that else None

    @property
    def _utc_ahead_ns(self) -> int:
        return utc_ahead_ns(self._clock)
