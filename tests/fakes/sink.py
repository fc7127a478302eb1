"""A sink that remembers what it was given and finishes at once."""

from collections.abc import Sequence

from seacorder.model.outcome import ChannelOutcome
from seacorder.model.recording import FileStatus
from seacorder.model.sample import Begun, Sample, SourceFormat, Track
from seacorder.sinks.context import OnOutcome


class FakeSink:
    def __init__(self) -> None:
        self.begun: tuple[Begun | None, Begun | None] = (None, None)
        self.samples: list[Sample] = []
        self.followed: list[bool] = []
        """Of each sample whether more were said to follow."""
        self.is_finished = False
        self.next_split_ns: int | None = None

    def write(self, samples: Sequence[Sample], source: SourceFormat, *, more_follow: bool = False) -> None:
        assert not self.is_finished
        assert not any(one.is_keyframe and one.track is Track.VIDEO for one in samples[1:])
        self.samples += samples
        self.followed += [*[True] * (len(samples) - 1), more_follow]

    def finish(self, on_done: OnOutcome) -> None:
        self.is_finished = True
        on_done(ChannelOutcome("Bow", True))

    def status(self) -> FileStatus | None:
        return None

    @property
    def numbers(self) -> list[int]:
        return [sample.number for sample in self.samples]
