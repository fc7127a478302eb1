"""Stills whose frame may still be on its way: they wait for it, but not long. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from seacorder.base.clock import NS_PER_MS

WAIT_NS = 200 * NS_PER_MS
"""How long a still waits for a frame that was captured before its instant and has not arrived yet."""
ENCODED_WAIT_NS = 1500 * NS_PER_MS
"""The same on an encoded channel: as long as a picture may wait for its encoder."""


@dataclass(frozen=True, slots=True)
class WaitingStill:
    """All instants are monotonic, in nanoseconds."""

    instant_ns: int
    """The newest frame captured at or before this instant is wanted."""
    deadline_ns: int
    """Then the still is taken of what there is."""
    take: Callable[[], None]


class WaitingStills:
    """One channel's. Not thread-safe: used under the channel's lock."""

    def __init__(self) -> None:
        self.waiting: list[WaitingStill] = []

    def add(self, still: WaitingStill) -> None:
        """`still.take` is called once, by `serve`."""
        self.waiting.append(still)

    def serve(self, reached_ns: int, now_ns: int) -> None:
        """Takes those whose frame is here, since no frame captured before `reached_ns` is still to come, and those that
        have waited long enough."""
        due = [one for one in self.waiting if one.instant_ns < reached_ns or one.deadline_ns <= now_ns]
        self.waiting = [one for one in self.waiting if one not in due]
        for still in due:
            still.take()

    @property
    def next_deadline_ns(self) -> int | None:
        """The earliest deadline; None when nothing waits."""
        return min((one.deadline_ns for one in self.waiting), default=None)
