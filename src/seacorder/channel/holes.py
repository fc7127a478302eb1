"""Holes in what a channel received or encoded, and how many frames are missing in each. Pure.

A hole lies between two frames: the last one before it and the first one after it.
"""

from dataclasses import dataclass

from seacorder.channel.timing.connection_clock import FramePlace
from seacorder.model.capture_time import frames_between
from seacorder.model.loss import TOO_SLOW, WhyMissing


@dataclass(slots=True)
class OpenHole:
    """A hole whose end has not come yet. It is measured on the monotonic clock: the wall clock may be set meanwhile."""

    from_ns: int
    """Capture instant (monotonic) of the last frame before it."""
    why: WhyMissing
    before: FramePlace | None = None
    """The last frame before it; None when no frame has come yet."""

    def frames(self, to_ns: int, frame_ns: int) -> int | None:
        """How many frames are missing up to the frame captured at `to_ns`; None where the usual distance of two frames
        (`frame_ns`) is not known (0)."""
        return frames_between(to_ns - self.from_ns, frame_ns)


class UnencodedFrames:
    """Frames that were received one after another and not encoded. They become one loss, with the exact count."""

    LIMIT = 2000
    """This many make a loss at the latest, so that the list stays small."""

    def __init__(self) -> None:
        self.why = TOO_SLOW
        """Of the first one."""
        self.before_ns: int | None = None
        """Capture instant (monotonic) of the newest frame that was stored."""
        self.instants: list[int] = []
        """Capture instants (monotonic) of the frames, in the order in which they were given up."""

    def missed(self, instant_ns: int, why: WhyMissing) -> None:
        """One more, by its capture instant. The first one gives the cause of the whole loss."""
        if not self.instants:
            self.why = why
        self.instants.append(instant_ns)

    def within(self, begin_ns: int, end_ns: int | None) -> list[int]:
        """The capture instants of those that a recording from `begin_ns` to `end_ns` misses, in order."""
        return sorted(one for one in self.instants if one >= begin_ns and (end_ns is None or one <= end_ns))

    def close(self, instant_ns: int | None) -> None:
        """The loss has been reported. The next one begins after the frame captured at `instant_ns`, or after the last
        frame of this loss (None)."""
        if instant_ns is None and self.instants:
            instant_ns = max(self.instants)
        self.before_ns = instant_ns if instant_ns is not None else self.before_ns
        self.instants.clear()
