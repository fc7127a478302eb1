"""A network's delays in simulated time, and how far capture times are off behind them."""

import random
from collections.abc import Callable, Iterator

from seacorder.channel.timing.clock_offset import ClockOffset

MS = 1_000_000
SECOND = 1_000_000_000
RATE = 25
HOUR = 3600 * RATE
"""Frames in an hour."""
GOAL_NS = 20 * MS
Delays = Callable[[random.Random], Iterator[float]]
"""Milliseconds, one for each frame, for ever."""


def even(chance: random.Random) -> Iterator[float]:
    """Any delay as likely as any other."""
    while True:
        yield chance.uniform(0, 80)


def mostly_short(chance: random.Random) -> Iterator[float]:
    """As on a network that is not busy."""
    while True:
        yield min(80, chance.expovariate(1 / 15))


def wandering(chance: random.Random) -> Iterator[float]:
    """A queue that fills and empties: for many seconds no packet is quick."""
    delay = 40.0
    while True:
        delay = min(80, max(0, delay + chance.gauss(0, 3)))
        yield delay


def errors(delays: Iterator[float], ppm: int, frames: int) -> list[int]:
    """Estimated less true capture time of each frame, in nanoseconds; frames arrive in order, as over TCP."""
    offset, found, arrived = ClockOffset(), [], 0
    for number in range(frames):
        captured = number * SECOND // RATE
        arrived = max(arrived + 1, captured + int(next(delays) * MS))
        media = captured + captured * ppm // 1_000_000
        found.append(media + offset.learn(media, arrived) - captured)
    return found
