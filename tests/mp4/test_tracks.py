"""Descriptions of tracks are found anywhere in a header or index, and make a header that says the same."""

import pytest

from fakes.damage import closed, index_at
from fakes.footage import Recipe
from seacorder.mp4.tracks import FILE_TYPE, head_for, metadata_in, tracks_in

RECIPE = Recipe(frames=20, sound=True)


def test_header_and_index_describe_the_same_tracks() -> None:
    content = closed(RECIPE)
    index = index_at(content)
    first, second = tracks_in(content[:index]), tracks_in(content[index:])
    assert [(track.number, track.handler) for track in first] == [(1, b"vide"), (2, b"soun")]
    assert [track.units for track in first] == [track.units for track in second]


def test_a_header_that_was_made_says_what_it_was_made_of() -> None:
    content = closed(RECIPE)
    tracks, metadata = tracks_in(content), metadata_in(content)
    head = head_for(tracks, metadata)
    assert head.startswith(FILE_TYPE)
    assert tracks_in(head) == tracks
    assert metadata_in(head) == metadata != b""


@pytest.mark.parametrize("kind", [b"tkhd", b"mdhd", b"stsd", b"avcC"])
def test_a_damaged_description_is_not_taken(kind: bytes) -> None:
    content = bytearray(closed(RECIPE)[:4000])
    end = content.find(b"trak", content.find(b"trak") + 1)
    at = content.find(kind)
    assert 0 < at < end, "the first track has the box"
    content[at : at + 200] = bytes(200)
    assert [track.number for track in tracks_in(bytes(content))] in ([2], [])


@pytest.mark.parametrize("missing", range(5))
def test_without_metadata_there_is_none(missing: int) -> None:
    assert metadata_in(bytes(4 - missing) + b"udta" * 4) == b""
    assert tracks_in(bytes(4 - missing) + b"trak" * 4) == ()
