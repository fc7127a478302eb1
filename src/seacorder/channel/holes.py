"""The account of a channel: every frame received, and every hole with its cause."""

from dataclasses import dataclass

from seacorder.base.clock import NS_PER_SECOND
from seacorder.channel.timing.connection_clock import Place
from seacorder.model.capture_time import frames_between
from seacorder.model.loss import TOO_SLOW, LossCause, WhyMissing


@dataclass(slots=True)
class Hole:
    """A hole that is still open. It is measured on the monotonic clock: the wall clock may be stepped inside it."""

    from_ns: int
    """Capture instant of the last frame before it, monotonic."""
    why: WhyMissing
    before: Place | None = None
    """Of that frame; None when there has been none."""

    @property
    def is_stall(self) -> bool:
        return self.why.cause is LossCause.STALL

    def goes_on(self, why: WhyMissing) -> None:
        """Something else keeps frames away now: a stall in which the connection breaks says both."""
        if self.is_stall and why.cause is LossCause.RECONNECT:
            self.why = WhyMissing(LossCause.STALL, f"{self.why.sentence} {why.sentence}")

    def frames(self, to_ns: int, frame_ns: int) -> int | None:
        """How many frames fit between its two neighbours at a usual distance of `frame_ns`; None when that is 0."""
        return frames_between(to_ns - self.from_ns, frame_ns)


class Rate:
    """Bits and frames a second over the last few seconds. Not thread-safe."""

    WINDOW_NS = 3 * NS_PER_SECOND

    def __init__(self) -> None:
        self._seconds: list[list[int]] = []
        """[second, bytes, frames], oldest first; the last one is still filling."""

    def count(self, now_ns: int, size: int, frames: int) -> None:
        second = now_ns // NS_PER_SECOND
        if not self._seconds or self._seconds[-1][0] != second:
            self._seconds.append([second, 0, 0])
            del self._seconds[:-4]
        self._seconds[-1][1] += size
        self._seconds[-1][2] += frames

    def bits_per_second(self, now_ns: int) -> int:
        """Over whole seconds only; 0 when nothing came lately."""
        return self._mean(now_ns, 1) * 8

    def frames_per_second(self, now_ns: int) -> int:
        return self._mean(now_ns, 2)

    def _mean(self, now_ns: int, column: int) -> int:
        now = now_ns // NS_PER_SECOND
        whole = [row for row in self._seconds if now - 3 <= row[0] < now]
        return sum(row[column] for row in whole) // len(whole) if whole else 0


class Unencoded:
    """Frames in a row that came and were not encoded: they become one loss when the next one has been. Exact."""

    LIMIT = 2000
    """So many are told as one loss at most, so that a list of them stays small."""

    def __init__(self) -> None:
        self.why = TOO_SLOW
        """Of the first one of the hole."""
        self.before_ns: int | None = None
        """Capture instant of the newest frame that was encoded, monotonic."""
        self._instants: list[int] = []

    def __len__(self) -> int:
        return len(self._instants)

    def missed(self, instant_ns: int, why: WhyMissing) -> None:
        """One more; the first one of a hole gives the hole's cause."""
        if not self._instants:
            self.why = why
        self._instants.append(instant_ns)

    def within(self, begin_ns: int, end_ns: int | None) -> list[int]:
        """Those that a recording from `begin_ns` to `end_ns` misses, in order of capture."""
        return sorted(one for one in self._instants if one >= begin_ns and (end_ns is None or one <= end_ns))

    def close(self, instant_ns: int | None) -> None:
        """The hole has been told; the next one begins after the frame captured at `instant_ns`."""
        if instant_ns is None and self._instants:
            instant_ns = max(self._instants)
        self.before_ns = instant_ns if instant_ns is not None else self.before_ns
        self._instants.clear()
