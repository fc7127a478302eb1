"""The kernel's notes of when bytes came, as instants on both clocks."""

import socket
import struct

import pytest

from fakes.clock import FakeClock
from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND
from seacorder.model.instant import Instant
from seacorder.telemetry.sources.arrival import Arrivals

NOW = Instant(50 * NS_PER_SECOND, 1_700_000_000 * NS_PER_SECOND)


def instant_of(later_ns: int) -> Instant:
    """That of a read which begins now, with a note so much later than now."""
    arrivals = Arrivals(FakeClock(NOW.monotonic_ns, NOW.utc_ns))
    note = struct.pack("@ll", *divmod(NOW.utc_ns + later_ns, NS_PER_SECOND))
    return arrivals.of([(socket.SOL_SOCKET, 35, note)])


@pytest.mark.parametrize(
    "later_ns",
    [
        pytest.param(-3 * NS_PER_SECOND, id="it lay in the kernel while nobody read"),
        pytest.param(-1, id="it came just before"),
        pytest.param(2 * NS_PER_MS, id="the kernel had no note yet, and gave it the time of its reading"),
    ],
)
def test_what_the_kernel_noted_counts_on_both_clocks(later_ns: int) -> None:
    assert instant_of(later_ns) == Instant(NOW.monotonic_ns + later_ns, NOW.utc_ns + later_ns)


@pytest.mark.parametrize("later_ns", [-11 * NS_PER_SECOND, 101 * NS_PER_MS, 3600 * NS_PER_SECOND])
def test_a_note_from_before_the_wall_clock_was_set_does_not_count(later_ns: int) -> None:
    assert instant_of(later_ns) == NOW


def test_without_a_note_it_came_when_the_burst_of_reads_began() -> None:
    clock = FakeClock()
    arrivals = Arrivals(clock)
    clock.advance(2)
    arrivals.begin()
    begun = Instant.now(clock)
    clock.advance(1)
    assert arrivals.of([]) == begun
