"""Parts of the log that are complete and wait for their disk: as long as the recording runs, and a little longer."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from seacorder.base.clock import Clock
from seacorder.base.message import Message
from seacorder.telemetry.logs.data_file import END_NS
from seacorder.telemetry.logs.part_files import PartFiles

ENDING_MAX = 20
"""So many parts may wait; each has four threads. What all of them hold in memory is limited by the budget."""
_LOOK_SECONDS = 0.1


@dataclass(slots=True)
class _Ending:
    part: PartFiles
    is_answered: bool = False
    """Whoever has stopped the recording is told how it ended."""


class Endings:
    """For the worker's main thread."""

    def __init__(self, clock: Clock, on_lost: Callable[[Message], None]) -> None:
        """`on_lost` is told of each part that could not be finished, unless somebody waits for its end."""
        self._clock = clock
        self._on_lost = on_lost
        self._endings: list[_Ending] = []

    def add(self, part: PartFiles) -> None:
        """A part that is complete; closes it."""
        part.close()
        self._endings.append(_Ending(part))
        for ending in self._endings[:-ENDING_MAX]:
            ending.part.limit(self._clock.monotonic_ns() + END_NS)

    def end_all(self, *, is_answered: bool = False) -> list[PartFiles]:
        """The recording has ended: what is not on disk in END_NS is given up, or after as much time again that another
        disk gets. Returns what is not on disk yet."""
        until_ns = self._clock.monotonic_ns() + END_NS
        for ending in self._endings:
            ending.part.limit(until_ns)
            ending.is_answered = ending.is_answered or is_answered
        return self.parts

    def look(self, now_ns: int) -> list[Path]:
        """Gives up what has had its time, and tells of it once it has ended. Returns where the rest of files goes that
        their disk does not take."""
        moved: list[Path] = []
        for ending in list(self._endings):
            moved += ending.part.look(now_ns)
            if not ending.part.has_ended:
                continue
            self._endings.remove(ending)
            if (lost := ending.part.failure) is not None and not ending.is_answered:
                self._on_lost(lost)
        return moved

    def finish(self) -> None:
        """After `end_all`: blocks until everything is on disk or was given up."""
        while self._endings:
            self._endings[0].part.wait_ended(_LOOK_SECONDS)
            self.look(self._clock.monotonic_ns())

    @property
    def parts(self) -> list[PartFiles]:
        """Those that wait."""
        return [ending.part for ending in self._endings]

    @property
    def why(self) -> list[Message]:
        """Why parts cannot be finished just now."""
        return [why for ending in self._endings for why in ending.part.why]
