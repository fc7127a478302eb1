"""Encoded channels end to end: real workers, real files, every frame told apart by the strip in its picture."""

import io
import itertools
from fractions import Fraction
from pathlib import Path

import av
import pytest

from fakes.footage import Recipe, encoded
from rig.fixtures import MakeSource, StartServer
from rig.frames import DecodedFrame, decoded_frames
from rig.program import LoneWorker
from rig.source_files import SourceSpec, make_source
from seacorder.base.clock import SystemClock
from seacorder.model.channel import ChannelSettings, ChannelState, ChannelStatus, PictureFault
from seacorder.model.command import (
    ChangeEncoding,
    StartClip,
    StartRecording,
    StopClip,
    StopRecording,
    TakeFramegrab,
    TakePicture,
)
from seacorder.model.encoding import EncodingSettings, Machine
from seacorder.model.file_name import Naming
from seacorder.model.instant import Instant, SplitSchedule
from seacorder.model.loss import Loss, LossCause
from seacorder.model.recording import FileKind, FileState, Part
from seacorder.model.report import Answer, FramegrabStored, JpegPicture, PartClosed, PartOpened, Report

MACHINE = Machine(("libx264", "libx265", "libsvtav1"), 1.0)
PERIOD_NS = 330_000_000
CLOCK = SystemClock()
TIMED = "parts begin within a frame of their instants, and each picture is encoded before the next ones come"
ROUNDED_NS = 1_000_000
"""A file's own times are rounded by less than this."""
RAW = "test:?size=640x360&rate=25&codec=raw"


def x264(**fields: object) -> EncodingSettings:
    return EncodingSettings(is_smart=False, encoder="libx264", bitrate_mbits=1.0, **fields)  # type: ignore[arg-type]


class Encoded:
    """One worker whose channel is encoded, and its recording."""

    def __init__(self, folder: Path, address: str, encoding: EncodingSettings, name: str = "Bow") -> None:
        self.folder = folder / name
        self.name = name
        self.worker = LoneWorker(ChannelSettings(0, name, address, encoding=encoding, machine=MACHINE))
        self.worker.wait_for(is_live, "the picture")

    def naming(self, kind: FileKind = FileKind.RECORDING) -> Naming:
        utc_ns = CLOCK.utc_ns()
        return Naming(str(self.folder), "dive", utc_ns, "${channelname}${type}", utc_ns, kind)

    def start(self, start: Instant, period_ns: int) -> None:
        self.begin = start
        self.period_ns = period_ns
        schedule = SplitSchedule(start.monotonic_ns, period_ns)
        self.worker.send(StartRecording(1, "R", start, self.naming(), schedule, False))

    def wait_for_part(self, number: int) -> None:
        self.worker.wait_for(lambda one: isinstance(one, PartOpened) and one.part.number >= number, "the parts")

    def answer(self, request: int) -> Answer:
        found = self.worker.wait_for(lambda one: isinstance(one, Answer) and one.request == request, "the answer")
        assert isinstance(found, Answer)
        assert found.outcome.ok, found.outcome.reason.text
        return found

    def stop(self) -> None:
        self.worker.send(StopRecording(99, Instant.now(CLOCK)))
        self.answer(99)
        assert self.worker.close() == 0
        closed = [report.part for report in self.worker.seen if isinstance(report, PartClosed)]
        self.parts: list[Part] = sorted(closed, key=lambda part: part.number)
        assert {part.state for part in self.parts} == {FileState.WHOLE}
        self.frames: list[list[DecodedFrame]] = [decoded_frames(Path(part.path)) for part in self.parts]
        assert [len(frames) for frames in self.frames] == [part.frames for part in self.parts]
        for before, after in itertools.pairwise(self.parts):
            if not self.losses:
                assert after.first_frame == before.first_frame + before.frames

    @property
    def losses(self) -> list[Loss]:
        return [report for report in self.worker.seen if isinstance(report, Loss)]

    @property
    def lost_to(self) -> set[LossCause]:
        """The causes of its losses. A machine that stands still for moments may leave a picture out: overload."""
        return {loss.cause for loss in self.losses}

    @property
    def status(self) -> ChannelStatus:
        return [report for report in self.worker.seen if isinstance(report, ChannelStatus)][-1]

    def utc_ms(self, place: int) -> float:
        """When a part is due."""
        return (self.begin.utc_ns + place * self.period_ns) / 1e6

    def numbers(self) -> list[int]:
        return [number for frames in self.frames for number, _ in readings(frames)]


def readings(frames: list[DecodedFrame]) -> list[tuple[int, int]]:
    assert all(frame.reading is not None for frame in frames), "a strip cannot be read"
    return [(frame.reading.number, frame.reading.utc_ms) for frame in frames if frame.reading is not None]


def is_live(report: Report) -> bool:
    return isinstance(report, ChannelStatus) and report.state is ChannelState.LIVE


@pytest.mark.slow
@pytest.mark.alone(TIMED)
@pytest.mark.parametrize("address", ["test:?size=640x360&rate=25&gop=250", RAW])
def test_every_split_is_exactly_at_its_instant_and_nothing_is_missing(address: str, tmp_path: Path) -> None:
    channel = Encoded(tmp_path, address, x264())
    channel.start(Instant.now(CLOCK), PERIOD_NS)
    channel.wait_for_part(20)
    channel.stop()
    assert channel.losses == []
    numbers = channel.numbers()
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert all(frames[0].is_keyframe for frames in channel.frames)
    for place, frames in enumerate(channel.frames):
        late_ms = channel.parts[place].start_utc_ns / 1e6 - channel.utc_ms(place)
        assert 0 <= late_ms <= 41, f"part {place + 1} begins {late_ms:.1f} ms late"
        # The picture says when it was due; its capture is reckoned from its arrival, when it had been drawn and sent.
        assert -25 <= readings(frames)[0][1] - channel.utc_ms(place) <= 41
        steps = {round((after.seconds - before.seconds) * 1000) for before, after in itertools.pairwise(frames)}
        assert steps <= {40}


@pytest.mark.rtsp
@pytest.mark.slow
@pytest.mark.alone(TIMED)
def test_cameras_encoded_side_by_side_at_several_rates_begin_and_split_at_one_instant(
    tmp_path: Path, rig_source: MakeSource, start_rtsp_server: StartServer
) -> None:
    server = start_rtsp_server()
    cameras = {
        "Bow": (SourceSpec(seconds=30, rate=25, gop=50, width=320, height=240), x264()),
        "Stern": (SourceSpec(seconds=30, rate=30, gop=60, width=320, height=240, b_frames=2), x264()),
        "Port": (SourceSpec(seconds=30, rate=25, gop=50, width=320, height=240, codec="hevc"), x264(frame_rate=50.0)),
        "Starboard": (SourceSpec(seconds=30, rate=30, gop=60, width=320, height=240), x264(frame_rate=12.5)),
    }
    channels = [
        Encoded(tmp_path, server.serve(f"/{name.lower()}", rig_source(spec)), encoding, name)
        for name, (spec, encoding) in cameras.items()
    ]
    start = Instant.now(CLOCK)
    for channel in channels:
        channel.start(start, 500_000_000)
    for channel in channels:
        channel.wait_for_part(12)
    for channel in channels:
        channel.stop()
    stored = {"Bow": 25, "Stern": 30, "Port": 50, "Starboard": Fraction(25, 2)}
    for channel in channels:
        assert channel.losses == [], channel.name
        frame_ms = 1000 / stored[channel.name]
        for place, part in enumerate(channel.parts[:12]):
            late_ms = part.start_utc_ns / 1e6 - channel.utc_ms(place)
            assert -1 <= late_ms <= frame_ms + 1, f"{channel.name}, part {place + 1}: {late_ms:.1f} ms"
        assert all(frames[0].is_keyframe for frames in channel.frames)
        steps = {
            round((after.seconds - before.seconds) * 1e5)
            for frames in channel.frames
            for before, after in itertools.pairwise(frames)
        }
        assert max(steps) - min(steps) <= 120, (channel.name, steps)  # a camera's times have their own grain
        numbers, cycle = channel.numbers(), cameras[channel.name][0].frames
        strides = {(after - before) % cycle for before, after in itertools.pairwise(numbers)}
        assert strides <= {"Bow": {1}, "Stern": {1}, "Port": {0, 1}, "Starboard": {2, 3}}[channel.name]


@pytest.mark.slow
@pytest.mark.alone(TIMED)
@pytest.mark.parametrize("encoder", ["libx264", "libx265", "libsvtav1"])
def test_clips_stills_and_the_live_picture_work_on_encoded_channels(encoder: str, tmp_path: Path) -> None:
    encoding = EncodingSettings(is_smart=False, encoder=encoder, bitrate_mbits=1.0)
    channel = Encoded(tmp_path, "test:?size=320x176&rate=25&codec=raw", encoding)
    channel.start(Instant.now(CLOCK), 0)
    channel.answer(1)
    clip = Instant.now(CLOCK)
    channel.worker.send(StartClip(2, "C", FileKind.CLIP, clip, channel.naming(FileKind.CLIP), "R"))
    channel.answer(2)
    grab = Instant.now(CLOCK)
    channel.worker.send(TakeFramegrab(3, "G", grab, channel.naming(FileKind.FRAMEGRAB), "R"))
    still = channel.answer(3).outcome
    channel.worker.send(TakePicture(4, 160))
    picture = channel.worker.wait_for(lambda one: isinstance(one, JpegPicture), "the picture")
    channel.worker.send(StopClip(5, FileKind.CLIP, Instant.now(CLOCK)))
    clip_path = channel.answer(5).outcome.path
    channel.stop()
    assert clip_path is not None
    begun = readings(decoded_frames(Path(clip_path)))
    assert begun[0][1] <= clip.utc_ns / 1e6
    assert [number for number, _ in begun] == list(range(begun[0][0], begun[-1][0] + 1))
    assert still.path is not None
    (shot,) = [report.framegrab for report in channel.worker.seen if isinstance(report, FramegrabStored)]
    assert 0 <= grab.utc_ns - shot.frame_utc_ns <= 40_000_000
    assert (shot.width, shot.height) == (320, 176)
    assert isinstance(picture, JpegPicture)
    with av.open(io.BytesIO(picture.jpeg)) as jpeg:
        assert next(jpeg.decode(video=0)).width == 160
    encoding_status = channel.status.encoding
    assert encoding_status is not None
    assert (encoding_status.encoder, encoding_status.dropped_frames) == (encoder, 0)


@pytest.mark.slow
@pytest.mark.alone(TIMED)
def test_a_change_comes_with_the_split_that_it_was_asked_for_and_pass_through_with_its_keyframe(tmp_path: Path) -> None:
    """From pass-through to encoded, to another size and rate, and back."""
    copy = EncodingSettings(is_smart=False)
    channel = Encoded(tmp_path, "test:?size=640x360&rate=25&gop=10", copy)
    start, period_ns = Instant.now(CLOCK), 1_000_000_000
    channel.start(start, period_ns)
    changes = {2: x264(), 4: x264(resolution=(320, 180), frame_rate=50.0), 6: copy}
    for split, encoding in changes.items():
        channel.worker.send(ChangeEncoding(start.monotonic_ns + split * period_ns, encoding, MACHINE))
    channel.wait_for_part(9)
    channel.stop()
    assert channel.losses == []
    shapes = [(part.number, frames[0].width) for part, frames in zip(channel.parts, channel.frames, strict=True)]
    widths = [width for _, width in shapes]
    assert [width for width, _ in itertools.groupby(widths)] == [640, 320, 640]
    numbers = channel.numbers()
    assert sorted(set(numbers)) == list(range(numbers[0], numbers[-1] + 1))
    assert numbers == sorted(numbers)
    begin_ms = [readings(frames)[0][1] - start.utc_ns / 1e6 for frames in channel.frames]
    small = next(place for place, width in enumerate(widths) if width == 320)
    assert -25 <= begin_ms[small] - 4000 <= 41


@pytest.mark.slow
@pytest.mark.alone(TIMED)
@pytest.mark.parametrize("b_frames", [0, 2])
def test_a_recording_right_after_a_change_is_encoded_from_its_first_picture_on(b_frames: int, tmp_path: Path) -> None:
    """Though the source's last keyframe lies before it and the next one is seconds away."""
    spec = SourceSpec(seconds=30, rate=25, gop=100, width=640, height=360, b_frames=b_frames)
    channel = Encoded(tmp_path, f"file:{make_source(tmp_path, spec).path}?loop=1", EncodingSettings())
    channel.worker.wait_for(lambda one: isinstance(one, ChannelStatus) and one.frames_received > 20, "pictures")
    channel.worker.send(ChangeEncoding(CLOCK.monotonic_ns(), x264(resolution=(320, 180)), MACHINE))
    channel.start(Instant.now(CLOCK), 500_000_000)
    channel.wait_for_part(6)
    channel.stop()
    assert channel.losses == []
    assert {frame.width for frames in channel.frames for frame in frames} == {320}
    for place, part in enumerate(channel.parts):
        assert 0 <= part.start_utc_ns / 1e6 - channel.utc_ms(place) <= 41
    numbers = channel.numbers()
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


@pytest.mark.slow
def test_a_change_that_changes_nothing_costs_no_part(tmp_path: Path) -> None:
    channel = Encoded(tmp_path, RAW, x264())
    channel.start(Instant.now(CLOCK), 0)
    channel.answer(1)
    channel.worker.send(ChangeEncoding(CLOCK.monotonic_ns(), x264(), MACHINE))
    channel.worker.wait_for(lambda one: isinstance(one, ChannelStatus), "a heartbeat")
    channel.worker.wait_for(lambda one: isinstance(one, ChannelStatus), "a heartbeat")
    channel.stop()
    assert len(channel.parts) == 1
    assert channel.lost_to <= {LossCause.OVERLOAD}


@pytest.mark.slow
def test_sound_stays_with_its_pictures(tmp_path: Path) -> None:
    source = tmp_path / "source.mp4"
    source.write_bytes(encoded(Recipe(frames=250, size=(320, 176), sound=True)).getvalue())
    channel = Encoded(tmp_path, f"file:{source}?loop=1", x264())
    channel.start(Instant.now(CLOCK), 1_000_000_000)
    channel.wait_for_part(5)
    channel.stop()
    assert channel.lost_to <= {LossCause.OVERLOAD}
    for part in channel.parts[1:-1]:
        with av.open(part.path) as container:
            video, audio = container.streams.video[0], container.streams.audio[0]
            ends: dict[str, list[float]] = {"video": [], "audio": []}
            for packet in container.demux(video, audio):
                if packet.pts is not None:
                    ends[packet.stream.type].append(float(packet.pts * packet.time_base))
        assert len(ends["audio"]) >= 40
        assert abs(ends["audio"][0] - ends["video"][0]) < 0.15
        assert abs(ends["audio"][-1] - ends["video"][-1]) < 0.15


@pytest.mark.slow
def test_a_frozen_picture_is_noticed_on_an_encoded_channel_too(tmp_path: Path) -> None:
    still = tmp_path / "still.mp4"
    with av.open(str(still), "w") as out:
        stream = out.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 320, 176, "yuv420p"
        frame = av.VideoFrame(320, 176, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes(range(256)) * (plane.buffer_size // 256) + bytes(plane.buffer_size % 256))
        for number in range(50):
            frame.pts = number
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    channel = Encoded(tmp_path, f"file:{still}?loop=1", x264())
    channel.worker.wait_for(
        lambda one: isinstance(one, ChannelStatus) and one.picture_fault is PictureFault.FROZEN, "the fault"
    )
    assert channel.worker.close() == 0


@pytest.mark.slow
@pytest.mark.alone("takes all of the machine, and more")
def test_a_machine_that_is_too_slow_loses_frames_by_that_cause_and_the_account_balances(tmp_path: Path) -> None:
    """Small pictures, which cost the source little, made 3840x2160 a hundred times a second: 1.2 GB/s to encode."""
    encoding = EncodingSettings(is_smart=False, encoder="libx264", bitrate_mbits=20.0, resolution=(3840, 2160))
    channel = Encoded(tmp_path, "test:?size=640x360&rate=100&codec=raw", encoding)
    channel.start(Instant.now(CLOCK), 0)
    for number in range(3):
        channel.worker.wait_for(lambda one: isinstance(one, Loss), f"loss {number}")
    peak_bytes = channel.worker.peak_memory_bytes()
    channel.stop()
    numbers = channel.numbers()
    assert len(set(numbers)) == len(numbers) >= 10
    assert peak_bytes < 600_000_000
    missing = set(range(numbers[0], numbers[-1] + 1)) - set(numbers)
    # A loss that ends with the file's first frame lies before the file.
    first = channel.parts[0].start_utc_ns + ROUNDED_NS
    within = [loss for loss in channel.losses if first < loss.to_utc_ns <= _last(channel)]
    assert len(missing) == sum(loss.frames or 0 for loss in within) > 0
    assert {loss.cause for loss in channel.losses} == {LossCause.OVERLOAD}
    status = channel.status.encoding
    assert status is not None
    assert status.preset == "ultrafast"
    assert status.dropped_frames >= len(missing)


def _last(channel: Encoded) -> int:
    end = channel.parts[-1].end_utc_ns
    assert end is not None
    return end + ROUNDED_NS
