"""How long bytes may lie unread: never so long that the kernel runs out of room for them."""

from hypothesis import given
from hypothesis import strategies as st

from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND
from seacorder.inputs.rtsp.unread import SLOT_NS, UnreadTime


def limit_after(seconds: float, bytes_a_read: int, read_ms: int = 50) -> UnreadTime:
    limit = UnreadTime(0)
    for now_ns in range(read_ms * NS_PER_MS, int(seconds * NS_PER_SECOND) + 1, read_ms * NS_PER_MS):
        limit.took(bytes_a_read, now_ns)
    return limit


def test_nothing_lies_until_a_second_has_shown_how_much_comes() -> None:
    assert limit_after(0.9, 1000).ns(1 << 30) == 0
    assert limit_after(1.1, 1000).ns(1 << 30) == SLOT_NS


def test_half_of_the_room_stays_free() -> None:
    limit = limit_after(2, 50_000)  # a million bytes a second: 200,000 in a fifth of it
    assert limit.wanted_bytes == 400_000
    assert limit.ns(400_000) == SLOT_NS
    assert limit.ns(200_000) == SLOT_NS // 2
    assert limit.ns(1) < NS_PER_MS


def test_a_keyframe_counts_for_ten_seconds() -> None:
    limit = UnreadTime(0)
    for fifth in range(1, 100):
        limit.took(900_000 if fifth == 3 else 20_000, fifth * SLOT_NS)
        if 8 < fifth < 50:
            assert limit.wanted_bytes == 1_800_000
    assert limit.wanted_bytes == 40_000


def test_what_does_not_hold_any_more_is_learned_anew() -> None:
    limit = limit_after(2, 1000)
    limit.begin_anew(2 * NS_PER_SECOND)
    assert limit.ns(1 << 30) == 0


@given(st.lists(st.integers(0, 10**6), min_size=8, max_size=60), st.integers(1, 10**7))
def test_as_much_as_came_before_always_fits(reads: list[int], capacity: int) -> None:
    limit = UnreadTime(0)
    for place, count in enumerate(reads, 1):
        limit.took(count, place * SLOT_NS)
    wait_ns = limit.ns(capacity)
    assert wait_ns < SLOT_NS or max(reads) <= capacity / 2
