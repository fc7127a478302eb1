"""A camera is gone when its picture stays away for longer than its own pace explains."""

from seacorder.inputs.picture_timeout import LONGEST_UNKNOWN_NS, USUAL_NS, PictureTimeout

SECOND = 1_000_000_000


def test_an_ordinary_camera_is_gone_after_five_seconds() -> None:
    picture_timeout = PictureTimeout()
    picture_timeout.begin()
    for number in range(100):
        picture_timeout.came(SECOND // 25, number * SECOND // 25)
    picture_timeout.ended_in_silence()
    assert picture_timeout.limit_ns == USUAL_NS


def test_a_slow_camera_gets_two_and_a_half_of_its_pauses() -> None:
    picture_timeout = PictureTimeout()
    picture_timeout.begin()
    for number in range(3):
        picture_timeout.came(30 * SECOND, number * 30 * SECOND)
    assert picture_timeout.limit_ns == 75 * SECOND


def test_one_pause_of_an_ordinary_camera_is_forgotten_a_second_later() -> None:
    picture_timeout = PictureTimeout()
    picture_timeout.begin()
    picture_timeout.came(0, 0)
    picture_timeout.came(4 * SECOND, 4 * SECOND)
    assert picture_timeout.limit_ns == 10 * SECOND
    for number in range(30):
        picture_timeout.came(SECOND // 25, 4 * SECOND + number * SECOND // 25)
    assert picture_timeout.limit_ns == USUAL_NS


def test_connections_that_end_before_their_pace_is_known_wait_longer_each_time() -> None:
    picture_timeout = PictureTimeout()
    limits = []
    for _ in range(5):
        picture_timeout.begin()
        picture_timeout.came(0, 0)
        picture_timeout.ended_in_silence()
        limits.append(picture_timeout.limit_ns // SECOND)
    assert limits == [10, 20, 40, 40, LONGEST_UNKNOWN_NS // SECOND]


def test_a_server_that_sends_nothing_at_all_is_asked_anew_before_long() -> None:
    picture_timeout = PictureTimeout()
    limits = []
    for _ in range(5):
        picture_timeout.begin()
        picture_timeout.ended_in_silence()
        limits.append(picture_timeout.limit_ns // SECOND)
    assert limits == [10, 20, 40, 5, 10]
