"""How who guesses passwords is slowed down."""

from seacorder.api.http.guessing import (
    ADDRESSES_MAX,
    FORGOTTEN_AFTER_SECONDS,
    FREE_TRIES,
    LONGEST_PAUSE_SECONDS,
    Guesses,
)

HERE = "10.0.0.8"


def after_wrong(count: int, address: str = HERE) -> Guesses:
    guesses = Guesses()
    for _ in range(count):
        guesses.wrong(address, 0.0)
    return guesses


def test_a_few_wrong_ones_cost_nothing() -> None:
    assert after_wrong(FREE_TRIES - 1).pause_seconds(HERE, 0.0) == 0


def test_then_each_pause_is_longer_up_to_what_a_person_can_wait_for() -> None:
    pauses = [after_wrong(FREE_TRIES + more).pause_seconds(HERE, 0.0) for more in range(40)]
    assert pauses[:3] == [1, 2, 4]
    assert pauses[-1] == max(pauses) == LONGEST_PAUSE_SECONDS


def test_nobody_is_locked_out() -> None:
    assert after_wrong(10_000).pause_seconds(HERE, LONGEST_PAUSE_SECONDS) == 0


def test_others_are_not_held_up() -> None:
    assert after_wrong(100).pause_seconds("10.0.0.9", 0.0) == 0


def test_who_signs_in_begins_anew_and_so_does_who_waits() -> None:
    guesses = after_wrong(100)
    assert guesses.pause_seconds(HERE, FORGOTTEN_AFTER_SECONDS + 1) == 0
    guesses.wrong(HERE, FORGOTTEN_AFTER_SECONDS + 1)
    assert guesses.pause_seconds(HERE, FORGOTTEN_AFTER_SECONDS + 1) == 0
    guesses = after_wrong(100)
    guesses.right(HERE)
    assert guesses.pause_seconds(HERE, 0.0) == 0


def test_a_computer_with_many_ipv6_addresses_is_one_and_ipv4_is_the_same_in_both_forms() -> None:
    assert after_wrong(100, "fd00::1").pause_seconds("fd00::2", 0.0) > 0
    assert after_wrong(100, "fd00::1").pause_seconds("fd00:0:0:1::1", 0.0) == 0
    assert after_wrong(100, "::ffff:10.0.0.8").pause_seconds(HERE, 0.0) > 0


def test_memory_is_bounded() -> None:
    guesses = after_wrong(100)
    for number in range(ADDRESSES_MAX):
        guesses.wrong(f"10.1.{number // 250}.{number % 250}", 1.0)
    assert guesses.pause_seconds(HERE, 1.0) == 0
