"""Pre-encoded sources for the RTSP rig: MP4 files whose every frame names itself in its strip, and their index.

The index (JSON beside the file) lets the server, which has no demuxer of ours, take single frames out of the file:
positions, times and keyframes. Files are named after what they are made of, and made once.
"""

import hashlib
import json
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, Literal

import av
from av.bitstream import BitStreamFilterContext

from seacorder.inputs import pattern
from seacorder.inputs.pattern.picture import TestPicture
from seacorder.media import parameter_sets

UTC_BEGIN_MS = 1_700_000_000_000


@dataclass(frozen=True)
class SourceSpec:
    """What a source is made of. Frames are numbered from `first_number`, `gop` is in frames."""

    width: int = 640
    height: int = 360
    rate: int = 25
    seconds: float = 60
    gop: int = 25
    codec: str = "h264"
    b_frames: int = 0
    bits_per_second: int = 0
    """0: as many as constant quality takes."""
    channel_index: int = 0
    first_number: int = 0
    intra_refresh: bool = False
    """A keyframe only at the beginning; a column of intra blocks that passes over the picture once in `gop` frames."""
    noise: bool = False
    """Fills the picture with noise, so that a high bit rate is really used."""
    shows: Literal["pattern", "still", "black"] = "pattern"
    """A still is the pattern's first frame again and again. Both others are stuffed up to the bit rate."""

    @property
    def frames(self) -> int:
        return round(self.seconds * self.rate)

    @property
    def name(self) -> str:
        digest = hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:12]
        return f"{self.codec}-{self.width}x{self.height}-{digest}"


@dataclass(frozen=True)
class SourceFile:
    """An encoded source: the MP4 itself, and the index that the RTSP server takes."""

    spec: SourceSpec
    path: Path
    index: Path


def make_source(folder: Path, spec: SourceSpec) -> SourceFile:
    """Encodes `spec` into `folder`, unless it is there already. Some 1,000 frames of 640x360 a second.

    Several processes may do so at once: each makes files of its own, all alike, and the last one's stay.
    """
    path = folder / f"{spec.name}-{_maker()}.mp4"
    source = SourceFile(spec, path, path.with_suffix(".json"))
    if not source.index.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as own:
            made, index = Path(own, path.name), Path(own, source.index.name)
            _encode(spec, made)
            index.write_text(json.dumps(_index(spec, made)))
            made.replace(path)
            index.replace(source.index)
    return source


@cache
def _maker() -> str:
    """Names what draws and encodes the pictures, so that files of an older one are not taken."""
    digest = hashlib.sha256(repr(av.library_versions).encode())
    for path in (Path(__file__), *sorted(Path(pattern.__file__).parent.glob("*.py")), Path(parameter_sets.__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _encode(spec: SourceSpec, path: Path) -> None:
    with av.open(str(path), "w") as out:
        stream: Any = out.add_stream("libx264" if spec.codec == "h264" else "libx265", rate=spec.rate)
        stream.width, stream.height, stream.pix_fmt = spec.width, spec.height, "yuv420p"
        stream.gop_size, stream.max_b_frames = spec.gop, spec.b_frames
        stream.options = _options(spec)
        if spec.bits_per_second:
            stream.bit_rate = spec.bits_per_second
        for frame in _frames(spec):
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def _options(spec: SourceSpec) -> dict[str, str]:
    options = {"preset": "ultrafast"}
    if spec.bits_per_second:
        options |= {"maxrate": str(spec.bits_per_second), "bufsize": str(spec.bits_per_second)}
    if spec.codec == "h264":
        # One slice a picture: GStreamer's payloader repeats parameter sets before each slice, which no camera does.
        stuffing = "" if spec.shows == "pattern" else ":nal-hrd=cbr"
        one_slice = {"x264-params": f"sliced-threads=0:slices=1{stuffing}"}
        if spec.intra_refresh:
            return {"preset": "veryfast", "x264-params": f"slices=1:bframes=0:intra-refresh=1:keyint={spec.gop}"}
        return options | one_slice | {"sc_threshold": "0", "keyint_min": str(spec.gop), "forced-idr": "1"}
    if spec.intra_refresh:
        return options | {"x265-params": f"log-level=none:bframes=0:intra-refresh=1:keyint={spec.gop}"}
    interval = f"keyint={spec.gop}:min-keyint={spec.gop}:scenecut=0:open-gop=0"
    return options | {"x265-params": f"log-level=none:bframes={spec.b_frames}:{interval}"}


def _frames(spec: SourceSpec) -> Iterator[Any]:
    picture = TestPicture(spec.width, spec.height, f"RIG {spec.channel_index}", spec.channel_index)
    grain = _Grain(spec) if spec.noise else None
    for count in range(spec.frames):
        shown = 0 if spec.shows == "still" else count
        drawn = picture.frame(spec.first_number + shown, UTC_BEGIN_MS + shown * 1000 // spec.rate)
        # The encoder looks ahead here, so it gets a frame of its own each time.
        frame = av.VideoFrame(spec.width, spec.height, "yuv420p")
        for mine, theirs in zip(frame.planes, drawn.planes, strict=True):
            mine.update(theirs)
        if grain is not None:
            grain.add(frame, shown)
        if spec.shows == "black":
            for plane, level in zip(frame.planes, (16, 128, 128), strict=True):
                plane.update(bytes([level]) * plane.buffer_size)
        frame.pts, frame.time_base = count, Fraction(1, spec.rate)
        yield frame


class _Grain:
    """Noise over the middle of the picture, different from frame to frame."""

    def __init__(self, spec: SourceSpec) -> None:
        lines = spec.height * 3 // 10
        seed = hashlib.shake_256(b"grain").digest(spec.width * (lines + 64))
        self._noise = bytes(100 + (value >> 3) for value in seed)
        self._top, self._lines = spec.height * 3 // 10, lines

    def add(self, frame: Any, count: int) -> None:
        plane = frame.planes[0]
        begin = self._top * plane.line_size
        length = min(self._lines * plane.line_size, len(self._noise) - 4096)
        offset = count * 977 % 4096
        memoryview(plane)[begin : begin + length] = self._noise[offset : offset + length]


def _index(spec: SourceSpec, path: Path) -> dict[str, Any]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        configuration = bytes(stream.codec_context.extradata or b"")
        time_base = stream.time_base
        assert time_base is not None
        # [position, bytes, pts, dts, is keyframe], times in microseconds
        frames = [
            [packet.pos, packet.size, *_microseconds(packet, time_base), packet.is_keyframe]
            for packet in container.demux(stream)
            if packet.size
        ]
    return {
        "file": path.name,
        "codec": spec.codec,
        "width": spec.width,
        "height": spec.height,
        "rate": spec.rate,
        "configuration": configuration.hex(),
        "parameter_sets": _parameter_sets(spec.codec, path).hex(),
        "frames": frames,
    }


def _microseconds(packet: Any, time_base: Fraction) -> tuple[int, int]:
    return round(packet.pts * time_base * 1_000_000), round(packet.dts * time_base * 1_000_000)


def _parameter_sets(codec: str, path: Path) -> bytes:
    """As a byte stream, ready to stand in front of a keyframe."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        converter = BitStreamFilterContext(f"{codec}_mp4toannexb", stream)
        for packet in container.demux(stream):
            for converted in converter.filter(packet):
                return parameter_sets.find(bytes(converted), codec).as_byte_stream()
    raise AssertionError("an encoded source holds no packet")


def as_byte_stream(content: bytes, length: int) -> bytes:
    """Length-prefixed NAL units (`length` bytes each) as a byte stream (Annex B of H.264 and H.265)."""
    units: list[bytes] = []
    at = 0
    while at + length <= len(content):
        begin = at + length
        at = begin + int.from_bytes(content[at:begin], "big")
        units += (b"\x00\x00\x00\x01", content[begin:at])
    return b"".join(units)
