"""A sink that remembers what it was given and finishes at once."""

from seacorder.model.outcome import ChannelOutcome
from seacorder.model.recording import FileStatus
from seacorder.model.sample import Sample, SourceFormat
from seacorder.sinks.context import OnOutcome


class FakeSink:
    begun = (None, None)

    def __init__(self) -> None:
        self.samples: list[Sample] = []
        self.is_finished = False
        self.next_split_ns: int | None = None

    def write(self, sample: Sample, source: SourceFormat) -> None:
        assert not self.is_finished
        self.samples.append(sample)

    def finish(self, on_done: OnOutcome) -> None:
        self.is_finished = True
        on_done(ChannelOutcome("Bow", True))

    def status(self) -> FileStatus | None:
        return None

    @property
    def numbers(self) -> list[int]:
        return [sample.number for sample in self.samples]
