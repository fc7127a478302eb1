"""AAC that describes itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.rtp_stream import adts
from seacorder.inputs.rtp.adts import (
    AacShape,
    adts_bytes,
    configuration_of,
    guessed_configuration,
    shape_in_multiplex,
    shape_of,
    without_adts,
)


@given(st.lists(st.tuples(st.binary(min_size=1, max_size=300), st.booleans()), min_size=1, max_size=4))
def test_frames_come_out_of_their_headers(frames: list[tuple[bytes, bool]]) -> None:
    block = b"".join(adts(frame, crc=crc) for frame, crc in frames)
    assert without_adts(block) == [frame for frame, _ in frames]
    assert without_adts(block + b"x") is None
    assert without_adts(block[:-1]) is None


@given(st.binary(max_size=200))
def test_any_block_is_frames_or_none(block: bytes) -> None:
    found = without_adts(b"\xff\xf1" + block)
    assert found is None or all(found)
    assert without_adts(b"\x21" + block) is None
    shape_of(block)
    shape_in_multiplex(block)


def test_the_configuration_that_a_header_stands_for() -> None:
    assert configuration_of(adts(b"x")).hex() == "1408"
    assert configuration_of(adts(b"x", rate_index=3, channels=2)).hex() == "1190"
    assert guessed_configuration(48_000, 2) == bytes.fromhex("1190")
    assert guessed_configuration(90_000, 1) is None
    assert adts_bytes(adts(b"abc")) == (7, 10)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("1408", AacShape(16_000, 1024)),
        ("1190", AacShape(48_000, 1024)),
        ("1194", AacShape(48_000, 960)),
        ("131056e598", AacShape(24_000, 1024)),
        ("2b098800", AacShape(24_000, 1024)),
        ("1780", None),
        ("14", None),
    ],
)
def test_the_shape_of_a_configuration(text: str, shape: AacShape | None) -> None:
    assert shape_of(bytes.fromhex(text)) == shape


def test_the_shape_in_a_multiplex() -> None:
    assert shape_in_multiplex(bytes.fromhex("400028103fc0")) == AacShape(16_000, 1024)
    assert shape_in_multiplex(bytes.fromhex("c00028103fc0")) is None
