"""Compares the fragments inside a closed file with its index.

Closing a file leaves its fragments where they are, hidden inside the `mdat` box that all of them have become, and the
index lists the same samples. So damage to one of the two is found by the other, and a wrong index can be made anew.
"""

from dataclasses import dataclass
from pathlib import Path

from seacorder.evidence.layout import Layout, closed_media, header_end
from seacorder.mp4.index import IndexedTrack
from seacorder.mp4.scan import ScanResult, scan

_Samples = set[tuple[int, int, int]]
"""(track, offset, size) of each."""


@dataclass(frozen=True, slots=True)
class HiddenFaults:
    """What does not agree inside a closed file."""

    damaged_bytes: int = 0
    first_at: int = 0
    """Offset of the first damage in the file."""
    index_differs: bool = False
    """The index lists other offsets than the good fragments do: then the index is damaged."""

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
    return HiddenFaults(
        damaged_bytes=sum(one.end - one.begin for one in found.damaged),
        first_at=found.damaged[0].begin if found.damaged else 0,
        index_differs=_differs(found, layout.index),
    )


def _differs(found: ScanResult, index: tuple[IndexedTrack, ...]) -> bool:
    listed: _Samples = {(one.track, one.offset, one.size) for track in index for one in track.samples}
    there: _Samples = {(one.track, one.offset, one.size) for fragment in found.fragments for one in fragment.samples}
    return not there <= listed or (not found.damaged and there != listed)


def _without_fragments(path: Path, layout: Layout) -> tuple[int, int]:
    """(damaged bytes, offset of the first) of a file in which no header of fragments was found.

    Either another program made it, without fragments; then there is nothing to compare. Or it is one of ours, which
    shows in the `mdat` header at byte 36 (`sinks.video.mp4`); then the header behind that is damaged.
    """
    with path.open("rb") as file:
        head = file.read(72)
    first = min(one.offset for track in layout.index for one in track.samples)
    is_ours = head[4:8] == b"ftyp" and head[40:44] == b"mdat"
    return (first - 72, 72) if is_ours and first > 500 else (0, 0)
