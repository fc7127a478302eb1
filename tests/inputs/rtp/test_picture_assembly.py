"""Pictures out of slices, at the points where one ends and the next begins."""

from seacorder.inputs.rtp.h264 import H264Units

MARKER = 0x80
RECOVERY_POINT = b"\x06\x06\x01\x40\x80"
"""After one picture everything is right."""
FIRST, OTHER = b"\x41\x9a", b"\x41\x40"
"""A picture's first slice, and one that is not."""


def sent(units: H264Units, *packets: tuple[bytes, int, bool], lost: int = 0) -> None:
    """Packets of (payload, timestamp, marker); `lost` are missing before the first of them."""
    for payload, timestamp, marker in packets:
        units.take(memoryview(payload), 0, len(payload), MARKER if marker else 0, timestamp, lost)
        lost = 0


def test_a_recovery_point_is_the_picture_that_follows_it_with_and_without_markers() -> None:
    for marker in (True, False):
        units = H264Units()
        for number in range(4):
            sent(units, *[(RECOVERY_POINT, number, False)] * (number == 2), (FIRST, number, marker))
        sent(units, (FIRST, 9, marker))
        assert [unit.recovery_frames for unit in units.ready[:4]] == [None, None, 1, None]


def test_a_further_slice_of_a_dropped_picture_is_not_put_into_the_one_before() -> None:
    units = H264Units()
    sent(units, (FIRST, 0, True), (FIRST, 3600, True), (FIRST, 7200, True))
    before = [unit.content for unit in units.ready]
    # Two packets of the next picture: one comes, with a marker that is believed, and then one more all the same.
    sent(units, (OTHER, 10_800, True), lost=1)
    sent(units, (OTHER, 10_800, False), (FIRST, 14_400, False), (FIRST, 18_000, False))
    assert [unit.content for unit in units.ready[:3]] == before
    assert [unit.timestamp for unit in units.ready[3:]] == [14_400]


def test_a_picture_whose_marker_came_too_early_is_taken_back_until_it_is_fetched() -> None:
    for is_fetched in (False, True):
        units = H264Units()
        sent(units, (FIRST, 0, True), (FIRST, 3600, True))
        assert [unit.timestamp for unit in units.ready] == [0, 3600]
        if is_fetched:
            units.ready.clear()
        sent(units, (OTHER, 3600, True), (FIRST, 7200, True), (FIRST, 10_800, True))
        assert [unit.timestamp for unit in units.ready] == ([7200] if is_fetched else [0, 3600, 7200])
        assert units.damaged == is_fetched
