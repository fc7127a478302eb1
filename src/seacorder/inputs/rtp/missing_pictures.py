"""How many pictures a lossy network took between two that came whole, from the first pair on.

Which packets are lost is known to the number, but not how many pictures were in them. Distances between pictures tell
that where they are steady; where they are not, only what came damaged is known. Nothing lost, nothing missing:
whatever the times say then is the source's own. For streams whose pictures are decoded in the order in which they are
shown; elsewhere a hole in decoding times comes some pictures later.
"""


class MissingPictures:
    """Of one stream. Times are decoding times, in any ticks."""

    def __init__(self, distance: int) -> None:
        """`distance`: between two pictures, as far as it is known by now; 0 where it is not."""
        self._distance = distance
        self._last: int | None = None
        self._step = 0
        """The latest distance of two pictures with nothing lost between them."""

    def before(self, dts: int, *, damaged: int, lost: int) -> int:
        """Missing between the last picture and this one: so many came `damaged`, so many packets were `lost`."""
        last, self._last = self._last, dts
        if last is None:
            return 0
        if not damaged and not lost:
            self._learn(dts - last)
            return 0
        missing = round((dts - last) / self._distance) - 1 if self._distance else -1
        # Each picture that left no trace was a lost packet at least: more of them is a clock that jumped.
        return missing if 0 <= missing <= damaged + lost else damaged

    def _learn(self, step: int) -> None:
        """A distance is believed when it has come twice; one that comes once, as at the end of a loop, leaves none."""
        before, self._step = self._step, step
        if step > 0 and abs(step - before) * 4 <= step:
            self._distance = step
        elif before:
            self._distance = 0
