"""A camera is gone when its picture stays away for longer than its own pace explains."""

from seacorder.inputs.picture_timeout import LONGEST_UNKNOWN_NS, USUAL_NS, PicturePatience

SECOND = 1_000_000_000


def test_an_ordinary_camera_is_gone_after_five_seconds() -> None:
    patience = PicturePatience()
    patience.begin()
    for number in range(100):
        patience.came(SECOND // 25, number * SECOND // 25)
    patience.ended_in_silence()
    assert patience.limit_ns == USUAL_NS


def test_a_slow_camera_gets_two_and_a_half_of_its_pauses() -> None:
    patience = PicturePatience()
    patience.begin()
    for number in range(3):
        patience.came(30 * SECOND, number * 30 * SECOND)
    assert patience.limit_ns == 75 * SECOND


def test_one_pause_of_an_ordinary_camera_is_forgotten_a_second_later() -> None:
    patience = PicturePatience()
    patience.begin()
    patience.came(0, 0)
    patience.came(4 * SECOND, 4 * SECOND)
    assert patience.limit_ns == 10 * SECOND
    for number in range(30):
        patience.came(SECOND // 25, 4 * SECOND + number * SECOND // 25)
    assert patience.limit_ns == USUAL_NS


def test_connections_that_end_before_their_pace_is_known_wait_longer_each_time() -> None:
    patience = PicturePatience()
    limits = []
    for _ in range(5):
        patience.begin()
        patience.came(0, 0)
        patience.ended_in_silence()
        limits.append(patience.limit_ns // SECOND)
    assert limits == [10, 20, 40, 40, LONGEST_UNKNOWN_NS // SECOND]


def test_a_server_that_sends_nothing_at_all_is_asked_anew_before_long() -> None:
    patience = PicturePatience()
    limits = []
    for _ in range(5):
        patience.begin()
        patience.ended_in_silence()
        limits.append(patience.limit_ns // SECOND)
    assert limits == [10, 20, 40, 5, 10]
