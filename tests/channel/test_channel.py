"""A channel between its input and its sinks: states, losses, the instant of a stop."""

import itertools
from collections.abc import Sequence
from fractions import Fraction

import pytest

from fakes.clock import FakeClock
from fakes.sink import FakeSink
from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.message import Message
from seacorder.channel.channel import LONGEST_UNREAD_NS, WATCHED_UNREAD_NS, Channel
from seacorder.channel.heartbeat_status import Neighbours
from seacorder.channel.live.live_view import LiveView
from seacorder.channel.outputs import Output, Outputs, Slot
from seacorder.model.channel import ChannelSettings, ChannelState, ChannelStatus, PictureFault
from seacorder.model.file_name import Naming
from seacorder.model.instant import Instant
from seacorder.model.live import LiveStream
from seacorder.model.loss import Loss, LossCause
from seacorder.model.outcome import ChannelOutcome
from seacorder.model.recording import FileKind
from seacorder.model.report import EventNoted, Report
from seacorder.model.sample import Begun, Sample, SourceFormat, SourcePacket, Track, TrackFormat

FRAME_SECONDS = 0.1
GROUP = 10
NAMING = Naming("/data", "", 0, "x", 0, FileKind.FRAMEGRAB)


def source(width: int = 640, rate: int = 10) -> SourceFormat:
    time_base = Fraction(1, 1000) if rate == 10 else Fraction(1, rate)
    video = TrackFormat(Track.VIDEO, "h264", time_base, b"", width, 360)
    return SourceFormat(video, None, Fraction(rate), {})


class NothingShown:
    """Makes nothing of what it is given."""

    def take(self, _sample: Sample, _source: SourceFormat) -> tuple[()]:
        return ()

    def end(self) -> None:
        pass


class Bench:
    """A channel, its clock and a camera of ten frames a second."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.reports: list[Report] = []
        self.channel = Channel(ChannelSettings(0, "Bow", "test:"), self.clock, self.reports.append)
        self.place = 0

    def frames(self, count: int, *, skip: int = 0, told: int = 0, camera_ns: int | None = None) -> None:
        """`told`: so many the input says are missing before the first of them; `camera_ns`: what the camera's clock
        showed with it."""
        self.place += skip
        for _ in range(count):
            self.clock.advance(FRAME_SECONDS)
            now = self.clock.monotonic_ns()
            key = self.place % GROUP == 0
            packet = SourcePacket(Track.VIDEO, None, self.place * 100, self.place * 100, 0, key, 1000, now)
            self.channel.take(packet._replace(missing_before=told, camera_ns=camera_ns))
            self.place, told, camera_ns = self.place + 1, 0, None

    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.channel.tick()

    def now(self) -> Instant:
        return Instant.now(self.clock)

    def record(self) -> FakeSink:
        sink = FakeSink()
        self.channel.outputs.open(Slot.RECORDING, Output("R", sink, self.clock.monotonic_ns()))
        return sink

    @property
    def state(self) -> ChannelState:
        return self.channel.status().state

    @property
    def losses(self) -> list[Loss]:
        return [report for report in self.reports if isinstance(report, Loss)]


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    assert made.state is ChannelState.CONNECTING
    made.channel.connected(source())
    made.frames(20)
    return made


def test_frames_make_it_live(bench: Bench) -> None:
    status = bench.channel.status()
    assert (status.state, status.why, status.frames_received) == (ChannelState.LIVE, None, 20)
    assert status.picture is not None
    assert (status.picture.width, status.picture.frame_rate) == (640, 10.0)


def test_control_hears_at_once_that_the_camera_tells_its_clock_and_that_it_confirms_it(bench: Bench) -> None:
    for off_ns, is_told in ((0, True), (11_111, True), (22_222, False)):
        before = len(bench.reports)
        bench.frames(1, camera_ns=bench.place * 100_000_000 + off_ns)
        assert [isinstance(report, ChannelStatus) for report in bench.reports[before:]] == ([True] if is_told else [])


def test_silence_of_two_and_a_half_seconds_is_a_stall_with_a_reason(bench: Bench) -> None:
    bench.wait(2.4)
    assert bench.state is ChannelState.LIVE
    bench.wait(0.2)
    assert bench.state is ChannelState.STALLED
    assert bench.channel.status().why == Message(
        "Bow is connected, but no picture has come for 2.5 s.",
        "Seacorder connects again by itself. Look at the camera, its power and its network cable.",
    )
    bench.frames(1)
    assert bench.state is ChannelState.LIVE


def test_a_stall_is_due_on_time_not_with_the_next_heartbeat(bench: Bench) -> None:
    bench.wait(2.3)
    due_ns = bench.channel.next_due_ns()
    assert due_ns is not None
    bench.wait((due_ns - bench.channel.clock.monotonic_ns()) / 1e9)
    assert bench.state is ChannelState.STALLED
    assert bench.channel.next_due_ns() is None


def test_what_the_input_says_is_missing_is_a_loss_before_the_rate_is_known(bench: Bench) -> None:
    bench.record()
    for _ in range(5):  # each time before the distances alone would be believed
        bench.frames(4, skip=2, told=2)
    assert [(loss.frames, loss.cause) for loss in bench.losses] == [(2, LossCause.NETWORK)] * 5


def test_late_frames_that_all_come_are_no_loss(bench: Bench) -> None:
    bench.record()
    bench.wait(4.0)
    bench.frames(10)
    assert bench.losses == []


def test_a_stall_that_swallowed_frames_is_a_loss_with_their_number(bench: Bench) -> None:
    bench.record()
    bench.wait(5.0)
    bench.frames(1, skip=50)
    (loss,) = bench.losses
    assert (loss.cause, loss.frames, loss.recording_id) == (LossCause.STALL, 50, "R")
    assert loss.to_utc_ns - loss.from_utc_ns == 5_100_000_000


def test_a_broken_connection_is_a_loss_up_to_the_next_keyframe(bench: Bench) -> None:
    sink = bench.record()
    bench.channel.disconnected(Message("The camera closed the connection."))
    assert bench.state is ChannelState.FAILED
    bench.clock.advance(2.0)
    bench.channel.connected(source())
    bench.place = 5
    bench.frames(10)
    (loss,) = bench.losses
    assert loss.cause is LossCause.RECONNECT
    assert loss.frames == 25
    assert sink.samples[0].is_keyframe
    assert sink.numbers == list(range(25, 30))


@pytest.mark.parametrize("step_seconds", [3600, -3600])
def test_a_hole_over_a_step_of_the_wall_clock_has_its_true_length(bench: Bench, step_seconds: int) -> None:
    bench.record()
    bench.channel.disconnected(Message("gone"))
    bench.clock.advance(2.0)
    bench.clock.step_wall(step_seconds)
    bench.channel.connected(source())
    bench.place = 0
    bench.frames(1)
    (loss,) = bench.losses
    assert loss.frames == 20
    assert loss.to_utc_ns == bench.clock.utc_ns()
    assert loss.to_utc_ns - loss.from_utc_ns == 2_100_000_000


@pytest.mark.parametrize("step_seconds", [3600, -3600])
def test_a_step_of_the_wall_clock_moves_utc_from_the_next_keyframe_on_and_nothing_else(
    bench: Bench, step_seconds: int
) -> None:
    sink = bench.record()
    bench.frames(15)
    bench.clock.step_wall(step_seconds)
    bench.frames(15)
    assert sink.numbers == list(range(20, 50))
    distances = {b.instant_ns - a.instant_ns for a, b in itertools.pairwise(sink.samples)}
    assert distances == {100_000_000}
    ahead = {sample.clock_ns for sample in sink.samples if sample.number < 40}
    ahead_after = {sample.clock_ns for sample in sink.samples if sample.number >= 40}
    assert ahead_after == {one + step_seconds * NS_PER_SECOND for one in ahead}
    assert bench.state is ChannelState.LIVE
    assert bench.losses == []


def test_picture_faults_are_events_and_stand_in_the_status(bench: Bench) -> None:
    for fault in (None, PictureFault.FROZEN, PictureFault.FROZEN, PictureFault.BLACK, None):
        bench.channel.saw_picture(fault)
        status = bench.channel.status()
        assert status.picture_fault is fault
        assert (status.picture_fault_since_utc_ns is None) == (fault is None)
    kinds = [report.event.kind for report in bench.reports if isinstance(report, EventNoted)]
    assert kinds == ["picture_frozen", "picture_black", "picture_ok"]


def test_a_recording_that_ends_while_the_camera_is_gone_loses_up_to_its_end(bench: Bench) -> None:
    bench.record()
    bench.channel.disconnected(Message("gone"))
    bench.clock.advance(3.0)
    bench.channel.close_hole(bench.now())
    (loss,) = bench.losses
    assert loss.frames == 30


def test_without_a_recording_nothing_is_lost(bench: Bench) -> None:
    bench.channel.disconnected(Message("gone"))
    bench.clock.advance(3.0)
    bench.channel.connected(source())
    bench.place = 0
    bench.frames(3)
    assert bench.losses == []


def test_frames_that_the_source_says_never_arrived_are_a_loss(bench: Bench) -> None:
    bench.frames(60)
    bench.record()
    bench.clock.advance(3 * FRAME_SECONDS)
    bench.frames(1, skip=3)
    (loss,) = bench.losses
    assert (loss.cause, loss.frames) == (LossCause.NETWORK, 3)


def test_a_stop_takes_the_frames_up_to_its_instant_and_no_more(bench: Bench) -> None:
    sink = bench.record()
    bench.frames(3)
    done: list[ChannelOutcome] = []
    ahead = Instant(bench.clock.monotonic_ns() + 150_000_000, 0)
    assert bench.channel.outputs.stop(Slot.RECORDING, ahead, done.append)
    bench.frames(3)
    assert sink.numbers == [20, 21, 22, 23]
    assert sink.is_finished
    assert len(done) == 1
    assert bench.channel.outputs[Slot.RECORDING] is None


def test_a_stop_among_reordered_pictures_leaves_no_hole() -> None:
    """Decoded 0 3 1 2 6 4 5 9 …: a stop after 4 has been shown keeps 5 and 6, which were sent ahead or between."""
    outputs, sink = Outputs(), FakeSink()
    outputs.open(Slot.RECORDING, Output("R", sink, 0))
    outputs.stop(Slot.RECORDING, Instant(4_500_000_000, 0), lambda _: None)
    for dts, pts in enumerate([2, 5, 3, 4, 8, 6, 7, 11, 9, 10]):
        instant_ns = (pts - 2) * NS_PER_SECOND
        sample = Sample(Track.VIDEO, None, pts * 1000, dts * 1000, 1000, pts == 2, 10, instant_ns, 0, dts)
        outputs.write([sample], source())
    assert sorted(sample.pts // 1000 - 2 for sample in sink.samples) == list(range(7))


def test_a_stop_does_not_wait_for_frames_that_do_not_come(bench: Bench) -> None:
    sink = bench.record()
    bench.channel.outputs.stop(Slot.RECORDING, bench.now(), lambda _: None)
    bench.wait(0.2)
    assert not sink.is_finished
    bench.wait(0.1)
    assert sink.is_finished


def test_a_change_of_format_is_an_event(bench: Bench) -> None:
    bench.channel.connected(source(width=320))
    events = [report.event for report in bench.reports if isinstance(report, EventNoted)]
    assert [event.kind for event in events] == ["format_changed"]
    assert "320x360" in events[0].fact


def test_a_still_waits_for_a_frame_of_before_its_instant_but_not_for_ever(bench: Bench) -> None:
    taken: list[str] = []
    bench.channel.take_still(bench.clock.monotonic_ns() + 200_000_000, lambda: taken.append("still"))
    bench.wait(0.19)
    assert taken == []
    bench.wait(0.01)
    assert taken == ["still"]
    bench.wait(1.0)
    assert taken == ["still"]


@pytest.mark.parametrize("seconds", [3, 6, 30])
def test_a_slow_source_is_live_between_its_frames_and_misses_none(bench: Bench, seconds: int) -> None:
    def frame() -> None:
        at = bench.clock.monotonic_ns()
        packet = SourcePacket(Track.VIDEO, None, at // 1_000_000, at // 1_000_000, 0, True, 1000, at)
        bench.channel.take(packet)

    bench.channel.connected(source())
    bench.record()
    states = []
    for number in range(12):
        frame()
        for _ in range(seconds * 2):
            bench.wait(0.5)
            if number >= 2:
                states.append(bench.state)
    assert set(states) == {ChannelState.LIVE}
    assert bench.losses == []
    picture = bench.channel.status().picture
    assert picture is not None
    assert picture.frame_rate == pytest.approx(1 / seconds, abs=0.01)
    bench.wait(seconds * 2)
    assert bench.state is ChannelState.STALLED


def test_an_ordinary_source_is_stalled_after_two_and_a_half_seconds(bench: Bench) -> None:
    bench.frames(2)
    bench.wait(2.4)
    assert bench.state is ChannelState.LIVE
    bench.wait(0.2)
    assert bench.state is ChannelState.STALLED


def test_what_comes_together_is_taken_as_if_it_had_come_one_by_one() -> None:
    alone, together = Bench(), Bench()
    sinks = [one.record() for one in (alone, together)]
    for one in (alone, together):
        one.channel.connected(source())
    packets = [
        SourcePacket(Track.VIDEO, None, n * 100, n * 100, 0, n % 10 == 0, 1000, n * NS_PER_SECOND // 10)
        for n in range(25)
    ]
    for packet in packets:
        alone.channel.take(packet)
    for begin in range(0, 25, 6):
        together.channel.take_all(packets[begin : begin + 6])
    assert sinks[0].samples == sinks[1].samples
    assert len(sinks[0].samples) == 25
    assert sinks[0].followed == [False] * 25
    assert sinks[1].followed == [*([True] * 5 + [False]) * 4, False]


def test_frames_may_lie_unread_only_while_nothing_waits_for_them(bench: Bench) -> None:
    now_ns = bench.clock.monotonic_ns
    assert Bench().channel.may_wait_ns(now_ns()) == 0  # it is not live yet
    assert bench.channel.may_wait_ns(now_ns()) == LONGEST_UNREAD_NS
    sink = bench.record()
    sink.begun = (None, None)
    assert bench.channel.may_wait_ns(now_ns()) == 0
    begun = Begun(next(bench.channel.backlog.since(0))[0][0], source(), 1)
    sink.begun = (begun, begun)
    assert bench.channel.may_wait_ns(now_ns()) == LONGEST_UNREAD_NS
    sink.next_split_ns = now_ns() + LONGEST_UNREAD_NS // 4
    assert bench.channel.may_wait_ns(now_ns()) == LONGEST_UNREAD_NS // 4
    assert bench.channel.may_wait_ns(now_ns() + LONGEST_UNREAD_NS) == 0
    sink.next_split_ns = None
    bench.channel.take_still(now_ns() + NS_PER_SECOND, lambda: None)
    assert bench.channel.may_wait_ns(now_ns()) == 0
    bench.wait(0.3)
    assert bench.channel.may_wait_ns(now_ns()) == LONGEST_UNREAD_NS
    bench.channel.outputs.stop(Slot.RECORDING, bench.now(), lambda _: None)
    assert bench.channel.may_wait_ns(now_ns()) == 0


@pytest.mark.parametrize(("rate", "longest_ns"), [(30, WATCHED_UNREAD_NS), (20, WATCHED_UNREAD_NS), (15, 0)])
def test_of_a_channel_that_is_looked_at_a_few_frames_are_read_together_where_they_come_fast(
    rate: int, longest_ns: int
) -> None:
    clock, view = FakeClock(), LiveView(make_stream=NothingShown)
    neighbours = Neighbours(live={LiveStream.MAIN: view})
    channel = Channel(ChannelSettings(0, "Bow", "test:"), clock, lambda _: None, neighbours=neighbours)
    channel.connected(source(rate=rate))
    for n in range(2 * rate):
        clock.advance(1 / rate)
        channel.take(SourcePacket(Track.VIDEO, None, n, n, 0, n % rate == 0, 1000, clock.monotonic_ns()))
    channel.watch_live((LiveStream.MAIN,))
    assert channel.may_wait_ns(clock.monotonic_ns()) == longest_ns
    channel.watch_live(())
    assert channel.may_wait_ns(clock.monotonic_ns()) == LONGEST_UNREAD_NS


def test_what_is_encoded_is_read_as_it_comes(bench: Bench) -> None:
    bench.frames(12)
    bench.channel.encoding.is_on = True
    assert bench.channel.may_wait_ns(bench.clock.monotonic_ns()) == 0


class FailingSink(FakeSink):
    """Fails once, as by a fault of the program, after so many pictures."""

    fails_after: int | None = 30

    def write(self, samples: Sequence[Sample], source: SourceFormat, *, more_follow: bool = False) -> None:
        if self.fails_after is not None and len(self.samples) >= self.fails_after:
            self.fails_after = None
            raise ValueError("a fault of the program")
        super().write(samples, source, more_follow=more_follow)


@pytest.mark.parametrize("fails_after", [25, 30])
def test_pictures_of_a_burst_that_no_file_could_be_given_are_in_the_loss(bench: Bench, fails_after: int) -> None:
    sink = FailingSink()
    sink.fails_after = fails_after
    bench.channel.outputs.open(Slot.RECORDING, Output("R", sink, bench.clock.monotonic_ns()))
    packets = []
    for place in range(20, 60):
        bench.clock.advance(FRAME_SECONDS)
        now = bench.clock.monotonic_ns()
        packets.append(SourcePacket(Track.VIDEO, None, place * 100, place * 100, 0, place % GROUP == 0, 1000, now))
    bursts = [packets[begin : begin + 5] for begin in range(0, fails_after + 5, 5)]
    for burst in bursts[:-1]:
        bench.channel.take_all(burst)
    with pytest.raises(ValueError, match="a fault of the program"):
        bench.channel.take_all(bursts[-1])
    stored = len(sink.samples)
    bench.channel.disconnected(Message("The input made an unexpected error."))
    bench.channel.connected(source())
    bench.place = 60
    bench.frames(1)
    (loss,) = bench.losses
    assert len(sink.samples) == stored + 1
    assert loss.frames == 40 - stored
