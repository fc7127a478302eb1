"""Pictures out of slices, at the points where one ends and the next begins."""

import pytest

from seacorder.inputs.rtp import access_units, picture_assembly
from seacorder.inputs.rtp.h264 import H264Units
from seacorder.inputs.rtp.picture_assembly import PictureAssembly

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


def test_what_comes_with_many_reads_is_copied_once() -> None:
    pictures = PictureAssembly(lambda picture: b"".join(picture.pieces))
    copies = []
    for is_first in (True, False, False):
        pictures.begin_slice((is_first, False, None), 0, may_be_field=False)
        pictures.picture.pieces += (b"size", memoryview(b"slice"))
        pictures.settle()
        copies.append(pictures.picture.pieces[-1])
        assert copies[-1] == b"sizeslice"
    assert [piece is copy for piece, copy in zip(pictures.picture.pieces, copies, strict=True)] == [True] * 3


@pytest.mark.parametrize("payload", [OTHER + bytes(1000), b"\x7c\x01" + bytes(1000)])
def test_a_picture_without_end_is_dropped_and_told(monkeypatch: pytest.MonkeyPatch, payload: bytes) -> None:
    """Of slices that never say that they are the first, and of one slice whose last fragment never comes."""
    for module in (access_units, picture_assembly):
        monkeypatch.setattr(module, "UNIT_LIMIT", 20_000)
    units = H264Units()
    sent(units, (FIRST, 0, True), (FIRST, 3600, True), (b"\x7c\x81\x9a", 7200, False))
    most = 0
    for number in range(100):
        sent(units, (payload, 7200 + number, payload[:2] == OTHER))
        units.settle()
        kept = units._pictures.picture.pieces if units._unit is None else units._unit.pieces
        most = max(most, sum(map(len, kept)))
    assert units.is_endless
    assert most <= 21_100
    assert [unit.timestamp for unit in units.ready] == [0, 3600]


def test_parameter_sets_without_a_picture_are_bounded_by_their_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_assembly, "UNIT_LIMIT", 20_000)
    units = H264Units()
    for _ in range(100):
        sent(units, (b"\x67" + bytes(1000), 0, False))
        units.settle()
    sent(units, (b"\x65\x88", 0, True), (FIRST, 3600, True))
    assert len(units.ready[0].parameter_sets) < 20
