"""Decoding times for pictures of which only the presentation times are known, as RTP sends them.

A stream that reorders by at most `depth` pictures is decoded `depth` pictures ahead of what is shown: the n-th decoding
time is the n-th presentation time in order, `depth` pictures later. The first `depth` are counted back.

A time that no stream of that depth can have is a stray one: the picture goes on in decoding order and is given no
presentation time. A second one beside it says that the source's times began anew.
"""

from collections.abc import Callable

NEAR_TICKS = 90_000
"""A picture leads those before it by less; times that began anew lie so near to each other."""
DEEPEST = 16
"""No stream reorders by more (H.264, table A-1; H.265, A.4.1): times that seem to are broken."""
LONGEST_BACK_TICKS = 3600
"""The first pictures are counted back by 40 ms each at the most: the rate that a stream tells may be far off."""


class PictureOrder:
    """One stream, from its first keyframe on. Times in ticks of 1/90000 s."""

    def __init__(self, depth: int, frame_ticks: int, may_precede: Callable[[bytes], bool] | None = None) -> None:
        """`may_precede`: whether a picture, by its content, can be shown before one that was sent earlier. Given where
        the parameter sets leave the depth open; without it no picture is reordered by more than `depth`.
        """
        self._told = self._depth = min(max(0, depth), DEEPEST)
        self._frame = max(1, min(frame_ticks, LONGEST_BACK_TICKS))
        self._may_precede = may_precede
        self.is_stray = False
        """The newest picture's presentation time cannot be right, and nothing takes its place."""
        self._stray: int | None = None
        self._ahead: list[int] = []
        """The latest presentation times in order, `depth` + 1 of them; the first has been a decoding time."""

    @property
    def reorders(self) -> bool:
        """Pictures are decoded in another order than they are shown."""
        return self._depth > 0

    def decoding_time(self, pts: int, waited: int = 0, content: bytes = b"") -> int:
        """The decoding time of the next picture in decoding order, which came `waited` after the one before it.

        Never after its presentation time, but for a stray one.
        """
        if not self._depth and self._may_precede is None:
            return pts
        ahead = self._ahead
        self.is_stray = False
        if not ahead:
            return self._begin(pts)
        if pts in ahead:
            return ahead[0]  # the source's clock stands
        if pts < ahead[0] and self._may_precede is not None and self._may_precede(content):
            return self._deepen(pts)
        if self._depth and not ahead[0] < pts <= ahead[-1] + NEAR_TICKS + waited:
            return self._without_time(pts)
        self._stray = None
        return self._put(pts)

    def _begin(self, pts: int) -> int:
        self._ahead = [pts - back * self._frame for back in range(self._depth, -1, -1)]
        return self._ahead[0]

    def _put(self, pts: int) -> int:
        ahead = self._ahead
        ahead[0] = pts
        if self._depth:
            ahead.sort()
        return ahead[0]

    def _deepen(self, pts: int) -> int:
        """The parameter sets told less than the camera does: from now on one picture further ahead."""
        if self._depth >= DEEPEST or pts < self._ahead[0] - 5 * NEAR_TICKS:
            self._depth = self._told
            return self._begin(pts)
        self._depth += 1
        self._ahead.insert(0, pts)
        return pts

    def _without_time(self, pts: int) -> int:
        if self._stray is not None and abs(pts - self._stray) <= NEAR_TICKS:
            self._stray = None
            return self._begin(pts)
        self._stray = pts
        self.is_stray = True
        return self._put(self._ahead[-1] + max(1, self._frame // 2))  # between two pictures
