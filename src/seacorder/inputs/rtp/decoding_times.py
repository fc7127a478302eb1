"""Decoding times, which RTP does not send, and how many pictures are missing where they have a hole. Pure.

Times are ticks of 1/90000 s unless a method says otherwise.
"""

from collections.abc import Callable

NEAR_TICKS = 90_000
"""1 s. A picture's presentation time is less than that ahead of those before it; a greater jump is a stray time."""
DEEPEST = 16
"""No stream reorders by more pictures (H.264, table A-1; H.265, A.4.1)."""
LONGEST_BACK_TICKS = 3600
"""40 ms. The first decoding times are counted back by the frame interval, but by no more than this for each picture,
since the frame rate that a stream names may be far too low."""


class PictureOrder:
    """Makes decoding times (dts) of presentation times (pts); one stream, from its first keyframe on.

    Pictures come in decoding order. A stream that reorders by at most `depth` pictures is decoded `depth` pictures
    before it is shown, so the n-th decoding time is the n-th presentation time in rising order, `depth` pictures later.
    The first `depth` decoding times lie before all presentation times; they are counted back by the frame interval.

    Example, one B-picture between two others, depth 1, 3600 ticks to a picture:

        pts in the order of arrival      0   7200   3600   14400   10800
        dts                          -3600      0   3600    7200   10800

    A presentation time that no stream of that depth can have is a stray one: the picture goes on in decoding order and
    is given no presentation time. A second time near the first stray one shows that the source's clock began anew.
    """

    def __init__(self, depth: int, frame_ticks: int, may_precede: Callable[[bytes], bool] | None = None) -> None:
        """`may_precede`: whether a picture, by its content, can be shown before one that was sent earlier. Given where
        the parameter sets do not tell the depth, which then grows; without it `depth` is certain.
        """
        self._told = self._depth = min(max(0, depth), DEEPEST)
        self._frame = max(1, min(frame_ticks, LONGEST_BACK_TICKS))
        self._may_precede = may_precede
        self.is_stray = False
        """The newest picture's presentation time cannot be right, and there is nothing to put in its place."""
        self._stray: int | None = None
        self._ahead: list[int] = []
        """The latest presentation times in rising order, `depth` + 1 of them; the first was the last decoding time."""

    @property
    def reorders(self) -> bool:
        """Pictures are shown in another order than they are decoded in."""
        return self._depth > 0

    def decoding_time(self, pts: int, waited: int = 0, content: bytes = b"") -> int:
        """The decoding time of the next picture, which came `waited` ticks after the one before it.

        Never after `pts`, unless that is a stray one.
        """
        if not self._depth and self._may_precede is None:
            return pts
        ahead = self._ahead
        self.is_stray = False
        if not ahead:
            return self._begin(pts)
        if not self._depth and pts > ahead[0]:  # the usual case first
            ahead[0] = pts
            self._stray = None
            return pts
        if pts in ahead:
            return ahead[0]  # the source's clock stands still
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
        """The camera reorders by more than was known: from now on it is decoded one picture earlier."""
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
        return self._put(self._ahead[-1] + max(1, self._frame // 2))  # between the newest picture and the next one


class MissingPictures:
    """How many pictures a lossy network took between two that came whole. One stream.

    Lost packets are known by their numbers, but not how many pictures were in them. A picture of which nothing came
    leaves a hole in the times, so the hole is divided by the usual distance of two pictures. The number of pictures
    that came damaged is used instead where the distance is not steady, and where the quotient cannot be right: each
    picture that left no trace was at least one lost packet. Where no packet is lost, nothing is missing, whatever the
    times say.

    Only for streams whose pictures are decoded in the order in which they are shown; elsewhere a hole in decoding times
    comes some pictures after the loss. Times are decoding times, in any ticks.
    """

    def __init__(self, distance: int) -> None:
        """`distance` of two pictures, as the stream's frame rate says; 0 where that is not known."""
        self._distance = distance
        self._last: int | None = None
        self._step = 0
        """The latest distance of two pictures with nothing lost between them."""

    def before(self, dts: int, *, damaged: int, lost: int) -> int:
        """Pictures missing between the last one and this one, when `damaged` pictures were dropped and `lost` packets
        are missing between them.
        """
        last, self._last = self._last, dts
        if last is None:
            return 0
        if not damaged and not lost:
            step = dts - last
            if not step == self._step == self._distance:
                self._learn(step)
            return 0
        missing = round((dts - last) / self._distance) - 1 if self._distance else -1
        return missing if 0 <= missing <= damaged + lost else damaged

    def _learn(self, step: int) -> None:
        """A distance is used once it has come twice in a row. One that comes once, as at the end of a looped file,
        shows that none is steady. """
        before, self._step = self._step, step
        if step > 0 and abs(step - before) * 4 <= step:
            self._distance = step
        elif before:
            self._distance = 0
