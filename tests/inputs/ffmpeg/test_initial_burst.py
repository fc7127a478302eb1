"""What comes late in one go is given the arrival that it would have had; what comes by itself keeps its own."""

from fractions import Fraction

import av
from hypothesis import given
from hypothesis import strategies as st

from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND
from seacorder.inputs.ffmpeg.initial_burst import spread_burst
from seacorder.model.sample import SourcePacket, Track

BASES = {Track.VIDEO: Fraction(1, 1000), Track.AUDIO: Fraction(1, 8000)}
OPENED_NS = 100 * NS_PER_SECOND


def packet(dts: int | None, arrived_ns: int, track: Track = Track.VIDEO) -> SourcePacket:
    return SourcePacket(track, av.Packet(b"x"), dts, dts, 0, True, 1, arrived_ns)


def arrivals(packets: list[SourcePacket]) -> list[int]:
    return [item.arrived_ns for item in spread_burst(iter(packets), BASES) if isinstance(item, SourcePacket)]


@given(st.integers(0, 200), st.integers(1, 20))
def test_the_head_is_spread_by_its_own_times(late: int, after: int) -> None:
    head = [packet(7000 + 40 * number, OPENED_NS + number) for number in range(late + 1)]
    end_ns = OPENED_NS + late
    live = [packet(7000 + 40 * (late + n), end_ns + n * 40 * NS_PER_MS) for n in range(1, after)]
    found = arrivals(head + live)
    assert found == sorted(found)
    early_ms = [min(10_000, 40 * (late - number)) for number in range(late + 1)]
    wanted = [one.arrived_ns - early * NS_PER_MS for one, early in zip(head, early_ms, strict=True)]
    assert all(0 <= seen - want <= late for seen, want in zip(found, wanted, strict=False))
    assert found[late + 1 :] == [one.arrived_ns for one in live]


def test_sound_and_picture_share_the_clock() -> None:
    head = [packet(0, OPENED_NS), packet(0, OPENED_NS, Track.AUDIO), packet(1000, OPENED_NS)]
    assert arrivals(head) == [OPENED_NS - NS_PER_SECOND, OPENED_NS - NS_PER_SECOND, OPENED_NS]


@given(st.lists(st.tuples(st.none() | st.integers(-10_000, 10_000), st.integers(0, 20 * NS_PER_MS)), max_size=40))
def test_whatever_the_times_arrivals_never_go_back_and_nothing_is_missing(
    steps: list[tuple[int | None, int]]
) -> None:
    now_ns, packets = OPENED_NS, []
    for dts, pause_ns in steps:
        now_ns += pause_ns
        packets.append(packet(dts, now_ns))
    found = arrivals(packets)
    assert found == sorted(found)
    assert len(found) == len(packets)
    assert all(seen <= one.arrived_ns for seen, one in zip(found, packets, strict=True))
