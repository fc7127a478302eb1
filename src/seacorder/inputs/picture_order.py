"""Decoding times for pictures of which only the presentation times are known, as RTP sends them.

A stream that reorders by at most `depth` pictures is decoded `depth` pictures ahead of what is shown: the n-th decoding
time is the n-th presentation time in order, `depth` pictures later. The first `depth` are counted back.
"""

BACKWARD_TICKS = 5 * 90_000
"""So far back no picture is shown: the source's times began anew."""
DEEPEST = 16
"""No stream reorders by more (H.264, table A-1; H.265, A.4.1): times that seem to are broken."""


class PictureOrder:
    """One stream, from its first keyframe on. Times in ticks of 1/90000 s."""

    def __init__(self, depth: int, frame_ticks: int) -> None:
        self._told = self._depth = min(max(0, depth), DEEPEST)
        self._frame = max(1, frame_ticks)
        self._ahead: list[int] = []
        """The latest presentation times in order, `depth` + 1 of them; the first has been a decoding time."""

    @property
    def reorders(self) -> bool:
        """Pictures are decoded in another order than they are shown."""
        return self._depth > 0

    def decoding_time(self, pts: int) -> int:
        """The decoding time of the next picture in decoding order; never after its presentation time."""
        ahead = self._ahead
        if pts in ahead:
            return ahead[0]  # the source's clock stands
        if ahead and pts < ahead[0] and self._depth >= DEEPEST:
            self._depth = self._told
            ahead = []
        if not ahead or pts < ahead[0] - BACKWARD_TICKS:
            ahead = self._ahead = [pts - back * self._frame for back in range(self._depth + 1, 0, -1)]
        elif pts < ahead[0]:
            # The parameter sets told less than the camera does: from now on one picture further ahead.
            self._depth += 1
            ahead.insert(0, pts)
        ahead[0] = pts
        if self._depth:
            ahead.sort()
        return ahead[0]
