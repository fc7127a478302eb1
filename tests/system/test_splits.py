"""A hundred splits of a real camera's stream, by a real worker: nothing missing, nothing twice."""

from pathlib import Path

import pytest

from rig.fixtures import MakeSource, StartServer
from rig.frames import frame_numbers, missing_and_repeated
from rig.program import LoneWorker
from rig.source_files import SourceSpec
from seacorder.base.clock import SystemClock
from seacorder.model.channel import ChannelSettings, ChannelState, ChannelStatus
from seacorder.model.command import StartRecording, StopRecording
from seacorder.model.file_name import Naming
from seacorder.model.instant import Instant, SplitSchedule
from seacorder.model.loss import Loss
from seacorder.model.recording import FileKind, FileState
from seacorder.model.report import Answer, PartClosed, PartOpened, Report

SPLITS = 100
PERIOD_NS = 200_000_000

SOURCES = {
    "h264": SourceSpec(seconds=120, rate=25, gop=5, width=320, height=240),
    "h264 with B-frames": SourceSpec(seconds=120, rate=25, gop=5, width=320, height=240, b_frames=2),
}


@pytest.mark.rtsp
@pytest.mark.slow
@pytest.mark.parametrize("kind", SOURCES)
def test_nothing_is_missing_or_repeated_over_a_hundred_splits(
    kind: str, tmp_path: Path, rig_source: MakeSource, start_rtsp_server: StartServer
) -> None:
    url = start_rtsp_server().serve("/bow", rig_source(SOURCES[kind]))
    clock = SystemClock()
    worker = LoneWorker(ChannelSettings(0, "Bow", url))
    worker.wait_for(is_live, "the picture")
    start = Instant.now(clock)
    naming = Naming(str(tmp_path), "dive", start.utc_ns, "${channelname}", start.utc_ns, FileKind.RECORDING)
    worker.send(StartRecording(1, "R", start, naming, SplitSchedule(start.monotonic_ns, PERIOD_NS), False))
    worker.wait_for(lambda report: isinstance(report, PartOpened) and report.part.number > SPLITS, "the splits")
    worker.send(StopRecording(2, Instant.now(clock)))
    answer = worker.wait_for(lambda report: isinstance(report, Answer) and report.request == 2, "the stop")
    assert isinstance(answer, Answer)
    assert answer.outcome.ok, answer.outcome.reason.text
    assert worker.close() == 0

    # Each part has a writer thread of its own, so a slow disk may finish them in another order.
    closed = [report.part for report in worker.seen if isinstance(report, PartClosed)]
    parts = sorted(closed, key=lambda part: part.number)
    assert [part.number for part in parts] == list(range(1, len(parts) + 1))
    assert len(parts) > SPLITS
    assert {part.state for part in parts} == {FileState.WHOLE}
    assert not [report for report in worker.seen if isinstance(report, Loss)]
    numbers = frame_numbers(*(Path(part.path) for part in parts))
    assert missing_and_repeated(numbers) == ([], [])
    assert len(numbers) == sum(part.frames for part in parts)


def is_live(report: Report) -> bool:
    return isinstance(report, ChannelStatus) and report.state is ChannelState.LIVE
