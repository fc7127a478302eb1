"""A file whose own description of its tracks is destroyed is read with that of a sibling: another file of its camera.

Without the description (size, codec and its parameter sets) no player can begin, although every picture may be there.
A camera says the same in each of its files, so any of them can stand in, and the pictures themselves prove it: with the
parameters of another camera they do not decode. Of several siblings the first one counts with which all decode, those
of the same channel first.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import av

from seacorder.evidence.layout import Layout, layout_of, tracks_of
from seacorder.evidence.opening import note_in, open_video, whole_packets
from seacorder.evidence.shape import Shape, length_bytes_of, shape_of
from seacorder.mp4.tracks import TrackHead

_ALL_DECODED = 500
"""So many packets of each track are decoded; behind these the keyframes alone, which are enough to tell."""
_MOST_FILES = 1000
_MOST_TRIED = 12
"""Descriptions that differ: a folder holds files of no more cameras than that."""
STRICT = {"err_detect": "explode"}
"""FFmpeg's decoders otherwise paint over what they cannot decode, and say nothing."""


@dataclass(frozen=True, slots=True)
class _Proof:
    """What of a file decodes with a description."""

    decoded: int
    failed: int

    @property
    def holds(self) -> bool:
        """Some may fail where the file is damaged inside as well; with a wrong description nearly all do."""
        return self.decoded > 0 and self.failed <= self.decoded // 4


def readable_layout(path: Path, siblings: Sequence[Path] = (), *, trusts_index: bool = True) -> Layout:
    """The layout of a file; where its own description of its tracks is gone or wrong, with that of a sibling.

    `siblings` are files of the same channel, the likeliest first; the files of the same folder are tried behind them.
    OSError when the file itself cannot be read. Blocks, for as long as decoding some hundred pictures takes where a
    sibling is needed.
    """
    layout = layout_of(path, trusts_index=trusts_index)
    if layout.is_whole or not layout.told:
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
    """Those that differ, each with the first file that has it."""
    seen: set[tuple[bytes, ...]] = set()
    for sibling in (*siblings, *_in_folder(path)):
        try:
            if sibling == path or not sibling.is_file():
                continue
            tracks = tracks_of(sibling)
        except OSError:
            continue
        told = tuple(track.trak for track in tracks)
        if tracks and told not in seen:
            seen.add(told)
            yield sibling, tracks


def _in_folder(path: Path) -> Iterable[Path]:
    """The other files of the folder: those of the channel first that the file is named after, then those that were
    written at about the same time."""
    try:
        files = [one for one in path.parent.iterdir() if one.suffix.lower() == path.suffix.lower()][:_MOST_FILES]
        written_ns = path.stat().st_mtime_ns
        ranked = [(not _is_of_channel(one, path), abs(one.stat().st_mtime_ns - written_ns), one) for one in files]
    except OSError:
        return ()
    return (one for _, _, one in sorted(ranked))


def _is_of_channel(sibling: Path, path: Path) -> bool:
    note = note_in(sibling)
    return note is not None and note.channel in path.name


def _begins(path: Path, layout: Layout) -> bool:
    """True when the first keyframe that looks good decodes with the file's own description."""
    return _proof(path, layout, keyframes=1).decoded > 0


def _proof(path: Path, layout: Layout, *, keyframes: int | None = None) -> _Proof:
    """Decodes; with `keyframes` only so many, and nothing else."""
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
    """One way through one file with one description."""

    def __init__(self, container: Any, keyframes: int | None) -> None:
        self._lengths: dict[int, int] = {}
        self._taken: dict[int, int] = {}
        self._waits: set[int] = set()
        """Tracks of which nothing decodes before the next keyframe."""
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
        """The next packet."""
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
