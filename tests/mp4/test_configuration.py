"""The configuration of a track is found and exchanged, and nothing else changes."""

import pytest

from fakes.damage import closed
from fakes.footage import Recipe, footage
from seacorder.mp4.boxes import NotMp4
from seacorder.mp4.configuration import configuration_of, with_configuration
from seacorder.mp4.tracks import head_for, tracks_in

RECIPE = Recipe(frames=20, sound=True)


def test_the_record_is_found() -> None:
    video, sound = tracks_in(closed(RECIPE))
    assert configuration_of(video.trak) == ("avcC", footage(RECIPE).source.video.extradata)
    with pytest.raises(NotMp4):
        configuration_of(sound.trak)


@pytest.mark.parametrize("record", [b"", b"\1another", bytes(range(1, 256))])
def test_another_record_stands_in_its_place(record: bytes) -> None:
    video = tracks_in(closed(RECIPE))[0]
    _, present = configuration_of(video.trak)
    changed = with_configuration(video.trak, record)
    assert configuration_of(changed) == ("avcC", record)
    assert len(changed) - len(video.trak) == len(record) - len(present)
    assert with_configuration(changed, present) == video.trak


def test_a_header_with_another_record_is_read() -> None:
    video = tracks_in(closed(RECIPE))[0]
    changed = with_configuration(video.trak, configuration_of(video.trak)[1] + b"more")
    (found,) = tracks_in(head_for([type(video)(video.number, video.handler, video.units, changed)]))
    assert found.trak == changed
