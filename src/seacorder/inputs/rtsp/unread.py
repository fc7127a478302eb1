"""How long what a camera sends may lie unread, so that the kernel has room for it at all times. Pure.

What decides is the most that has come within `SLOT_NS` lately: with a keyframe in it that is far more than the mean.
"""

from collections import deque

from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND

SLOT_NS = 200 * NS_PER_MS
"""The longest time that anything lies unread."""
_SLOTS = 50
_KNOWN_NS = NS_PER_SECOND
"""After so long it is known how much a camera sends: most send a keyframe each second or two, and one at the start."""
_SHARE = 2
"""Half of the room is left free, for a keyframe that is larger than those before."""


class UnreadTime:
    """Of one connection. All times are monotonic."""

    def __init__(self, now_ns: int) -> None:
        self._begin_ns = self._slot_ns = now_ns
        self._slot_bytes = 0
        self._slots: deque[int] = deque(maxlen=_SLOTS)
        self.is_known = False
        """How much the camera sends."""
        self.wanted_bytes = 0
        """Room for so many bytes lets everything lie for `SLOT_NS`."""

    def took(self, count: int, now_ns: int) -> None:
        """A read has taken so many bytes."""
        self._slot_bytes += count
        if now_ns - self._slot_ns >= SLOT_NS:
            self._slots.append(self._slot_bytes)
            self._slot_ns, self._slot_bytes = now_ns, 0
            self.is_known = now_ns - self._begin_ns >= _KNOWN_NS
            self.wanted_bytes = _SHARE * max(self._slots)

    def begin_anew(self, now_ns: int) -> None:
        """What is known does not hold any more: everything is read at once for some time."""
        self._begin_ns = self._slot_ns = now_ns
        self._slot_bytes = self.wanted_bytes = 0
        self.is_known = False
        self._slots.clear()

    def ns(self, capacity_bytes: int) -> int:
        """How long bytes may lie where there is room for so many; 0: not at all."""
        if not self.is_known:
            return 0
        return min(SLOT_NS, SLOT_NS * capacity_bytes // max(1, self.wanted_bytes))
