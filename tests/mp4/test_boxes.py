"""Boxes: found where they are, and refused where they do not fill the bytes that they claim."""

import pytest

from seacorder.mp4.boxes import Box, NotMp4, box_at, boxes, child, last_box, made, word

INNER = made(b"mdhd", b"\0\0\0\x07")
OUTER = made(b"mdia", made(b"free"), INNER)


def test_a_box_is_found_inside_of_others() -> None:
    moov = made(b"moov", made(b"trak", OUTER))
    found = child(moov, box_at(moov, 0, len(moov)), b"trak", b"mdia", b"mdhd")
    assert (found.kind, word(moov, found.body)) == (b"mdhd", 7)
    with pytest.raises(NotMp4, match="no tkhd box"):
        child(moov, box_at(moov, 0, len(moov)), b"trak", b"tkhd")


def test_a_size_of_eight_bytes_is_read() -> None:
    data = b"\0\0\0\x01mdat" + (20).to_bytes(8, "big") + b"body"
    assert box_at(data, 0, len(data)) == Box(b"mdat", 0, 16, 20)


@pytest.mark.parametrize(
    "data", [b"\0\0\0\x08moo", b"\0\0\0\x09moov", b"\0\0\0\x07moov", b"\0\0\0\x01mdat" + (15).to_bytes(8, "big")]
)
def test_a_box_that_does_not_fit_is_refused(data: bytes) -> None:
    with pytest.raises(NotMp4):
        box_at(data, 0, len(data))


def test_boxes_must_fill_their_place_exactly() -> None:
    assert [box.kind for box in boxes(OUTER, 8, len(OUTER))] == [b"free", b"mdhd"]
    with pytest.raises(NotMp4):
        list(boxes(OUTER + b"\0", 8, len(OUTER) + 1))


def test_the_last_box_counts_only_behind_whole_ones() -> None:
    data = made(b"free", b"1234") + OUTER
    assert last_box(data, b"mdia").at == 12
    for wrong in (data + made(b"free"), data[:-1], b""):
        with pytest.raises(NotMp4):
            last_box(wrong, b"mdia")


def test_a_number_needs_four_bytes() -> None:
    with pytest.raises(NotMp4):
        word(b"\0\0\0", 0)
