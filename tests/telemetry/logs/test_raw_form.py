"""Every byte of the raw log comes back, whatever it is and wherever the log was cut off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.model.instant import Instant
from seacorder.telemetry.logs.raw_form import HEAD, piece, pieces

RECEIVED = st.lists(st.tuples(st.text(min_size=1), st.binary(), st.integers(0, 2**62), st.integers(0, 2**60)))


@given(RECEIVED)
def test_what_was_written_is_read(received: list[tuple[str, bytes, int, int]]) -> None:
    log = HEAD + b"".join(piece(name, data, Instant(mono, utc)) for name, data, utc, mono in received if _utf8(name))
    read = list(pieces(log))
    assert [(one.source, one.data, one.monotonic_ns) for one in read] == [
        (name, data, mono) for name, data, _, mono in received if _utf8(name)
    ]


@given(st.lists(st.binary(max_size=40), max_size=5), st.integers(0, 300))
def test_a_log_that_was_cut_off_keeps_what_is_there(received: list[bytes], kept: int) -> None:
    log = HEAD + b"".join(piece("Gyro 1", data, Instant(1, 1)) for data in received)
    read = b"".join(one.data for one in pieces(log[: len(HEAD) + kept]))
    assert b"".join(received).startswith(read)


def test_its_form_is_the_documented_one() -> None:
    assert piece("Gyro", b"$HEHDT,271.5,T*2A", Instant(8_123_456_789, 1_777_863_721_123_456_789)) == (
        b"@2026-05-04T03:02:01.123456Z 8123456789 Gyro 17\n$HEHDT,271.5,T*2A\n"
    )


@pytest.mark.parametrize("log", [b"", b"$GPGGA", HEAD + b"$GPGGA,\n"])
def test_what_is_no_raw_log_is_refused(log: bytes) -> None:
    with pytest.raises(ValueError, match="raw log"):
        list(pieces(log))


def _utf8(name: str) -> bool:
    return name.isascii() or name.encode("utf-8", "ignore").decode() == name
