"""The loss account by itself: what a running recording misses, once each, with cause and count."""

from fractions import Fraction

import pytest

from fakes.clock import FakeClock
from fakes.sink import FakeSink
from seacorder.channel.loss_account import LossAccount
from seacorder.channel.outputs import Output
from seacorder.channel.timing.timeline import Timeline
from seacorder.model.instant import Instant
from seacorder.model.loss import NOT_ENCODED, TOO_SLOW, Loss, LossCause, disconnected
from seacorder.model.sample import SourceFormat, SourcePacket, Track, TrackFormat

FRAME_NS = 100_000_000
VIDEO = TrackFormat(Track.VIDEO, "h264", Fraction(1, 1000), b"", 640, 360)
SOURCE = SourceFormat(VIDEO, None, Fraction(10), {})


class Bench:
    """An account, and a camera of ten frames a second that numbers and times its frames correctly."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.losses: list[Loss] = []
        self.output: Output | None = None
        self.blackbox: Output | None = None
        self.timeline = Timeline(self.clock.utc_ns() - self.clock.monotonic_ns())
        self.account = LossAccount(
            "Bow",
            self.clock,
            self.timeline,
            recordings=lambda: [one for one in (self.output, self.blackbox) if one is not None],
            frame_ns=lambda: FRAME_NS,
            report=self.losses.append,
        )
        self.connect()

    def connect(self) -> None:
        self.timeline.connect(VIDEO, None, SOURCE.frame_rate)

    def record(self) -> None:
        self.output = Output("R", FakeSink(), self.clock.monotonic_ns())

    def record_into_blackbox(self) -> None:
        self.blackbox = Output("blackbox-1", FakeSink(), self.clock.monotonic_ns())

    def frame(self, *, missing: int = 0, camera_seconds: float | None = None) -> None:
        """A frame 100 ms after the one before; `camera_seconds`: what the camera's clock showed with it."""
        self.clock.advance(0.1)
        now_ns = self.clock.monotonic_ns()
        camera_ns = None if camera_seconds is None else round(camera_seconds * 1e9)
        packet = SourcePacket(Track.VIDEO, None, now_ns // 10**6, now_ns // 10**6, 0, True, 1, now_ns)
        sample = self.timeline.stamp(packet)
        if camera_ns is not None:
            self.timeline.connection_clock.tell(sample.pts * 10**6, camera_ns)
        self.account.took(sample, SOURCE, missing)


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    for _ in range(20):
        made.frame()
    return made


def test_only_what_a_running_recording_misses_is_a_loss(bench: Bench) -> None:
    bench.frame(missing=3)
    assert bench.losses == []
    bench.record()
    bench.frame(missing=3)
    assert [(loss.cause, loss.frames) for loss in bench.losses] == [(LossCause.NETWORK, 3)]
    assert bench.account.total == 1


def test_a_hole_that_the_camera_clock_measures_is_counted_again_and_is_still_one_loss(bench: Bench) -> None:
    bench.record()
    bench.frame(camera_seconds=100.0)
    bench.account.open_hole(disconnected("The camera closed the connection."))
    bench.clock.advance(0.9)
    bench.connect()
    bench.frame()  # by the arrivals 1.0 s after the last one, by the camera's clock only 0.8 s
    bench.account.recount(bench.clock.monotonic_ns())
    bench.frame(camera_seconds=100.9)
    bench.account.recount(bench.clock.monotonic_ns())
    assert [loss.frames for loss in bench.losses] == [9, 7]
    assert {loss.cause for loss in bench.losses} == {LossCause.RECONNECT}
    assert bench.account.total == 1


def test_frames_that_are_not_encoded_are_one_loss_up_to_the_next_that_is(bench: Bench) -> None:
    bench.record()
    start_ns = bench.clock.monotonic_ns()
    bench.account.stored(start_ns, start_ns)
    for number, why in enumerate([TOO_SLOW, NOT_ENCODED, TOO_SLOW], start=1):
        bench.account.missed(start_ns + number * FRAME_NS, why)
    assert bench.losses == []
    bench.account.stored(start_ns + 4 * FRAME_NS, start_ns + 6 * FRAME_NS)
    (loss,) = bench.losses
    assert (loss.cause, loss.frames, loss.to_utc_ns - loss.from_utc_ns) == (LossCause.OVERLOAD, 3, 4 * FRAME_NS)


def test_frames_that_are_not_encoded_before_a_recording_ends_are_its_loss(bench: Bench) -> None:
    bench.record()
    bench.account.missed(bench.clock.monotonic_ns() + FRAME_NS, NOT_ENCODED)
    bench.account.recording_ends()
    assert [(loss.cause, loss.frames) for loss in bench.losses] == [(LossCause.ENCODER_FAILED, 1)]


def test_a_recording_that_begins_and_ends_inside_a_hole_misses_what_lies_between(bench: Bench) -> None:
    bench.account.open_hole(disconnected("gone"))
    bench.clock.advance(2.0)
    bench.record()
    bench.clock.advance(1.0)
    bench.account.close_hole(Instant.now(bench.clock))
    (loss,) = bench.losses
    assert (loss.frames, loss.to_utc_ns - loss.from_utc_ns) == (10, 1_000_000_000)


def test_a_recording_that_begins_just_before_a_hole_ends_misses_nothing(bench: Bench) -> None:
    bench.account.open_hole(disconnected("gone"))
    bench.clock.advance(0.97)
    bench.output = Output("R", FakeSink(), bench.clock.monotonic_ns() + 70_000_000)
    bench.frame()
    assert bench.losses == []


def test_the_blackbox_misses_the_same_as_a_recording_beside_it_and_has_its_own_losses(bench: Bench) -> None:
    bench.record_into_blackbox()
    bench.frame(missing=2)
    bench.record()
    bench.account.open_hole(disconnected("gone"))
    bench.clock.advance(1.0)
    bench.frame()
    assert [(loss.recording_id, loss.frames) for loss in bench.losses] == [
        ("blackbox-1", 2), ("R", 10), ("blackbox-1", 10),
    ]
    assert bench.account.total == 1


def test_a_recording_that_ends_in_a_hole_does_not_end_the_blackbox(bench: Bench) -> None:
    bench.record_into_blackbox()
    bench.record()
    bench.account.open_hole(disconnected("gone"))
    bench.clock.advance(1.0)
    bench.account.close_hole(Instant.now(bench.clock), bench.output)
    assert [loss.recording_id for loss in bench.losses] == ["R"]
    bench.output = None
    bench.clock.advance(1.0)
    bench.frame()
    assert [(loss.recording_id, loss.frames) for loss in bench.losses[1:]] == [("blackbox-1", 20)]
