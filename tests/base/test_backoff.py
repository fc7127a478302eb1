"""Delays between attempts: doubled up to a limit, which may differ from one delay to the next."""

from seacorder.base.backoff import Backoff


def test_the_delay_doubles_up_to_the_longest() -> None:
    backoff = Backoff(0.5, 10.0)
    assert [backoff.next_delay() for _ in range(7)] == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0]


def test_after_an_attempt_that_went_well_it_begins_with_the_first() -> None:
    backoff = Backoff(0.5, 10.0)
    for _ in range(4):
        backoff.next_delay()
    backoff.reset()
    assert [backoff.next_delay() for _ in range(2)] == [0.5, 1.0]


def test_another_limit_holds_for_its_delay_and_the_next_usual_one_is_limited_again() -> None:
    backoff = Backoff(0.5, 2.0)
    assert [backoff.next_delay(10.0) for _ in range(6)] == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0]
    assert backoff.next_delay() == 2.0
