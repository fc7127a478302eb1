"""Makes an ordinary indexed MP4 of an interrupted file: the same packets, the same times, the same metadata.

The new file is written beside the old one, synced, read back and compared packet by packet. Only then does it take
the old one's name, in one step; until then, and whenever anything fails, the original is as it was.
"""

import os
import shutil
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import av

from seacorder.base.errors import StorageFailed
from seacorder.evidence.boxes import Layout, layout_of
from seacorder.evidence.inspect import must_have_frames, note_of, open_video, whole_packets
from seacorder.model.note import NOTE_KEY
from seacorder.storage.hold import held

Progress = Callable[[float], None]
"""Is told the share that is done, from 0 to 1."""

_OPTIONS = {"movflags": "+use_metadata_tags", "use_editlist": "0", "max_interleave_delta": "1"}
_NOTHING_THERE = "{} holds nothing to repair: it was cut off before its first picture was on disk."
_MADE_BY_MUXER = {"major_brand", "minor_version", "compatible_brands", "encoder"}


@dataclass(slots=True)
class _Digest:
    """What a file holds, packet by packet: count and checksum of bytes and times, a track."""

    packets: int = 0
    checksum: int = 0

    def add(self, packet: Any) -> None:
        times = f"{packet.pts * packet.time_base} {packet.dts * packet.time_base} {packet.is_keyframe}".encode()
        self.checksum = zlib.crc32(memoryview(packet), zlib.crc32(times, self.checksum))
        self.packets += 1


def repair(path: Path, progress: Progress | None = None) -> bool:
    """Replaces an interrupted file by an indexed one; False when it is whole already and was left alone.

    StorageFailed when there is nothing to repair or the disk refuses; the file is then as it was. Blocks for about as
    long as reading it twice and writing it once takes.
    """
    try:
        with held(path, 0.0) as is_ours:
            if not is_ours:
                raise StorageFailed(f"{path} is being written; it can be repaired once that has ended.")
            return _repair(path, progress or (lambda _share: None))
    except OSError as fault:
        raise StorageFailed(f"{path} cannot be read: {fault.strerror}.") from fault


def _repair(path: Path, progress: Progress) -> bool:
    layout = layout_of(path)
    if layout.is_whole:
        return False
    if not layout.has_header:
        raise StorageFailed(_NOTHING_THERE.format(path))
    beside = path.with_name(f".{path.name}.repair")
    try:
        _replace(path, layout, beside, progress)
    except (av.FFmpegError, OSError, ValueError) as fault:
        raise StorageFailed(f"{path} cannot be repaired: {fault}. It has been left as it was.") from fault
    finally:
        beside.unlink(missing_ok=True)
    return True


def _replace(path: Path, layout: Layout, beside: Path, progress: Progress) -> None:
    written = _copy(path, layout, beside, progress)
    _sync(beside)
    if _digests_of(beside) != written:
        raise StorageFailed(f"The repair of {path} does not equal it; it has been left as it was.")
    shutil.copystat(path, beside)
    beside.replace(path)
    _sync(path.parent)
    progress(1.0)


def _copy(path: Path, layout: Layout, beside: Path, progress: Progress) -> dict[int, _Digest]:
    size = layout.readable_bytes
    with open_video(path, layout) as source, av.open(str(beside), "w", format="mp4", options=_OPTIONS) as target:
        must_have_frames(source, path)
        target.metadata.update(_metadata_of(source))
        streams = {stream.index: _twin(target, stream) for stream in source.streams}
        digests = {index: _Digest() for index in streams}
        for count, packet in enumerate(whole_packets(source, size)):
            if count % 256 == 0 and packet.pos is not None:
                progress(0.9 * packet.pos / size)
            digests[packet.stream.index].add(packet)
            packet.stream = streams[packet.stream.index]
            target.mux(packet)
        if not any(digest.packets for digest in digests.values()):
            raise StorageFailed(_NOTHING_THERE.format(path))
    return {index: digest for index, digest in digests.items() if digest.packets}


def _twin(target: Any, stream: Any) -> Any:
    twin = target.add_stream_from_template(stream, opaque=True)
    twin.time_base = stream.time_base
    if stream.codec_context.name == "hevc":
        twin.codec_context.codec_tag = "hvc1"
    return twin


def _metadata_of(source: Any) -> dict[str, str]:
    kept = {key: value for key, value in source.metadata.items() if key not in _MADE_BY_MUXER}
    note = note_of(source)
    if note is not None:
        kept[NOTE_KEY] = replace(note, is_repaired=True).to_json()
    return kept


def _digests_of(path: Path) -> dict[int, _Digest]:
    digests: dict[int, _Digest] = {}
    with av.open(str(path)) as container:
        for packet in whole_packets(container, path.stat().st_size):
            digests.setdefault(packet.stream.index, _Digest()).add(packet)
    return digests


def _sync(path: Path) -> None:
    """Brings a file or, where the system has that, a folder to the medium."""
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
