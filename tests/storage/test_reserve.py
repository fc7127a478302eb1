"""The reserve's rule."""

from seacorder.storage.reserve import MARGIN_BYTES, REOPEN_BYTES, ReserveRule, why_full

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


def test_one_big_file_at_once_is_not_a_rate() -> None:
    rule = ReserveRule(RESERVE)
    for look in range(8):
        rule.look(10 * RESERVE, look * SECOND // 2, 0)
    assert not rule.look(RESERVE + MARGIN_BYTES + 1_000_000, 4 * SECOND, 0).is_full


def test_without_a_reserve_nothing_is_refused_but_the_end_is_seen_coming() -> None:
    room = ReserveRule(0).look(1, SECOND, 0)
    assert (room.is_full, room.is_tight) == (False, True)


def test_a_full_disk_says_what_is_left_and_why_that_is_not_used() -> None:
    why = why_full("/data", 2_010_000_000, 2_000_000_000)
    assert why.fact == "/data is full: of the 2.01 GB left there, 2.00 GB are kept free."
