"""The test tone: tells the time once a second, so that a program can read it back. Pure.

Each second of UTC begins with 17 bits of 25 ms each, 2000 Hz for 1 and 1200 Hz for 0, at a quarter of full scale:

    bit     0       1, the start
    bits    1…8     the lowest eight bits of the seconds since 1970, most significant first
    bits    9…16    the same bits again, inverted

The rest of the second is a quiet hum of 440 Hz. The second begins exactly with the first sample of bit 0; lossy coding
smears that by less than a millisecond.
"""

import math
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

RATE = 48_000
BIT_SAMPLES = RATE * 25 // 1000
BITS = 16
_ONE_HZ, _ZERO_HZ, _HUM_HZ = 2000, 1200, 440
_LOUD, _QUIET = 0.25, 0.005
_FULL = 32767
_ONSET = 0.12
"""Share of full scale that only the bits reach."""
_ONSET_SAMPLES = 2
"""The first bit reaches that level this many samples after it begins."""
_QUIET_SAMPLES = RATE * 3 // 10
"""There is at least this much hum before each start."""
_HUM_PIECE_SAMPLES, _SMEARED_SAMPLES = 4 * BIT_SAMPLES, BIT_SAMPLES
"""A start counts only after this much hum, which is measured up to this long before it: lossy coding lets a faint part
of a start be heard too early."""


@dataclass(frozen=True, slots=True)
class Marker:
    """The beginning of a second."""

    sample: int
    """Its position in the samples that were read."""
    second: int
    """Seconds of UTC since 1970, modulo 256."""


def second_of_tone(second: int) -> "array[int]":
    """The samples of one second of UTC (seconds since 1970): RATE of them, 16 bits, mono."""
    wave = array("h", _bit(1))
    said = (second & 0xFF) << 8 | (~second & 0xFF)
    for place in range(BITS - 1, -1, -1):
        wave.extend(_bit(said >> place & 1))
    hum = _hum()
    wave.extend(hum[: RATE - len(wave)])
    return wave


def tone(first: int, count: int) -> "array[int]":
    """`count` samples from sample number `first` on, counted from the beginning of 1970."""
    out = array("h")
    while count > 0:
        second, at = divmod(first, RATE)
        piece = _second(second)[at : at + count]
        out.extend(piece)
        first, count = first + len(piece), count - len(piece)
    return out


def markers(samples: Sequence[float]) -> Iterator[Marker]:
    """The seconds that begin in `samples` (mono, at RATE, full scale is 1).

    A beginning without hum before it is left out, and so is one whose bits are cut off or do not agree.
    """
    last_loud = 0
    for at, value in enumerate(samples):
        if not -_ONSET < value < _ONSET:
            if at - last_loud >= _QUIET_SAMPLES and at - _ONSET_SAMPLES + (1 + BITS) * BIT_SAMPLES <= len(samples):
                begin = max(0, at - _ONSET_SAMPLES)
                said = _read(samples, begin)
                # After silence that stands for lost sound, the first bits may be lost too: the rest would be misread.
                if said >> 8 == ~said & 0xFF and _has_hum_before(samples, begin):
                    yield Marker(begin, said >> 8)
            last_loud = at


def _has_hum_before(samples: Sequence[float], begin: int) -> bool:
    """True where there is hum of at least a quarter of its own amplitude."""
    piece = samples[max(0, begin - _HUM_PIECE_SAMPLES - _SMEARED_SAMPLES) : max(0, begin - _SMEARED_SAMPLES)]
    return len(piece) == _HUM_PIECE_SAMPLES and _power(piece, _HUM_HZ) > (_QUIET * len(piece) / 8) ** 2


def _read(samples: Sequence[float], begin: int) -> int:
    value = 0
    for bit in range(1, 1 + BITS):
        at = begin + bit * BIT_SAMPLES + BIT_SAMPLES // 4
        middle = samples[at : at + BIT_SAMPLES // 2]
        value = value << 1 | (_power(middle, _ONE_HZ) > _power(middle, _ZERO_HZ))
    return value


def _power(samples: Sequence[float], hz: int) -> float:
    """Power of the frequency `hz` in `samples` (Goertzel's algorithm)."""
    factor = 2 * math.cos(2 * math.pi * hz / RATE)
    before = last = 0.0
    for sample in samples:
        before, last = last, sample + factor * last - before
    return before * before + last * last - factor * before * last


@lru_cache(maxsize=4)
def _second(second: int) -> "array[int]":
    return second_of_tone(second)


@lru_cache(maxsize=2)
def _bit(value: int) -> "array[int]":
    return _sine(_ONE_HZ if value else _ZERO_HZ, _LOUD, BIT_SAMPLES)


@lru_cache(maxsize=1)
def _hum() -> "array[int]":
    return _sine(_HUM_HZ, _QUIET, RATE)


def _sine(hz: int, amplitude: float, count: int) -> "array[int]":
    return array("h", [round(_FULL * amplitude * math.sin(2 * math.pi * hz * at / RATE)) for at in range(count)])
