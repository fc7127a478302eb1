"""NAL units of packets in both forms, and which pictures another may refer to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.media.units import referred_to, units_of

SIZES = {"h264": (4, 22), "hevc": (21, 40)}
some_units = st.lists(st.binary(min_size=1, max_size=40).map(lambda one: one.replace(b"\0", b"\1")), max_size=5)


def record(codec: str, size: int) -> bytes:
    at, length = SIZES[codec]
    return b"\x01" + bytes(at - 1) + bytes([0xFC | size - 1]) + bytes(length)


@given(some_units, st.sampled_from([1, 2, 4]), st.sampled_from(["h264", "hevc"]))
def test_units_are_the_same_in_both_forms(units: list[bytes], size: int, codec: str) -> None:
    prefixed = b"".join(len(unit).to_bytes(size, "big") + unit for unit in units)
    separated = b"".join(b"\0\0\1" + unit for unit in units)
    assert [bytes(unit) for unit in units_of(prefixed, codec, record(codec, size))] == units
    assert [bytes(unit) for unit in units_of(separated, codec, b"")] == units


@given(st.binary(max_size=60), st.binary(max_size=30), st.sampled_from(["h264", "hevc"]))
def test_whatever_comes_is_read(content: bytes, extradata: bytes, codec: str) -> None:
    for form in (extradata, b"\x01" + extradata, None):
        assert all(len(unit) for unit in units_of(content, codec, form))
        assert len(referred_to([content, content], codec, form)) == 2


@pytest.mark.parametrize(("header", "expected"), [(0x65, True), (0x41, True), (0x21, True), (0x01, False)])
def test_h264_says_it_of_each_slice(header: int, expected: bool) -> None:
    assert referred_to([b"\0\0\1" + bytes([header, 9])], "h264", b"") == [expected]


def test_a_packet_that_brings_parameter_sets_is_needed() -> None:
    bare, *others = (b"\0\0\1\x01\x09", b"\0\0\1\x68\x09\0\0\1\x01\x09", b"\0\0\1\x06\x09")
    assert referred_to([bare, *others], "h264", b"") == [False, True, True]
    bare, other = b"\0\0\1\x00\x01\x09", b"\0\0\1\x44\x01\x09\0\0\1\x00\x01\x09"
    assert referred_to([bare, other], "hevc", b"") == [False, True]


def test_h265_says_it_for_the_highest_layer_alone() -> None:
    trail_n, trail_r, idr = 0 << 1, 1 << 1, 19 << 1
    pictures = [(idr, 1), (trail_n, 1), (trail_n, 2), (trail_r, 2)]
    contents = [b"\0\0\1" + bytes([kind, layer, 9]) for kind, layer in pictures]
    assert referred_to(contents, "hevc", b"") == [True, True, False, True]


def test_of_other_codecs_nothing_is_known() -> None:
    assert referred_to([b"a", b"b"], "av1", b"") == [True, True]
