"""The description of a text track, and its samples."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.mp4.boxes import NotMp4
from seacorder.mp4.text_track import TEXT_UNITS, text_sample, text_track, text_track_of, with_text_track
from seacorder.mp4.tracks import head_for, tracks_in


def test_a_header_gets_a_track_more_and_keeps_the_others() -> None:
    header = head_for([text_track(1)])
    longer, number = with_text_track(header)
    assert number == 2
    assert [(track.number, track.units, track.handler) for track in tracks_in(longer)] == [
        (1, TEXT_UNITS, b"sbtl"), (2, TEXT_UNITS, b"sbtl")
    ]
    assert tracks_in(longer)[0] == tracks_in(header)[0]
    assert text_track_of(header) == 1
    assert text_track_of(head_for([])) is None


@pytest.mark.parametrize("header", [b"", b"\0\0\0\x08free", b"\0\0\0\x08moov"])
def test_what_is_no_header_is_refused(header: bytes) -> None:
    with pytest.raises(NotMp4):
        with_text_track(header)


@given(st.text())
def test_a_sample_says_how_long_its_text_is(text: str) -> None:
    sample = text_sample(text * 50)
    assert int.from_bytes(sample[:2], "big") == len(sample) - 2
    assert (text * 50).startswith(sample[2:].decode())
