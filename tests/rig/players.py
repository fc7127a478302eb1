"""Players that are no part of the recorder, as readers of its files: how many pictures does each of them show?

VLC (3.0) leaves out the last picture of some films, whoever made them. At the end of a film it looks every 100 ms
whether pictures still wait, and does not count the one that is shown next: if it looks in that picture's time, it ends
before showing it. Copies that FFmpeg makes of the same films, with or without an edit list or sound, lose it as often.
And a picture that is late is shown twice. So each film is played twice at once, with waits before its beginning that
differ by half of those 100 ms: a picture of 40 ms cannot be missed by both. In a film that was cut off the one before
may be missing, and the last then waits for 80 ms; so each further try begins 20 ms later. What counts is how many
different pictures were shown in all; on a busy machine that takes another try.

VLC refuses to run as root, as it should. Where the tests do, it runs as `nobody`, in a folder that everybody may read.
"""

import contextlib
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LIMIT_SECONDS = 60.0
"""VLC plays as long as the film lasts."""
_NOBODY = 65534


@dataclass(frozen=True)
class Film:
    """What is played. The size of its pictures is even, and no two of them are alike."""

    path: Path
    width: int
    height: int
    pictures: int
    """How many it should show."""

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


VLC_TRIES = 4
VLC_STARTS_MS = (300, 350)
VLC_LATER_MS = 20
"""How long VLC waits before it shows the first picture, and how much longer in each further try."""


def count_with_vlc(film: Film) -> int:
    """The different pictures that VLC has put on the screen, in one try or another; it plays in real time."""
    shown: set[bytes] = set()
    for number in range(VLC_TRIES):
        starts_ms = [start_ms + number * VLC_LATER_MS for start_ms in VLC_STARTS_MS]
        with ThreadPoolExecutor(len(starts_ms)) as pool:
            shown = shown.union(*pool.map(lambda start_ms: _shown_by_vlc(film, start_ms), starts_ms))
        if len(shown) >= film.pictures:
            break
    return len(shown)


def _shown_by_vlc(film: Film, start_ms: int) -> set[bytes]:
    """A digest of each picture."""
    with open_folder() as folder:
        copy = folder / film.path.name
        shutil.copyfile(film.path, copy)
        copy.chmod(0o644)
        screen = ("--vout=yuv", "--yuv-file=shown", "--no-osd")
        options = (*screen, "--no-drop-late-frames", "--no-skip-frames", f"--file-caching={start_ms}")
        with vlc(folder, *options, copy.name, "vlc://quit") as player:
            assert player.wait(LIMIT_SECONDS) == 0
        return set(_pictures(folder / "shown", film.frame_bytes))


def _pictures(shown: Path, frame_bytes: int) -> Iterator[bytes]:
    """YUV4MPEG2: a line for the film, and a line in front of each picture."""
    if not shown.exists():
        return
    with shown.open("rb") as file:
        file.readline()
        while file.readline():
            picture = file.read(frame_bytes)
            if len(picture) == frame_bytes:
                yield hashlib.sha256(picture).digest()


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
