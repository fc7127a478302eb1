"""Judges from small samples of keyframes whether a channel's picture is frozen or black. Pure.

A look is the brightness of a picture at 64 x 36 points, single pixels and no means: a mean would hide just that noise
which tells a still scene before a live camera from a frozen one. Of an encoder that gets the same picture again and
again the keyframes differ too, by what its rate control makes of them. Measured between keyframes (the figures are in
docs/design/pictures.md): frozen 0 to 0.7 levels of 255 in the mean, 0.3 in the median; a still scene with the noise of
a good sensor 0.8 to 4; anything that moves, far more, or more at a few points.
"""

from collections import deque
from dataclasses import dataclass

from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND
from seacorder.model.channel import PictureFault

COLUMNS, ROWS = 64, 36
FAULT_NS = 10 * NS_PER_SECOND
"""A fault is told before it can have lasted longer, where the looks come often enough."""
TELLING_NS = 500 * NS_PER_MS
"""So long it takes until it is an alarm: a decoder, a heartbeat, and keyframes that are not quite regular."""
PROOF_NS = 5 * NS_PER_SECOND
"""So long it must have been seen."""
TOLERANCE_NS = 250 * NS_PER_MS
"""What that may be short by: looks are as regular as keyframes are."""
STILL_LEVELS = 0.5
"""Frozen: the median of the mean differences lies at or below it."""
STILL_LOOKS = 5
"""So many of the latest differences count."""
CHANGED_LEVELS = 1.0
"""A mean difference above it: the picture has changed."""
POINT_LEVELS, POINTS = 32, 3
"""So many points that differ by so much: something moves in it."""
BLACK_LEVELS = 24
"""Mean brightness of a black picture at most; black itself is 16 in video range, 0 in full range."""
BLACK_SPREAD = 16
"""The brightest of it, but for one point in a hundred, lies at most so far above the mean."""


@dataclass(frozen=True, slots=True)
class KeyframeLook:
    """One keyframe, seen: when it was captured (monotonic) and its COLUMNS x ROWS brightnesses, 8 bits each."""

    instant_ns: int
    luma: bytes


class PictureJudge:
    """`fault` is what the looks so far say; it stands until a look says otherwise. Not thread-safe."""

    def __init__(self) -> None:
        self.fault: PictureFault | None = None
        self._last: KeyframeLook | None = None
        self._same: KeyframeLook | None = None
        """The first of the looks that show the same as the last one."""
        self._same_after_ns = 0
        """When the look before that was, which showed something else; its own instant where there was none."""
        self._black: KeyframeLook | None = None
        """The first of the black ones in a row."""
        self._black_after_ns = 0
        self._differences: deque[float] = deque(maxlen=STILL_LOOKS)

    def see(self, look: KeyframeLook) -> PictureFault | None:
        """Takes a look in and returns the fault; looks come in order of capture."""
        black = is_black(look.luma)
        if not black:
            self._black = None
        elif self._black is None:
            self._black, self._black_after_ns = look, self._before_ns(look)
        still = self._is_still(look)
        if black and (self.fault is PictureFault.BLACK or self._lasts(self._black, self._black_after_ns, look)):
            self.fault = PictureFault.BLACK
        elif still:
            self.fault = PictureFault.FROZEN
        elif still is False or self.fault is PictureFault.BLACK:
            self.fault = None
        self._last = look
        return self.fault

    @property
    def is_suspicious(self) -> bool:
        """True while it is worth looking closely: the last look showed the same as the one before, or black."""
        return self.fault is not None or self._black is not None or self._same is not self._last

    def begin_anew(self) -> None:
        """A new connection: the next look has none before it. The fault stands until it is disproved."""
        self._last = self._same = self._black = None
        self._differences.clear()

    def _is_still(self, look: KeyframeLook) -> bool | None:
        """None while it cannot be told: nothing has changed, but not for long."""
        if self._last is None or self._same is None:
            self._same, self._same_after_ns = look, look.instant_ns
            return None
        difference = mean_difference(self._last.luma, look.luma)
        if difference > CHANGED_LEVELS or _moves(self._same.luma, look.luma):
            self._same, self._same_after_ns = look, self._last.instant_ns
            self._differences.clear()
            return False
        self._differences.append(difference)
        if not self._lasts(self._same, self._same_after_ns, look):
            return None
        return sorted(self._differences)[len(self._differences) // 2] <= STILL_LEVELS

    def _before_ns(self, look: KeyframeLook) -> int:
        return look.instant_ns if self._last is None else self._last.instant_ns

    def _lasts(self, first: KeyframeLook | None, after_ns: int, look: KeyframeLook) -> bool:
        """True when it has been seen for long enough, and may have lasted FAULT_NS before the next look comes."""
        if first is None or self._last is None or look.instant_ns - first.instant_ns < PROOF_NS - TOLERANCE_NS:
            return False
        to_next_ns = look.instant_ns - self._last.instant_ns
        return look.instant_ns + to_next_ns > after_ns + FAULT_NS - TELLING_NS


def is_black(luma: bytes) -> bool:
    """Dark all over, and nowhere a light."""
    mean = sum(luma) / len(luma)
    return mean <= BLACK_LEVELS and sorted(luma)[len(luma) * 99 // 100] <= mean + BLACK_SPREAD


def mean_difference(before: bytes, after: bytes) -> float:
    """Levels of 255, over all points."""
    return sum(abs(one - other) for one, other in zip(before, after, strict=True)) / len(after)


def _moves(before: bytes, after: bytes) -> bool:
    return sum(abs(one - other) >= POINT_LEVELS for one, other in zip(before, after, strict=True)) >= POINTS
