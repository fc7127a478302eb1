"""The fragments inside of a closed file, held against its index.

Closing a file leaves its fragments where they are, hidden in what has become plain media data, and the index names the
same samples. So damage to either is found by the other, and an index that leads to wrong places can be made anew.
"""

from dataclasses import dataclass
from pathlib import Path

from seacorder.evidence.layout import Layout, closed_media, header_end
from seacorder.mp4.index import IndexedTrack
from seacorder.mp4.scan import ScanResult, scan

_Places = set[tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class Hidden:
    """What does not fit in a closed file."""

    damaged_bytes: int = 0
    first_at: int = 0
    """Byte of the file at which the first damage is."""
    index_differs: bool = False
    """The index names other places than the fragments that are good: it is the index that is damaged."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """Each the middle of a sentence on the file; none when all fits."""
        found = []
        if self.damaged_bytes:
            found.append(
                f"{self.damaged_bytes:,} bytes of its inner structure, from byte {self.first_at:,}, "
                "which players of the whole file do not need"
            )
        if self.index_differs:
            found.append("its index, which leads to other places than its pictures have; `seacorder repair` mends that")
        return tuple(found)


def hidden_faults(path: Path, layout: Layout) -> Hidden:
    """What does not fit in a file that `layout` calls whole. Reads the fragments' heads; OSError."""
    with path.open("rb") as file:
        begin = header_end(file, layout.size)
        media = closed_media(file, layout.size, begin)
        if media is None:
            return Hidden(*_without_fragments(path, layout))
        found = scan(file, begin, media.end)
    return Hidden(
        damaged_bytes=sum(hole.end - hole.begin for hole in found.holes),
        first_at=found.holes[0].begin if found.holes else 0,
        index_differs=_differs(found, layout.index),
    )


def _differs(found: ScanResult, index: tuple[IndexedTrack, ...]) -> bool:
    told: _Places = {(one.track, one.offset, one.size) for track in index for one in track.samples}
    there: _Places = {(one.track, one.offset, one.size) for fragment in found.fragments for one in fragment.samples}
    return not there <= told or (not found.holes and there != told)


def _without_fragments(path: Path, layout: Layout) -> tuple[int, int]:
    """Of a file whose first header is damaged, or which never had fragments: nothing can be held against its index.

    One of ours begins with eight bytes that say so (`sinks.mp4`); where these are there, the header behind them is what
    is damaged.
    """
    with path.open("rb") as file:
        head = file.read(72)
    first = min(one.offset for track in layout.index for one in track.samples)
    is_ours = head[4:8] == b"ftyp" and head[40:44] == b"mdat"
    return (first - 72, 72) if is_ours and first > 500 else (0, 0)
