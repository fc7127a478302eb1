"""Ranges of bytes: what each header asks for, by RFC 9110, and a property over all of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from seacorder.api.http.problems import RangeOutside
from seacorder.api.http.ranges import ByteRange, is_known, piece_asked

TAG = '"a-1"'


def asked(text: str | None, size: int = 1000, *, same: str | None = None, bytes_max: int | None = None) -> ByteRange:
    sent = {name: value for name, value in (("range", text), ("if-range", same)) if value is not None}
    return piece_asked(Headers(sent), size, TAG, bytes_max)


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [("bytes=0-0", 0, 1), ("bytes=0-", 0, 1000), ("bytes=999-", 999, 1000), ("bytes=10-19", 10, 20),
     ("bytes=10-5000", 10, 1000), ("bytes=-1", 999, 1000), ("bytes=-5000", 0, 1000), ("BYTES=1-2", 1, 3)],
)
def test_a_single_range(text: str, begin: int, end: int) -> None:
    assert asked(text) == ByteRange(begin, end, 1000, is_partial=True)


@pytest.mark.parametrize(
    "text", [None, "", "bytes", "bytes=", "bytes=-", "bytes=5-4", "bytes=a-b", "lines=0-5", "bytes=0-1,5-6",
             "bytes=1-2-3", "bytes=+1-2", f"bytes={'9' * 30}-", "bytes=\xb2-"],
)
def test_anything_else_is_the_whole_file(text: str | None) -> None:
    assert asked(text) == ByteRange(0, 1000, 1000, is_partial=False)


@pytest.mark.parametrize(
    ("text", "size"), [("bytes=1000-", 1000), ("bytes=-0", 1000), ("bytes=0-", 0), ("bytes=-1", 0)]
)
def test_a_range_outside_is_refused_with_the_size(text: str, size: int) -> None:
    with pytest.raises(RangeOutside) as refused:
        asked(text, size)
    assert refused.value.size == size


def test_a_range_of_another_version_is_the_whole_file() -> None:
    assert asked("bytes=1-2", same=TAG).is_partial
    for other in ('"b-2"', f"W/{TAG}", "Wed, 21 Oct 2026 07:28:00 GMT", ""):
        assert not asked("bytes=1-2", same=other).is_partial


def test_an_answer_can_be_cut_short() -> None:
    assert asked("bytes=10-", bytes_max=5).content_range == "bytes 10-14/1000"
    assert asked(None, bytes_max=5).length == 1000


def test_a_version_that_the_client_has() -> None:
    for text in (TAG, f"W/{TAG}", f'"x", {TAG}', "*"):
        assert is_known(Headers({"if-none-match": text}), TAG)
    assert not is_known(Headers({"if-none-match": '"x"'}), TAG)
    assert not is_known(Headers({}), TAG)


@given(st.integers(0, 50), st.integers(0, 60), st.integers(0, 60))
def test_every_pair_of_numbers(size: int, first: int, last: int) -> None:
    content = bytes(range(size))
    try:
        piece = asked(f"bytes={first}-{last}", size)
    except RangeOutside:
        assert content[first : last + 1] == b""
        return
    sent = content[piece.begin : piece.end]
    assert sent == (content[first : last + 1] if piece.is_partial else content)
    assert piece.is_partial == (first <= last)
