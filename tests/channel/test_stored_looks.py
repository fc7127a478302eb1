"""Colour and geometry: what a stored file says of its pictures is what the source said."""

import itertools
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from fakes.encoding import EncodingBench, plan
from fakes.sinks import Bench
from seacorder.channel.encoding.decoder import Decoder
from seacorder.model.encoding import EncodingPlan
from seacorder.model.sample import Track
from seacorder.sinks.video.recording import RecordingSink

SIZE = (320, 176)


@dataclass(frozen=True)
class Said:
    """What a file says of its pictures."""

    colour: tuple[int, int, int, int]
    aspect: Fraction
    rotation: int
    pixel_format: str
    fields: int
    """How many of its frames are interlaced."""


def said_by(path: Path) -> Said:
    with av.open(str(path)) as container:
        context: Any = container.streams.video[0].codec_context
        colour = tuple(int(one) for one in (
            context.color_range, context.color_primaries, context.color_trc, context.colorspace
        ))
        # A player takes the container's word first (av_guess_sample_aspect_ratio); AV1's own stream has none.
        aspect = Fraction(container.streams.video[0].sample_aspect_ratio or context.sample_aspect_ratio or 0)
        frames = list(container.decode(video=0))
    return Said(colour, aspect, frames[0].rotation, frames[0].format.name, sum(one.interlaced_frame for one in frames))


@dataclass(frozen=True)
class Source:
    colour: tuple[int, int, int, int] = (1, 1, 1, 1)
    aspect: Fraction = Fraction(1)
    rotation: int = 0
    pixel_format: str = "yuv420p"

    def write(self, path: Path) -> Path:
        with av.open(str(path), "w", format="mp4") as out:
            stream: Any = out.add_stream("libx264", rate=25)
            context = stream.codec_context
            context.width, context.height, context.pix_fmt = *SIZE, self.pixel_format
            context.color_range, context.color_primaries, context.color_trc, context.colorspace = self.colour
            context.sample_aspect_ratio = self.aspect
            context.options = {"preset": "ultrafast", "tune": "zerolatency"}
            if self.rotation:
                stream.set_display_rotation(self.rotation)
            for number in range(10):
                frame = av.VideoFrame(*SIZE, self.pixel_format)
                for plane in frame.planes:
                    half = b"\x00\x02" if "10" in self.pixel_format else b"\x70\x70"
                    plane.update(half * (plane.buffer_size // 2))
                frame.pts = number
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
        return path


def stored(address: str, decided: EncodingPlan, folder: Path, frames: int = 8) -> Path:
    """Encodes so many pictures of a source into a real recording."""
    bench, files = EncodingBench(address, decided), Bench(folder)
    bench.record_to(RecordingSink(files.start_recording(), files.context))
    bench.feed(frames)
    bench.pipeline.flush()
    bench.stop()
    (path,) = folder.glob("**/Bow.mp4")
    return path


ENCODERS = ("libx264", "libx265", "libsvtav1")
COLOURS = {
    "BT.709, limited": (1, 1, 1, 1),
    "BT.601 of 625 lines": (1, 5, 6, 5),
    "BT.601 of 525 lines, full range": (2, 6, 6, 6),
    "BT.2020, hybrid log-gamma": (1, 9, 18, 9),
}


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("colour", COLOURS)
def test_range_primaries_transfer_and_matrix_survive(encoder: str, colour: str, tmp_path: Path) -> None:
    source = Source(colour=COLOURS[colour]).write(tmp_path / "source.mp4")
    assert said_by(source).colour == COLOURS[colour]
    assert said_by(stored(f"file:{source}", plan(encoder), tmp_path)).colour == COLOURS[colour]


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("aspect", [Fraction(16, 15), Fraction(4, 3)])
def test_the_shape_of_a_pixel_survives_and_follows_the_size(encoder: str, aspect: Fraction, tmp_path: Path) -> None:
    source = Source(aspect=aspect).write(tmp_path / "source.mp4")
    assert said_by(stored(f"file:{source}", plan(encoder), tmp_path / "a")).aspect == aspect
    squeezed = stored(f"file:{source}", plan(encoder, width=160, height=176), tmp_path / "b")
    assert said_by(squeezed).aspect == 2 * aspect


@pytest.mark.parametrize("rotation", [90, 180, -90])
def test_a_player_turns_the_stored_picture_as_it_would_turn_the_source(rotation: int, tmp_path: Path) -> None:
    source = Source(rotation=rotation).write(tmp_path / "source.mp4")
    turned = said_by(source).rotation
    assert turned % 360 == rotation % 360
    assert said_by(stored(f"file:{source}", plan(), tmp_path)).rotation == turned


def test_where_something_is_burned_in_the_picture_itself_is_turned(tmp_path: Path) -> None:
    source = Source(rotation=90, aspect=Fraction(4, 3)).write(tmp_path / "source.mp4")
    path = stored(f"file:{source}", plan(burn_in=True), tmp_path)
    said = said_by(path)
    assert (said.rotation, said.aspect) == (0, Fraction(3, 4))
    with av.open(str(path)) as container:
        assert (container.streams.video[0].width, container.streams.video[0].height) == SIZE[::-1]


@pytest.mark.parametrize("encoder", ENCODERS)
def test_ten_bits_stay_ten_bits(encoder: str, tmp_path: Path) -> None:
    source = Source(pixel_format="yuv420p10le").write(tmp_path / "source.mp4")
    assert said_by(stored(f"file:{source}", plan(encoder), tmp_path)).pixel_format == "yuv420p10le"


def test_full_range_of_a_jpeg_camera_is_full_range_in_the_file(tmp_path: Path) -> None:
    said = said_by(stored("test:?size=320x160&rate=25&codec=mjpeg&range=full", plan(), tmp_path))
    assert said.colour[0] == 2
    assert said.pixel_format == "yuvj420p"


def test_two_fields_are_kept_by_an_encoder_that_can(tmp_path: Path) -> None:
    said = said_by(stored("test:?size=320x160&rate=25&codec=raw&interlaced=1", plan(), tmp_path))
    assert said.fields == 8


@pytest.mark.parametrize("decided", [plan(deinterlace=True), plan("libx265"), plan("libsvtav1")])
def test_fields_become_frames_where_asked_or_where_an_encoder_knows_none(decided: EncodingPlan, tmp_path: Path) -> None:
    path = stored("test:?size=320x160&rate=25&codec=raw&interlaced=1", decided, tmp_path)
    assert said_by(path).fields == 0
    with av.open(str(path)) as container:
        times = [frame.pts * frame.time_base for frame in container.decode(video=0)]
    assert len(times) == 8
    assert {after - before for before, after in itertools.pairwise(times)} == {Fraction(1, 25)}


@pytest.mark.parametrize("encoder", ENCODERS)
def test_players_of_apple_get_the_tags_that_they_want(encoder: str, tmp_path: Path) -> None:
    path = stored("test:?size=320x160&rate=25&codec=raw", plan(encoder), tmp_path)
    with av.open(str(path)) as container:
        tag = container.streams.video[0].codec_context.codec_tag
    assert tag == {"libx264": "avc1", "libx265": "hvc1", "libsvtav1": "av01"}[encoder]


def test_a_decoder_has_what_only_the_stream_says(tmp_path: Path) -> None:
    source = Source(aspect=Fraction(4, 3)).write(tmp_path / "source.mp4")
    bench = EncodingBench(f"file:{source}", plan())
    assert bench.source is not None
    assert Decoder(bench.source).pixel_aspect == Fraction(4, 3)
    assert bench.source.templates[Track.VIDEO].codec_context.sample_aspect_ratio == Fraction(4, 3)
