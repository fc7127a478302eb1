"""A camera of the rig with its clock: which frame it had captured at which instant."""

import math
import time
from dataclasses import dataclass

from rig.rtsp_server import RtspServer
from rig.source_files import SourceFile, SourceSpec

CHANNELS = ("Bow", "Stern")
"""Those of the cases that need no more than two."""


def small(index: int = 0, **changes: object) -> SourceSpec:
    """25 frames a second for six minutes, two keyframes a second, cheap to read back. Numbers begin again after it."""
    usual = {"width": 320, "height": 240, "rate": 25, "gop": 12, "seconds": 360, "channel_index": index}
    return SourceSpec(**{**usual, **changes})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Camera:
    """One mount. Instants are seconds of this machine's monotonic clock, which all its processes share."""

    name: str
    spec: SourceSpec
    url: str
    begin: float
    """When frame 0 was captured."""

    def captured(self, moment: float | None = None) -> int:
        """Count of the newest frame at an instant (now, without one), over all rounds of the source."""
        return math.floor(((time.monotonic() if moment is None else moment) - self.begin) * self.spec.rate)

    def instant(self, count: int) -> float:
        """When a frame was captured."""
        return self.begin + count / self.spec.rate

    def count(self, number: int, before: int | None) -> int:
        """A frame's count from the number in its picture, and from the count of the frame before it in the files.

        The number begins again with each round of the source, which no hole is longer than.
        """
        place = number - self.spec.first_number
        if before is None:
            return place
        forward = (place - before) % self.spec.frames
        return before + (forward if forward <= self.spec.frames // 2 else forward - self.spec.frames)


def addresses(cameras: list[Camera]) -> dict[str, str]:
    return {camera.name: camera.url for camera in cameras}


def serve(server: RtspServer, name: str, source: SourceFile, *others: SourceFile, **how: object) -> Camera:
    """Serves a source, and others after it, under its camera's name."""
    url = server.serve(f"/{name}", source, *others, **how)  # type: ignore[arg-type]
    return Camera(name, source.spec, url, server.begin_of(f"/{name}"))
