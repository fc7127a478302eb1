"""The timeline: sane steps are kept to the tick, everything else is mended and counted."""

import itertools
import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.base.clock import NS_PER_SECOND
from seacorder.channel.timing.timeline import Timeline
from seacorder.model.sample import Sample, SourcePacket, Track, TrackFormat

TB = Fraction(1, 90000)
FRAME = 3600
FRAME_NS = 40_000_000
VIDEO = TrackFormat(Track.VIDEO, "h264", TB, b"", 640, 360)
AUDIO = TrackFormat(Track.AUDIO, "aac", Fraction(1, 48000), b"", sample_rate=48000, channels=2)


def packet(dts: int | None, at_ns: int, pts: int | None = None, track: Track = Track.VIDEO) -> SourcePacket:
    return SourcePacket(track, None, dts if pts is None else pts, dts, 0, False, 100, at_ns)


def run(pairs: list[tuple[int | None, int]]) -> tuple[Timeline, list[Sample]]:
    timeline = Timeline(utc_minus_monotonic_ns=10**18)
    timeline.connect(VIDEO, None, Fraction(25))
    return timeline, [timeline.stamp(packet(dts, at)) for dts, at in pairs]


def steps(samples: list[Sample]) -> list[int]:
    return [after.dts - before.dts for before, after in itertools.pairwise(samples)]


def test_steady_frames_keep_their_distance_and_are_numbered() -> None:
    timeline, samples = run([(5_000_000 + i * FRAME, 1_000 + i * FRAME_NS) for i in range(50)])
    assert steps(samples) == [FRAME] * 49
    assert [s.number for s in samples] == list(range(50))
    assert timeline.mended.total == 0
    assert all(s.utc_ns == s.instant_ns + 10**18 for s in samples)


def test_times_that_jump_an_hour_either_way_are_mended() -> None:
    hour = 3600 * 90000
    source = [0, FRAME, 2 * FRAME + hour, 3 * FRAME + hour, 4 * FRAME - hour, 5 * FRAME - hour]
    timeline, samples = run([(dts, i * FRAME_NS) for i, dts in enumerate(source)])
    assert steps(samples) == [FRAME] * 5
    assert (timeline.mended.jumped, timeline.mended.backward) == (1, 1)


def test_a_clock_of_32_bits_that_wraps_costs_nothing() -> None:
    top = 2**32
    source = [top - 2 * FRAME, top - FRAME, 0, FRAME]
    timeline, samples = run([(dts, i * FRAME_NS) for i, dts in enumerate(source)])
    assert steps(samples) == [FRAME] * 3
    assert timeline.mended.backward == 1


def test_times_that_stop_and_go_on() -> None:
    source = [0, FRAME, FRAME, FRAME, FRAME * 2]
    timeline, samples = run([(dts, i * FRAME_NS) for i, dts in enumerate(source)])
    assert steps(samples) == [FRAME] * 4
    assert timeline.mended.repeated == 2


def test_missing_times_are_filled_in() -> None:
    timeline, samples = run([(None, 0), (None, FRAME_NS), (900, 2 * FRAME_NS), (900 + FRAME, 3 * FRAME_NS)])
    assert steps(samples) == [FRAME] * 3
    assert timeline.mended.missing == 2


def test_a_late_packet_does_not_move_its_instant() -> None:
    pairs = [(i * FRAME, 1_000_000_000 + i * FRAME_NS) for i in range(20)]
    pairs[10] = (pairs[10][0], pairs[10][1] + 35_000_000)
    _, samples = run(pairs)
    assert samples[10].instant_ns == 1_000_000_000 + 10 * FRAME_NS


def test_frames_that_never_arrived_are_counted_on_a_steady_source() -> None:
    timeline = Timeline(0)
    timeline.connect(VIDEO, None, Fraction(25))
    places = [*range(60), 64]
    for i in places:
        timeline.stamp(packet(i * FRAME, i * FRAME_NS))
    assert timeline.frames_skipped == 4


def test_a_distance_that_is_no_whole_number_of_frames_is_the_source_s_own() -> None:
    timeline = Timeline(0)
    timeline.connect(VIDEO, None, Fraction(25))
    for i in range(60):
        timeline.stamp(packet(i * FRAME, i * FRAME_NS))
    timeline.stamp(packet(59 * FRAME + FRAME * 9 // 5, 61 * FRAME_NS))
    assert timeline.frames_skipped == 0


def test_reordered_pictures_keep_their_presentation() -> None:
    timeline = Timeline(0)
    timeline.connect(VIDEO, None, Fraction(25))
    decode = [(0, 2), (1, 5), (2, 3), (3, 4)]
    samples = [timeline.stamp(packet(d * FRAME, d * FRAME_NS, p * FRAME)) for d, p in decode]
    assert [(s.pts - samples[0].pts) // FRAME for s in samples] == [0, 3, 1, 2]


def test_a_new_connection_goes_on_where_the_clock_is() -> None:
    timeline, samples = run([(i * FRAME, i * FRAME_NS) for i in range(10)])
    timeline.connect(VIDEO, None, Fraction(25))
    after = timeline.stamp(packet(77, 5_000_000_000))
    assert after.dts == 5 * 90000
    assert after.number == 10
    assert samples[-1].instant_ns < after.instant_ns == 5_000_000_000


def test_sound_and_picture_of_one_connection_stay_together() -> None:
    timeline = Timeline(0)
    timeline.connect(VIDEO, AUDIO, Fraction(25))
    first = timeline.stamp(packet(90000, 1_000))
    sound = timeline.stamp(packet(48000 + 4800, 90_000_000, track=Track.AUDIO))
    assert sound.dts / 48000 - first.dts / 90000 == 0.1
    assert sound.number == -1


@given(st.lists(st.one_of(st.none(), st.integers(-(2**40), 2**40)), min_size=1, max_size=60))
def test_whatever_comes_decoding_times_rise(source: list[int | None]) -> None:
    _, samples = run([(dts, i * FRAME_NS) for i, dts in enumerate(source)])
    assert all(step > 0 for step in steps(samples))
    assert all(s.pts >= s.dts for s in samples)


STAMPS_32 = 1 << 32
HOUR = 3600 * 90000
FAULTS = {
    "wraps at 32 bits": lambda i: (STAMPS_32 - 500 * FRAME + i * FRAME) % STAMPS_32,
    "an hour ahead": lambda i: i * FRAME + (HOUR if i >= 500 else 0),
    "an hour back": lambda i: HOUR + i * FRAME - (HOUR if i >= 500 else 0),
    "stops": lambda i: min(i, 500) * FRAME,
    "stops and goes on": lambda i: (i if i < 500 or i > 800 else 500) * FRAME,
    "runs backward": lambda i: (i if i < 500 else 1000 - i) * FRAME,
    "never moves": lambda _: 7,
    "is never there": lambda _: None,
    "counts whole seconds": lambda i: i // 25 * 25 * FRAME,
    "runs 500 ppm fast": lambda i: i * (FRAME + FRAME / 2000) // 1,
    "runs 500 ppm slow": lambda i: i * (FRAME - FRAME / 2000) // 1,
    "jumps about": lambda i: i * 7919 * FRAME % HOUR,
}


@pytest.mark.parametrize("name", FAULTS)
def test_whatever_a_clock_does_nothing_is_dropped_and_instants_stay_true(name: str) -> None:
    """A minute with delays of up to 80 ms. Capture times: not after the arrival, not a second before it."""
    chance, stamp = random.Random(1), FAULTS[name]
    pairs, at = [], 0
    for i in range(1500):
        dts, at = stamp(i), max(at + 1, i * FRAME_NS + chance.randrange(80_000_000))
        pairs.append((None if dts is None else int(dts), at))
    _, samples = run(pairs)
    assert [sample.number for sample in samples] == list(range(1500))
    assert min(steps(samples)) > 0
    ages = [arrived - sample.instant_ns for (_, arrived), sample in zip(pairs, samples, strict=True)]
    assert min(ages) >= 0
    assert max(ages) < 1_000_000_000
    media_seconds = (samples[-1].dts - samples[0].dts) / 90000
    assert abs(media_seconds - 59.96) < 1


@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.integers(-(2**40), 2**40), st.integers(0, 200).map(lambda i: i * FRAME)),
            st.integers(0, 3_000_000_000),
        ),
        min_size=1,
        max_size=80,
    )
)
def test_whatever_comes_and_whenever_no_picture_is_from_the_future(source: list[tuple[int | None, int]]) -> None:
    arrivals = itertools.accumulate(wait for _, wait in source)
    pairs = [(dts, at) for (dts, _), at in zip(source, arrivals, strict=True)]
    _, samples = run(pairs)
    assert [sample.number for sample in samples] == list(range(len(pairs)))
    assert all(step > 0 for step in steps(samples))
    assert all(sample.instant_ns <= arrived for (_, arrived), sample in zip(pairs, samples, strict=True))


def test_a_report_that_comes_with_a_picture_whose_time_is_not_used_is_told_with_the_next() -> None:
    timeline, _ = run([(i * FRAME, i * FRAME_NS) for i in range(3)])
    timeline.stamp(packet(2 * FRAME, 3 * FRAME_NS)._replace(camera_ns=7_000_000_000))
    assert (timeline.mended.repeated, timeline.heard_camera) == (1, False)
    sample = timeline.stamp(packet(4 * FRAME, 4 * FRAME_NS))
    assert timeline.heard_camera
    shown_ns = 7_000_000_000 + 2 * FRAME_NS
    assert timeline.connection_clock.camera_offset_ns == shown_ns - sample.pts * NS_PER_SECOND // 90_000
    timeline.stamp(packet(5 * FRAME, 5 * FRAME_NS))
    assert not timeline.heard_camera
