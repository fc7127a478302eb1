"""Delays between attempts to connect: short for a link that comes back, long for a camera that refuses."""

from seacorder.channel.ingest import GOOD_RUN_NS, Backoff


def test_a_lost_link_is_tried_again_every_two_seconds_at_the_latest() -> None:
    backoff = Backoff()
    assert [backoff.after(0) for _ in range(5)] == [0.5, 1.0, 2.0, 2.0, 2.0]


def test_a_camera_that_refuses_is_left_in_peace() -> None:
    backoff = Backoff()
    assert [backoff.after(0, is_refusal=True) for _ in range(7)] == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0]
    assert backoff.after(0) == 2.0


def test_a_good_run_makes_the_next_delay_short_again() -> None:
    backoff = Backoff()
    for _ in range(5):
        backoff.after(0)
    assert backoff.after(GOOD_RUN_NS) == 0.5
