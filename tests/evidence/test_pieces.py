"""Pieces of a file read as one file, and each byte says where it came from."""

import io

from hypothesis import given
from hypothesis import strategies as st

from seacorder.evidence.pieces import Piece, PiecedFile, Pieces

OLD = bytes(range(100))
PIECES = (Piece(0, 4, b"head"), Piece(10, 20), Piece(30, 5), Piece(50, 0), Piece(60, 3, b"new"), Piece(90, 10))
WHOLE = b"head" + OLD[10:35] + b"new" + OLD[90:]


@given(st.integers(0, len(WHOLE) + 5), st.integers(1, 60))
def test_reading_gives_the_new_file_from_any_position(position: int, count: int) -> None:
    file = PiecedFile(io.BytesIO(OLD), Pieces(PIECES))
    assert file.seek(position) == position
    read = b""
    while len(read) < count and (data := file.read(count - len(read))):
        read += data
    assert read == WHOLE[position : position + count]
    assert file.tell() == position + len(read)


def test_a_byte_knows_its_place_in_the_old_file() -> None:
    pieces = Pieces(PIECES)
    assert pieces.size == len(WHOLE)
    assert [pieces.source_of(position) for position in (0, 3, 4, 28, 29, 32, 41)] == [0, 0, 10, 34, 60, 90, 99]


def test_positions_count_from_the_begin_the_place_or_the_end() -> None:
    file = PiecedFile(io.BytesIO(OLD), Pieces(PIECES))
    assert file.seek(-1, io.SEEK_END) == len(WHOLE) - 1
    assert file.read(10) == OLD[99:]
    assert file.seek(-2, io.SEEK_CUR) == len(WHOLE) - 2
