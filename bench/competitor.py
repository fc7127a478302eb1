"""What Seacorder is measured against: one `ffmpeg -f segment` for each camera."""

import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_STARTS_WITHIN_SECONDS = 30.0
COPY = ("-c", "copy")


def command(address: str, folder: Path, number: int, options: Sequence[str]) -> list[str]:
    """ffmpeg as people use it to record: into MP4 segments of ten minutes."""
    return [
        *("ffmpeg", "-nostdin", "-v", "error", "-rtsp_transport", "tcp", "-i", address),
        *options, *("-f", "segment", "-segment_time", "600", str(folder / f"camera{number}_%03d.mp4")),
    ]


@contextmanager
def ffmpegs(addresses: list[str], folder: Path, options: Sequence[str] = COPY) -> Iterator[list[int]]:
    """Process numbers of one ffmpeg a camera, all of them already writing. `options` say how it encodes."""
    running = [subprocess.Popen(command(address, folder, n, options)) for n, address in enumerate(addresses)]
    try:
        until = time.monotonic() + _STARTS_WITHIN_SECONDS
        while sum(path.stat().st_size > 0 for path in folder.glob("*.mp4")) < len(addresses):
            if time.monotonic() > until:
                raise SystemExit("ffmpeg did not begin to record.")
            time.sleep(0.1)
        yield [process.pid for process in running]
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=20)
