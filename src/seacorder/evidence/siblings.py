"""A file whose track descriptions are destroyed is read with those of a sibling: another file of the same camera.

Without the description (size, codec, parameter sets) no player can begin, although every picture may be there. The
files of one camera all have the same description, so any of them can lend it. Decoding proves it: with the parameter
sets of another camera the pictures do not decode. Siblings are tried one after the other, those of the same channel
first, until all pictures decode with one; else the best one counts.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import av

from seacorder.evidence.layout import Layout, layout_of, tracks_of
from seacorder.evidence.note import note_in
from seacorder.evidence.opening import open_video, whole_packets
from seacorder.evidence.shape import Shape, length_bytes_of, shape_of
from seacorder.mp4.tracks import TrackHead

_ALL_DECODED = 500
"""How many packets of each track are decoded; of those that follow only keyframes are."""
_MOST_FILES = 1000
"""How many files of the folder are looked at, in no order; each costs a read of its beginning."""
_MOST_TRIED = 12
"""How many different descriptions are tried: a folder has files of fewer cameras than this."""
STRICT = {"err_detect": "explode"}
"""Makes FFmpeg's decoders report errors; otherwise they conceal what they cannot decode."""


@dataclass(frozen=True, slots=True)
class _Proof:
    """How many packets of a file decode with a description, and how many do not."""

    decoded: int
    failed: int

    @property
    def holds(self) -> bool:
        """True when the description fits. A few packets may fail, because they are damaged too; with a wrong
        description nearly all fail.
        """
        return self.decoded > 0 and self.failed <= self.decoded // 4


def readable_layout(path: Path, siblings: Sequence[Path] = (), *, trusts_index: bool = True) -> Layout:
    """The layout of a file; with a sibling's track descriptions if its own are gone or wrong.

    `siblings` are files of the same channel, the likeliest first; the files of the same folder are tried after them.
    For `trusts_index` see `layout_of`. OSError when the file itself cannot be read. Blocks: it decodes one keyframe of
    a file that is not whole, and some hundred pictures with each sibling that is tried.
    """
    layout = layout_of(path, trusts_index=trusts_index)
    if layout.is_whole or not layout.used_tracks:
        return layout
    if layout.has_header and not layout.undescribed and _begins(path, layout):
        return layout
    best, best_proof = layout, _Proof(0, 0)
    if layout.has_header and not layout.undescribed:
        best_proof = _proof(path, layout)
    for sibling, tracks in islice(_descriptions(path, siblings), _MOST_TRIED):
        tried = replace(layout_of(path, tracks, trusts_index=False), index_fault=layout.index_fault, sibling=sibling)
        proof = _proof(path, tried) if not tried.undescribed else _Proof(0, 0)
        if proof.holds and proof.decoded - proof.failed > best_proof.decoded - best_proof.failed:
            best, best_proof = tried, proof
            if not proof.failed:
                break
    return best


def _descriptions(path: Path, siblings: Sequence[Path]) -> Iterator[tuple[Path, tuple[TrackHead, ...]]]:
    """Every different description, with the first file that has it."""
    seen: set[tuple[bytes, ...]] = set()
    for sibling in (*siblings, *_in_folder(path)):
        try:
            if sibling == path or not sibling.is_file():
                continue
            tracks = tracks_of(sibling)
        except OSError:
            continue
        description = tuple(track.trak for track in tracks)
        if tracks and description not in seen:
            seen.add(description)
            yield sibling, tracks


def _in_folder(path: Path) -> Iterable[Path]:
    """The other files of the folder. First those whose channel's name is part of this file's name; among equals, first
    those that were written at about the same time.
    """
    try:
        files = [one for one in path.parent.iterdir() if one.suffix.lower() == path.suffix.lower()][:_MOST_FILES]
        written_ns = path.stat().st_mtime_ns
    except OSError:
        return ()
    ranked = []
    for one in files:
        try:
            ranked.append((not _is_of_channel(one, path), abs(one.stat().st_mtime_ns - written_ns), one))
        except OSError:  # moved away since the folder was listed
            continue
    return (one for _, _, one in sorted(ranked))


def _is_of_channel(sibling: Path, path: Path) -> bool:
    note = note_in(sibling)
    return note is not None and note.channel in path.name


def _begins(path: Path, layout: Layout) -> bool:
    """True when the first keyframe with a good shape decodes with the file's own description."""
    return _proof(path, layout, keyframes=1).decoded > 0


def _proof(path: Path, layout: Layout, *, keyframes: int | None = None) -> _Proof:
    """Decodes packets of a file; with `keyframes` only this many keyframes and nothing else."""
    try:
        with open_video(path, layout) as container:
            trial = _Trial(container, keyframes)
            for packet in whole_packets(container, layout.pieces.size):
                trial.take(packet)
                if trial.is_over:
                    break
            return _Proof(trial.decoded, trial.failed)
    except (av.FFmpegError, ValueError, OSError):
        return _Proof(0, 0)


class _Trial:
    """The count while one file is decoded with one description."""

    def __init__(self, container: Any, keyframes: int | None) -> None:
        self._lengths: dict[int, int] = {}
        self._taken: dict[int, int] = {}
        self._waits: set[int] = set()
        """Tracks of which no packet can be decoded before the next keyframe."""
        self._keyframes = keyframes
        self.decoded = self.failed = 0
        for stream in container.streams:
            stream.codec_context.options = STRICT
            self._lengths[stream.index] = length_bytes_of(stream)
            self._waits.add(stream.index)

    @property
    def is_over(self) -> bool:
        return self._keyframes is not None and self.decoded + self.failed >= self._keyframes

    def take(self, packet: Any) -> None:
        """Decodes the next packet, or skips it."""
        index = packet.stream.index
        count = self._taken[index] = self._taken.get(index, 0) + 1
        if packet.is_keyframe:
            self._waits.discard(index)
        is_left_out = count > _ALL_DECODED or self._keyframes is not None
        if index in self._waits or (is_left_out and not packet.is_keyframe):
            return
        if shape_of(packet, self._lengths[index]) is not Shape.GOOD:
            self._waits.add(index)
            return
        try:
            packet.decode()
        except (av.FFmpegError, ValueError):
            self.failed += 1
            self._waits.add(index)
        else:
            self.decoded += 1
