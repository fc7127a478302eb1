"""Places after a whole day, in simulated time: frames and offsets are exact, and no rounding adds up."""

from bisect import bisect_left
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate
from random import Random

import pytest

from control.bridge import NAMES, Bridge
from seacorder.control.observations.places import KnownFrame, frame_after, frame_in, place_of
from seacorder.model.capture_time import frame_distance_ns
from seacorder.model.loss import Loss, LossCause
from seacorder.model.observation_entry import Entry
from seacorder.model.recording import FileState, Part

DAY_NS = 86_400_000_000_000
BEGIN_UTC_NS = 1_700_000_000_123_456_789
FIRST_FRAME = 7
RATES = [Fraction(25), Fraction(30_000, 1001), Fraction(60_000, 1001), Fraction(15), Fraction(50)]
CAUSES = [LossCause.RECONNECT, LossCause.STALL, LossCause.NETWORK]
CLOSE = Fraction(1, 20)
"""Share of a frame: an instant closer to a frame than this may count as that frame or as the one before it."""
EXACT_NS = 1000
"""Offsets are told in microseconds."""


@dataclass(frozen=True)
class Day:
    """24 hours in one file, of a camera that was away again and again. What it sent meanwhile has no number."""

    rate: Fraction
    sent: int
    begins: list[int]
    """Of each hole the last frame before it, as the camera counts."""
    missing: list[int]

    @property
    def missing_before(self) -> list[int]:
        return [0, *accumulate(self.missing)]

    def time_ns(self, count: int) -> int:
        """When the camera captured a frame, since the first."""
        return int(count * 1_000_000_000 / self.rate)

    def newest(self, after_ns: int) -> tuple[int, int]:
        """The newest received frame at or before an instant: the channel's number, and the camera's count."""
        count = int(after_ns * self.rate / 1_000_000_000)
        holes = bisect_left(self.begins, count)  # those that have begun before it
        if holes and count <= self.begins[holes - 1] + self.missing[holes - 1]:
            count, holes = self.begins[holes - 1], holes - 1
        return FIRST_FRAME + count - self.missing_before[holes], count

    @property
    def part(self) -> Part:
        frames, end_ns = self.sent - sum(self.missing), self.time_ns(self.sent - 1)
        start, end = BEGIN_UTC_NS, BEGIN_UTC_NS + end_ns
        return Part("r1", "Bow", 1, "/x.mp4", start, end, FIRST_FRAME, frames, 1, FileState.WHOLE)

    @property
    def losses(self) -> list[Loss]:
        return [
            Loss(
                "Bow", BEGIN_UTC_NS + self.time_ns(begin), BEGIN_UTC_NS + self.time_ns(begin + frames + 1), frames,
                CAUSES[begin % 3], "r1",
            )
            for begin, frames in zip(self.begins, self.missing, strict=True)
        ]  # fmt: skip


def day_of(rate: Fraction, holes: int, chance: Random) -> Day:
    sent = int(DAY_NS * rate / 1_000_000_000)
    begins = sorted(chance.sample(range(10, sent - 3000, 3000), holes))
    return Day(rate, sent, begins, [chance.randrange(1, 2500) for _ in begins])


@pytest.mark.parametrize("rate", RATES, ids=str)
@pytest.mark.parametrize("holes", [0, 300])
def test_every_instant_of_a_day_is_in_its_frame(rate: Fraction, holes: int) -> None:
    """Whatever rate is told: that of the file counts."""
    chance = Random(f"{rate} {holes}")
    day = day_of(rate, holes, chance)
    part, losses, told_ns = day.part, day.losses, frame_distance_ns(float(rate) * 1.001)
    end_ns = day.time_ns(day.sent - 1)
    for after_ns in [chance.randrange(end_ns) for _ in range(500)]:
        phase = after_ns * rate / 1_000_000_000 % 1
        if CLOSE < phase < 1 - CLOSE:
            place = place_of(part, frame_in(part, losses, BEGIN_UTC_NS + after_ns, told_ns))
            number, count = day.newest(after_ns)
            assert place.frame == number
            assert abs(place.offset_seconds * 1e9 - day.time_ns(count)) < EXACT_NS
    beyond = [frame_in(part, losses, BEGIN_UTC_NS + at_ns, told_ns).frame for at_ns in (-(10**10), end_ns + 10**10)]
    assert beyond == [FIRST_FRAME, FIRST_FRAME + part.frames - 1]


@pytest.mark.parametrize("rate", RATES, ids=str)
def test_frames_counted_on_from_one_frame_for_a_day_do_not_drift(rate: Fraction) -> None:
    frame_ns = frame_distance_ns(float(rate))
    for count in (0, 1, 89_999, int(DAY_NS * rate / 1_000_000_000)):
        middle_ns = int((count + Fraction(1, 2)) * 1_000_000_000 / rate)
        found = frame_after(KnownFrame(BEGIN_UTC_NS, 100), BEGIN_UTC_NS + middle_ns, frame_ns)
        assert found.frame == 100 + count
        assert abs(found.utc_ns - BEGIN_UTC_NS - count * 1_000_000_000 / rate) <= 1


def beat(bridge: Bridge) -> None:
    """A heartbeat of each channel at the instant of its newest frame."""
    for name in NAMES:
        bridge[name].status = replace(bridge[name].status, newest_frame_utc_ns=bridge.clock.utc_ns())
        bridge[name].beat()


async def test_a_day_of_heartbeats_and_a_clock_that_is_set_move_nothing(bridge: Bridge) -> None:
    """25 frames a second: a quarter of a second after a heartbeat it is the sixth frame after it."""
    await bridge.start()
    await bridge.recorder.start_recording()
    for hour in range(1, 25):
        bridge.clock.advance(3600)
        bridge.clock.step_wall({5: 3600, 17: -7200}.get(hour, 0))
        beat(bridge)
    bridge.clock.advance(0.25)
    one = await bridge.recorder.observations.observe(Entry("FJ"))
    assert [(place.channel, place.part, place.offset_seconds, place.frame) for place in one.followed.places] == [
        (name, 1, 24 * 3600 + 0.24, 24 * 3600 * 25 + 6) for name in NAMES
    ]
