"""Holes that only control can see: a worker or the whole program ended, and the channel recorded again later.

A hole is known whole when both ends are: the last frame before it, which the examination of the interrupted file
settles, and the first frame after it, which the next part of the channel brings. Until then it is kept here.
"""

from dataclasses import dataclass, replace

from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.model.recording import Loss, LossCause

CLOCK_STEP_NS = NS_PER_SECOND // 2
"""By less the wall clock only creeps."""


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
    clock_ns: int | None = None
    """What UTC was ahead of the monotonic clock for `from_utc_ns`; None when that is not known any more."""

    @property
    def is_whole(self) -> bool:
        return self.path is None and self.to_utc_ns is not None

    def loss(self) -> Loss | None:
        """The row for the catalogue; None when no frame is missing after all."""
        if self.to_utc_ns is None or self.to_utc_ns <= self.from_utc_ns:
            return None
        return Loss(
            channel=self.channel,
            from_utc_ns=self.from_utc_ns,
            to_utc_ns=self.to_utc_ns,
            frames=frames_between(self.from_utc_ns, self.to_utc_ns, self.frame_rate),
            cause=self.cause,
            recording_id=self.recording_id,
            detail=self.detail,
        )


def frames_between(from_utc_ns: int, to_utc_ns: int, frame_rate: float) -> int | None:
    """Frames strictly between two frames, estimated from the rate; None when the rate is unknown."""
    if frame_rate <= 0:
        return None
    return max(0, round((to_utc_ns - from_utc_ns) * frame_rate / NS_PER_SECOND) - 1)


def _one_frame_before(gap: Gap) -> int:
    """A file that was cut off before its first frame: the last stored frame is the one before it."""
    return gap.from_utc_ns - (round(NS_PER_SECOND / gap.frame_rate) if gap.frame_rate > 0 else 0)


class Gaps:
    """The holes that are open. Every method returns the losses that it completed.

    A hole is as long as the monotonic clock says, so both its ends are told by the wall clock of its beginning.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: list[Gap] = []

    def __len__(self) -> int:
        return len(self._open)

    def begin(self, gap: Gap) -> None:
        """A hole opens, unless the channel's last one has not ended yet: then that one goes on."""
        if any(one.channel == gap.channel and one.to_utc_ns is None for one in self._open):
            return
        self._open.append(gap)

    def first_frame(self, channel: str, utc_ns: int, frame_rate: float) -> list[Loss]:
        """The channel records again, from this capture time; its rate now stands in for one that was not known."""
        self._open = [
            replace(gap, to_utc_ns=self._on_clock_of(gap, utc_ns), frame_rate=gap.frame_rate or frame_rate)
            if gap.channel == channel and gap.to_utc_ns is None
            else gap
            for gap in self._open
        ]
        return self._take_whole()

    def examined(self, path: str, end_utc_ns: int | None) -> list[Loss]:
        """The interrupted file has been examined; `end_utc_ns` is None when it holds no frame."""
        self._open = [
            replace(gap, path=None, from_utc_ns=end_utc_ns or _one_frame_before(gap)) if gap.path == path else gap
            for gap in self._open
        ]
        return self._take_whole()

    def absorbs(self, loss: Loss) -> bool:
        """True when a worker's own loss lies in a hole that is still open here, and so is counted with it."""
        return any(
            gap.channel == loss.channel
            and gap.to_utc_ns is None
            and self._on_clock_of(gap, loss.from_utc_ns) >= gap.from_utc_ns
            for gap in self._open
        )

    def stopped(self, recording_id: str, utc_ns: int) -> list[Loss]:
        """The recording has stopped: its holes that nothing has ended yet end there."""
        self._open = [
            replace(gap, to_utc_ns=gap.to_utc_ns or self._on_clock_of(gap, utc_ns))
            if gap.recording_id == recording_id
            else gap
            for gap in self._open
        ]
        return self._take_whole()

    def give_up(self) -> list[Loss]:
        """No examination comes any more: what is known is taken as it is. Holes without an end stay open."""
        self._open = [replace(gap, path=None) for gap in self._open]
        return self._take_whole()

    def _on_clock_of(self, gap: Gap, utc_ns: int) -> int:
        """What is told by the present wall clock, by that of the gap's beginning."""
        if gap.clock_ns is None:
            return utc_ns
        ahead_ns = self._clock.utc_ns() - self._clock.monotonic_ns() - gap.clock_ns
        return utc_ns - ahead_ns if abs(ahead_ns) >= CLOCK_STEP_NS else utc_ns

    def _take_whole(self) -> list[Loss]:
        whole = [gap for gap in self._open if gap.is_whole]
        self._open = [gap for gap in self._open if not gap.is_whole]
        return [loss for loss in (gap.loss() for gap in whole) if loss is not None]
