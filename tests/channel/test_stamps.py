"""Whatever a source stamps on its pictures: the film is as long as the arrivals say, in order, and nothing is lost.

A model of stamps: pictures are taken at true times, a network delays them, and a fault changes what is stamped on them.
docs/design/time.md states what holds; the bounds are the same.
"""

import itertools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seacorder.channel.timing.timeline import Timeline
from seacorder.inputs.rtp.decoding_times import PictureOrder
from seacorder.model.channel import ClockFault
from seacorder.model.sample import Sample, SourcePacket, Track, TrackFormat

MS = 1_000_000
SECOND = 1_000_000_000
FRAME = 3600
FRAME_NS = 40 * MS
BEGIN_NS = 5_000 * SECOND
VIDEO = TrackFormat(Track.VIDEO, "h264", Fraction(1, 90000), b"", 640, 360)
FILM_MS = 1000
"""By so much a film may be longer or shorter than what it shows, at any picture of it."""
EARLY_MS = 150
"""By so much a capture time may be too early for single wrong stamps."""

Delay = Callable[[random.Random], int]
DELAYS: dict[str, Delay] = {
    "no delay": lambda _: 0,
    "any delay up to 80 ms": lambda chance: chance.randrange(80 * MS),
    "mostly short": lambda chance: int(min(250, chance.expovariate(1 / 15)) * MS),
}


@dataclass(frozen=True)
class Film:
    """What became of a stream."""

    timeline: Timeline
    samples: list[Sample]
    arrivals: list[int]
    skipped: int
    faults: list[ClockFault | None]
    true: Sequence[int]

    @property
    def errors_ms(self) -> list[float]:
        """Of each picture's place in the film, against the first one's."""
        first = self.samples[0].dts
        return [(one.dts - first) / 90 - at / MS for one, at in zip(self.samples, self.true, strict=True)]

    @property
    def captures_ms(self) -> list[float]:
        """Capture times less the true ones."""
        return [(one.instant_ns - BEGIN_NS - at) / MS for one, at in zip(self.samples, self.true, strict=True)]

    def alarms(self) -> list[tuple[int, int]]:
        """First and last picture of each time during which the clock was told to be wrong."""
        wrong = [number for number, fault in enumerate(self.faults) if fault is not None]
        begins = [number for number in wrong if self.faults[number - 1] is None]
        ends = [number for number in wrong if number + 1 == len(self.faults) or self.faults[number + 1] is None]
        return list(zip(begins, ends, strict=True))


def delayed(true: Sequence[int], delay: Delay = DELAYS["no delay"]) -> list[int]:
    """Arrivals in order, as over TCP."""
    chance = random.Random(1)
    came = (at + delay(chance) + BEGIN_NS for at in true)
    return list(itertools.accumulate(came, lambda last, at: max(last + 1, at)))


def play(
    stamps: Sequence[int | None], true: Sequence[int], arrivals: list[int], rate: Fraction | None = Fraction(25)
) -> Film:
    """Through a timeline; holds what always holds."""
    timeline, samples, skipped, faults = Timeline(0), [], 0, []
    timeline.connect(VIDEO, None, rate)
    for stamp, at in zip(stamps, arrivals, strict=True):
        samples.append(timeline.stamp(SourcePacket(Track.VIDEO, None, stamp, stamp, 0, False, 100, at)))
        skipped += timeline.frames_skipped
        faults.append(timeline.clock_fault(at))
    assert all(after.dts > before.dts for before, after in itertools.pairwise(samples))
    assert all(after.pts > before.pts for before, after in itertools.pairwise(samples))
    assert all(one.instant_ns <= at for one, at in zip(samples, arrivals, strict=True))
    return Film(timeline, samples, arrivals, skipped, faults, true)


def times(count: int, rate: float = 25) -> list[int]:
    return [int(number * SECOND / rate) for number in range(count)]


SIZES_MS = (1, 2, 10, 39, 40, 41, 99, 101, 250, 299, 500, 900, 1100, 4000, 7000, 60_000, 3_600_000)
PATTERNS: dict[str, Callable[[int], bool]] = {
    "the first": lambda number: number == 0,
    "one": lambda number: number == 300,
    "every 75th": lambda number: number % 75 == 40,
    "every tenth": lambda number: number % 10 == 7,
    "every other": lambda number: number % 2 == 1,
    "five in 75": lambda number: number % 75 in range(40, 45),
    "forty": lambda number: 300 <= number < 340,
    "all from one on": lambda number: number >= 300,
}


@pytest.mark.parametrize("delay", DELAYS)
@pytest.mark.parametrize("pattern", PATTERNS)
def test_stamps_that_are_off_by_any_size_cost_nothing(pattern: str, delay: str) -> None:
    true = times(450)
    arrivals = delayed(true, DELAYS[delay])
    for size in [sign * size for size in SIZES_MS for sign in (-1, 1)]:
        stamps = [10**9 + n * FRAME + (size * 90 if PATTERNS[pattern](n) else 0) for n in range(450)]
        film = play(stamps, true, arrivals)
        errors, captures = film.errors_ms, film.captures_ms
        assert max(map(abs, errors)) < FILM_MS / 2, size
        assert min(captures) > -EARLY_MS, size
        assert max(captures[250:]) < 100, size
        assert delay != "no delay" or film.skipped == 0, size


RATES = (2, 5, 10, 12.5, 15, 20, 21, 24, 26, 30, 40, 50)


@pytest.mark.parametrize("delay", ["no delay", "any delay up to 80 ms"])
@pytest.mark.parametrize("rate", RATES)
def test_a_clock_that_runs_otherwise_than_its_pictures_come_is_told_once_and_put_right(rate: float, delay: str) -> None:
    true = times(int(rate * 60), rate)
    film = play([number * FRAME for number in range(len(true))], true, delayed(true, DELAYS[delay]))
    ((begin, end),) = film.alarms()
    assert true[begin] < 20 * SECOND
    assert end == len(true) - 1
    fault = film.faults[-1]
    assert fault is not None
    assert fault.rate_ppm == pytest.approx(25e6 / rate, rel=0.02)
    assert max(map(abs, film.errors_ms[len(true) // 3 :])) < 1.6 * FILM_MS
    assert abs(film.errors_ms[-1]) < FILM_MS
    assert film.skipped == 0
    assert film.timeline.mended.total == 0


@pytest.mark.parametrize("rate", [24.9, 24.97, 25.03, 25.1])
def test_a_rate_that_is_a_little_off_is_found_in_minutes(rate: float) -> None:
    true = times(int(rate * 420), rate)
    film = play([number * FRAME for number in range(len(true))], true, delayed(true, DELAYS["any delay up to 80 ms"]))
    assert len(film.alarms()) == 1
    assert max(map(abs, film.errors_ms)) < FILM_MS


@pytest.mark.parametrize("ppm", [-600, -50, 50, 600])
def test_a_crystal_that_drifts_is_no_wrong_clock(ppm: int) -> None:
    true = times(25 * 300)
    stamps = [at * 9 // 100_000 * (1_000_000 + ppm) // 1_000_000 for at in true]
    film = play(stamps, true, delayed(true, DELAYS["mostly short"]))
    assert film.alarms() == []
    assert film.timeline.mended.total == 0
    assert abs(film.errors_ms[-1]) < 600e3 * abs(ppm) / 1e6 + 1


def test_a_clock_that_is_right_again_is_told_no_longer() -> None:
    true = times(25 * 150)
    steps = [FRAME * 25 // 21 if 1000 < number < 2250 else FRAME for number in range(len(true))]
    film = play(list(itertools.accumulate(steps)), true, delayed(true))
    ((begin, end),) = film.alarms()
    assert 1250 < begin < 1750
    assert 2250 < end < 2750
    assert max(map(abs, film.errors_ms)) < FILM_MS
    assert abs(film.errors_ms[-1]) < FILM_MS / 2


ODD: dict[str, Callable[[int], int | None]] = {
    "pairs": lambda number: number // 2 * 2 * FRAME,
    "pairs at half the speed": lambda number: number // 2 * FRAME,
    "whole seconds": lambda number: number // 25 * 25 * FRAME,
    "never there": lambda _: None,
    "there for every other": lambda number: None if number % 2 else number * FRAME,
    "stands still": lambda number: min(number, 500) * FRAME,
    "stands still and goes on": lambda number: (number if number < 300 or number > 500 else 300) * FRAME,
    "two clocks in turn": lambda number: number * FRAME + number % 2 * 10**8,
    "runs back": lambda number: (1000 - number) * FRAME,
    "ten times too fast": lambda number: number * FRAME * 10,
    "wraps": lambda number: (2**32 - 400 * FRAME + number * FRAME) % 2**32,
}


@pytest.mark.parametrize("delay", DELAYS)
@pytest.mark.parametrize("odd", ODD)
def test_stamps_that_say_little_or_nothing(odd: str, delay: str) -> None:
    true = times(1500)
    film = play([ODD[odd](number) for number in range(1500)], true, delayed(true, DELAYS[delay]))
    assert max(map(abs, film.errors_ms[-1000:])) < FILM_MS
    assert film.skipped == 0
    is_told = odd in {"pairs at half the speed", "whole seconds", "runs back", "ten times too fast", "stands still"}
    assert (film.faults[-1] is not None) == is_told
    assert len(film.alarms()) == is_told


def test_half_speed_and_slower_clocks_are_followed_whatever_their_unit() -> None:
    true = times(1500)
    film = play([number * 40 for number in range(1500)], true, delayed(true))  # milliseconds, said to be 1/90000 s
    assert abs(film.errors_ms[-1]) < 1.1 * FILM_MS
    assert len(film.alarms()) == 1


def test_the_stamps_of_a_network_that_stalls_bursts_and_is_slow_are_kept_to_the_tick() -> None:
    true = times(1500)
    stamps = [number * FRAME for number in range(1500)]
    stalled = [(at // (20 * SECOND) * 20 + 13) * SECOND if at // SECOND % 20 in (10, 11, 12) else at for at in true]
    kept = [max(at, 4 * SECOND) for at in true]
    longer = [at + (400 * MS if at > 30 * SECOND else 0) for at in true]
    segments = [(at // (6 * SECOND) + 1) * 6 * SECOND for at in true]
    for way in (stalled, kept, longer, segments):
        film = play(stamps, true, delayed(way))
        assert [one.dts - film.samples[0].dts for one in film.samples] == stamps
        assert film.skipped == 0
        assert film.alarms() == []
        assert abs(film.captures_ms[-1]) < 450


def test_two_seconds_of_a_full_network_are_given_back() -> None:
    true = times(1500)
    late = [at + (2 * SECOND if 20 * SECOND <= at < 40 * SECOND else 0) for at in true]
    film = play([number * FRAME for number in range(1500)], true, delayed(late))
    assert abs(film.errors_ms[-1]) < FILM_MS
    assert film.alarms() == []
    assert film.skipped == 0


@pytest.mark.parametrize("stamped", [True, False])
def test_pauses_have_their_length_whether_they_are_stamped_or_not(stamped: bool) -> None:
    true = list(itertools.accumulate(5 * SECOND if number in (400, 900) else FRAME_NS for number in range(1500)))
    stamps = [at * 9 // 100_000 if stamped else number * FRAME for number, at in enumerate(true)]
    film = play(stamps, [at - true[0] for at in true], delayed(true))
    assert abs(film.errors_ms[-1]) < 100
    assert film.alarms() == []
    assert stamped or film.skipped == 0


def test_pictures_that_were_lost_leave_a_hole_of_their_length_and_number() -> None:
    kept = [number for number in range(1500) if not 700 <= number < 750 and number % 97]
    true = [number * FRAME_NS for number in kept]
    arrivals = delayed(true, lambda chance: chance.randrange(30 * MS))
    film = play([number * FRAME for number in kept], [at - true[0] for at in true], arrivals)
    assert film.skipped == 1500 - len(kept) - 1
    assert max(map(abs, film.errors_ms)) < 1


@pytest.mark.parametrize("seconds", [3, 6, 30])
def test_a_slow_source_has_its_own_distances_and_nothing_is_missing(seconds: int) -> None:
    true = times(60, 1 / seconds)
    film = play([at * 9 // 100_000 for at in true], true, delayed(true, DELAYS["any delay up to 80 ms"]))
    assert max(map(abs, film.errors_ms)) < 1
    assert film.skipped == 0
    assert film.timeline.frame_ns == seconds * SECOND
    assert film.samples[-1].duration == seconds * 90_000


FAULT = st.tuples(
    st.integers(1, 40),
    st.one_of(st.integers(-(2**36), 2**36), st.integers(-90_000, 90_000), st.integers(-7200, 7200), st.none()),
)
"""For so many pictures what is added to each stamp; None: no stamp."""


@settings(max_examples=200, deadline=None)
@given(st.lists(FAULT, max_size=8), st.integers(0, 10**6))
def test_any_faults_in_any_order(faults: list[tuple[int, int | None]], seed: int) -> None:
    chance = random.Random(seed)
    added: list[int | None] = [0] * 30
    for count, by in faults:
        added += [by] * count + [0] * chance.randrange(1, 30)
    true = times(len(added))
    stamps = [None if by is None else number * FRAME + by for number, by in enumerate(added)]
    film = play(stamps, true, delayed(true, DELAYS["any delay up to 80 ms"]))
    assert max(map(abs, film.errors_ms)) < 2 * FILM_MS
    assert min(film.captures_ms) > -2 * FILM_MS


PYRAMID = (4, 2, 1, 3)
"""Decoding order of a group of pictures, by the places in which they are shown."""


@settings(max_examples=100, deadline=None)
@given(
    st.integers(2, 4),
    st.sampled_from([1, 25, 60]),
    st.lists(st.tuples(st.integers(20, 380), st.integers(-(10**7), 10**7)), max_size=6),
)
def test_pictures_that_are_reordered_stay_in_the_order_that_their_stream_allows(
    depth: int, told_rate: int, wrong: list[tuple[int, int]]
) -> None:
    """`wrong`: by how much single stamps are off."""
    off = dict(wrong)
    shown = [0, *(place + 4 * group for group in range(100) for place in PYRAMID)]
    order, timeline = PictureOrder(depth, 90_000 // told_rate), Timeline(0)
    timeline.connect(VIDEO, None, Fraction(told_rate))
    samples = []
    for number, place in enumerate(shown):
        pts, at = place * FRAME + off.get(number, 0), BEGIN_NS + number * FRAME_NS
        dts = order.decoding_time(pts, 3600)
        packet = SourcePacket(Track.VIDEO, None, None if order.is_stray else pts, dts, 0, False, 100, at)
        samples.append(timeline.stamp(packet))
    assert all(after.dts > before.dts for before, after in itertools.pairwise(samples))
    assert samples[0].pts - samples[0].dts <= depth * FRAME
    assert abs((samples[-1].dts - samples[0].dts) / 90 - 400 * 40) < FILM_MS
    if not wrong:
        places = range(len(shown))
        assert sorted(places, key=lambda n: samples[n].pts) == sorted(places, key=shown.__getitem__)
    near = {number + by for number, _ in wrong for by in range(-8, 60)}
    for number in [number for number in range(len(samples)) if number not in near]:
        before = [other for other in samples[max(0, number - 60) : number] if other.pts > samples[number].pts]
        assert len(before) <= depth
