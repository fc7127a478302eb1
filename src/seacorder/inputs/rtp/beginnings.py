"""With which pictures of a stream a file may begin. Pure.

A keyframe is best. A stream with intra refresh has none after its first: a column of intra blocks wanders over the
picture instead, and a recovery point says after how many pictures all of it has been sent anew. So a recovery point is
a beginning where keyframes stay away: none for `KEYFRAME_TICKS`, or, when a connection begins, none from one recovery
point to the next or for `FIRST_TICKS`.
"""

KEYFRAME_TICKS = 10 * 90_000
FIRST_TICKS = 2 * 90_000


class Beginnings:
    """One connection. Times in ticks of 1/90000 s, unwrapped."""

    def __init__(self) -> None:
        self._first: int | None = None
        self._keyframe: int | None = None
        self._points = 0

    def take(self, time: int, *, is_keyframe: bool, recovery_frames: int | None) -> int | None:
        """After how many pictures everything is right when a file begins with this one: 0 with a keyframe, None where
        it is no beginning.
        """
        if self._first is None:
            self._first = time
        if is_keyframe:
            self._keyframe = time
            return 0
        if not recovery_frames:
            return None
        self._points += 1
        if self._keyframe is not None:
            return recovery_frames if abs(time - self._keyframe) >= KEYFRAME_TICKS else None
        return recovery_frames if self._points > 1 or abs(time - self._first) >= FIRST_TICKS else None
