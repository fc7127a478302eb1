"""Encoded channels end to end: a real worker, real files, every frame told apart by the strip in its picture."""

import itertools
from pathlib import Path

import pytest

from rig.frames import DecodedFrame, decoded_frames
from rig.program import LoneWorker
from seacorder.base.clock import SystemClock
from seacorder.model.channel import ChannelSettings, ChannelState, ChannelStatus
from seacorder.model.command import StartRecording, StopRecording
from seacorder.model.encoding import EncodingSettings, Machine
from seacorder.model.instant import Instant, SplitSchedule
from seacorder.model.naming import Naming
from seacorder.model.recording import FileKind, FileState, Part
from seacorder.model.report import Answer, LossNoted, PartClosed, PartOpened, Report

X264 = EncodingSettings(is_smart=False, encoder="libx264", bitrate_mbits=1.0)
MACHINE = Machine(("libx264", "libx265"), 1.0)
PERIOD_NS = 330_000_000
SPLITS = 20
CLOCK = SystemClock()


class Recorded:
    """One worker's recording from start to stop, and what is in its files."""

    def __init__(self, folder: Path, address: str, encoding: EncodingSettings, *, period_ns: int, parts: int) -> None:
        self.worker = LoneWorker(ChannelSettings(0, "Bow", address, encoding=encoding, machine=MACHINE))
        self.worker.wait_for(is_live, "the picture")
        self.start = Instant.now(CLOCK)
        self.schedule = SplitSchedule(self.start.monotonic_ns, period_ns)
        naming = Naming(str(folder), "dive", self.start.utc_ns, "${channelname}", self.start.utc_ns, FileKind.RECORDING)
        self.worker.send(StartRecording(1, "R", self.start, naming, self.schedule, False))
        self.worker.wait_for(lambda one: isinstance(one, PartOpened) and one.part.number >= parts, "the parts")
        self.stop = Instant.now(CLOCK)
        self.worker.send(StopRecording(2, self.stop))
        answer = self.worker.wait_for(lambda one: isinstance(one, Answer) and one.request == 2, "the stop")
        assert isinstance(answer, Answer)
        assert answer.ok, answer.sentence
        assert self.worker.close() == 0
        closed = [report.part for report in self.worker.seen if isinstance(report, PartClosed)]
        self.parts: list[Part] = sorted(closed, key=lambda part: part.number)
        assert {part.state for part in self.parts} == {FileState.WHOLE}
        self.frames: list[list[DecodedFrame]] = [decoded_frames(Path(part.path)) for part in self.parts]

    @property
    def losses(self) -> list[LossNoted]:
        return [report for report in self.worker.seen if isinstance(report, LossNoted)]

    def utc_ms(self, monotonic_ns: int) -> float:
        return (monotonic_ns + self.start.utc_ns - self.start.monotonic_ns) / 1e6


def readings(frames: list[DecodedFrame]) -> list[tuple[int, int]]:
    assert all(frame.reading is not None for frame in frames), "a strip cannot be read"
    return [(frame.reading.number, frame.reading.utc_ms) for frame in frames if frame.reading is not None]


def is_live(report: Report) -> bool:
    return isinstance(report, ChannelStatus) and report.state is ChannelState.LIVE


@pytest.mark.parametrize("address", ["test:?size=640x360&rate=25&gop=250", "test:?size=640x360&rate=25&codec=raw"])
def test_every_split_is_exactly_at_its_instant_and_nothing_is_missing(address: str, tmp_path: Path) -> None:
    recorded = Recorded(tmp_path, address, X264, period_ns=PERIOD_NS, parts=SPLITS)
    assert recorded.losses == []
    numbers = [number for frames in recorded.frames for number, _ in readings(frames)]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert len(numbers) == sum(part.frames for part in recorded.parts)
    assert all(frames[0].is_keyframe for frames in recorded.frames)
    frame_ms = 40
    for place, frames in enumerate(recorded.frames):
        due_ms = recorded.utc_ms(recorded.start.monotonic_ns + place * PERIOD_NS)
        captured_ms = readings(frames)[0][1]
        limit_ms = 2 * frame_ms if place == 0 else frame_ms
        assert -2 <= captured_ms - due_ms <= limit_ms + 5, f"part {place + 1} begins {captured_ms - due_ms:.1f} ms late"
    for frames in recorded.frames:
        steps = {round((after.seconds - before.seconds) * 1000) for before, after in itertools.pairwise(frames)}
        assert steps <= {40}
