"""Trying an encoder says whether it works, and why not in a sentence."""

import av
import pytest

from seacorder.channel.encoding.probe import tried
from seacorder.model.encoders import ENCODERS, SOFTWARE, known_encoder

LEFT_OUT = ("_vaapi", "_vulkan", "_d3d12va", "_mf", "_mediacodec", "_rkmpp", "_omx")
"""They take frames in the graphics unit's memory alone, or stand for others that are in the table."""


@pytest.mark.parametrize("name", SOFTWARE)
def test_the_software_encoders_work_everywhere(name: str) -> None:
    assert tried(name).is_usable


@pytest.mark.parametrize("encoder", ENCODERS, ids=lambda encoder: encoder.name)
def test_each_works_or_says_why_not(encoder) -> None:
    found = tried(encoder.name)
    assert found.name == encoder.name
    assert found.is_usable is (found.sentence == "")
    assert found.is_usable or found.sentence.endswith(".")


def test_one_that_is_not_in_this_ffmpeg_says_so() -> None:
    missing = [encoder.name for encoder in ENCODERS if encoder.name not in av.codecs_available]
    for name in missing:
        assert "does not have it" in tried(name).sentence


def test_the_table_has_every_encoder_that_this_ffmpeg_has() -> None:
    found = set()
    for name in av.codecs_available:
        try:
            codec = av.Codec(name, "w")
        except ValueError:
            continue
        if codec.name == name and codec.type == "video" and codec.canonical_name in {"h264", "hevc", "av1"}:
            found.add(name)
    unknown = {name for name in found if known_encoder(name) is None and not name.endswith(LEFT_OUT)}
    # libx264rgb is libx264 for RGB, which no camera's file is stored as.
    assert unknown <= {"libx264rgb"}
