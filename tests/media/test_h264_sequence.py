"""Sequence parameter sets of H.264 whose pictures end higher up: a decoder makes exactly the upper lines."""

from typing import Any

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.h264_keyframe import SIZE, keyframe
from seacorder.media.h264_sequence import lowered, may_have_fields


def decoded(sets: tuple[bytes, ...], content: bytes) -> Any:
    decoder = av.CodecContext.create("h264", "r")
    decoder.options = {"skip_loop_filter": "all"}
    packet = av.Packet(b"".join(b"\0\0\1" + one for one in sets) + content)
    (frame,) = [*decoder.decode(packet), *decoder.decode(None)]
    return frame


def lines_of(frame: Any, count: int) -> bytes:
    plane = frame.planes[0]
    content, length = bytes(plane), frame.width * (1 if frame.format.components[0].bits == 8 else 2)
    return b"".join(content[line * plane.line_size :][:length] for line in range(count))


@pytest.mark.parametrize("lines", [16, 48, 176])
@pytest.mark.parametrize(
    ("params", "form", "profile"),
    [
        ("cabac=1", "yuv420p", "high"),
        ("cabac=0", "yuv420p", "baseline"),
        ("slices=4", "yuv420p", "main"),
        ("cqm=jvt", "yuv420p", "high"),
        ("nal-hrd=cbr:vbv-maxrate=900:vbv-bufsize=900:bitrate=900", "yuv420p", ""),
        ("bframes=3", "yuv420p10le", ""),
        ("cabac=1", "yuv444p", ""),
    ],
)
def test_the_upper_lines_are_exactly_those_of_the_picture(params: str, form: str, profile: str, lines: int) -> None:
    (sequence, *others), packet = keyframe(params, form, profile)
    whole = decoded((sequence, *others), packet)
    low = lowered(sequence, lines)
    assert low is not None
    upper = decoded((low, *others), packet)
    assert (whole.height, upper.height, upper.width) == (SIZE[1], lines, SIZE[0])
    assert lines_of(upper, lines) == lines_of(whole, lines)


def test_what_may_have_fields_or_is_no_higher_is_left() -> None:
    interlaced, _ = keyframe("interlaced=1")
    assert may_have_fields(interlaced[0][1:])
    assert lowered(interlaced[0], 16) is None
    progressive, _ = keyframe("cabac=1")
    assert not may_have_fields(progressive[0][1:])
    assert [lowered(progressive[0], lines) is None for lines in (0, 176, 192, 320)] == [True, False, True, True]


@given(st.binary(max_size=40), st.integers(0, 2000))
def test_what_cannot_be_read_is_none_or_a_parameter_set(content: bytes, lines: int) -> None:
    low = lowered(b"\x67" + content, lines)
    assert low is None or low[:1] == b"\x67"
