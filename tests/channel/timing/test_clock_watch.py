"""A wrong clock is told from a slow network: by how packets lie behind the arrivals over seconds."""

import pytest

from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND
from seacorder.channel.timing.clock_watch import DOUBTFUL, RIGHT_PPM, ClockWatch

RATE = 25


class Source:
    """Packets at 25 a second whose clock runs at `speed` of the true one, seen by a watch that is obeyed."""

    def __init__(self, speed: float = 1.0) -> None:
        self.watch, self.speed = ClockWatch(), speed
        self.now_ns, self._media_ns = 0, 0.0

    def run(self, seconds: float, delay_ns: int = 0) -> None:
        for _ in range(round(seconds * RATE)):
            self.watch.took(round(self.now_ns - self._media_ns) + delay_ns, self.now_ns + delay_ns, is_burst=False)
            self.now_ns += NS_PER_SECOND // RATE
            self._media_ns += NS_PER_SECOND / RATE * self.speed * self.watch.rate_ppm / RIGHT_PPM
            if self.watch.lead_ns:
                lead_ns = self.watch.lead_ns
                self._media_ns += lead_ns
                self.watch.moved(lead_ns)

    @property
    def behind_ns(self) -> float:
        """How far media time is behind the true time."""
        return self.now_ns - self._media_ns


def test_a_right_clock_is_left_alone() -> None:
    source = Source()
    source.run(300)
    assert (source.watch.rate_ppm, source.watch.off_since_ns, source.watch.lead_ns) == (RIGHT_PPM, None, 0)


@pytest.mark.parametrize("speed", [0.5, 0.84, 1.19, 2.0])
def test_a_clock_far_off_is_found_within_five_seconds_and_what_it_gained_is_given_back(speed: float) -> None:
    source = Source(speed)
    source.run(6)
    assert source.watch.off_since_ns is not None
    assert source.watch.off_since_ns <= 5 * NS_PER_SECOND
    assert source.watch.rate_ppm * speed == pytest.approx(RIGHT_PPM, rel=0.02)
    source.run(60)
    assert abs(source.behind_ns) < NS_PER_SECOND


def test_an_error_of_a_little_more_than_a_crystals_is_found_within_five_minutes() -> None:
    source = Source(1.0012)
    source.run(300)
    assert source.watch.off_since_ns is not None


def test_a_clock_within_a_tenth_of_a_percent_is_taken_as_right() -> None:
    source = Source(1.0008)
    source.run(600)
    assert source.watch.off_since_ns is None


def test_a_longer_path_is_no_wrong_clock() -> None:
    source = Source()
    source.run(20)
    source.run(60, delay_ns=400 * NS_PER_MS)
    assert (source.watch.rate_ppm, source.watch.lead_ns, source.behind_ns) == (RIGHT_PPM, 0, 0)


def test_a_second_and_more_that_stays_for_three_seconds_is_a_pause_that_the_times_left_out() -> None:
    source = Source()
    source.run(20)
    source.now_ns += 5 * NS_PER_SECOND
    source.run(2)
    assert source.behind_ns == 5 * NS_PER_SECOND
    source.run(3)
    assert abs(source.behind_ns) < 100 * NS_PER_MS


def test_a_single_early_packet_does_not_move_the_floor_and_a_row_of_them_does() -> None:
    watch = ClockWatch()
    for second in range(10):
        watch.took(0, second * NS_PER_SECOND, is_burst=False)
    early_ns, floor_ns = -500 * NS_PER_MS, watch.floor_ns
    for number in range(DOUBTFUL):
        watch.took(early_ns, 10 * NS_PER_SECOND + number, is_burst=False)
    watch.took(0, 11 * NS_PER_SECOND, is_burst=False)
    assert watch.floor_ns == floor_ns == 0
    for number in range(DOUBTFUL + 1):
        watch.took(early_ns, 12 * NS_PER_SECOND + number, is_burst=False)
    watch.took(early_ns, 13 * NS_PER_SECOND, is_burst=False)
    assert watch.floor_ns == -NS_PER_MS  # 0.1 % of the second that is over


def test_a_burst_that_begins_a_connection_lowers_the_floor_at_once() -> None:
    watch = ClockWatch()
    watch.took(3 * NS_PER_SECOND, 0, is_burst=False)
    watch.took(0, 10 * NS_PER_MS, is_burst=True)
    assert watch.floor_ns == 0
