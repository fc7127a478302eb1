"""How many frames the first bytes of a file hold."""

from seacorder.sinks.video.stored_frames import StoredFrames


def test_a_fragment_counts_once_all_of_it_is_there() -> None:
    stored = StoredFrames(100)
    stored.reached(1000, 1, 110)
    stored.reached(2000, 2, 120)
    assert stored.within(0) == (0, 100)
    assert stored.within(1999) == (1, 110)
    assert stored.within(2000) == (2, 120)


def test_what_is_safe_is_forgotten_and_the_rest_is_not() -> None:
    stored = StoredFrames(0)
    for frame in range(1, 1001):
        stored.reached(frame * 10, frame, frame)
        stored.confirmed(frame * 10 - 200)
    assert len(stored) < 100
    assert stored.within(9_900) == (990, 990)
