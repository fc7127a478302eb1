"""The sample tables of one track (ISO/IEC 14496-12, 8.6 and 8.7), gathered while a file is written. Pure.

`index_maker` puts them into the index of the closed file. They take some ten bytes a sample while they grow, since what
is mostly equal (durations, display times) is kept as runs, as the tables in the file are.

Durations reach to the end of the picture that is shown last: where pictures are reordered (B-frames), the sample that
is decoded last lasts so long. `index` says why.
"""

import struct
import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from seacorder.mp4.boxes import made
from seacorder.mp4.fragment_maker import NewSample

_SHORT = 1 << 32
_LONGEST = (1 << 31) - 1
"""A table has four bytes for a duration; what takes all 32 bits FFmpeg's reader takes for negative, and so for 1."""
_ROLL = b"roll"


@dataclass(slots=True)
class Runs:
    """A column of numbers: how often, which."""

    counts: "array[int]" = field(default_factory=lambda: array("I"))
    values: "array[int]" = field(default_factory=lambda: array("I"))

    def add(self, *rows: int) -> None:
        """More rows, from 0 to 2³² - 1."""
        counts, values = self.counts, self.values
        newest = values[-1] if values else None
        for value in rows:
            if value == newest:
                counts[-1] += 1
            else:
                values.append(value)
                counts.append(1)
                newest = value

    def with_last(self, value: int) -> "Runs":
        """The same column with one more row."""
        longer = Runs(self.counts[:], self.values[:])
        longer.add(value)
        return longer

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return zip(self.counts, self.values, strict=True)

    def content(self) -> bytes:
        """As tables have it: how many runs, then each."""
        rows = array("I", bytes(8 * len(self.values)))
        rows[::2], rows[1::2] = self.counts, self.values
        return struct.pack(">II", 0, len(self.values)) + _big_endian(rows)


class SampleTable:
    """The samples of one track, in the order in which they are decoded, with times in units of the track."""

    def __init__(self, *, roll_samples: int = 0, roll_ticks: int = 0) -> None:
        """For sound: how many samples before one a decoder must decode for it to be right, or for how long."""
        self._roll_samples = roll_samples
        self._roll_ticks = roll_ticks
        self.begin = 0
        """Decoding time of the first sample."""
        self._last: NewSample | None = None
        self._last_shown = -1
        """When the one that is shown last begins to be shown."""
        self._last_shown_for: int | None = None
        """How long; None while it is the last sample."""
        self._lost_ticks = 0
        """By how much the durations' sum is too short, because one would have been longer than a table can say."""
        self._sizes = array("I")
        self._durations = Runs()
        """Without the last sample's, which the next sample tells."""
        self._shifts = Runs()
        self._keyframes = array("I")
        """Numbers of the keyframes, from 1."""
        self._chunk_offsets = array("Q")
        self._chunk_sizes = Runs()
        """Samples a chunk. A fragment's run is a chunk."""

    def __len__(self) -> int:
        """How many samples it has."""
        return len(self._sizes)

    def add_chunk(self, offset: int, samples: Sequence[NewSample]) -> None:
        """Samples that follow each other in the file from `offset` on, and follow in time on those before."""
        self.add_chunks([(offset, samples)])

    def add_chunks(self, chunks: Iterable[tuple[int, Sequence[NewSample]]]) -> None:
        """As `add_chunk`, for several: what a hand-over to the disk brings."""
        chunks = [chunk for chunk in chunks if chunk[1]]
        self._chunk_offsets.extend([offset for offset, _ in chunks])
        self._chunk_sizes.add(*[len(samples) for _, samples in chunks])
        self._add([sample for _, samples in chunks for sample in samples])

    def _add(self, samples: Sequence[NewSample]) -> None:
        """One loop without calls, since it runs for every picture that is recorded."""
        durations: list[int] = []
        last = self._last
        for number, sample in enumerate(samples, len(self._sizes) + 1):
            if last is None:
                self.begin = sample.dts
            else:
                # The next sample says for certain how long this one lasts; 2³¹ units of 1/90000 s are 6.6 hours.
                lasts = sample.dts - last.dts
                if lasts > _LONGEST:
                    self._lost_ticks += lasts - _LONGEST
                    lasts = _LONGEST
                durations.append(lasts)
                if self._last_shown_for is None:
                    self._last_shown_for = lasts
            last = sample
            if sample.is_keyframe:
                self._keyframes.append(number)
            if sample.dts + sample.shift >= self._last_shown:
                self._last_shown, self._last_shown_for = sample.dts + sample.shift, None
        self._last = last
        self._durations.add(*durations)
        self._sizes.extend([sample.size for sample in samples])
        self._shifts.add(*[sample.shift for sample in samples])

    @property
    def ticks(self) -> int:
        """From the first sample's decoding time to the end of what is shown last; 0 without samples."""
        last = self._last
        if last is None:
            return 0
        shown_for = last.duration if self._last_shown_for is None else self._last_shown_for
        return max(last.dts + last.duration, self._last_shown + shown_for) - self.begin - self._lost_ticks

    def boxes(self) -> bytes:
        """The tables of a `stbl` box, as FFmpeg orders them."""
        durations = self._whole_durations()
        tables = [made(b"stts", durations.content())]
        if len(self._keyframes) < len(self._sizes):
            tables.append(made(b"stss", struct.pack(">II", 0, len(self._keyframes)), _big_endian(self._keyframes)))
        if any(self._shifts.values):
            tables.append(made(b"ctts", self._shifts.content()))
        tables.append(made(b"stsc", self._chunk_runs()))
        tables.append(made(b"stsz", struct.pack(">III", 0, 0, len(self._sizes)), _big_endian(self._sizes)))
        tables.append(self._chunk_places())
        return b"".join([*tables, *self._rolls(durations)])

    def _whole_durations(self) -> Runs:
        if self._last is None:
            return self._durations
        begun = self._last.dts - self.begin - self._lost_ticks
        return self._durations.with_last(min(self.ticks - begun, _LONGEST))

    def _chunk_runs(self) -> bytes:
        """`stsc`: from which chunk on chunks have how many samples."""
        rows, chunk = array("I"), 1
        for chunks, samples in self._chunk_sizes:
            rows.extend((chunk, samples, 1))
            chunk += chunks
        return struct.pack(">II", 0, len(rows) // 3) + _big_endian(rows)

    def _chunk_places(self) -> bytes:
        count = struct.pack(">II", 0, len(self._chunk_offsets))
        if self._chunk_offsets and self._chunk_offsets[-1] >= _SHORT:
            return made(b"co64", count, _big_endian(self._chunk_offsets))
        return made(b"stco", count, _big_endian(array("I", self._chunk_offsets)))

    def _rolls(self, durations: Runs) -> list[bytes]:
        """`sgpd` and `sbgp` (8.9, 10.1): with how many samples before it the decoding of each must begin."""
        if not self._sizes or not (self._roll_samples or self._roll_ticks):
            return []
        if self._roll_samples:
            rolls = Runs(array("I", (len(self._sizes),)), array("I", (self._roll_samples,)))
        else:
            rolls = _rolls_by_time(durations, self._roll_ticks)
        groups: dict[int, int] = {}
        runs = Runs()
        for count, samples in rolls:
            runs.counts.append(count)
            runs.values.append(groups.setdefault(samples, len(groups) + 1) if samples else 0)
        if not groups:
            return []
        distances = struct.pack(f">{len(groups)}h", *(-samples for samples in groups))
        return [
            made(b"sgpd", b"\1\0\0\0", _ROLL, struct.pack(">II", 2, len(groups)), distances),
            made(b"sbgp", bytes(4), _ROLL, runs.content()[4:]),
        ]


def _rolls_by_time(durations: Runs, ticks: int) -> Runs:
    """For each sample, how many before it last `ticks` in all; 0 where there are not so many."""
    rolls, before = Runs(), Runs()
    for count, duration in durations:
        # Once a run covers the time alone, the number stays the same up to its end.
        steady = -(-ticks // duration) if duration else count
        for _ in range(min(count, steady)):
            rolls.add(_covering(before, ticks))
            before.add(duration)
        if count > steady:
            rolls.add(steady)
            rolls.counts[-1] += count - steady - 1
            before.counts[-1] += count - steady
    return rolls


def _covering(before: Runs, ticks: int) -> int:
    """How many of the last rows of `before` last `ticks` in all; 0 if all of them are too short."""
    samples = 0
    for count, duration in zip(reversed(before.counts), reversed(before.values), strict=True):
        needed = -(-ticks // duration) if duration else count
        if needed <= count:
            return samples + needed
        samples += count
        ticks -= count * duration
    return 0


def _big_endian(column: "array[int]") -> bytes:
    if sys.byteorder == "little":
        column = column[:]
        column.byteswap()
    return column.tobytes()
