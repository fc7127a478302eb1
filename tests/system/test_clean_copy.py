"""The untouched pictures beside the burned ones: a real worker, real files, and what control makes of them."""

from itertools import pairwise
from pathlib import Path

import pytest

from fakes.marks import COLOUR, mark, read_mark
from rig.frames import decoded_frames, missing_and_repeated
from rig.program import LoneWorker
from seacorder.base.clock import NS_PER_SECOND, SystemClock
from seacorder.model.channel import ChannelSettings, ChannelState, ChannelStatus
from seacorder.model.command import ChangeEncoding, ChangeRecording, SetOverlayText, StartRecording, StopRecording
from seacorder.model.encoding import EncodingSettings, Machine
from seacorder.model.file_name import Naming
from seacorder.model.instant import Instant, SplitSchedule
from seacorder.model.loss import Loss, LossCause
from seacorder.model.overlay import Layer, LayerAnchor, LayerKind, OverlaySettings
from seacorder.model.recording import FileKind, FileState, Part
from seacorder.model.report import Answer, EventNoted, PartClosed, PartOpened, Report

CLOCK = SystemClock()
MARK = Layer(LayerKind.TEXT, LayerAnchor.BOTTOM, size=0.1, outline=None, colour=COLOUR, background="#000000")
BOTH = EncodingSettings(is_smart=False, encoder="libx264", bitrate_mbits=3.0, burn_in=True, keep_clean=True)


def is_live(report: Report) -> bool:
    return isinstance(report, ChannelStatus) and report.state is ChannelState.LIVE


def record(folder: Path, address: str, parts: int) -> tuple[LoneWorker, Answer]:
    machine, overlay = Machine(("libx264",), 1.0), OverlaySettings((MARK,))
    worker = LoneWorker(ChannelSettings(3, "Bow", address, encoding=BOTH, machine=machine, overlay=overlay))
    worker.wait_for(is_live, "the picture")
    start = Instant.now(CLOCK)
    worker.send(SetOverlayText(start, mark(7)))
    naming = Naming(str(folder), "dive", start.utc_ns, "${channelname}", start.utc_ns, FileKind.RECORDING)
    schedule = SplitSchedule(start.monotonic_ns, NS_PER_SECOND)
    worker.send(StartRecording(1, "R", start, naming, schedule, False, first_clean_part=5))
    last = parts + 4
    worker.wait_for(lambda one: isinstance(one, PartOpened) and one.part.number == last, "the parts")
    worker.send(StopRecording(2, Instant.now(CLOCK)))
    answer = worker.wait_for(lambda one: isinstance(one, Answer) and one.request == 2, "the stop")
    assert isinstance(answer, Answer)
    return worker, answer


def closed(worker: LoneWorker, channel: str) -> list[Part]:
    parts = [one.part for one in worker.seen if isinstance(one, PartClosed) and one.part.channel == channel]
    return sorted(parts, key=lambda part: part.number)


@pytest.mark.slow
def test_both_are_recorded_whole_and_the_stop_waits_for_both(tmp_path: Path) -> None:
    worker, answer = record(tmp_path, "test:?size=640x360&rate=25&gop=12", parts=3)
    assert answer.outcome.ok, answer.outcome.reason.text
    burned, clean = closed(worker, "Bow"), closed(worker, "Bow_clean")
    assert {part.state for part in [*burned, *clean]} == {FileState.WHOLE}
    assert answer.outcome.path == burned[-1].path
    assert [part.number for part in clean] == list(range(5, 5 + len(clean)))
    assert [part.number for part in burned] == list(range(1, 1 + len(burned)))
    assert {Path(part.path).name for part in clean[:1]} == {"Bow_clean_005.mp4"}
    status = [one for one in worker.seen if isinstance(one, ChannelStatus)]
    assert {one.channel for one in status} == {"Bow"}
    assert any(one.keeps_clean and one.clean is not None and "Bow_clean" in one.clean.path for one in status)
    assert status[-1].clean is None
    assert worker.close() == 0
    answers = [one for one in worker.seen if isinstance(one, Answer)]
    assert [one.request for one in answers] == [1, 2]
    lost = {one.cause for one in worker.seen if isinstance(one, Loss)}
    assert lost <= {LossCause.OVERLOAD}, "a busy machine may leave pictures out before the encoder"
    for parts, is_burned in ((burned, True), (clean, False)):
        numbers = []
        for part in parts:
            frames = decoded_frames(Path(part.path))
            assert len(frames) == part.frames
            numbers += [frame.reading.number for frame in frames if frame.reading is not None]
        assert sum(part.frames for part in parts) == len(numbers)
        assert {mark_in(part) for part in parts} == {7 if is_burned else None}
        if is_burned and lost:
            continue
        assert missing_and_repeated(numbers) == ([], [])
        joined = [(part.first_frame, part.first_frame + part.frames) for part in parts]
        assert all(end == begin for (_, end), (begin, _) in pairwise(joined))
    subtitles = sorted(path.stem for path in tmp_path.rglob("*.srt"))
    assert subtitles == sorted(Path(part.path).stem for part in clean)


def mark_in(part: Part) -> int | None:
    """What is burned into the part's last frame."""
    import av

    with av.open(part.path) as container:
        *_, frame = container.decode(container.streams.video[0])
        return read_mark(frame, 0.88, 0.98)


@pytest.mark.slow
def test_what_is_asked_for_in_mid_recording_begins_before_pictures_are_burned(tmp_path: Path) -> None:
    machine, overlay = Machine(("libx264",), 1.0), OverlaySettings((MARK,))
    address = "test:?size=640x360&rate=25&gop=12"
    worker = LoneWorker(ChannelSettings(3, "Bow", address, machine=machine, overlay=overlay))
    worker.wait_for(is_live, "the picture")
    start = Instant.now(CLOCK)
    worker.send(SetOverlayText(start, mark(7)))
    naming = Naming(str(tmp_path), "dive", start.utc_ns, "${channelname}", start.utc_ns, FileKind.RECORDING)
    schedule = SplitSchedule(start.monotonic_ns, 2 * NS_PER_SECOND)
    worker.send(StartRecording(1, "R", start, naming, schedule, False, first_clean_part=3))
    worker.wait_for(lambda one: isinstance(one, Answer) and one.request == 1, "the start")
    worker.send(ChangeRecording(start.monotonic_ns, naming, schedule, False))
    worker.send(ChangeEncoding(start.monotonic_ns + 2 * schedule.period_ns, BOTH, machine))
    fourth = ("Bow", 4)
    worker.wait_for(
        lambda one: isinstance(one, PartOpened) and (one.part.channel, one.part.number) == fourth, "the parts"
    )
    worker.send(StopRecording(2, Instant.now(CLOCK)))
    answer = worker.wait_for(lambda one: isinstance(one, Answer) and one.request == 2, "the stop")
    assert isinstance(answer, Answer)
    assert answer.outcome.ok, answer.outcome.reason.text
    burned, clean = closed(worker, "Bow"), closed(worker, "Bow_clean")
    assert worker.close() == 0
    assert {part.state for part in [*burned, *clean]} == {FileState.WHOLE}
    marks = [mark_in(part) for part in burned]
    first_burned = marks.index(7)
    assert marks == [None] * first_burned + [7] * (len(marks) - first_burned)
    assert {mark_in(part) for part in clean} == {None}
    assert [part.number for part in clean] == list(range(3, 3 + len(clean)))
    assert clean[0].start_utc_ns < burned[first_burned].start_utc_ns
    numbers = [
        frame.reading.number for part in clean for frame in decoded_frames(Path(part.path)) if frame.reading is not None
    ]
    assert missing_and_repeated(numbers) == ([], [])
    kept = [one for one in worker.seen if isinstance(one, ChannelStatus) and one.keeps_clean]
    assert kept
    assert all(one.clean is not None for one in kept[:-1])  # so nobody is told that nothing of it is written


@pytest.mark.slow
def test_a_source_that_no_file_holds_untouched_is_said_and_burned_all_the_same(tmp_path: Path) -> None:
    settings = ChannelSettings(
        3, "Bow", "test:?size=640x360&rate=25&codec=raw", encoding=BOTH, machine=Machine(("libx264",), 1.0)
    )
    worker = LoneWorker(settings)
    noted = worker.wait_for(lambda one: isinstance(one, EventNoted) and one.event.kind == "clean_not_kept", "the word")
    assert isinstance(noted, EventNoted)
    assert "rawvideo" in noted.event.fact
    status = worker.wait_for(is_live, "the picture")
    assert isinstance(status, ChannelStatus)
    assert not status.keeps_clean
    assert worker.close() == 0
