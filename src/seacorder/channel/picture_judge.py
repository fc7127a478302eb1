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
"""A fault is told before it has lasted longer, where the looks come often enough."""
TOLERANCE_NS = 250 * NS_PER_MS
"""What the distance of two looks may be short by."""
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
class Look:
    """One keyframe, seen: when it was captured (monotonic) and its COLUMNS x ROWS brightnesses, 8 bits each."""

    instant_ns: int
    luma: bytes


class PictureJudge:
    """`fault` is what the looks so far say; it stands until a look says otherwise. Not thread-safe."""

    def __init__(self) -> None:
        self.fault: PictureFault | None = None
        self._last: Look | None = None
        self._same: Look | None = None
        """The first of the looks that show the same as the last one."""
        self._black: Look | None = None
        """The first of the black ones in a row."""
        self._differences: deque[float] = deque(maxlen=STILL_LOOKS)

    def see(self, look: Look) -> PictureFault | None:
        """Takes a look in and returns the fault; looks come in order of capture."""
        black = is_black(look.luma)
        self._black = (self._black or look) if black else None
        still = self._is_still(look)
        if black and (self.fault is PictureFault.BLACK or self._lasts(self._black, look)):
            self.fault = PictureFault.BLACK
        elif still:
            self.fault = PictureFault.FROZEN
        elif still is False or self.fault is PictureFault.BLACK:
            self.fault = None
        self._last = look
        return self.fault

    def begin_anew(self) -> None:
        """A new connection: the next look has none before it. The fault stands until it is disproved."""
        self._last = self._same = self._black = None
        self._differences.clear()

    def _is_still(self, look: Look) -> bool | None:
        """None while it cannot be told: nothing has changed, but not for long."""
        if self._last is None or self._same is None:
            self._same = look
            return None
        difference = mean_difference(self._last.luma, look.luma)
        if difference > CHANGED_LEVELS or _moves(self._same.luma, look.luma):
            self._same = look
            self._differences.clear()
            return False
        self._differences.append(difference)
        if not self._lasts(self._same, look):
            return None
        return sorted(self._differences)[len(self._differences) // 2] <= STILL_LEVELS

    def _lasts(self, first: Look | None, look: Look) -> bool:
        """True when by the next look it would have lasted longer than FAULT_NS. One look alone never lasts."""
        if first is None or first is look or self._last is None:
            return False
        to_next_ns = look.instant_ns - self._last.instant_ns
        return look.instant_ns - first.instant_ns + to_next_ns >= FAULT_NS - TOLERANCE_NS


def is_black(luma: bytes) -> bool:
    """Dark all over, and nowhere a light."""
    mean = sum(luma) / len(luma)
    return mean <= BLACK_LEVELS and sorted(luma)[len(luma) * 99 // 100] <= mean + BLACK_SPREAD


def mean_difference(before: bytes, after: bytes) -> float:
    """Levels of 255, over all points."""
    return sum(abs(one - other) for one, other in zip(before, after, strict=True)) / len(after)


def _moves(before: bytes, after: bytes) -> bool:
    return sum(abs(one - other) >= POINT_LEVELS for one, other in zip(before, after, strict=True)) >= POINTS
