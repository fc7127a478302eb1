"""Opens the readable part of a file with FFmpeg's demuxer; finds a moved file by its note."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import av

from seacorder.evidence.layout import Layout
from seacorder.evidence.note import note_in
from seacorder.evidence.pieces import PiecedFile
from seacorder.model.file_note import FILE_SUFFIXES, FileNote

_BUFFER_BYTES = 1024 * 1024
_MOST_FILES = 20_000
_LEVELS_UP = 2
"""A moved file is searched for in folders up to this far above its old one: other recordings' folders lie there."""


@contextmanager
def open_video(path: Path, layout: Layout) -> Iterator[Any]:
    """An input container (PyAV) over the readable pieces of a file. av.FFmpegError when it is no video.

    FFmpeg refuses a whole file for one box that was cut off, and does not look behind a damaged one. So it is given the
    readable pieces as if they were the file.
    """
    with path.open("rb") as file:
        readable = PiecedFile(file, layout.pieces)
        # Damaged metadata may be no UTF-8 any more, which PyAV would otherwise refuse.
        with av.open(readable, format="mp4", buffer_size=_BUFFER_BYTES, metadata_errors="replace") as container:
            yield container


def whole_packets(container: Any, size: int) -> Iterator[Any]:
    """The packets that are wholly there, in the file's order. `size`: of what the container reads, in bytes.

    Where the file was cut off the packets end, without an exception.
    """
    try:
        for packet in container.demux():
            if packet.dts is None or packet.pts is None or packet.size == 0:
                continue
            if not packet.is_corrupt and (packet.pos is None or packet.pos + packet.size <= size):
                yield packet
    except (av.FFmpegError, EOFError):
        return


def find_moved(path: Path, note: FileNote) -> Path | None:
    """The file, now elsewhere, whose note is that of the file that was at `path`; None when it is not found.

    Searches the folder of `path` and all below it, then the same for _LEVELS_UP folders above. Blocks.
    """
    seen: set[Path] = set()
    for folder in [path.parent, *path.parents[1 : 1 + _LEVELS_UP]]:
        if folder.is_dir() and folder != Path(folder.anchor):
            for candidate in islice(_files_under(folder, seen), _MOST_FILES):
                found = note_in(candidate)
                if found is not None and found.is_of_same_file(note):
                    return candidate
    return None


def _files_under(folder: Path, seen: set[Path]) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        here = Path(place)
        folders[:] = sorted(name for name in folders if here / name not in seen)
        seen.add(here)
        yield from (here / name for name in sorted(names) if name.lower().endswith(FILE_SUFFIXES))
