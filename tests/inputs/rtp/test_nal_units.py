"""What NAL units are to a picture, and units that some cameras join with start codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.inputs.rtp.nal_units import H264_ROLES, H265_ROLES, START_CODE, Role, is_byte_stream, split

SPS, PPS, MESSAGE, SLICE = b"\x67sps", b"\x68pps", b"\x06message", b"\x65slice"
VPS, SLICE_265 = b"\x40\x01vps", b"\x26\x01slice"


@pytest.mark.parametrize(
    ("codec", "header", "role"),
    [
        ("h264", SPS, Role.SET),
        ("h264", MESSAGE, Role.LEADING),
        ("h264", SLICE, Role.SLICE),
        ("h264", b"\x0c", Role.TRAILING),  # filler data
        ("h264", b"\x1e", Role.NOTHING),  # 30: unspecified, some vendors' own
        ("hevc", VPS, Role.SET),
        ("hevc", SLICE_265, Role.SLICE),
        ("hevc", b"\x50\x01", Role.TRAILING),  # 40: a message behind the slices
        ("hevc", b"\x60\x01", Role.NOTHING),  # 48: RTP's own
    ],
)
def test_what_a_unit_is_to_a_picture(codec: str, header: bytes, role: Role) -> None:
    kind = H264_ROLES[header[0] & 0x1F] if codec == "h264" else H265_ROLES[header[0] >> 1]
    assert kind is role


@pytest.mark.parametrize("code", [START_CODE, b"\0" + START_CODE])
def test_joined_units_come_apart(code: bytes) -> None:
    assert split(code.join([SPS, PPS, MESSAGE, SLICE]), "h264") == [SPS, PPS, MESSAGE, SLICE]
    assert split(code.join([VPS, SLICE_265]), "hevc") == [VPS, SLICE_265]
    assert is_byte_stream(code + SPS)
    assert not is_byte_stream(SPS)


def test_a_header_that_a_packetizer_put_in_front_of_a_start_code_is_dropped() -> None:
    assert split(b"\x65" + START_CODE + SPS + START_CODE + SLICE, "h264") == [SPS, SLICE]


@pytest.mark.parametrize("behind", [b"\x00raw", b"\xe5raw", b"\x1eraw", b""])
def test_raw_data_in_a_message_is_left_in_it(behind: bytes) -> None:
    block = MESSAGE + START_CODE + behind
    assert split(block, "h264") == [block]


@given(st.binary(max_size=60), st.sampled_from(["h264", "hevc"]))
def test_units_are_parts_of_the_block_in_its_order(block: bytes, codec: str) -> None:
    units = split(block, codec)
    assert units or START_CODE in block
    rest = block
    for unit in units:
        assert unit in rest
        rest = rest[rest.index(unit) + len(unit) :]
