"""Numbers in coded headers: fixed lengths and Exp-Golomb codes, emulation prevention, and headers that end too soon."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.media.bits import Bits


def coded(numbers: list[int]) -> bytes:
    """Exp-Golomb codes, one after the other, filled up with ones."""
    bits = "".join("0" * ((number + 1).bit_length() - 1) + f"{number + 1:b}" for number in numbers)
    bits += "1" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\x00\x00", b"\x00\x00\x03")


@given(st.lists(st.integers(0, 1 << 16), min_size=1, max_size=20))
def test_codes_are_read_in_their_order(numbers: list[int]) -> None:
    bits = Bits(coded(numbers))
    assert [bits.unsigned() for _ in numbers] == numbers


def test_signed_codes_alternate() -> None:
    bits = Bits(coded([0, 1, 2, 3, 4]))
    assert [bits.signed() for _ in range(5)] == [0, 1, -1, 2, -2]


def test_fixed_lengths() -> None:
    bits = Bits(b"\xa5\x0f")
    assert [bits.number(4), bits.number(1), bits.number(11)] == [0xA, 0, 0x50F]
    with pytest.raises(EOFError):
        bits.number(1)


@given(st.binary(max_size=8))
def test_a_header_that_ends_too_soon_says_so(block: bytes) -> None:
    bits = Bits(block)
    with pytest.raises(EOFError):
        bits.number(8 * len(block) + 1)
    with pytest.raises(EOFError):
        [bits.unsigned() for _ in range(8 * len(block) + 1)]
