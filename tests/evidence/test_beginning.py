"""The times in a repaired copy whose first pictures are lost."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from seacorder.evidence.beginning import Beginning
from seacorder.evidence.damage import DamageTracker
from seacorder.evidence.layout import Layout
from seacorder.evidence.pieces import Pieces
from seacorder.evidence.shape import Shape


@dataclass(frozen=True)
class FakeStream:
    index: int = 0
    id: int = 1
    type: str = "video"
    time_base: Fraction = Fraction(1, 1000)


MAIN = FakeStream()
WHOLE = Layout(True, True, Pieces([]), 0)


@dataclass
class FakePacket:
    pts: int
    dts: int
    size: int = 1
    pos: int | None = None
    stream: FakeStream = MAIN
    time_base: Fraction = MAIN.time_base


def test_packets_are_read_one_at_a_time() -> None:
    """A recording's file may be larger than the memory of the computer."""
    tracker = DamageTracker(WHOLE, MAIN)
    read: list[int] = []

    def packets() -> Iterator[FakePacket]:
        for number in range(100):
            read.append(number)
            packet = FakePacket(40 * number, 40 * number)
            tracker.take(packet, Shape.GOOD)
            yield packet

    rebased = Beginning(WHOLE, MAIN, tracker).rebased(packets())
    for number in range(3):
        assert next(rebased).dts == 40 * number
        assert len(read) == number + 1
