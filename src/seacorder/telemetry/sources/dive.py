"""The dive of the simulator: a vehicle that goes down to a pipeline, follows it, and comes up again. Pure.

Everything follows from the seed and the time since the dive began, so a test knows what was true at any instant. A dive
lasts an hour; then the next one begins at the same place.

    0 to 10 min     down to the seabed, which lies at some 120 m
    10 to 50 min    along the pipeline, 2 m above the seabed, with a measurement of cathodic protection each minute
    50 to 60 min    up
"""

import math
from dataclasses import dataclass
from random import Random

DIVE_SECONDS = 3600.0
_DOWN_SECONDS, _UP_SECONDS = 600.0, 3000.0
_METRES_PER_DEGREE = 111_320.0
_METRES_PER_SECOND_PER_KNOT = 1852 / 3600
_PROBE_EVERY_SECONDS, _PROBE_SECONDS = 60.0, 15.0
"""The probe touches the pipe for so long in each minute at the bottom."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What is so at one instant, in the units of `model.reading_fields`."""

    latitude: float
    longitude: float
    heading: float
    course: float
    speed: float
    depth: float
    altitude: float | None
    """None where the bottom is too far for the altimeter."""
    pitch: float
    roll: float
    cp: float | None
    """None while the probe touches nothing."""
    water_temperature: float


class Dive:
    """`at` gives the truth at a number of seconds since the dive began."""

    def __init__(self, seed: int) -> None:
        choose = Random(seed)  # noqa: S311 - not for secrets
        self._latitude = choose.uniform(56.0, 61.0)
        self._longitude = choose.uniform(-1.5, 3.0)
        self._line = choose.uniform(0.0, 360.0)
        self._speed = choose.uniform(0.6, 1.0)
        self._bottom = choose.uniform(110.0, 130.0)
        self._phases = [choose.uniform(0.0, 2 * math.pi) for _ in range(8)]

    def at(self, seconds: float) -> Truth:
        """`seconds` may be any number; each hour begins anew."""
        t = seconds % DIVE_SECONDS
        along = max(0.0, min(t, _UP_SECONDS) - _DOWN_SECONDS) * self._speed * _METRES_PER_SECOND_PER_KNOT
        across = self._wave(0, t, 90.0, 1.5)
        north, east = self._north_and_east(along, across)
        seabed = self._bottom + self._wave(1, t, 400.0, 1.5)
        depth = self._depth(t, seabed)
        altitude = seabed - depth
        is_moving = _DOWN_SECONDS <= t < _UP_SECONDS
        return Truth(
            latitude=self._latitude + north / _METRES_PER_DEGREE,
            longitude=self._longitude + east / (_METRES_PER_DEGREE * math.cos(math.radians(self._latitude))),
            heading=(self._line + self._wave(2, t, 23.0, 4.0)) % 360,
            course=self._line,
            speed=self._speed if is_moving else 0.0,
            depth=depth,
            altitude=altitude if altitude < 50.0 else None,
            pitch=self._wave(3, t, 7.0, 2.0),
            roll=self._wave(4, t, 5.0, 1.5),
            cp=self._cp(t) if is_moving else None,
            water_temperature=12.0 - 6.0 * min(1.0, depth / 60.0),
        )

    def _depth(self, t: float, seabed: float) -> float:
        """Below the surface: at least half a metre, so that the instruments are wet."""
        share = min(1.0, t / _DOWN_SECONDS, (DIVE_SECONDS - t) / (DIVE_SECONDS - _UP_SECONDS))
        flying = 2.0 + self._wave(5, t, 31.0, 0.3)
        smooth = share * share * (3 - 2 * share)
        return 0.5 + smooth * (seabed - flying - 0.5)

    def _cp(self, t: float) -> float | None:
        if t % _PROBE_EVERY_SECONDS >= _PROBE_SECONDS:
            return None
        return -0.96 + self._wave(6, t, 700.0, 0.06)

    def _north_and_east(self, along: float, across: float) -> tuple[float, float]:
        line = math.radians(self._line)
        return (
            along * math.cos(line) - across * math.sin(line),
            along * math.sin(line) + across * math.cos(line),
        )

    def _wave(self, which: int, t: float, period_seconds: float, height: float) -> float:
        return height * math.sin(2 * math.pi * t / period_seconds + self._phases[which])
