"""Players that are no part of the recorder, as readers of its files: how many pictures does each of them show?

VLC refuses to run as root, as it should. Where the tests do, it runs as `nobody`, in a folder that everybody may read.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LIMIT_SECONDS = 60.0
"""VLC plays as long as the film lasts."""
_NOBODY = 65534


@dataclass(frozen=True)
class Film:
    """What is played, and the size of its pictures, which is even."""

    path: Path
    width: int
    height: int

    @property
    def frame_bytes(self) -> int:
        return self.width * self.height * 3 // 2


def reason_to_skip_vlc() -> str | None:
    return None if shutil.which("vlc") else "VLC is not installed"


@contextlib.contextmanager
def open_folder() -> Iterator[Path]:
    """A folder in which also VLC, as another user, can read and write."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


def vlc(folder: Path, *words: str) -> "subprocess.Popen[bytes]":
    """A VLC without window and sound card, which works in `folder`."""
    command = ["vlc", "-I", "dummy", "--no-dbus", "--aout=adummy", "--no-media-library", *words]
    as_nobody: dict[str, Any] = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []} if _is_root() else {}
    variables = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    return subprocess.Popen(
        command, cwd=folder, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **as_nobody
    )


VLC_LEAVES = 3
"""VLC ends with the film's time, while the last pictures of some still wait to be shown; so many at most."""


def count_with_vlc(film: Film) -> int:
    """The pictures that VLC has put on the screen, less up to `VLC_LEAVES` at the end; it plays in real time."""
    with open_folder() as folder:
        copy = folder / film.path.name
        shutil.copyfile(film.path, copy)
        copy.chmod(0o644)
        options = ("--vout=yuv", "--yuv-file=shown", "--no-drop-late-frames", "--no-skip-frames", "--no-osd")
        with vlc(folder, *options, copy.name, "vlc://quit") as player:
            assert player.wait(LIMIT_SECONDS) == 0
        shown = folder / "shown"
        # YUV4MPEG2: a line for the film, and a line in front of each picture.
        return shown.stat().st_size // (film.frame_bytes + len("FRAME\n")) if shown.exists() else 0


def count_with_gstreamer(film: Film) -> int:
    """The pictures that GStreamer's demuxer and decoders give out."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "shown"
        decode = "! qtdemux name=film film.video_0 ! queue ! decodebin ! videoconvert ! video/x-raw,format=I420 !"
        source = ["filesrc", f"location={film.path}"]
        command = ["gst-launch-1.0", "-q", *source, *decode.split(), "filesink", f"location={out}"]
        subprocess.run(command, check=True, timeout=LIMIT_SECONDS, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return out.stat().st_size // film.frame_bytes


def count_with_ffprobe(film: Film) -> int:
    """The pictures that FFmpeg decodes."""
    shown = ("-count_frames", "-show_entries", "stream=nb_read_frames", "-of", "default=nw=1:nk=1")
    command = ["ffprobe", "-v", "error", "-select_streams", "v:0", *shown, str(film.path)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True, timeout=LIMIT_SECONDS).stdout)


PLAYERS: dict[str, Callable[[Film], int]] = {
    "ffprobe": count_with_ffprobe,
    "GStreamer": count_with_gstreamer,
    "VLC": count_with_vlc,
}


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
