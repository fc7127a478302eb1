"""Parts of an endless answer: whatever pictures are in them, however they are announced."""

import contextlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.inputs.web.multipart import NoMultipartError, parts

contents = st.lists(st.binary(max_size=300), max_size=6)


def answer(pictures: list[bytes], *, with_length: bool, end: str = "--seam--\r\n", newline: str = "\r\n") -> io.BytesIO:
    written = b"preamble" + newline.encode()
    for picture in pictures:
        length = f"Content-Length: {len(picture)}{newline}" if with_length else ""
        written += f"--seam{newline}Content-Type: image/jpeg{newline}{length}{newline}".encode()
        written += picture + newline.encode()
    return io.BytesIO(written + end.encode())


@given(contents, st.sampled_from(["seam", "--seam", '"seam"']))
def test_parts_with_a_length_hold_anything(pictures: list[bytes], boundary: str) -> None:
    found = list(parts(answer(pictures, with_length=True), boundary))
    assert found == [("image/jpeg", picture) for picture in pictures]


@given(contents)
def test_parts_without_a_length_hold_anything_but_the_boundary(pictures: list[bytes]) -> None:
    pictures = [picture for picture in pictures if b"--seam" not in picture]
    assert [content for _, content in parts(answer(pictures, with_length=False), "seam")] == pictures


def test_some_forget_the_line_s_end() -> None:
    written = b"--seam\nContent-Type: image/jpeg\n\nABC--seam\nContent-Type: image/jpeg\n\nDEF\n--seam\n"
    assert [content for _, content in parts(io.BytesIO(written), "seam")] == [b"ABC", b"DEF"]


@given(st.binary(max_size=400))
def test_any_answer_ends(content: bytes) -> None:
    with contextlib.suppress(NoMultipartError):
        assert len(list(parts(io.BytesIO(content), "seam"))) <= len(content)


@pytest.mark.parametrize(
    "head", ["Content-Length: 99999999999\r\n\r\n", "A: b\r\n" * 100], ids=["a huge part", "endless headers"]
)
def test_what_would_fill_the_memory_is_refused(head: str) -> None:
    with pytest.raises(NoMultipartError):
        list(parts(io.BytesIO(b"--seam\r\n" + head.encode()), "seam"))


def test_a_part_that_is_cut_off_is_not_handed_over() -> None:
    whole = answer([b"A" * 100, b"B" * 100], with_length=True, end="").getvalue()
    assert [content for _, content in parts(io.BytesIO(whole[:-60]), "seam")] == [b"A" * 100]
