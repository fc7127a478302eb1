"""Compares the fragments inside a closed file with its index.

Closing a file leaves its fragments where they are, hidden inside the `mdat` box that all of them have become, and the
index lists the same samples. So damage to one of the two is found by the other, and a wrong index can be made anew.

If they differ, runs of fragments that follow each other directly are judged. If the index lists most samples of a run,
then the run is at its place, and what the index does not list of it shows that the index is damaged. If it lists few,
then the run is damage: a lost block came back with fragments of another place or of another file, and making the index
anew from these would lose pictures that the index still leads to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from seacorder.evidence.layout import Layout, closed_media, header_end, outer_boxes
from seacorder.mp4.fragments import Fragment
from seacorder.mp4.index import IndexedTrack
from seacorder.mp4.scan import ScanResult, ranges_between, scan

_MDAT_TO_MVHD = 36
"""Bytes from the `mdat` to the header's first numbers."""
_SHORTEST_HEADER = 428
_Samples = set[tuple[int, int]]
"""(offset, size) of each."""


@dataclass(frozen=True, slots=True)
class HiddenFaults:
    """What does not agree inside a closed file."""

    damaged_bytes: int = 0
    first_at: int = 0
    """Offset of the first damage in the file."""
    index_differs: bool = False
    """The index lists other offsets than the fragments that are at their places: then the index is damaged."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """For each fault the middle of a sentence about the file; empty when all agrees."""
        found = []
        if self.damaged_bytes:
            found.append(
                f"{self.damaged_bytes:,} bytes of its inner structure, from byte {self.first_at:,}, "
                "which players of the complete file do not need"
            )
        if self.index_differs:
            found.append(
                "its index, which leads to other places than its pictures have; `seacorder repair` corrects that"
            )
        return tuple(found)


def hidden_faults(path: Path, layout: Layout) -> HiddenFaults:
    """What does not agree in a file that `layout` calls whole. Reads the fragments' heads. Blocks; OSError."""
    with path.open("rb") as file:
        begin = header_end(file, layout.size)
        media = closed_media(file, layout.size, begin)
        if media is None:
            return HiddenFaults(*_without_fragments(path, layout))
        found = scan(file, begin, media.end)
    return _compared(found, begin, layout.index)


def _compared(found: ScanResult, begin: int, index: Sequence[IndexedTrack]) -> HiddenFaults:
    listed: _Samples = {(one.offset, one.size) for track in index for one in track.samples}
    tracks = {track.number for track in index}
    good = [one for one in found.fragments if all(sample.track in tracks for sample in one.samples)]
    if found.damaged:
        # Without damage nothing can have come from elsewhere; and an index that agrees with no run is damaged itself.
        in_place = [run for run in _runs(good) if _is_in_place(run, listed)]
        good = [fragment for run in in_place for fragment in run] or good
    damaged = ranges_between(good, begin, found.end)
    there = _samples_of(good)
    return HiddenFaults(
        damaged_bytes=sum(one.end - one.begin for one in damaged),
        first_at=damaged[0].begin if damaged else 0,
        index_differs=not there <= listed or (not damaged and there != listed),
    )


def _runs(fragments: Sequence[Fragment]) -> list[list[Fragment]]:
    """The fragments, grouped by where they follow each other directly."""
    runs: list[list[Fragment]] = []
    for fragment in fragments:
        if runs and runs[-1][-1].end == fragment.at:
            runs[-1].append(fragment)
        else:
            runs.append([fragment])
    return runs


def _is_in_place(run: Sequence[Fragment], listed: _Samples) -> bool:
    samples = _samples_of(run)
    return 2 * len(samples & listed) > len(samples)


def _samples_of(fragments: Sequence[Fragment]) -> _Samples:
    return {(one.offset, one.size) for fragment in fragments for one in fragment.samples}


def _without_fragments(path: Path, layout: Layout) -> tuple[int, int]:
    """(damaged bytes, offset of the first) of a file in which no header of fragments was found.

    Either another program made it, without fragments; then there is nothing to compare. Or it is one of ours, which
    shows in the boxes in front of its `mdat` (`sinks.video.mp4`); then the header at its begin is damaged.
    """
    with path.open("rb") as file:
        outer = list(outer_boxes(file, layout.size))
    first = min(one.offset for track in layout.index for one in track.samples)
    begin = next(box.at for box in outer if box.kind == b"mdat") + _MDAT_TO_MVHD
    before = [box.kind for box in outer if box.at < begin - _MDAT_TO_MVHD and box.kind != b"meta"]
    return (first - begin, begin) if before == [b"ftyp", b"free"] and first - begin > _SHORTEST_HEADER else (0, 0)
