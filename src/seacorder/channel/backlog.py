"""The backlog: the latest seconds of a channel, in memory, as whole groups of pictures.

Recordings, clips and stills begin from it. Used under the channel's lock.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from seacorder.base.clock import NS_PER_SECOND
from seacorder.model.sample import Sample, SourceFormat, Track

PRIMER_NS = 4 * NS_PER_SECOND
"""Encoding can begin in the middle of a group of pictures when no more than this must be decoded before it."""
LIMIT_BYTES = 256 * 1024 * 1024
"""The most that one backlog may hold, whatever its window: a source that sends far too much must not take all
memory."""


@dataclass(slots=True)
class Group:
    """A keyframe and all packets after it, sound included, up to the next keyframe."""

    source: SourceFormat
    start_ns: int
    samples: list[Sample] = field(default_factory=list)
    bytes: int = 0

    @property
    def video(self) -> list[Sample]:
        """Its pictures, in decoding order."""
        return [sample for sample in self.samples if sample.track is Track.VIDEO]

    @property
    def recovery_frames(self) -> int:
        """How many pictures after its first one are still incomplete when decoding begins here; 0 after a true
        keyframe.

        A source with intra refresh sends recovery points instead of keyframes.
        """
        return self.samples[0].recovery_frames


class Backlog:
    """Keeps whole groups that reach back at least `seconds` from the newest sample. Not thread-safe."""

    def __init__(self, seconds: float, limit_bytes: int = LIMIT_BYTES) -> None:
        self._window_ns = int(seconds * NS_PER_SECOND)
        self._limit_bytes = limit_bytes
        self._groups: deque[Group] = deque()
        self.bytes = 0

    def push(self, samples: Sequence[Sample], source: SourceFormat) -> None:
        """Adds samples that have come together, of which only the first may be a video keyframe. Samples before the
        first keyframe cannot be decoded and are not kept."""
        first = samples[0]
        if first.track is Track.VIDEO and first.is_keyframe:
            self._groups.append(Group(source, first.instant_ns))
            self._trim(first.instant_ns)
        if not self._groups:
            return
        group = self._groups[-1]
        group.samples += samples
        for sample in samples:
            group.bytes += sample.size
            self.bytes += sample.size
        while self.bytes > self._limit_bytes and len(self._groups) > 1:
            self._drop_oldest()

    def clear(self) -> None:
        self._groups.clear()
        self.bytes = 0

    def since(self, instant_ns: int) -> Iterator[tuple[Sequence[Sample], SourceFormat]]:
        """The samples of each group, from the newest keyframe captured at or before `instant_ns` (monotonic) on, else
        from the oldest one."""
        begin = self._index_at(instant_ns)
        for group in list(self._groups)[begin:]:
            yield group.samples, group.source

    def group_at(self, instant_ns: int) -> tuple[Sequence[Sample], SourceFormat] | None:
        """What must be decoded to show the newest frame captured at or before `instant_ns`: its group up to that frame.

        The last picture is the one to show. None when there is no picture; the oldest keyframe alone when the instant
        is before everything that is kept.
        """
        if not self._groups:
            return None
        index = self._index_at(instant_ns)
        group = self._groups[index]
        video = group.video
        wanted = [place for place, sample in enumerate(video) if sample.instant_ns <= instant_ns]
        if not wanted:
            return video[:1], group.source
        newest = max(wanted, key=lambda place: video[place].instant_ns)
        return self._lead_in(index, newest) + video[: newest + 1], group.source

    def newest_difference_bytes(self) -> int:
        """Mean size in bytes of the newest group's packets after its keyframe: how much changes between pictures."""
        group = self._groups[-1] if self._groups else None
        if group is None or len(group.samples) < 2:
            return 0
        return (group.bytes - group.samples[0].size) // (len(group.samples) - 1)

    def newest_pictures(self) -> tuple[list[Sample], SourceFormat] | None:
        """What must be decoded before the newest group's pictures, then these pictures, in decoding order."""
        if not self._groups:
            return None
        group = self._groups[-1]
        return self._lead_in(len(self._groups) - 1, 0) + group.video, group.source

    def primer(self, source: SourceFormat | None) -> Sequence[Sample]:
        """The pictures that a decoder must have seen before the next one of `source`; none when they are too many."""
        found = self.newest_pictures()
        if found is None or source is None or not found[1].fits(source):
            return []
        pictures = found[0]
        return pictures if pictures[-1].instant_ns - pictures[0].instant_ns <= PRIMER_NS else []

    def newest_keyframe(self) -> tuple[list[Sample], SourceFormat] | None:
        """The newest keyframe, after what must be decoded before it: nothing, unless it is only a recovery point."""
        if not self._groups:
            return None
        group = self._groups[-1]
        return [*self._lead_in(len(self._groups) - 1, 0), group.samples[0]], group.source

    @property
    def seconds(self) -> float:
        """From the oldest keyframe to the newest sample."""
        if not self._groups:
            return 0.0
        return max(0.0, (self._groups[-1].samples[-1].instant_ns - self._groups[0].start_ns) / NS_PER_SECOND)

    def _lead_in(self, index: int, shown: int) -> list[Sample]:
        """Pictures of earlier groups that must be decoded so that picture number `shown` of a group is complete."""
        group = self._groups[index]
        lead: list[Sample] = []
        while group.recovery_frames > shown and index > 0 and self._groups[index - 1].source is group.source:
            index -= 1
            group = self._groups[index]
            lead = group.video + lead
            shown += len(group.video)
        return lead

    def _index_at(self, instant_ns: int) -> int:
        for index in range(len(self._groups) - 1, -1, -1):
            if self._groups[index].start_ns <= instant_ns:
                return index
        return 0

    def _trim(self, newest_ns: int) -> None:
        while len(self._groups) > 2 and self._groups[1].start_ns <= newest_ns - self._window_ns:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        if len(self._groups) > 1:
            self.bytes -= self._groups.popleft().bytes
