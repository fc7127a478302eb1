"""What a listener says is heard at once, up to a pace that nobody who works with a page reaches."""

from seacorder.api.v1.listeners import HEARD_AT_ONCE, HEARD_SECONDS, HearingPace


def test_much_is_heard_at_once_and_then_at_a_steady_pace() -> None:
    pace = HearingPace()
    assert [pace.pause(100.0) for _ in range(HEARD_AT_ONCE)] == [0.0] * HEARD_AT_ONCE
    assert 0 < pace.pause(100.0) <= HEARD_SECONDS * 1.01
    assert pace.pause(100.0 + 3 * HEARD_SECONDS) == 0.0
