"""The times in a repaired copy of a file whose first pictures are lost or left out."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from seacorder.base.clock import NS_PER_SECOND
from seacorder.evidence.damage import DamageTracker
from seacorder.evidence.layout import Layout


class Beginning:
    """Moves all times when the beginning of a file is lost: a file without an edit list must begin at time 0.

    If the first fragments are lost, the first picture that is left gets decoding time 0, all others move by the same,
    and sound from before it is left out. The first sound that is left gets time 0 too and lasts until the next one, as
    in a file that is being recorded (`sinks.video.mp4`). If the first pictures are only left out because they are
    broken, nothing moves, and their sound stays.
    """

    def __init__(self, layout: Layout, main: Any, tracker: DamageTracker) -> None:
        """`tracker` is given each packet of the file before `rebased` gets it."""
        self._is_lost = bool(layout.fragments) and layout.fragments[0].number > 1
        self._main = main
        self._tracker = tracker
        self._origin = 0
        """By how much all times move, in the main track's units."""
        self._late = 0
        """How much later than the file's first picture the first one that is left is shown, in the same units."""
        self._shown = 0
        """When it is shown in the new file."""

    @property
    def late_ns(self) -> int:
        """How much later than the file's first picture the first one that is left was taken, in nanoseconds."""
        return int(self._late * self._main.time_base * NS_PER_SECOND)

    @property
    def shown_ns(self) -> int:
        """When the first picture that is left is shown, on the new file's own time, in nanoseconds."""
        return int(self._shown * self._main.time_base * NS_PER_SECOND)

    def rebased(self, packets: Iterator[Any]) -> Iterator[Any]:
        """The packets with the times that they have in the new file. `late_ns` and `shown_ns` are right from the first
        of them on."""
        waiting: list[Any] = []
        for packet in packets:
            waiting.append(packet)
            if packet.stream.index == self._main.index:
                if self._is_lost:
                    self._origin = self._late = packet.dts
                else:
                    self._late = packet.pts - self._tracker.first_pts
                self._shown = packet.pts - self._origin
                break
        begun: set[int] = set()
        for packet in chain(waiting, packets):
            moved = self._moved(packet, is_first=packet.stream.index not in begun)
            if moved is not None:
                begun.add(packet.stream.index)
                yield moved

    def _moved(self, packet: Any, *, is_first: bool) -> Any | None:
        """The packet with its new times; None for sound from before the first picture."""
        shift = int(self._origin * self._main.time_base / packet.time_base)
        if packet.dts < shift:
            return None
        is_first = is_first and packet.stream.type != "subtitle"  # a text may begin later than the pictures
        packet.pts -= packet.dts if is_first and packet.stream.index != self._main.index else shift
        packet.dts = 0 if is_first else packet.dts - shift
        return packet
