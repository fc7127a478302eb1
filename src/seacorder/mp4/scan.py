"""Finds every whole fragment of a file, whatever damage lies between them, and the last one that the file's end cuts.

A reader that walks from box to box is lost at the first damaged header. Here, where no whole fragment follows, the
bytes are searched for the next `moof` that is consistent in itself.

A damaged range may contain anything, even fragments of another file, or of another place in this one: a block that the
file system lost comes back with what an earlier file had left on it. `mp4.chains` chooses which fragments are kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from seacorder.mp4.boxes import HEADER_BYTES, NotMp4, word
from seacorder.mp4.chains import Chain, kept_fragments
from seacorder.mp4.fragments import LARGEST_MOOF, Fragment, fragment_of

READ_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class DamagedRange:
    """A range of the file, from offset `begin` to before `end`, in which no whole fragment was found."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What a file has after its header."""

    fragments: tuple[Fragment, ...]
    """The whole ones. The last may reach beyond the file's end, if its head is whole and only its samples are cut."""
    damaged: tuple[DamagedRange, ...]
    end: int
    """Where the fragments end: at the index, at a last fragment whose head was cut off, or at the file's end."""


def scan(file: BinaryIO, begin: int, end: int) -> ScanResult:
    """All fragments between two offsets of a file.

    Reads the `moof` of each fragment, and every byte of a damaged range. Blocks; OSError.
    """
    walk = _Walk(file, end)
    walk.run(begin)
    # Without damage no fragment can come from another file, so all are kept, however they are numbered.
    all_fragments = [fragment for chain in walk.chains for fragment in chain]
    fragments = _in_time(kept_fragments(walk.chains, begin, walk.last_end) if walk.damaged else all_fragments)
    return ScanResult(tuple(fragments), tuple(ranges_between(fragments, begin, walk.last_end)), walk.last_end)


def ranges_between(fragments: Sequence[Fragment], begin: int, end: int) -> list[DamagedRange]:
    """What the fragments leave uncovered from offset `begin` to before `end`."""
    ranges, at = [], begin
    for fragment in fragments:
        if fragment.at > at:
            ranges.append(DamagedRange(at, fragment.at))
        at = fragment.end
    if at < end:
        ranges.append(DamagedRange(at, end))
    return ranges


class _Walk:
    """One walk through a file, from fragment to fragment and across damage."""

    def __init__(self, file: BinaryIO, end: int) -> None:
        self._file = file
        self._end = end
        self._described: tuple[int, Fragment | None] = (-1, None)
        self.chains: list[Chain] = []
        self.damaged = 0
        """How many damaged ranges were crossed."""
        self.last_end = end

    def run(self, at: int) -> None:
        while at < self._end:
            fragment = self._fragment_at(at)
            if fragment is None:
                at = self._over(at)
                continue
            self._take(fragment)
            at = fragment.end

    def _take(self, fragment: Fragment) -> None:
        last = self.chains[-1][-1] if self.chains else None
        if last is not None and last.end == fragment.at and last.number + 1 == fragment.number:
            self.chains[-1].append(fragment)
        else:
            self.chains.append([fragment])

    def _over(self, at: int) -> int:
        """No fragment begins at `at`: returns where the next one does, or the end when there is none."""
        found = None if self._is_last_box(at) else self._next(at + 1)
        if found is not None:
            self.damaged += 1
            return found
        if self._is_index(at) or self._is_cut(at):
            self.last_end = at
        else:
            self.damaged += 1
        return self._end

    def _read(self, at: int, count: int) -> bytes:
        self._file.seek(at)
        return self._file.read(max(0, min(count, self._end - at)))

    def _fragment_at(self, at: int) -> Fragment | None:
        """The fragment that begins at `at`; None when there is none, or a damaged one."""
        fragment = self._described_at(at)
        if fragment is None:
            return None
        if fragment.end > self._end:
            is_cut = fragment.moof_end + HEADER_BYTES < self._end and self._has_its_mdat(fragment)
            return fragment if is_cut and self._next(fragment.moof_end) is None else None
        following = self._described_at(fragment.end)
        is_followed = following is not None and following.number == fragment.number + 1
        if is_followed or fragment.end == self._end or self._is_index(fragment.end):
            return fragment
        # There is damage behind it or in it, or it is the end of a copy of another place. It is whole if its `mdat`
        # header is and no other fragment begins there. Otherwise its sizes are wrong, or its end was lost together with
        # the next one's beginning.
        is_whole = self._has_its_mdat(fragment) and self._next(fragment.moof_end, fragment.end) is None
        return fragment if is_whole else None

    def _described_at(self, at: int) -> Fragment | None:
        """The fragment that a consistent `moof` at `at` describes. The last answer is kept: most are asked twice."""
        if self._described[0] != at:
            self._described = (at, self._parsed_at(at))
        return self._described[1]

    def _parsed_at(self, at: int) -> Fragment | None:
        head = self._read(at, 2048)
        if len(head) < HEADER_BYTES or head[4:8] != b"moof":
            return None
        size = word(head, 0)
        if size < HEADER_BYTES or size > min(LARGEST_MOOF, self._end - at):
            return None
        try:
            return fragment_of(head[:size] if size <= len(head) else self._read(at, size), at)
        except NotMp4:
            return None

    def _has_its_mdat(self, fragment: Fragment) -> bool:
        return self._read(fragment.moof_end, HEADER_BYTES) == fragment.mdat_header()

    def _is_index(self, at: int) -> bool:
        """True when the index of a closed file begins at `at`, even if only its beginning is left."""
        head = self._read(at, 16)
        return len(head) == 16 and head[4:8] == b"moov" and head[12:16] == b"mvhd" and at + word(head, 0) >= self._end

    def _is_last_box(self, at: int) -> bool:
        return self._is_index(at) and at + word(self._read(at, 4), 0) == self._end

    def _is_cut(self, at: int) -> bool:
        """True when a fragment begins at `at` of which the file's end has left only a part of the head."""
        head = self._read(at, 16)
        if len(head) < HEADER_BYTES:
            return head[:2] == bytes(len(head[:2])) and (len(head) < 4 or word(head, 0) > 0)
        is_near = self._end - at <= HEADER_BYTES + word(head, 0) <= LARGEST_MOOF
        return head[4:8] == b"moof" and is_near and b"mfhd".startswith(head[12:16])

    def _next(self, at: int, before: int | None = None) -> int | None:
        """The first offset from `at` on, below `before`, at which a fragment or the index begins."""
        before = self._end if before is None else before
        while at < before:
            block = self._read(at, READ_BYTES)
            for place in _places(block, at):
                if place < before and (self._described_at(place) is not None or self._is_index(place)):
                    return place
            if at + len(block) >= before:
                return None
            at += max(1, len(block) - 8)
        return None


def _places(block: bytes, at: int) -> list[int]:
    """The offsets, ascending, at which a `moof` or `moov` box may begin in a block that was read at `at`."""
    found = []
    for kind in (b"moof", b"moov"):
        place = block.find(kind)
        while place >= 0:
            if place >= 4:
                found.append(at + place - 4)
            place = block.find(kind, place + 1)
    return sorted(found)


def _in_time(fragments: Sequence[Fragment]) -> list[Fragment]:
    """The fragments without those whose times are damaged, so that the times of each track only go up."""
    wrong: set[int] = set()
    for times in _times_of(fragments).values():
        last: int | None = None
        for place, (fragment, dts) in enumerate(times):
            following = times[place + 1][1] if place + 1 < len(times) else None
            goes_back = last is not None and dts <= last
            # If the next time is earlier, one of the two is wrong: this one, if the next is later than the last good
            # time; else the next one. Of two equal ones the second is wrong: copied bytes begin within its head.
            leaps = following is not None and dts > following and (last is None or following > last)
            if goes_back or leaps:
                wrong.add(fragment.at)
            else:
                last = dts
    return [fragment for fragment in fragments if fragment.at not in wrong]


def _times_of(fragments: Sequence[Fragment]) -> dict[int, list[tuple[Fragment, int]]]:
    """For each track: the fragments with samples of it, each with the decoding time of its first one."""
    times: dict[int, list[tuple[Fragment, int]]] = {}
    for fragment in fragments:
        for track, dts in {sample.track: sample.dts for sample in reversed(fragment.samples)}.items():
            times.setdefault(track, []).append((fragment, dts))
    return times
