"""The backlog: the latest seconds of a channel, in memory, as whole groups of pictures."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from seacorder.base.clock import NS_PER_SECOND
from seacorder.model.sample import Sample, SourceFormat, Track

PRIMER_NS = 4 * NS_PER_SECOND
"""Encoding can begin in the middle of a group of pictures when no more than this must be decoded before it."""
LIMIT_BYTES = 256 * 1024 * 1024
"""However long the window: a source that goes wild must not take the machine's memory."""


@dataclass(slots=True)
class Group:
    """A keyframe and all that follows it, sound included, up to the next keyframe."""

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
        """So many pictures after its first all is right; 0 where it begins with a true keyframe."""
        return self.samples[0].recovery_frames


class Backlog:
    """Keeps at least `seconds` back from the newest sample, cut at keyframes. Not thread-safe."""

    def __init__(self, seconds: float, limit_bytes: int = LIMIT_BYTES) -> None:
        self._window_ns = int(seconds * NS_PER_SECOND)
        self._limit_bytes = limit_bytes
        self._groups: deque[Group] = deque()
        self.bytes = 0

    def push(self, sample: Sample, source: SourceFormat) -> None:
        """Takes a sample in; what comes before the first keyframe cannot be shown and is not kept."""
        if sample.track is Track.VIDEO and sample.is_keyframe:
            self._groups.append(Group(source, sample.instant_ns))
            self._trim(sample.instant_ns)
        if not self._groups:
            return
        group = self._groups[-1]
        group.samples.append(sample)
        group.bytes += sample.size
        self.bytes += sample.size
        if self.bytes > self._limit_bytes:
            self._drop_oldest()

    def clear(self) -> None:
        self._groups.clear()
        self.bytes = 0

    def since(self, instant_ns: int) -> Iterator[tuple[Sample, SourceFormat]]:
        """All samples from the newest keyframe at or before `instant_ns`, else from the oldest keyframe there is."""
        begin = self._index_at(instant_ns)
        for group in list(self._groups)[begin:]:
            for sample in group.samples:
                yield sample, group.source

    def group_at(self, instant_ns: int) -> tuple[Sequence[Sample], SourceFormat] | None:
        """The pictures needed to show the newest frame at or before `instant_ns`: its group, cut behind that frame.

        A group's first frames in presentation can be the last ones of the group before in time; they need that one
        too, so an instant before the first keyframe's gives the oldest group's keyframe alone.
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
        """Mean size of the newest group's packets after its keyframe: how much changes from picture to picture."""
        group = self._groups[-1] if self._groups else None
        if group is None or len(group.samples) < 2:
            return 0
        return (group.bytes - group.samples[0].size) // (len(group.samples) - 1)

    def newest_pictures(self) -> tuple[list[Sample], SourceFormat] | None:
        """The newest group's pictures, in decoding order, and what must be decoded before them."""
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
        """The newest keyframe, last, and what must be decoded before it: nothing unless it is a recovery point."""
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
        """Pictures of the groups before that must be decoded so that the `shown`-th picture of a group is right."""
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
