"""A stretch of a video as a file of its own, without encoding: the same samples behind an index of their own. Pure.

A decoder can only begin at a keyframe. So the stretch begins with the newest keyframe at or before its begin, and ends
before the first picture that is shown at or after its end:

    source    K . . . . K . . . . K . . . . K        K: a keyframe
    asked                  |<------->|
    cut                 K . . . . K . .

The index stands in front of the samples, so that a player can begin while the file is still being fetched, and the file
can be made while it is sent. Sound that was heard while the first picture was decoded is left out if it began before.
"""

import struct
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from seacorder.base.clock import NS_PER_SECOND
from seacorder.mp4.boxes import NotMp4
from seacorder.mp4.fragment_maker import NewSample
from seacorder.mp4.fragments import TimedSample
from seacorder.mp4.index_maker import index_for
from seacorder.mp4.metadata import metadata_box
from seacorder.mp4.sample_table import SampleTable
from seacorder.mp4.start_time import with_start_time
from seacorder.mp4.tracks import FILE_TYPE, TrackHead, head_for

PICTURES, SUBTITLES = b"vide", b"sbtl"
"""Handlers of tracks."""
CUT_UNITS = 90_000
"""Units a second of the cut's own times: the edit list of sound that begins late is exact to these."""
_SHORT = 1 << 32


@dataclass(frozen=True, slots=True)
class SourceTrack:
    """One track of the video that is cut."""

    head: TrackHead
    samples: Sequence[TimedSample]

    def ns(self, ticks: int) -> int:
        """Its time in nanoseconds."""
        return ticks * NS_PER_SECOND // self.head.units

    def ticks(self, ns: int) -> int:
        """The first of its own times at or after this one."""
        return -(-ns * self.head.units // NS_PER_SECOND)


@dataclass(frozen=True, slots=True)
class Stretch:
    """What of the pictures is taken. Times are the source's own, in nanoseconds."""

    first: int
    """The place of its first picture among the source's, from 0, in the order in which they are decoded."""
    pictures: int
    begin_ns: int
    """When its first picture is decoded: the begin of the cut's own time."""
    first_shown_ns: int
    last_shown_ns: int
    end_ns: int
    """When its last picture has been shown."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A file that is `head`, and behind it these ranges of the source, each from an offset on with a length."""

    head: bytes
    ranges: tuple[tuple[int, int], ...]
    stretch: Stretch

    @property
    def size(self) -> int:
        """Of the whole file, in bytes."""
        return len(self.head) + sum(length for _, length in self.ranges)


def stretch_of(pictures: SourceTrack, from_ns: int, to_ns: int) -> Stretch | None:
    """The pictures for what is shown from `from_ns` to before `to_ns`; None if there are none."""
    samples = pictures.samples
    begin, end = pictures.ticks(from_ns), pictures.ticks(to_ns)
    wanted = [place for place, one in enumerate(samples) if one.dts + one.shift < end]
    if not wanted:
        return None
    last = wanted[-1]
    keys = (place for place in wanted if samples[place].is_keyframe and _shown(samples[place]) <= begin)
    first = max(keys, default=0)
    taken = samples[first : last + 1]
    shown = [_shown(one) for one in taken]
    newest = max(range(len(taken)), key=shown.__getitem__)
    over = shown[newest] + taken[newest].duration
    if over <= begin:
        return None
    times = (taken[0].dts, min(shown), shown[newest], over)
    return Stretch(first, len(taken), *map(pictures.ns, times))


def cut(
    tracks: Sequence[SourceTrack], stretch: Stretch, metadata: Mapping[str, str], begin_utc_ns: int | None = None
) -> Cut:
    """The file of a stretch. `begin_utc_ns`: the UTC of its own time 0, if it is to say it (`mp4.start_time`).

    Raises NotMp4 where the tracks have no pictures.
    """
    if not any(track.head.handler == PICTURES for track in tracks):
        raise NotMp4("no track with pictures")
    if any(one.shift < 0 for track in tracks for one in track.samples):
        raise NotMp4("pictures that are shown before they are decoded")
    chosen = {track.head.number: _chosen(track, stretch) for track in tracks}
    placed = sorted((source.offset, source.track, number)
                    for samples in chosen.values() for number, (source, _) in enumerate(samples))
    runs = [
        (track, [chosen[track][number] for _, _, number in members])
        for track, members in groupby(placed, key=lambda one: one[1])
    ]
    header = head_for((track.head for track in tracks), metadata_box(metadata), CUT_UNITS)
    size = sum(source.size for _, samples in runs for source, _ in samples)
    mdat = struct.pack(">I4s", 8 + size, b"mdat") if 8 + size < _SHORT else struct.pack(">I4sQ", 1, b"mdat", 16 + size)
    front = FILE_TYPE if begin_utc_ns is None else with_start_time(FILE_TYPE, begin_utc_ns)
    behind = len(front) + len(mdat)
    index = _index(header, runs, behind)
    while len(longer := _index(header, runs, behind + len(index))) != len(index):  # offsets may take eight bytes
        index = longer
    ranges = _joined([(source.offset, source.size) for _, samples in runs for source, _ in samples])
    return Cut(front + longer + mdat, ranges, stretch)


_Chosen = list[tuple[TimedSample, NewSample]]


def _shown(sample: TimedSample) -> int:
    return sample.dts + sample.shift


def _chosen(track: SourceTrack, stretch: Stretch) -> _Chosen:
    """The samples of a track, with their times in the cut."""
    if track.head.handler == PICTURES:
        taken = track.samples[stretch.first : stretch.first + stretch.pictures]
        origin = taken[0].dts
        return [(one, _timed(one, one.dts - origin, one.duration)) for one in taken]
    origin, end = track.ticks(stretch.begin_ns), track.ticks(stretch.end_ns)
    begin = bisect_left(track.samples, origin, key=lambda one: one.dts)
    if track.head.handler != SUBTITLES:
        heard = (one for one in track.samples[begin:] if one.dts < end)
        return [(one, _timed(one, one.dts - origin, one.duration)) for one in heard]
    return [
        (one, _timed(one, max(one.dts, origin) - origin, min(one.dts + one.duration, end) - max(one.dts, origin)))
        for one in track.samples[max(0, begin - 1) :]
        if one.dts < end and one.dts + one.duration > origin
    ]


def _timed(sample: TimedSample, dts: int, duration: int) -> NewSample:
    return NewSample(dts, sample.size, duration, sample.shift, sample.is_keyframe)


def _index(header: bytes, runs: Sequence[tuple[int, _Chosen]], begin: int) -> bytes:
    """The index where the samples' bytes begin at offset `begin` of the file."""
    tables: dict[int, SampleTable] = {}
    offset = begin
    for track, samples in runs:
        tables.setdefault(track, SampleTable()).add_chunk(offset, [timed for _, timed in samples])
        offset += sum(source.size for source, _ in samples)
    return index_for(header, tables)


def _joined(ranges: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for offset, length in ranges:
        if found and sum(found[-1]) == offset:
            found[-1] = (found[-1][0], found[-1][1] + length)
        else:
            found.append((offset, length))
    return tuple(found)
