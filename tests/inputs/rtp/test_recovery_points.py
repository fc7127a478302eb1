"""With which pictures a file may begin."""

from seacorder.inputs.rtp.recovery_points import Beginnings

SECOND = 90_000


def test_keyframes_are_enough_where_they_come() -> None:
    beginnings = Beginnings()
    for second in range(30):
        assert beginnings.take(second * SECOND, is_keyframe=second % 8 == 0, recovery_frames=24) == (
            None if second % 8 else 0
        )


def test_a_stream_without_keyframes_begins_at_its_second_recovery_point() -> None:
    beginnings = Beginnings()
    assert beginnings.take(0, is_keyframe=False, recovery_frames=None) is None
    taken = [beginnings.take(n * SECOND, is_keyframe=False, recovery_frames=24) for n in (0.5, 1.5, 2.5)]  # type: ignore[arg-type]
    assert taken == [None, 24, 24]


def test_one_recovery_point_is_enough_where_they_are_rare() -> None:
    beginnings = Beginnings()
    beginnings.take(0, is_keyframe=False, recovery_frames=None)
    assert beginnings.take(7 * SECOND, is_keyframe=False, recovery_frames=99) == 99


def test_recovery_points_count_again_when_keyframes_stay_away() -> None:
    beginnings = Beginnings()
    beginnings.take(0, is_keyframe=True, recovery_frames=None)
    taken = [beginnings.take(n * SECOND, is_keyframe=False, recovery_frames=24) for n in range(1, 12)]
    assert taken == [None] * 9 + [24] * 2
