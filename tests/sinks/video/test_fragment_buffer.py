"""What the muxer writes goes to the durable file in few pieces, and the index only once it has been corrected."""

import os

import pytest

from seacorder.base.errors import StorageFailed
from seacorder.sinks.video.fragment_buffer import FragmentBuffer, with_true_index


class FakeFile:
    """Takes pieces as the durable file does, or refuses them."""

    def __init__(self) -> None:
        self.done: list[object] = []
        self.is_full = False
        self._position = 0

    def write_all(self, pieces: list[bytes]) -> int:
        if self.is_full:
            raise StorageFailed("No room.")
        data = b"".join(pieces)
        self.done.append((self._position, data))
        self._position += len(data)
        return len(data)

    def put_milestone(self, token: int) -> None:
        self.done.append(token)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        assert whence == os.SEEK_SET
        self._position = offset
        return offset

    def tell(self) -> int:
        return self._position


@pytest.fixture
def file() -> FakeFile:
    return FakeFile()


@pytest.fixture
def buffer(file: FakeFile) -> FragmentBuffer:
    return FragmentBuffer(file)  # type: ignore[arg-type]


def test_nothing_reaches_the_file_before_it_is_handed_over(file: FakeFile, buffer: FragmentBuffer) -> None:
    buffer.write(b"ab")
    buffer.write(b"cd")
    assert (file.done, buffer.pending_bytes, buffer.tell(), buffer.writes) == ([], 4, 4, 2)
    buffer.hand_over()
    assert (file.done, buffer.pending_bytes, buffer.tell()) == ([(0, b"abcd")], 0, 4)


def test_a_mark_stands_behind_the_bytes_that_it_speaks_of(file: FakeFile, buffer: FragmentBuffer) -> None:
    buffer.write(b"ab")
    buffer.put_milestone(7)
    buffer.hand_over()
    buffer.hand_over()
    assert file.done == [(0, b"ab"), 7]


def test_what_was_written_before_a_seek_goes_first(file: FakeFile, buffer: FragmentBuffer) -> None:
    buffer.write(b"abcd")
    buffer.seek(1)
    buffer.write(b"X")
    buffer.hand_over()
    assert file.done == [(0, b"abcd"), (1, b"X")]


def test_bytes_that_the_file_refuses_are_kept(file: FakeFile, buffer: FragmentBuffer) -> None:
    file.is_full = True
    buffer.write(b"ab")
    with pytest.raises(StorageFailed):
        buffer.hand_over()
    assert buffer.pending_bytes == 2
    file.is_full = False
    buffer.hand_over()
    assert file.done == [(0, b"ab")]


def test_the_index_waits_until_all_of_it_is_there(file: FakeFile, buffer: FragmentBuffer) -> None:
    buffer.write(b"fragment")
    buffer.begin_index(0)
    buffer.write(b"half an in")
    buffer.hand_over()
    assert file.done == [(0, b"fragment")]
    buffer.write(b"dex")
    buffer.seek(0)
    assert file.done == [(0, b"fragment"), (8, b"half an index")]


def test_a_long_index_in_which_the_muxer_goes_back_is_still_one(file: FakeFile, buffer: FragmentBuffer) -> None:
    buffer.write(b"fragment")
    buffer.begin_index(0)
    buffer.write(b"____ long index")
    end = buffer.tell()
    buffer.seek(8)
    buffer.write(b"size")
    assert buffer.tell() == 12
    buffer.seek(end)
    buffer.write(b" and its end")
    assert file.done == [(0, b"fragment")]
    buffer.seek(2)
    assert file.done == [(0, b"fragment"), (8, b"size long index and its end")]
    assert buffer.pending_bytes == 0


@pytest.mark.parametrize("data", [b"", b"no box at all", b"\0\0\0\x08moov", b"\0\0\0\x09free!"])
def test_an_index_that_is_none_is_left_as_it_is(data: bytes) -> None:
    assert with_true_index(data, 0) == data
