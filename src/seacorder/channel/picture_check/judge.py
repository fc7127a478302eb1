"""Judges from small samples of keyframes whether a channel's picture is frozen or black. Pure.

A look is the brightness of a picture at 64 x 36 points. Each point is a single pixel, not the mean of several: a mean
would hide the noise by which a still scene before a live camera differs from a frozen picture. The keyframes of a
frozen picture differ too, because the rate control of the camera's encoder changes. Measured between keyframes, in
levels of 255 (figures in docs/design/pictures.md): frozen, 0 to 0.7 on average with a median of 0.3; a still scene with
the noise of a good sensor, 0.8 to 4; anything that moves, far more, or more at a few points.
"""

from collections import deque
from dataclasses import dataclass, replace

from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND
from seacorder.model.channel import PictureFault

COLUMNS, ROWS = 64, 36
FAULT_NS = 10 * NS_PER_SECOND
"""A fault is reported before it has lasted this long, if looks come often enough."""
TELLING_NS = 500 * NS_PER_MS
"""How long it takes from a fault to its alarm: decoding, a heartbeat, and keyframes that are not quite regular."""
PROOF_NS = 5 * NS_PER_SECOND
"""A fault must have been seen for so long before it is reported."""
TOLERANCE_NS = 250 * NS_PER_MS
"""How much shorter that may be, since looks are only as regular as keyframes are."""
STILL_LEVELS = 0.5
"""A picture is frozen when the median of the mean differences is not above this."""
STILL_LOOKS = 5
"""The median is that of so many of the latest differences."""
CHANGED_LEVELS = 1.0
"""A mean difference above this means that the picture has changed."""
POINT_LEVELS, POINTS = 32, 3
"""If `POINTS` points differ by `POINT_LEVELS` or more, something moves in the picture."""
BLACK_LEVELS = 24
"""The greatest mean brightness of a black picture; black itself is 16 in video range, 0 in full range."""
BLACK_SPREAD = 16
"""In a black picture, all points but one in a hundred are at most so many levels above the mean."""
_BRIGHT_POINTS = COLUMNS * ROWS - COLUMNS * ROWS * 99 // 100
"""So many points that are brighter than any of a black picture may be make sure that a picture is not black."""


@dataclass(frozen=True, slots=True)
class KeyframeLook:
    """One keyframe: when it was captured (monotonic), and its COLUMNS x ROWS brightnesses, 8 bits each; those of its
    upper lines alone where they have told enough."""

    instant_ns: int
    luma: bytes


class PictureJudge:
    """`fault` is the verdict of the looks so far; it holds until a look disproves it. Not thread-safe."""

    def __init__(self) -> None:
        self.fault: PictureFault | None = None
        self._last: KeyframeLook | None = None
        self._same: KeyframeLook | None = None
        """The first of the latest looks that all show the same."""
        self._same_after_ns = 0
        """The instant of the look before that one, which showed something else; its own instant where there was
        none."""
        self._black: KeyframeLook | None = None
        """The first of the latest looks that are all black."""
        self._black_after_ns = 0
        self._differences: deque[float] = deque(maxlen=STILL_LOOKS)

    def see(self, look: KeyframeLook) -> PictureFault | None:
        """Judges one more look and returns the fault. Looks must come in order of capture."""
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
    def is_first(self) -> bool:
        """True while there is no look with which the next one could be compared."""
        return self._last is None

    @property
    def is_suspicious(self) -> bool:
        """True while looks should come often: the last one showed the same as the one before, or black."""
        return self.fault is not None or self._black is not None or self._same is not self._last

    def lines_to_tell(self, upper: bytes) -> int | None:
        """How many of a picture's upper lines make it certain that a look at all of it would find something new, and
        not black, whatever its other lines show; None where they do not, or where every line counts."""
        if self._last is None or self.is_suspicious:
            return None
        before = self._last.luma
        changed = moved = bright = 0
        for begin in range(0, min(len(before), len(upper)), COLUMNS):
            line = upper[begin : begin + COLUMNS]
            differences = [abs(one - other) for one, other in zip(before[begin : begin + COLUMNS], line, strict=True)]
            changed += sum(differences)
            moved += sum(difference >= POINT_LEVELS for difference in differences)
            bright += sum(value > BLACK_LEVELS + BLACK_SPREAD for value in line)
            if bright >= _BRIGHT_POINTS and (changed > CHANGED_LEVELS * COLUMNS * ROWS or moved >= POINTS):
                return begin // COLUMNS + 1
        return None

    def see_new(self, look: KeyframeLook) -> None:
        """A look of which `lines_to_tell` has said that it shows something new. It may have upper lines only."""
        if self._last is not None:
            self._saw_change(look, self._last)
        self._last = look

    def complete_last(self, luma: bytes) -> None:
        """All lines of the last look, which went to `see_new` with upper lines only. Before the next call of `see`."""
        if self._last is not None:
            self._last = self._same = replace(self._last, luma=luma)

    def begin_anew(self) -> None:
        """A new connection: the next look is not compared with those before. The fault holds until a look disproves
        it."""
        self._last = self._same = self._black = None
        self._differences.clear()

    def _is_still(self, look: KeyframeLook) -> bool | None:
        """Whether the picture is frozen; None while that is not decided: nothing has changed, but not for long
        enough."""
        if self._last is None or self._same is None:
            self._same, self._same_after_ns = look, look.instant_ns
            return None
        difference = mean_difference(self._last.luma, look.luma)
        if difference > CHANGED_LEVELS or _moves(self._same.luma, look.luma):
            self._saw_change(look, self._last)
            return False
        self._differences.append(difference)
        if not self._lasts(self._same, self._same_after_ns, look):
            return None
        return sorted(self._differences)[len(self._differences) // 2] <= STILL_LEVELS

    def _saw_change(self, look: KeyframeLook, before: KeyframeLook) -> None:
        self._same, self._same_after_ns = look, before.instant_ns
        self._differences.clear()

    def _before_ns(self, look: KeyframeLook) -> int:
        return look.instant_ns if self._last is None else self._last.instant_ns

    def _lasts(self, first: KeyframeLook | None, after_ns: int, look: KeyframeLook) -> bool:
        """True when something has been seen for long enough, and would have lasted FAULT_NS before the next look
        comes."""
        if first is None or self._last is None or look.instant_ns - first.instant_ns < PROOF_NS - TOLERANCE_NS:
            return False
        to_next_ns = look.instant_ns - self._last.instant_ns
        return look.instant_ns + to_next_ns > after_ns + FAULT_NS - TELLING_NS


def is_black(luma: bytes) -> bool:
    """Whether a picture is dark everywhere, without a single light."""
    mean = sum(luma) / len(luma)
    return mean <= BLACK_LEVELS and sorted(luma)[len(luma) * 99 // 100] <= mean + BLACK_SPREAD


def mean_difference(before: bytes, after: bytes) -> float:
    """The mean difference over all points, in levels of 255."""
    return sum(abs(one - other) for one, other in zip(before, after, strict=True)) / len(after)


def _moves(before: bytes, after: bytes) -> bool:
    return sum(abs(one - other) >= POINT_LEVELS for one, other in zip(before, after, strict=True)) >= POINTS
