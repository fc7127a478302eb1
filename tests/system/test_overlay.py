"""The text over the pictures, end to end: a real worker, real files, the burned value read back from every frame."""

import threading
from dataclasses import dataclass
from pathlib import Path

import av
import pytest

from fakes.marks import COLOUR, mark, read_mark
from rig.frames import decoded_frames
from rig.program import LoneWorker
from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND, SystemClock
from seacorder.control.workers.overlay_text import LEAD_NS
from seacorder.inputs.pattern import strip
from seacorder.model.channel import ChannelSettings, ChannelState, ChannelStatus
from seacorder.model.command import SetOverlayText, StartRecording, StopRecording
from seacorder.model.encoding import EncodingSettings, Machine
from seacorder.model.file_name import Naming
from seacorder.model.instant import Instant, SplitSchedule
from seacorder.model.overlay import Layer, LayerAnchor, LayerKind, OverlaySettings
from seacorder.model.recording import FileKind, Part
from seacorder.model.report import Answer, PartClosed, Report

CLOCK = SystemClock()
TIMED = "a value is in the very picture that was captured while it was valid, to milliseconds"
PACE = threading.Event()
"""Never set: waits."""
CHANGES = 60
NEAR_NS = 2 * NS_PER_MS
NEAR_A_CUE_NS = 15 * NS_PER_MS
"""A cue lies where capture times stood when its text came; a busy machine's move by milliseconds within a part."""
EVERY_NS = 97 * NS_PER_MS
MARK = Layer(LayerKind.TEXT, LayerAnchor.BOTTOM, size=0.1, outline=None, colour=COLOUR, background="#000000")
BURN = EncodingSettings(is_smart=False, encoder="libx264", bitrate_mbits=3.0, burn_in=True)


def has_settled(report: Report) -> bool:
    """Capture times follow the least delayed frame: those of the first seconds are still found to be too late."""
    is_live = isinstance(report, ChannelStatus) and report.state is ChannelState.LIVE
    return is_live and report.frames_received >= 75


@dataclass
class Dive:
    """A recording of two parts and more, during which a counter is shown: its instants, and the parts."""

    changes: list[int]
    """Monotonic instants of the counter's values, from 0."""
    parts: list[Part]
    clock_ns: int
    """UTC less monotonic time."""

    def valid_at(self, utc_ns: int) -> int | None:
        """The value valid at a capture time; None before the first."""
        passed = [number for number, at_ns in enumerate(self.changes) if at_ns <= utc_ns - self.clock_ns]
        return passed[-1] if passed else None

    def is_near_a_change(self, utc_ns: int, near_ns: int = NEAR_NS) -> bool:
        """True within what a file's times leave open: capture times are still being mended by fractions of a ms."""
        return any(abs(at_ns - (utc_ns - self.clock_ns)) < near_ns for at_ns in self.changes)


def dive(folder: Path, address: str, encoding: EncodingSettings) -> Dive:
    settings = ChannelSettings(
        3, "Bow", address, encoding=encoding, machine=Machine(("libx264",), 1.0), overlay=OverlaySettings((MARK,))
    )
    worker = LoneWorker(settings)
    worker.wait_for(has_settled, "the picture")
    start = Instant.now(CLOCK)
    naming = Naming(str(folder), "dive", start.utc_ns, "${channelname}", start.utc_ns, FileKind.RECORDING)
    schedule = SplitSchedule(start.monotonic_ns, 2 * NS_PER_SECOND)
    worker.send(StartRecording(1, "R", start, naming, schedule, False))
    changes: list[int] = []
    for number in range(CHANGES):
        wait_until(start.monotonic_ns + NS_PER_SECOND // 2 + number * EVERY_NS)
        now = Instant.now(CLOCK)
        instant = Instant(now.monotonic_ns + LEAD_NS, now.utc_ns + LEAD_NS)
        worker.send(SetOverlayText(instant, mark(number)))
        changes.append(instant.monotonic_ns)
    wait_until(changes[-1] + NS_PER_SECOND // 2)
    worker.send(StopRecording(2, Instant.now(CLOCK)))
    answer = worker.wait_for(lambda one: isinstance(one, Answer) and one.request == 2, "the stop")
    assert isinstance(answer, Answer)
    assert answer.outcome.ok, answer.outcome.reason.text
    status = next(one for one in reversed(worker.seen) if isinstance(one, ChannelStatus))
    assert status.overlay_text == mark(CHANGES - 1)
    assert worker.close() == 0
    parts = [report.part for report in worker.seen if isinstance(report, PartClosed)]
    return Dive(changes, sorted(parts, key=lambda part: part.number), start.utc_ns - start.monotonic_ns)


def wait_until(monotonic_ns: int) -> None:
    """The pace of a client that sends ten times a second."""
    while (left_ns := monotonic_ns - CLOCK.monotonic_ns()) > 0:
        PACE.wait(left_ns / NS_PER_SECOND)


@pytest.mark.slow
@pytest.mark.alone(TIMED)
@pytest.mark.parametrize("address", ["test:?size=640x360&rate=25", "test:?size=640x360&rate=25&codec=raw"])
def test_the_value_burned_into_each_frame_is_the_one_valid_at_its_capture(address: str, tmp_path: Path) -> None:
    recorded = dive(tmp_path, address, BURN)
    assert len(recorded.parts) >= 4
    seen: set[int] = set()
    compared = 0
    for part in recorded.parts:
        with av.open(part.path) as container:
            frames = list(container.decode(container.streams.video[0]))
        origin = frames[0].pts
        for frame in frames:
            utc_ns = part.start_utc_ns + round((frame.pts - origin) * frame.time_base * NS_PER_SECOND)
            burned = read_mark(frame, 0.88, 0.98)
            if burned is not None:
                seen.add(burned)
            if not recorded.is_near_a_change(utc_ns):
                assert burned == recorded.valid_at(utc_ns)
                compared += 1
            luma = frame.planes[0]
            reading = strip.read(memoryview(luma), luma.line_size, frame.width, frame.height)
            assert reading is not None
            # The capture time is honest: the picture's own clock says the same.
            assert abs(reading.utc_ms * NS_PER_MS - utc_ns) < 40 * NS_PER_MS
    assert len(seen) >= CHANGES - 2
    assert compared > 0.8 * sum(part.frames for part in recorded.parts)
    assert not list(tmp_path.rglob("*.srt"))


@pytest.mark.slow
@pytest.mark.alone(TIMED)
def test_a_channel_that_passes_through_has_subtitles_of_the_same(tmp_path: Path) -> None:
    recorded = dive(tmp_path, "test:?size=640x360&rate=25", EncodingSettings())
    for part in recorded.parts:
        frames = decoded_frames(Path(part.path))
        cues = []
        with av.open(str(Path(part.path).with_suffix(".srt"))) as container:
            for packet in container.demux():
                if packet.size:
                    begin = float(packet.pts * packet.time_base)
                    text = bytes(packet).decode()
                    cues.append((begin, begin + float(packet.duration * packet.time_base), text))
        for frame in frames:
            utc_ns = part.start_utc_ns + round((frame.seconds - frames[0].seconds) * NS_PER_SECOND)
            if recorded.is_near_a_change(utc_ns, NEAR_A_CUE_NS):
                continue
            shown = [text for begin, end, text in cues if begin <= frame.seconds + 0.0005 < end]
            valid = recorded.valid_at(utc_ns)
            assert shown == ([] if valid is None else [mark(valid)])
