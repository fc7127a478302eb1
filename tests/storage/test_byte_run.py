"""Bytes in several pieces are what one run of them is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.storage.byte_run import ByteRun

PIECES = st.lists(st.binary(max_size=5), max_size=8)


@given(PIECES, st.integers(-50, 50), st.integers(-50, 50))
def test_a_slice_has_the_same_bytes(pieces: list[bytes], begin: int, end: int) -> None:
    run, whole = ByteRun(pieces), b"".join(pieces)
    assert bytes(run[begin:end]) == whole[begin:end]
    assert bytes(run[begin:][:end]) == whole[begin:][:end]
    assert len(run[begin:end]) == len(whole[begin:end])
    assert list(run) == list(whole)


def test_runs_in_a_run_are_laid_out_flat_and_nothing_is_copied() -> None:
    first, second, third = b"one", memoryview(b"two"), b"three"
    run = ByteRun([ByteRun([first, second]), third])
    assert [piece is one for piece, one in zip(run.pieces, (first, second, third), strict=True)] == [True] * 3
    assert run == b"onetwothree"
    assert run[3:6] is second


def test_a_step_is_refused() -> None:
    with pytest.raises(ValueError, match="one after the other"):
        ByteRun([b"abc"])[::2]
    with pytest.raises(IndexError):
        ByteRun([b"abc"])[3]
