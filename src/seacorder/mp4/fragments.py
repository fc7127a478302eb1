"""Fragments (ISO/IEC 14496-12, 8.8): a `moof` box, which lists samples, and the `mdat` box with their bytes. Pure.

A `moof` holds a `traf` box for each track, and this a `tfhd` (defaults), a `tfdt` (decoding time of the first sample)
and `trun` boxes (runs of samples: sizes and durations, where they differ from the defaults).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from seacorder.mp4.boxes import HEADER_BYTES, Box, Data, NotMp4, StoredSample, boxes, child, word

LARGEST_MOOF = 4 * 1024 * 1024
"""In bytes. A `moof` of more is damaged: it takes some hundred bytes for each frame."""
_MOST_SAMPLES = 1_000_000
_LARGEST_MDAT = 0xFFFF_FFFF
"""In bytes. Its size takes four of them: neither writer makes a fragment with a longer one."""

_BASE_OFFSET, _DESCRIPTION, _DURATION, _SIZE, _FLAGS, _BASE_IS_MOOF = 0x1, 0x2, 0x8, 0x10, 0x20, 0x020000
_DATA_OFFSET, _FIRST_FLAGS, _EACH_DURATION, _EACH_SIZE, _EACH_FLAGS, _EACH_SHIFT = 0x1, 0x4, 0x100, 0x200, 0x400, 0x800
_MDAT = struct.Struct(">I4s")
_IS_NO_KEYFRAME = 0x1_0000
"""The bit of the sample flags (8.8.3.1) that says: no sync sample."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """One `moof` and its samples; `at`, `moof_end` and `end` are offsets in the file."""

    at: int
    moof_end: int
    end: int
    """Where its last sample ends."""
    number: int
    """The muxer's count of fragments, from 1, in the order in which it wrote them."""
    samples: tuple[StoredSample, ...]

    def mdat_header(self) -> bytes:
        """The eight bytes that stand between the `moof` and its samples: the header of the `mdat`."""
        return _MDAT.pack(self.end - self.moof_end, b"mdat")


class TimedSample(NamedTuple):
    """All that a file says of one sample. Times are in units of its track."""

    track: int
    offset: int
    """Of its first byte in the file."""
    size: int
    dts: int
    duration: int
    shift: int
    """How much later than decoded it is shown."""
    is_keyframe: bool


@dataclass(frozen=True, slots=True)
class _Track:
    """What `tfhd` and `tfdt` say: the defaults for the runs that follow."""

    number: int
    base: int | None
    duration: int
    size: int
    flags: int
    dts: int


def fragment_of(data: Data, at: int) -> Fragment:
    """The fragment whose `moof` is `data`, which stands at offset `at` of its file. Raises NotMp4.

    It must be consistent: boxes fill the boxes around them exactly, and the samples follow each other without a gap
    right behind the `mdat` header.
    """
    end = len(data)
    moof = Box(b"moof", 0, HEADER_BYTES, end)
    if word(data, 0) != end or bytes(data[4:8]) != b"moof":
        raise NotMp4("no moof box")
    number = word(data, child(data, moof, b"mfhd").body + 4)
    samples: list[StoredSample] = []
    for box in boxes(data, moof.body, end):
        if box.kind == b"traf":
            samples += [StoredSample(one.track, one.offset, one.size, one.dts) for one in _samples_of(data, box, at)]
    begin, last = at + end + HEADER_BYTES, max((sample.end for sample in samples), default=0)
    if not samples or min(sample.offset for sample in samples) != begin:
        raise NotMp4("a moof whose samples are not behind it")
    if sum(sample.size for sample in samples) != last - begin:
        raise NotMp4("a moof whose samples do not follow each other")
    if last - begin > _LARGEST_MDAT - HEADER_BYTES:
        raise NotMp4("a moof whose samples are longer than an mdat can be")
    return Fragment(at, at + end, last, number, tuple(samples))


def samples_of(data: Data, at: int) -> list[TimedSample]:
    """The samples of the fragment whose `moof` is `data`, which stands at offset `at`. Raises NotMp4."""
    inside = boxes(data, HEADER_BYTES, len(data))
    return [sample for box in inside if box.kind == b"traf" for sample in _samples_of(data, box, at)]


def _samples_of(data: Data, traf: Box, at: int) -> Iterator[TimedSample]:
    track, position = _track_of(data, traf), 0
    dts = track.dts
    for box in boxes(data, traf.body, traf.end):
        if box.kind != b"trun":
            continue
        flags, count = word(data, box.body) & 0xFFFFFF, word(data, box.body + 4)
        place = box.body + 8
        if flags & _DATA_OFFSET:
            position = (track.base if track.base is not None else at) + word(data, place)
        elif position == 0:
            raise NotMp4("a run without a place")
        place += 4 * bool(flags & _DATA_OFFSET)
        first_flags = word(data, place) if flags & _FIRST_FLAGS else None
        place += 4 * bool(flags & _FIRST_FLAGS)
        if place + count * _row_bytes(flags) != box.end or count > _MOST_SAMPLES:
            raise NotMp4("a run of another length than it says")
        for number in range(count):
            sample = _row(data, place, flags, track)
            said = first_flags if first_flags is not None and not number else sample.flags
            yield TimedSample(
                track.number, position, sample.size, dts, sample.duration, sample.shift, not said & _IS_NO_KEYFRAME
            )
            position += sample.size
            dts += sample.duration
            place += _row_bytes(flags)


class _Row(NamedTuple):
    duration: int
    size: int
    flags: int
    shift: int


def _row(data: Data, place: int, flags: int, track: _Track) -> _Row:
    values = [track.duration, track.size, track.flags, 0]
    for column, flag in enumerate((_EACH_DURATION, _EACH_SIZE, _EACH_FLAGS, _EACH_SHIFT)):
        if flags & flag:
            values[column] = word(data, place)
            place += 4
    duration, size, own_flags, shift = values
    return _Row(duration, size, own_flags, shift - (1 << 32) if shift >= 1 << 31 else shift)


def _row_bytes(flags: int) -> int:
    return sum(4 for flag in (_EACH_DURATION, _EACH_SIZE, _EACH_FLAGS, _EACH_SHIFT) if flags & flag)


def _track_of(data: Data, traf: Box) -> _Track:
    head = child(data, traf, b"tfhd")
    flags, number = word(data, head.body) & 0xFFFFFF, word(data, head.body + 4)
    place, base = head.body + 8, None
    if flags & _BASE_OFFSET:
        base = word(data, place) << 32 | word(data, place + 4)
        place += 8
    place += 4 * bool(flags & _DESCRIPTION)
    values = {_DURATION: 0, _SIZE: 0, _FLAGS: 0}
    for flag in values:
        if flags & flag:
            values[flag] = word(data, place)
            place += 4
    if place != head.end:
        raise NotMp4("a tfhd of another length than it says")
    return _Track(number, base, values[_DURATION], values[_SIZE], values[_FLAGS], _decode_time(data, traf))


def _decode_time(data: Data, traf: Box) -> int:
    box = child(data, traf, b"tfdt")
    at, is_long = box.body + 4, word(data, box.body) >> 24 == 1
    if box.end - at != (8 if is_long else 4):
        raise NotMp4("a tfdt of another length than it says")
    return word(data, at) << 32 | word(data, at + 4) if is_long else word(data, at)
