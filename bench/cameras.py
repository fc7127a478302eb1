"""The cameras: frames that were encoded beforehand, sent over and over, at a camera's pace."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.sender import sending
from rig.rtsp_server import RtspServer, reason_to_skip
from rig.source_files import SourceFile, SourceSpec, make_source

_ENCODED_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Camera:
    """H.264 without B-frames, as inspection cameras send it, with a keyframe each second."""

    width: int
    height: int
    frames_per_second: int
    mbits: float

    @property
    def spec(self) -> SourceSpec:
        return SourceSpec(
            width=self.width,
            height=self.height,
            rate=self.frames_per_second,
            seconds=_ENCODED_SECONDS,
            gop=self.frames_per_second,
            bits_per_second=round(self.mbits * 1_000_000),
            noise=True,
        )

    def __str__(self) -> str:
        return f"{self.height}p{self.frames_per_second} {self.mbits:g} Mbit/s"


CAMERA = Camera(1920, 1080, 30, 8)
SMALL_CAMERA = Camera(1280, 720, 15, 1)
TINY_CAMERA = Camera(1280, 720, 10, 0.5)
ENCODED_CAMERA = Camera(1920, 1080, 25, 12)
"""The source of the encoding figures. Its bit rate is twice that of the encoded file."""


@dataclass(frozen=True, slots=True)
class Cameras:
    """Cameras that send, all alike."""

    camera: Camera
    addresses: list[str]
    source: SourceFile
    """What each of them sends."""
    begins: list[float]
    """When each had captured its frame 0, by `time.monotonic`; empty for `cheap_cameras`."""
    pid: int
    """The process that sends."""

    def captured(self, index: int, number: int, before: float) -> float:
        """When a camera last captured a frame of this number until `before`; each round begins with number 0 again."""
        first = self.begins[index] + number / self.camera.frames_per_second
        return first + (before - first) // _ENCODED_SECONDS * _ENCODED_SECONDS


@contextmanager
def cameras(camera: Camera, count: int, folder: Path) -> Iterator[Cameras]:
    """`count` cameras of GStreamer, one server for all; stopped at the end. Encodes into `folder` first."""
    if reason := reason_to_skip():
        raise SystemExit(f"The cameras cannot be served: {reason}. On Debian as root `make system` installs it.")
    source = _source(camera, count, folder)
    with RtspServer() as server:
        paths = [f"/camera{number}" for number in range(count)]
        addresses = [server.serve(path, source) for path in paths]
        yield Cameras(camera, addresses, source, [server.begin_of(path) for path in paths], server.pid)


@contextmanager
def cheap_cameras(camera: Camera, count: int, folder: Path) -> Iterator[Cameras]:
    """As many cameras from one process that takes little processor time. See `sender`."""
    source = _source(camera, count, folder)
    with sending(source) as sender:
        addresses = [f"rtsp://127.0.0.1:{sender.port}/camera{number}" for number in range(count)]
        yield Cameras(camera, addresses, source, [], sender.pid)


def _source(camera: Camera, count: int, folder: Path) -> SourceFile:
    source = make_source(folder, camera.spec)
    megabits = 8 * source.path.stat().st_size / _ENCODED_SECONDS / 1_000_000
    size = f"{camera.width}x{camera.height} at {camera.frames_per_second}"
    print(f"  {count} cameras, {size}, {megabits:.2f} Mbit/s", flush=True)
    return source
