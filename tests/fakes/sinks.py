"""What sinks are given in tests: real files in a temporary folder, a clock that follows the samples."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fakes.clock import FakeClock
from fakes.footage import START_NS, START_UTC_NS
from seacorder.model.channel import ChannelSettings
from seacorder.model.command import StartClip, StartRecording, TakeFramegrab
from seacorder.model.file_name import Naming
from seacorder.model.instant import Instant, SplitSchedule
from seacorder.model.outcome import ChannelOutcome
from seacorder.model.recording import FileKind
from seacorder.model.sample import Sample, SourceFormat
from seacorder.sinks.context import SinkContext
from seacorder.storage.memory_budget import MemoryBudget

DEADLINE_SECONDS = 60.0


@dataclass
class Outcome:
    """Receives one outcome; a test waits for it."""

    come: threading.Event = field(default_factory=threading.Event)
    outcomes: list[ChannelOutcome] = field(default_factory=list)

    def __call__(self, outcome: ChannelOutcome) -> None:
        self.outcomes.append(outcome)
        self.come.set()

    def wait(self) -> ChannelOutcome:
        assert self.come.wait(DEADLINE_SECONDS), "no outcome came"
        assert len(self.outcomes) == 1
        return self.outcomes[0]


class Bench:
    """A sink's context whose reports are kept."""

    def __init__(self, folder: Path, limit_bytes: int = 64 * 1024 * 1024) -> None:
        self.folder = folder
        self.clock = FakeClock(START_NS, START_UTC_NS)
        self.reports: list[Any] = []
        self.context = SinkContext(
            channel=ChannelSettings(0, "Bow", "test:"),
            clock=self.clock,
            budget=MemoryBudget(limit_bytes),
            report=self.reports.append,
        )

    def of(self, kind: type) -> list[Any]:
        return [report for report in self.reports if isinstance(report, kind)]

    def naming(self, kind: FileKind = FileKind.RECORDING, file_template: str = "${channelname}") -> Naming:
        return Naming(str(self.folder), "d", START_UTC_NS, file_template, START_UTC_NS, kind, use_utc=True)

    def start_recording(
        self, period_ns: int = 0, *, anew: bool = False, file_template: str = "${channelname}"
    ) -> StartRecording:
        return StartRecording(
            request=1,
            recording_id="R1",
            instant=Instant(START_NS, START_UTC_NS),
            naming=self.naming(file_template=file_template),
            schedule=SplitSchedule(START_NS, period_ns),
            reevaluate_tags=anew,
        )

    def start_clip(self) -> StartClip:
        naming = self.naming(FileKind.CLIP, "clip")
        return StartClip(2, "C1", FileKind.CLIP, Instant(START_NS, START_UTC_NS), naming, "R1")

    def take_framegrab(self, instant_ns: int) -> TakeFramegrab:
        instant = Instant(instant_ns, START_UTC_NS + instant_ns - START_NS)
        return TakeFramegrab(3, "G1", instant, self.naming(FileKind.FRAMEGRAB, "grab"), "R1")

    def feed(self, sink: Any, samples: Iterable[Sample], source: SourceFormat) -> None:
        """Writes samples at the pace of their instants, on the fake clock."""
        for sample in samples:
            behind_ns = sample.instant_ns - self.clock.monotonic_ns()
            if behind_ns > 0:
                self.clock.advance(behind_ns / 1e9)
            sink.write([sample], source)

    def finish(self, sink: Any) -> ChannelOutcome:
        done = Outcome()
        sink.finish(done)
        return done.wait()
