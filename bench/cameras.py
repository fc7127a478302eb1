"""The cameras: the RTSP server of the tests' rig, sending frames that were encoded beforehand, over and over."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

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

    def source_in(self, folder: Path) -> SourceFile:
        """What it sends, as a file; encoded the first time."""
        return make_source(folder, self.spec)


CAMERA = Camera(1920, 1080, 30, 8)
SMALL_CAMERA = Camera(1280, 720, 15, 1)
ENCODED_CAMERA = Camera(1920, 1080, 25, 12)
"""The source of the encoding figures. Its bit rate is twice that of the encoded file."""


@contextmanager
def cameras(camera: Camera, count: int, folder: Path) -> Iterator[list[str]]:
    """The addresses of `count` cameras, one server for all; stopped at the end. Encodes into `folder` first."""
    if reason := reason_to_skip():
        raise SystemExit(f"The cameras cannot be served: {reason}. On Debian as root `make system` installs it.")
    source = camera.source_in(folder)
    megabits = 8 * source.path.stat().st_size / _ENCODED_SECONDS / 1_000_000
    print(f"  {count} cameras, {camera.width}x{camera.height} at {camera.frames_per_second}, {megabits:.2f} Mbit/s")
    with RtspServer() as server:
        yield [server.serve(f"/camera{number}", source) for number in range(count)]
