"""What a file is, found without reading its pictures: closed with a good index, or else what of it is readable.

A closed file still begins with the header of its fragments, and still contains them all, inside the `mdat` box that
closing made of them (`sinks.video.mp4`). So if its index is cut off or damaged, the file is read as if it had never
been closed.

For such a file the result is a list of pieces (`evidence.pieces`) that a demuxer can read as one file: a new header,
then every whole fragment. The header is made of the track descriptions that are whole in the old header, else of those
in the index, else of those of another file of the same camera (`sibling_tracks`).
"""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from seacorder.evidence.pieces import Piece, Pieces
from seacorder.mp4.boxes import HEADER_BYTES, NotMp4, box_at, word
from seacorder.mp4.fragments import Fragment
from seacorder.mp4.index import IndexedTrack, index_of
from seacorder.mp4.scan import DamagedRange, ScanResult, ranges_between, scan
from seacorder.mp4.tracks import TrackHead, head_for, metadata_in, tracks_in

HEAD_BYTES = 256 * 1024
"""The header is searched for in this much of the file's beginning; it takes about two thousand bytes."""
LARGEST_INDEX = 1024 * 1024 * 1024
_MANY_FRAGMENTS = 10
"""If one fragment of so many names a track that nothing describes, the number is damaged, and no track is missing."""


@dataclass(frozen=True, slots=True)
class Outer:
    """A box at the file's top level, from offset `at` to before `end`. Closed: `ftyp`, `free`, `mdat`, `moov`."""

    kind: bytes
    at: int
    end: int


@dataclass(frozen=True, slots=True)
class Layout:
    """What a file is, and what of it is readable."""

    has_header: bool
    """The description of at least one track is known, so decoding can begin."""
    is_whole: bool
    """Closed, with one index for all pictures that fits the file."""
    pieces: Pieces
    """What is readable, in the order in which a demuxer is to read it."""
    size: int
    """Of the whole file, in bytes."""
    fragments: tuple[Fragment, ...] = ()
    """The whole fragments; only of a file that is not whole."""
    damaged: tuple[DamagedRange, ...] = ()
    """The damaged ranges between its header and its end. Fragments of tracks that nothing describes are in them."""
    index: tuple[IndexedTrack, ...] = field(default=(), compare=False)
    """Only of a file that is whole."""
    index_fault: str = ""
    """Why the index of a closed file cannot be used; empty if it can, or if the file was not closed."""
    used_tracks: frozenset[int] = frozenset()
    """Numbers of the tracks of which the fragments have samples."""
    undescribed: frozenset[int] = frozenset()
    """Those of them that neither the header nor the index describes, without damaged numbers."""
    sibling: Path | None = None
    """The other file whose track descriptions are used (`evidence.siblings`); None if the file's own are."""


def layout_of(path: Path, sibling_tracks: Sequence[TrackHead] = (), *, trusts_index: bool = True) -> Layout:
    """The layout of a file. Reads the heads of boxes only, and damaged ranges. Blocks; OSError.

    With `trusts_index` False a closed file is read as if it had not been closed. `sibling_tracks` take the place of the
    file's own descriptions of these tracks.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        outer = list(outer_boxes(file, size))
        index, fault = _index(file, outer, size) if trusts_index else ((), "is damaged")
        if index:
            return Layout(True, True, Pieces([Piece(0, size)]), size, index=index)
        return _fragmented(file, outer, size, fault, sibling_tracks)


def outer_boxes(file: BinaryIO, size: int) -> Iterator[Outer]:
    """The boxes at the top level, up to the first that does not end within the file."""
    at = 0
    while at + HEADER_BYTES <= size:
        kind, end = _box_end(file, at, size)
        if end < at + HEADER_BYTES or end > size:
            return
        yield Outer(kind, at, end)
        at = end


def header_end(file: BinaryIO, size: int) -> int:
    """Offset behind the header in front of the fragments, in open and in closed files; 0 when there is none."""
    head = _read(file, 0, min(size, HEAD_BYTES))
    place = head.find(b"moov")
    while place >= 4:
        try:
            box = box_at(head, place - 4, len(head))
            # The index of a short file lies in this range too; only a header announces fragments, with `mvex`.
            if head[box.body + 4 : box.body + 8] == b"mvhd" and b"mvex" in head[box.body : box.end]:
                return box.end
        except NotMp4:
            pass
        place = head.find(b"moov", place + 1)
    return 0


def closed_media(file: BinaryIO, size: int, begin: int) -> Outer | None:
    """The `mdat` box that contains the fragments of a closed file; None if the file was not closed.

    `begin`: where the header ends. If the file was cut off, the box ends beyond the file.
    """
    at = 0
    while at + HEADER_BYTES <= min(begin, size):
        kind, end = _box_end(file, at, size)
        if kind == b"mdat" and at < begin < end:
            return Outer(kind, at, end)
        if end < at + HEADER_BYTES:
            return None
        at = end
    return None


def _index(file: BinaryIO, outer: Sequence[Outer], size: int) -> tuple[tuple[IndexedTrack, ...], str]:
    """(index, fault): the index of a closed file, or why it cannot be used; both empty if the file was not closed."""
    media = [box for box in outer if box.kind == b"mdat"]
    moov = next((box for box in outer if box.kind == b"moov"), None)
    if moov is None or not media or any(box.kind == b"moof" for box in outer):
        hiding = closed_media(file, size, header_end(file, size))
        if hiding is None:
            return (), ""
        return (), "is cut off" if hiding.end >= size or outer[-1].end != size else "is damaged"
    if moov.end - moov.at > LARGEST_INDEX:
        return (), "is damaged"
    try:
        tracks = index_of(_read(file, moov.at, moov.end - moov.at))
    except NotMp4:
        return (), "is damaged"
    ends = [(box.at, box.end) for box in media]
    if not any(track.samples for track in tracks):
        return (), ""
    fits = all(any(a < one.offset and one.end <= b for a, b in ends) for track in tracks for one in track.samples)
    return (tracks, "") if fits and outer[-1].end == size else ((), "is damaged")


def _fragmented(
    file: BinaryIO, outer: Sequence[Outer], size: int, fault: str, sibling_tracks: Sequence[TrackHead]
) -> Layout:
    begin = header_end(file, size)
    found, end = _found(file, begin, size)
    fragments_of = Counter(track for one in found.fragments for track in {sample.track for sample in one.samples})
    used = frozenset(fragments_of)
    own, metadata = _head(file, outer, found.end, size)
    tracks = {track.number: track for track in own}
    tracks |= {track.number: track for track in sibling_tracks if track.number in used}
    fragments = tuple(one for one in found.fragments if all(sample.track in tracks for sample in one.samples))
    is_short = len(found.fragments) < _MANY_FRAGMENTS
    undescribed = frozenset(one for one in used - tracks.keys() if is_short or fragments_of[one] > 1)
    if not tracks or (not begin and not fragments):
        pieces = Pieces([Piece(0, size)])
        return Layout(False, False, pieces, size, index_fault=fault, used_tracks=used, undescribed=undescribed)
    damaged = tuple(ranges_between(fragments, begin, end))
    head = head_for((tracks[number] for number in sorted(tracks)), metadata)
    pieces = Pieces([Piece(0, len(head), head), *_pieces_of(file, fragments, size)])
    return Layout(
        True, False, pieces, size, fragments, damaged, index_fault=fault, used_tracks=used, undescribed=undescribed
    )


def tracks_of(path: Path) -> tuple[TrackHead, ...]:
    """A file's own descriptions of its tracks, from its header or else from its index. Blocks; OSError."""
    size = path.stat().st_size
    with path.open("rb") as file:
        return _head(file, list(outer_boxes(file, size)), size, size)[0]


def _head(file: BinaryIO, outer: Sequence[Outer], end: int, size: int) -> tuple[tuple[TrackHead, ...], bytes]:
    """(tracks, metadata) from the header, else from the index: the last `moov` box, or what begins at `end`."""
    first = _read(file, 0, min(size, HEAD_BYTES))
    places = [first]
    last = next((box for box in reversed(outer) if box.kind == b"moov"), None)
    if last is not None and last.at > 0:
        places.append(_read(file, last.at, min(last.end - last.at, LARGEST_INDEX)))
    elif end < size:
        places.append(_read(file, end, min(size - end, LARGEST_INDEX)))
    tracks = {track.number: track for place in reversed(places) for track in tracks_in(place)}
    metadata = next((found for found in map(metadata_in, places) if found), b"")
    return tuple(tracks[number] for number in sorted(tracks)), metadata


def _found(file: BinaryIO, begin: int, size: int) -> tuple[ScanResult, int]:
    """The fragments, and where they end. In a closed file they end where its index begins."""
    media = closed_media(file, size, begin)
    end = media.end if media is not None else size
    is_index_there = end < size and _read(file, end + 4, 4) == b"moov"
    found = scan(file, begin, end if is_index_there else size)
    # What lies behind the last fragment is the index, or what is left of it: no damage to the fragments.
    return found, end if any(fragment.end == end for fragment in found.fragments) else found.end


def _pieces_of(file: BinaryIO, fragments: Sequence[Fragment], size: int) -> Iterator[Piece]:
    for fragment in fragments:
        header = fragment.mdat_header()
        if _read(file, fragment.moof_end, HEADER_BYTES) == header:
            yield Piece(fragment.at, min(fragment.end, size) - fragment.at)
        else:
            yield Piece(fragment.at, fragment.moof_end - fragment.at)
            yield Piece(fragment.moof_end, len(header), header)
            begin = fragment.moof_end + HEADER_BYTES
            yield Piece(begin, min(fragment.end, size) - begin)


def _box_end(file: BinaryIO, at: int, end: int) -> tuple[bytes, int]:
    head = _read(file, at, 2 * HEADER_BYTES)
    size, kind = word(head, 0), head[4:HEADER_BYTES]
    if size == 0:
        return kind, end
    if size == 1 and len(head) == 2 * HEADER_BYTES:
        return kind, at + (word(head, 8) << 32 | word(head, 12))
    return kind, at + size


def _read(file: BinaryIO, at: int, count: int) -> bytes:
    file.seek(at, os.SEEK_SET)
    return file.read(max(0, count))
