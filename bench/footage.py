"""The pictures that the cameras send: encoded once, then repeated without re-encoding to the length that is wanted."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

ENCODED_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Footage:
    """H.264 without B-frames, as inspection cameras send it, with a keyframe each second."""

    width: int
    height: int
    frames_per_second: int
    mbits: float

    @property
    def name(self) -> str:
        return f"{self.height}p{self.frames_per_second}_{self.mbits:g}Mbit"


CAMERA = Footage(1920, 1080, 30, 8)
SMALL_CAMERA = Footage(1280, 720, 15, 1)


def run_ffmpeg(*arguments: str) -> None:
    """Raises CalledProcessError with ffmpeg's own words in `stderr`."""
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *arguments], check=True, capture_output=True, text=True)


def encode(footage: Footage, folder: Path) -> Path:
    """Ten seconds of a moving, noisy picture at a bit rate that is held to. Takes about half a minute at 1080p."""
    path = folder / f"{footage.name}.mp4"
    if path.exists():
        return path
    size, rate, bits = f"{footage.width}x{footage.height}", footage.frames_per_second, f"{footage.mbits:g}M"
    picture = f"testsrc2=size={size}:rate={rate}:duration={ENCODED_SECONDS},noise=alls=12:allf=t,format=yuv420p"
    unfinished = path.with_suffix(".unfinished.mp4")
    run_ffmpeg(
        *("-f", "lavfi", "-i", picture, "-c:v", "libx264", "-preset", "superfast", "-bf", "0"),
        *("-g", str(rate), "-keyint_min", str(rate), "-sc_threshold", "0"),
        *("-b:v", bits, "-minrate", bits, "-maxrate", bits, "-bufsize", bits, "-x264-params", "nal-hrd=cbr"),
        str(unfinished),
    )
    unfinished.rename(path)
    return path


def make(footage: Footage, seconds: int, folder: Path) -> Path:
    """A file of at least `seconds`; kept in `folder` and used again."""
    source = encode(footage, folder)
    path = folder / f"{footage.name}_{seconds}s.mp4"
    if not path.exists():
        repeats = str(-(-seconds // ENCODED_SECONDS) - 1)
        unfinished = path.with_suffix(".unfinished.mp4")
        run_ffmpeg("-stream_loop", repeats, "-i", str(source), "-c", "copy", str(unfinished))
        unfinished.rename(path)
    return path
