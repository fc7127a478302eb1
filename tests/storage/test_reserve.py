"""The reserve's rule."""

import pytest

from seacorder.storage.reserve import (
    FAR_BYTES,
    LOOK_SECONDS,
    MARGIN_BYTES,
    REOPEN_BYTES,
    SELDOM_SECONDS,
    ReserveRule,
    why_full,
)

SECOND = 10**9
RESERVE = 10**9


def test_it_is_full_before_what_is_on_its_way_would_eat_the_reserve() -> None:
    rule = ReserveRule(RESERVE)
    assert not rule.look(RESERVE + MARGIN_BYTES + 5_000_000, SECOND, 5_000_000).is_full
    assert rule.look(RESERVE + MARGIN_BYTES + 4_999_999, 2 * SECOND, 5_000_000).is_full


def test_it_goes_on_only_with_clearly_more() -> None:
    rule = ReserveRule(RESERVE)
    assert rule.look(RESERVE, SECOND, 0).is_full
    assert rule.look(RESERVE + MARGIN_BYTES + REOPEN_BYTES - 1, 2 * SECOND, 0).is_full
    assert not rule.look(RESERVE + MARGIN_BYTES + REOPEN_BYTES, 3 * SECOND, 0).is_full


def test_what_others_write_is_counted_ahead() -> None:
    rule = ReserveRule(RESERVE)
    free = RESERVE + 200_000_000
    while not (room := rule.look(free, (10**10 - free) * 10, 0)).is_full:
        free -= 10_000_000  # 100 MB/s
    assert room.free_bytes - RESERVE >= 90_000_000


@pytest.mark.parametrize("looks", [1, 2, 3, 8])
def test_one_big_file_at_once_is_not_a_rate(looks: int) -> None:
    """However long the volume has been watched: a recording that has just begun must not lose pictures for it."""
    rule = ReserveRule(RESERVE)
    for look in range(looks):
        rule.look(10 * RESERVE, look * SECOND // 2, 0)
    assert not rule.look(5 * RESERVE, looks * SECOND // 2, 0).is_full
    assert not rule.look(RESERVE + MARGIN_BYTES + 1_000_000, (looks + 1) * SECOND // 2, 0).is_full


def test_without_a_reserve_nothing_is_refused_but_the_end_is_seen_coming() -> None:
    room = ReserveRule(0).look(1, SECOND, 0)
    assert (room.is_full, room.is_tight) == (False, True)


def test_a_full_disk_says_what_is_left_and_why_that_is_not_used() -> None:
    why = why_full("/data", 2_010_000_000, 2_000_000_000)
    assert why.fact == "/data is full: of the 2.01 GB left there, 2.00 GB are kept free."


def test_far_from_full_it_is_looked_at_seldom_and_near_it_often() -> None:
    rule = ReserveRule(RESERVE)
    near = RESERVE + FAR_BYTES
    assert rule.look(2 * near, 1 * SECOND, 0).look_again_seconds == SELDOM_SECONDS
    assert rule.look(near, 2 * SECOND, 0).look_again_seconds == LOOK_SECONDS


@pytest.mark.parametrize("megabytes_a_second", [1, 100, 1000, 2000])
def test_however_fast_a_disk_is_filled_writing_stops_before_the_reserve(megabytes_a_second: int) -> None:
    rule, now_ns = ReserveRule(RESERVE), 0
    rate = megabytes_a_second * 1_000_000
    free = RESERVE + max(2 * FAR_BYTES, 20 * rate)
    while not (room := rule.look(free, now_ns, 0)).is_full:
        now_ns += round(room.look_again_seconds * SECOND)
        free -= round(room.look_again_seconds * rate)
    assert free >= RESERVE


def test_one_big_file_at_once_is_not_a_rate_where_it_is_looked_at_seldom_either() -> None:
    rule, free = ReserveRule(RESERVE), 10 * FAR_BYTES
    for look in range(8):
        rule.look(free, round(look * SELDOM_SECONDS * SECOND), 0)
    room = rule.look(free - 5 * FAR_BYTES, round(8 * SELDOM_SECONDS * SECOND), 0)
    assert (room.is_tight, room.is_far) == (False, True)
