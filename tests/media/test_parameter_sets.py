"""Parameter sets are found by their headers, in front of the first slice, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.media.parameter_sets import CurrentSets, find, is_byte_stream

H264 = {"sps": b"\x67\x42\x00\x1e", "pps": b"\x68\xce\x3c\x80\x01", "sei": b"\x06\x05", "idr": b"\x65\x88\x84"}
H265 = {"vps": b"\x40\x01\x0c", "sps": b"\x42\x01\x01", "pps": b"\x44\x01\xc1", "sei": b"\x4e\x01", "idr": b"\x26\x01"}


def stream(*units: bytes, code: bytes = b"\x00\x00\x00\x01") -> bytes:
    return b"".join(code + unit for unit in units)


@pytest.mark.parametrize("code", [b"\x00\x00\x01", b"\x00\x00\x00\x01"])
def test_h264(code: bytes) -> None:
    found = find(stream(b"\x09\xf0", H264["sps"], H264["sei"], H264["pps"], H264["idr"], code=code), "h264")
    assert found.all == (H264["sps"], H264["pps"])
    assert found.sequence == {H264["sps"]}
    assert found.is_complete
    assert found.as_byte_stream() == stream(H264["sps"], H264["pps"])


def test_h265() -> None:
    found = find(stream(*H265.values()), "hevc")
    assert found.all == (H265["vps"], H265["sps"], H265["pps"])
    assert found.sequence == {H265["vps"], H265["sps"]}
    assert found.is_complete


def test_what_comes_after_a_slice_does_not_count() -> None:
    assert not find(stream(H264["idr"], H264["sps"], H264["pps"]), "h264").is_complete
    assert not find(stream(H264["sps"], H264["idr"], H264["pps"]), "h264").is_complete


def test_a_keyframe_without_parameters_brings_none() -> None:
    found = find(stream(H264["sei"], H264["idr"]), "h264")
    assert found.all == ()
    assert found.sequence == frozenset()


@given(st.binary(max_size=300), st.sampled_from(["h264", "hevc"]))
def test_any_bytes_are_read(head: bytes, codec: str) -> None:
    found = find(head, codec)
    assert found.sequence <= set(found.all)


def test_length_prefixed_configuration_is_no_byte_stream() -> None:
    assert is_byte_stream(None)
    assert is_byte_stream(b"")
    assert is_byte_stream(stream(H264["sps"]))
    assert not is_byte_stream(b"\x01\x42\xc0\x1e\xff")


def test_the_newest_of_each_number_counts() -> None:
    sps, pps, other = b"\x67\x42\x00\x1e\x95", b"\x68\xce\x3c\x80", b"\x68\x4e\x3c\x80"
    current = CurrentSets("h264")
    current.put([pps, sps])
    assert current.all == (sps, pps)
    current.put([sps[:3] + b"\x1f\x95", other])
    assert current.all == (sps[:3] + b"\x1f\x95", pps, other)


@given(st.lists(st.binary(max_size=40), max_size=20), st.sampled_from(["h264", "hevc"]))
def test_any_sets_are_kept_or_not(units: list[bytes], codec: str) -> None:
    current = CurrentSets(codec)
    current.put(units)
    assert set(current.all) <= set(units)
