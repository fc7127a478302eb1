"""The way of pictures through an encoded channel: what is stored, what is lost and why."""

import itertools
from fractions import Fraction
from typing import Any

import av
import pytest

from fakes.encoding import EncodedSink, EncodingBench, plan
from seacorder.channel.encoding.encoder import Encoder, EncoderOrder
from seacorder.channel.outputs import Output, Slot
from seacorder.model.loss import LossCause
from seacorder.model.sample import SourcePacket

RAW = "test:?size=320x160&rate=25&codec=raw"
JPEG = "test:?size=320x160&rate=25&codec=mjpeg"
SOURCES = (RAW, JPEG, "test:?size=320x160&rate=25", "test:?size=320x160&rate=25&codec=hevc")


@pytest.mark.parametrize("address", SOURCES)
def test_every_picture_of_every_kind_of_source_is_stored_once_at_its_own_time(address: str) -> None:
    bench = EncodingBench(address, plan())
    sink = bench.record()
    bench.feed(60)
    assert [reading.number for reading in sink.readings()] == list(range(60))
    assert [time - sink.times()[0] for time in sink.times()] == [Fraction(n, 25) for n in range(60)]
    assert [sample.number for sample in sink.samples] == list(range(60))
    assert bench.losses == []


def test_a_keyframe_comes_each_second_and_where_a_recording_begins() -> None:
    bench = EncodingBench(RAW, plan())
    bench.feed(10)
    bench.clock.advance(0.001)
    sink = bench.record()
    bench.feed(60)
    keyframes = [sample.number for sample in sink.samples if sample.is_keyframe]
    assert keyframes == [10, 35, 60]


def test_a_variable_rate_stays_what_it_is() -> None:
    """Pictures of a screen, say: some close together, some a second apart, at times that nobody foresees."""
    bench = EncodingBench(RAW, plan())
    sink = bench.record()
    at, due = [0, 1, 2, 30, 31, 33, 60, 61], []
    for place, packet in enumerate(itertools.islice(bench._packets, 62)):
        if place in at:
            due.append(packet)
    for packet in due:
        bench.give(packet)
    assert [reading.number for reading in sink.readings()] == at
    assert [time - sink.times()[0] for time in sink.times()] == [Fraction(n, 25) for n in at]
    assert [sample.is_keyframe for sample in sink.samples] == [n in (0, 30, 60) for n in at]


def test_a_variable_rate_becomes_an_exact_one_where_that_is_asked_for() -> None:
    bench = EncodingBench(RAW, plan(frame_rate=Fraction(25)))
    sink = bench.record()
    for place, packet in enumerate(itertools.islice(bench._packets, 60)):
        if place % 7 in (0, 1, 4):
            bench.give(packet)
    shown = [reading.number for reading in sink.readings()]
    assert [time - sink.times()[0] for time in sink.times()] == [Fraction(n, 25) for n in range(len(shown))]
    given = [n for n in range(60) if n % 7 in (0, 1, 4)]
    for point, number in enumerate(shown[:-3]):
        assert abs(number - point) == min(abs(other - point) for other in given)
    assert bench.channel.status().frames_received == len(given)


@pytest.mark.parametrize(("ago_seconds", "first"), [(0.0, 10), (0.003, 10), (0.005, 9), (0.045, 8), (0.5, 8)])
def test_a_start_that_comes_late_still_begins_with_its_own_picture(ago_seconds: float, first: int) -> None:
    """Picture 9 came 4 ms ago and was the newest: 8 and 9 are still there to be encoded anew."""
    bench = EncodingBench(RAW, plan())
    before = EncodedSink()
    bench.channel.outputs.open(Slot.CLIP, Output("C", before, 0))
    bench.feed(10)
    bench.clock.advance(0.004)
    sink = bench.record(ago_seconds=ago_seconds)
    bench.feed(40)
    assert [reading.number for reading in sink.readings()] == list(range(first, 50))
    assert [sample.number for sample in sink.samples] == list(range(first, 50))
    assert [time - sink.times()[0] for time in sink.times()] == [Fraction(n, 25) for n in range(50 - first)]
    assert [reading.number for reading in before.readings()] == list(range(50))
    assert bench.losses == []


@pytest.mark.parametrize("target", [50, 25, 10, Fraction(30_000, 1001)])
def test_at_another_rate_the_grid_is_exact_and_the_account_balances(target: Fraction | int) -> None:
    bench = EncodingBench(RAW, plan(frame_rate=Fraction(target)))
    sink = bench.record()
    bench.feed(101)
    times, counts = sink.times(), bench.pipeline.counts
    assert [time - times[0] for time in times] == [n / Fraction(target) for n in range(len(times))]
    shown = [reading.number for reading in sink.readings()]
    for time, number in zip(times, shown, strict=True):
        assert abs((time - times[0]) - Fraction(number, 25)) <= Fraction(1, 50)
    assert bench.channel.status().frames_received == 101
    in_hand = len([number for number in shown if number == 100]) - 1
    assert len(shown) == 101 - counts.passed_over + counts.repeated + max(0, in_hand) - (100 not in shown)
    assert bench.losses == []
    assert [sample.number for sample in sink.samples] == list(range(len(shown)))


def test_too_hard_a_preset_is_stepped_down_before_a_picture_is_lost_and_the_file_goes_on() -> None:
    bench = EncodingBench(RAW, plan(preset="fast"), cost_ms={"fast": 55, "faster": 45, "veryfast": 20})
    sink = bench.record()
    bench.feed(250)
    assert [order.preset for order in bench.opened] == ["fast", "faster", "veryfast"]
    assert [reading.number for reading in sink.readings()] == list(range(250))
    assert len(sink.distinct_formats) == 1
    assert bench.losses == []
    assert [event.kind for event in bench.events] == ["encoder_preset"] * 2


def test_after_a_calm_time_the_better_preset_comes_back() -> None:
    cost_ms = {"fast": 55.0}
    bench = EncodingBench(RAW, plan(preset="fast"), cost_ms=cost_ms)
    bench.feed(100)
    cost_ms.clear()
    bench.feed(600)
    assert [order.preset for order in bench.opened] == ["fast", "faster", "fast"]


def test_a_preset_that_comes_and_goes_is_told_once_per_minute() -> None:
    bench = EncodingBench(RAW, plan(preset="fast"))
    bench.feed(3)
    assert [bench.encoding.step(by) for by in (-1, 1, -1, 1)] == [True] * 4
    assert [(event.kind, event.fact) for event in bench.events] == [
        ("encoder_preset", "Bow: slightly lower picture quality (preset faster), so that this computer keeps up."),
        ("encoder_preset", "Bow: better picture quality again (preset fast)."),
    ]


def test_what_even_the_fastest_preset_cannot_do_is_lost_in_few_holes_and_the_account_balances() -> None:
    bench = EncodingBench(RAW, plan(preset="ultrafast"), cost_ms={"ultrafast": 60})
    sink = bench.record()
    bench.feed(300)
    bench.stop()
    numbers = [reading.number for reading in sink.readings()]
    assert len(set(numbers)) == len(numbers)
    lost = sum(loss.frames or 0 for loss in bench.losses)
    assert len(numbers) + lost == 300
    assert {loss.cause for loss in bench.losses} == {LossCause.OVERLOAD}
    assert bench.pipeline.counts.dropped == lost
    assert 80 <= lost <= 140
    assert len(bench.losses) <= 12
    for loss in bench.losses:
        assert round((loss.to_utc_ns - loss.from_utc_ns) / 40e6) - 1 == loss.frames


def test_an_encoder_that_fails_in_the_middle_is_followed_by_the_next_best_with_the_same_picture() -> None:
    bench = EncodingBench(RAW, plan(next_best=("libx265",)))
    sink = bench.record()
    bench.feed(10)
    bench.encoders[-1].fails = True
    bench.feed(10)
    assert [order.encoder for order in bench.opened] == ["libx264", "libx265"]
    assert [reading.number for reading in sink.readings()] == list(range(20))
    assert [one.video.codec for one in sink.distinct_formats] == ["h264", "hevc"]
    assert bench.losses == []
    (event,) = bench.events
    assert (event.kind, event.action) == ("encoder_failed", "")
    failed = "the encoder libx264 failed ([Errno -1] the device is gone)"
    assert event.fact.endswith(f": {failed}; libx265 has taken over in a new file.")


@pytest.mark.parametrize("fault", [av.error.ExternalError(-1, "no device"), KeyError("not foreseen")])
def test_without_any_encoder_that_works_pictures_are_lost_with_that_cause_until_one_works_again(
    fault: Exception,
) -> None:
    is_broken = True

    def open_encoder(order: EncoderOrder) -> Encoder:
        if is_broken:
            raise fault
        return Encoder(order)

    bench = EncodingBench(RAW, plan(), open_encoder=open_encoder)
    sink = bench.record()
    bench.feed(50)
    assert sink.samples == []
    (event,), run = bench.events, bench.encoding.run
    assert run.fault is not None
    assert run.fault.fact.startswith("Its pictures cannot be encoded (last tried: libx264: ")
    assert event.fact == f"{event.channel} cannot be recorded: i{run.fault.fact[1:]}"
    assert event.action == run.fault.action
    is_broken = False
    bench.feed(200)
    assert run.fault is None
    numbers = [reading.number for reading in sink.readings()]
    assert numbers == list(range(numbers[0], 250))
    (loss,) = bench.losses
    assert (loss.cause, loss.frames) == (LossCause.ENCODER_FAILED, numbers[0])
    assert numbers[0] <= 126
    assert [sample.number for sample in sink.samples] == numbers


def test_a_packet_that_cannot_be_decoded_costs_its_picture_and_no_more() -> None:
    bench = EncodingBench(JPEG, plan())
    sink = bench.record()
    bench.feed(10)
    bench.give(_damaged(next(bench._packets)))
    bench.feed(10)
    assert [reading.number for reading in sink.readings()] == [*range(10), *range(11, 21)]
    (loss,) = bench.losses
    assert (loss.cause, loss.frames) == (LossCause.DAMAGED, 1)


def _damaged(packet: SourcePacket) -> SourcePacket:
    broken: Any = av.Packet(b"\x00" * 100)
    return SourcePacket(
        packet.track, broken, packet.pts, packet.dts, packet.duration, packet.is_keyframe, 100, packet.arrived_ns
    )


def test_a_source_that_changes_its_size_in_the_middle_begins_a_new_format_with_nothing_lost() -> None:
    bench = EncodingBench(RAW, plan())
    sink = bench.record()
    bench.feed(10)
    other = bench.packets_of("test:?size=640x320&rate=25&codec=raw")
    bench.begin(next(other), plan())
    for _ in range(10):
        bench.give(next(other))
    assert [(one.video.width, one.video.height) for one in sink.distinct_formats] == [(320, 160), (640, 320)]
    assert [reading.number for reading in sink.readings()] == [*range(10), *range(10)]
    assert bench.losses == []


@pytest.mark.parametrize("encoder", ["libx264", "libx265", "libsvtav1"])
@pytest.mark.parametrize("size", ["1x1", "3x5", "31x17", "321x161", "1921x7", "16x1080", "1280x721", "3840x2160"])
def test_any_size_is_stored_with_what_the_encoder_needs_besides(encoder: str, size: str) -> None:
    bench = EncodingBench(f"test:?size={size}&rate=25&codec=raw", plan(encoder))
    sink = bench.record()
    bench.feed(3)
    frames = sink.frames()
    assert len(frames) == 3
    width, height = (int(side) for side in size.split("x"))
    stored = frames[0][0]
    assert 0 <= stored.width - width <= max(1, 64 - width)
    assert 0 <= stored.height - height <= max(1, 64 - height)


def test_another_size_is_scaled_and_the_shape_of_things_stays() -> None:
    bench = EncodingBench("test:?size=640x320&rate=25&codec=raw", plan(width=320, height=320))
    sink = bench.record()
    bench.feed(5)
    frame, _ = sink.frames()[0]
    assert (frame.width, frame.height) == (320, 320)
    assert [reading.number for reading in sink.readings()] == list(range(5))
    aspect = sink.formats[0].templates[sink.samples[0].track].codec_context.sample_aspect_ratio
    assert aspect == 2
