"""Which pictures of a file are damaged: where in the file, from when to when, how many.

`DamageTracker` is given every packet in the file's order. All damage between two good pictures is joined to one
`Damage`. It may consist of damaged packets, whose fragment was readable, and of damaged ranges, in which not even the
fragments' heads were readable (`Layout.damaged`). How many pictures a damaged range has cost is found by the numbers of
the fragments around it: our muxer makes one fragment of each picture.

An example: the last good picture is in fragment 40, then comes a damaged range, and the first good picture behind it is
in fragment 44. Three pictures are lost, and the loss lasts from the one's time to the other's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from seacorder.base.clock import NS_PER_SECOND
from seacorder.evidence.layout import Layout
from seacorder.evidence.shape import Shape
from seacorder.model.file_note import FileNote
from seacorder.model.report import Damage
from seacorder.mp4.fragments import Fragment

_STEPS_KEPT = 1000


@dataclass(slots=True)
class _DamagedPlace:
    """Damage since the last good picture, in bytes `begin` to before `end` of the file."""

    begin: int
    end: int
    has_range: bool = False
    """A damaged range is part of it, so it is not known how many packets were there."""
    pictures: int = 0
    """Damaged packets of the main track that were readable as packets."""
    marred: int = 0
    """How many of those are kept, because decoders show what is left of the picture."""

    def reaches(self, begin: int, end: int) -> None:
        self.begin, self.end = min(self.begin, begin), max(self.end, end)


@dataclass(frozen=True, slots=True)
class _Moment:
    """A good picture: when it is shown and decoded (ticks), and the number of its fragment."""

    pts: int
    dts: int
    fragment: int


class DamageTracker:
    """For one reading of one file."""

    def __init__(self, layout: Layout, main: Any) -> None:
        """`main` is the stream whose packets are counted as frames."""
        self._layout = layout
        self._main = main.index
        self._time_base = main.time_base
        self._fragment = 0
        self._range = 0
        self._open: _DamagedPlace | None = None
        self._found: list[tuple[_DamagedPlace, _Moment | None, _Moment | None]] = []
        """Each with the last good picture before it and the first after it."""
        self._steps: list[int] = []
        self._last: _Moment | None = None
        self._first_pts: int | None = None
        self._has_one_each = _has_one_picture_each(layout.fragments, main.id)
        self.frames = 0
        """Good or marred pictures."""
        self.last_pts = 0
        """Display time of the picture shown last, good or marred; as all times here in ticks of the main stream."""

    def take(self, packet: Any, shape: Shape) -> None:
        """The next packet."""
        source = self._layout.pieces.source_of(packet.pos) if packet.pos is not None else 0
        self._pass_ranges(source)
        is_main = packet.stream.index == self._main
        if is_main and self._first_pts is None:
            self._first_pts = self._pts_of_first(packet)
        if shape is not Shape.GOOD:
            self._damaged(source, packet.size, shape, is_main=is_main)
        if is_main and shape is not Shape.BROKEN:
            self._picture(packet, shape)

    def places(self, note: FileNote | None) -> tuple[Damage, ...]:
        """All damage, once every packet has been given. Without a note the times count from 0."""
        self._pass_ranges(self._layout.size)
        if self._open is not None:
            self._found.append((self._open, self._last, None))
            self._open = None
        start_utc_ns = note.first_frame_utc_ns if note is not None else 0

        def utc_ns(moment: _Moment | None) -> int | None:
            if moment is None:
                return None
            return start_utc_ns + int((moment.pts - self.first_pts) * self._time_base * NS_PER_SECOND)

        return tuple(
            Damage(
                from_byte=place.begin,
                to_byte=place.end,
                from_utc_ns=start_utc_ns if before is None else utc_ns(before) or 0,
                to_utc_ns=utc_ns(after),
                frames=self._count(place, before, after),
                frames_kept=place.marred,
            )
            for place, before, after in self._found
        )

    @property
    def first_pts(self) -> int:
        """Display time of the first picture that was stored, even if it cannot be read any more."""
        return self._first_pts or 0

    def _pass_ranges(self, source: int) -> None:
        """Adds the damaged ranges before offset `source` of the file, and finds the fragment that lies there."""
        ranges = self._layout.damaged
        while self._range < len(ranges) and ranges[self._range].begin < source:
            damaged = ranges[self._range]
            self._place(damaged.begin, damaged.end).has_range = True
            self._range += 1
        fragments = self._layout.fragments
        while self._fragment + 1 < len(fragments) and fragments[self._fragment].end <= source:
            self._fragment += 1

    def _place(self, begin: int, end: int) -> _DamagedPlace:
        if self._open is None:
            self._open = _DamagedPlace(begin, end)
        self._open.reaches(begin, end)
        return self._open

    def _pts_of_first(self, packet: Any) -> int:
        """Display time of the file's first picture, from `packet`, the first one of which the times are readable."""
        if not self._layout.fragments or self._layout.fragments[0].number <= 1:
            return int(packet.pts)
        # The first picture is lost. It was decoded at time 0, and shown as long after that as this one after its own.
        return int(packet.pts - packet.dts)

    def _damaged(self, source: int, size: int, shape: Shape, *, is_main: bool) -> None:
        place = self._place(source, source + size)
        place.pictures += is_main
        place.marred += is_main and shape is Shape.MARRED

    def _picture(self, packet: Any, shape: Shape) -> None:
        self.frames += 1
        self.last_pts = max(self.last_pts, packet.pts)
        if shape is Shape.MARRED:
            return
        fragments = self._layout.fragments
        now = _Moment(packet.pts, packet.dts, fragments[self._fragment].number if fragments else 0)
        if self._open is not None:
            self._found.append((self._open, self._last, now))
            self._open = None
        elif self._last is not None and len(self._steps) < _STEPS_KEPT:
            self._steps.append(now.dts - self._last.dts)
        self._last = now

    def _count(self, place: _DamagedPlace, before: _Moment | None, after: _Moment | None) -> int | None:
        """How many pictures are damaged or lost in a place; None when that cannot be found out."""
        if not place.has_range:
            return place.pictures
        if after is None:
            return None
        before = before or _Moment(0, 0, 0)  # the muxer counts fragments from 1, and the first one begins at time 0
        if self._has_one_each:
            return max(place.pictures, after.fragment - before.fragment - 1)
        # Fragments with several pictures, as files of other programs have them: by time, with the usual frame interval.
        if not self._steps:
            return None
        return max(place.pictures, round((after.dts - before.dts) / median(self._steps)) - (before.fragment > 0))


def _has_one_picture_each(fragments: Sequence[Fragment], track: int) -> bool:
    """True when each fragment has one picture, so that counting fragments counts pictures; the last may have none."""
    counts = [sum(sample.track == track for sample in fragment.samples) for fragment in fragments]
    while counts and counts[-1] == 0:
        counts.pop()
    return all(count == 1 for count in counts)
