"""What Seacorder is measured against: other programs that record RTSP cameras unchanged, set up as people use them."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_STARTS_WITHIN_SECONDS = 60.0
_ENDS_WITHIN_SECONDS = 20.0
COPY = ("-c", "copy")


@dataclass(frozen=True, slots=True)
class Competitor:
    """One program, and the command lines with which it records cameras into a folder."""

    name: str
    program: str
    commands: Callable[[list[str], Path], list[list[str]]]

    @property
    def is_here(self) -> bool:
        return shutil.which(self.program) is not None


def ffmpeg_commands(addresses: list[str], folder: Path, options: Sequence[str] = COPY) -> list[list[str]]:
    """A process a camera, MP4 segments of ten minutes. `options` say how it encodes."""
    return [
        [*("ffmpeg", "-nostdin", "-v", "error", "-rtsp_transport", "tcp", "-i", address), *options,
         *("-f", "segment", "-segment_time", "600", str(folder / f"camera{number}_%03d.mp4"))]
        for number, address in enumerate(addresses)
    ]  # fmt: skip


def _gstreamer_commands(addresses: list[str], folder: Path) -> list[list[str]]:
    """A process a camera, MP4 files of ten minutes."""
    return [
        [*("gst-launch-1.0", "-q", "rtspsrc", f"location={address}", "protocols=tcp", "!", "rtph264depay", "!"),
         *("h264parse", "!", "splitmuxsink", f"location={folder}/camera{number}_%03d.mp4"),
         f"max-size-time={600 * 10**9}"]
        for number, address in enumerate(addresses)
    ]  # fmt: skip


MEDIAMTX_SETTINGS = """logLevel: warn
rtsp: false
rtmp: false
hls: false
webrtc: false
srt: false
pathDefaults:
  rtspTransport: tcp
  record: true
  recordPath: {folder}/%path_%Y-%m-%d_%H-%M-%S-%f
  recordFormat: fmp4
  recordPartDuration: 1s
  recordSegmentDuration: 10m
paths:
"""
"""One process for all cameras, its servers off; fragments of a second, as is its default."""


def _mediamtx_commands(addresses: list[str], folder: Path) -> list[list[str]]:
    text = MEDIAMTX_SETTINGS.format(folder=folder)
    text += "".join(f"  camera{number}:\n    source: {address}\n" for number, address in enumerate(addresses))
    settings = folder / "mediamtx.yml"
    settings.write_text(text, encoding="utf-8")
    return [["mediamtx", str(settings)]]


FFMPEG = Competitor("ffmpeg", "ffmpeg", ffmpeg_commands)
GSTREAMER = Competitor("GStreamer", "gst-launch-1.0", _gstreamer_commands)
MEDIAMTX = Competitor("MediaMTX", "mediamtx", _mediamtx_commands)


@contextmanager
def recording(competitor: Competitor, addresses: list[str], folder: Path) -> Iterator[list[int]]:
    """Process numbers of a competitor that is writing a file of each camera already. Makes the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with _running(competitor.commands(addresses, folder), folder, len(addresses)) as pids:
        yield pids


@contextmanager
def encoding_ffmpeg(address: str, folder: Path, options: Sequence[str]) -> Iterator[list[int]]:
    """One ffmpeg that encodes."""
    folder.mkdir(parents=True, exist_ok=True)
    with _running(ffmpeg_commands([address], folder, options), folder, 1) as pids:
        yield pids


@contextmanager
def _running(commands: list[list[str]], folder: Path, files: int) -> Iterator[list[int]]:
    with (folder / "log.txt").open("wb") as log:
        running = [subprocess.Popen(command, stdout=log, stderr=log) for command in commands]
    try:
        until = time.monotonic() + _STARTS_WITHIN_SECONDS
        while sum(path.stat().st_size > 0 for path in folder.rglob("*.mp4")) < files:
            if time.monotonic() > until or any(process.poll() is not None for process in running):
                said = (folder / "log.txt").read_text(encoding="utf-8", errors="replace")[-1000:]
                raise SystemExit(f"{commands[0][0]} did not begin to record. It said:\n{said}")
            time.sleep(0.1)
        yield [process.pid for process in running]
    finally:
        for process in running:
            process.terminate()
        for process in running:
            _wait(process)


def _wait(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(timeout=_ENDS_WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
