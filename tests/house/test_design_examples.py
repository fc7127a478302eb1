"""The worked examples in the design papers: each number is what the code makes of the example's inputs."""

import io
import itertools
import re
from fractions import Fraction
from typing import Any

import av
import pytest

from rig.pages import rows
from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND
from seacorder.channel.encoding.frame_rate_grid import Grid, PictureCounts
from seacorder.channel.narration.placement import NarrationPlacement
from seacorder.channel.picture_check.judge import COLUMNS, ROWS, KeyframeLook, PictureJudge
from seacorder.channel.timing.clock_offset import ClockOffset
from seacorder.channel.timing.track_times import Step, TrackTimes
from seacorder.inputs.rtp.arrivals import Burst
from seacorder.inputs.rtp.decoding_times import MissingPictures
from seacorder.inputs.rtsp.unread import SLOT_NS, UnreadTime
from seacorder.model.capture_time import AGREEMENT_NS, Captured, distance
from seacorder.model.narration import FRAME_SAMPLES, SAMPLE_RATE
from seacorder.model.sample import Sample, Track, TrackFormat
from seacorder.mp4.start_time import BehindFileType, start_time_box
from seacorder.storage.write_order import Done, Sync, SyncNames, Wait, WriteBytes, WriteOrder
from seacorder.supervisor.limits import Limits
from seacorder.supervisor.pacing import RestartDelay
from tools.tree import ROOT

pytestmark = pytest.mark.docs

TIME = (ROOT / "docs/design/time.md").read_text("utf-8")
DURABILITY = (ROOT / "docs/design/durability.md").read_text("utf-8")
PROCESSES = (ROOT / "docs/design/processes.md").read_text("utf-8")
ENCODING = (ROOT / "docs/design/encoding.md").read_text("utf-8")
RTSP = (ROOT / "docs/design/rtsp.md").read_text("utf-8")
PICTURES = (ROOT / "docs/design/pictures.md").read_text("utf-8")
AUDIO = (ROOT / "docs/design/audio.md").read_text("utf-8")
FRAME_NS = 40 * NS_PER_MS
WORDS = {Step.KEPT: "", Step.MISSING: "missing", Step.REPEATED: "repeated", Step.BACKWARD: "backward",
         Step.JUMPED: "jumped"}  # fmt: skip


def table(text: str, head: str) -> list[list[str]]:
    """The cells of the table whose header row begins so."""
    return rows(text[text.index(f"| {head}") :].split("\n\n", maxsplit=1)[0])[1:]


def in_one_line(text: str) -> str:
    """Wherever its lines are broken."""
    return " ".join(text.split())


def test_the_least_delayed_frames() -> None:
    offset = ClockOffset()
    rows = [list(map(int, row)) for row in table(TIME, "media time | captured")]
    assert len(rows) == 6
    for media, captured, delay, arrived, apart, given, told, error in rows:
        assert (arrived, apart) == (captured + delay, arrived - media)
        assert offset.learn(media * NS_PER_MS, arrived * NS_PER_MS) == given * NS_PER_MS
        assert (told, error) == (media + given, media + given - captured)


@pytest.mark.parametrize("side", [0, 1])
def test_two_lines(side: int) -> None:
    times, last = TrackTimes(Fraction(1, 1000), 40), 0
    rows = table(TIME, "arrived | timestamp | step")
    assert len(rows) == 5
    for row in rows:
        arrived, (stamp, step, word) = int(row[0]), row[1 + 4 * side :][:3]
        if step == "first":
            last = times.begin(0, int(stamp), arrived * NS_PER_MS)
            continue
        out = times.take(int(stamp), arrived * NS_PER_MS)
        assert (out - last, WORDS[times.kind]) == (int(step), word)
        last = out


def test_a_hole_of_12_frames() -> None:
    by_arrivals, by_camera = table(TIME, "count | last frame before")
    before, after = (Captured(ns_of(by_arrivals[at]), ns_of(by_camera[at])) for at in (1, 2))
    estimate, exact = distance(Captured(before.instant_ns), Captured(after.instant_ns)), distance(before, after)
    assert (estimate.is_by_camera, exact.is_by_camera) == (False, True)
    for row, length, word in ((by_arrivals, estimate, "an estimate"), (by_camera, exact, "exact")):
        assert length.ns == ns_of(row[3])
        missing = length.frames_between(FRAME_NS)
        assert row[4] == f"{length.ns // NS_PER_MS} / 40 − 1 = {missing}, {word}"
    assert "differ over the hole by 240 ms, less than 0.25 s" in in_one_line(TIME)
    assert estimate.ns - exact.ns == 240 * NS_PER_MS < AGREEMENT_NS == 250 * NS_PER_MS


def test_the_drawing_of_the_hole_has_as_many_frames() -> None:
    drawing = re.search(r"camera captures +([│× ]+)\n", TIME)
    assert drawing is not None
    assert drawing[1].count("×") == 12


def test_the_rounding_remainder() -> None:
    told = re.search(r"(\d+) ms are (\d+) frames, and \1 − (\d+) × 40 = (\d+) ms", in_one_line(TIME))
    assert told is not None
    hole, frames, steps, rest = map(int, told.groups())
    found = distance(Captured(0), Captured(hole * NS_PER_MS)).frames_between(FRAME_NS)
    assert (found, steps, rest) == (frames, frames + 1, hole - steps * 40)


def ns_of(cell: str) -> int:
    return int(cell.removesuffix(" ms")) * NS_PER_MS


def test_the_order_of_writes_and_syncs() -> None:
    order = WriteOrder()
    for when, handed_over, told in table(DURABILITY, "time | handed over"):
        now_ns = round(float(when.removesuffix(" s")) * 1000) * NS_PER_MS
        for size, offset in re.findall(r"(\d+) bytes at (\d+)", handed_over):
            order.put(int(offset), bytes(int(size)))
        if handed_over.endswith("end"):
            order.end()
        assert ", ".join(steps_of(order, now_ns)) == told


def steps_of(order: WriteOrder, now_ns: int) -> list[str]:
    steps = []
    while not isinstance(step := order.next(now_ns), Wait | Done):
        if isinstance(step, WriteBytes):
            steps.append(f"write {len(step.data)} at {step.offset}")
            order.written(len(step.data), now_ns)
        elif isinstance(step, Sync):
            steps.append("whole sync" if step.whole else "sync")
            order.synced(whole=step.whole)
        elif isinstance(step, SyncNames):
            steps.append("sync of the folders")
            order.names_synced()
    return steps


def test_pictures_that_a_lossy_network_took() -> None:
    missing = MissingPictures(0)
    for at, lost, damaged, told, _ in table(RTSP, "kept picture at"):
        assert missing.before(int(at), damaged=int(damaged), lost=int(lost)) == int(told)


def test_where_narration_is_placed() -> None:
    numbers = [int(one) for one in AUDIO[AUDIO.index("| packet |") :].split("\n", maxsplit=1)[0].split("|")[2:-1]]
    steady, placed, true = (row[1:] for row in table(AUDIO, "packet | 0"))
    found = placed_beside_a_slow_camera(numbers[-1] + 1)
    assert [int(one) for one in steady] == [FRAME_SAMPLES * number for number in numbers]
    assert [int(one) for one in placed] == [found[number] for number in numbers]
    assert true == [f"{FRAME_SAMPLES * number * 0.9999:.1f}" for number in numbers]


def placed_beside_a_slow_camera(packets: int) -> list[int]:
    """Ticks of narration beside 25 pictures a second of a camera whose clock is 100 parts in a million slow."""
    narration, placed, heard = NarrationPlacement(channels=1), list[int](), 0
    video = TrackFormat(Track.VIDEO, "h264", Fraction(1, NS_PER_SECOND), b"", 640, 360)
    for now_ns in itertools.count(0, FRAME_NS):
        while (instant_ns := round(heard * FRAME_SAMPLES * NS_PER_SECOND / SAMPLE_RATE)) <= now_ns:
            narration.hear(instant_ns, b"word")
            heard += 1
        media = now_ns * 9999 // 10_000
        picture = Sample(Track.VIDEO, None, media, media, 0, is_keyframe=True, size=1, instant_ns=now_ns,
                         utc_ns=now_ns, number=now_ns // FRAME_NS)  # fmt: skip
        placed += [sample.pts for sample in narration.up_to(picture, video)]
        if len(placed) >= packets:
            break
    return placed


def test_the_count_of_frames_on_a_grid() -> None:
    for source, *counts, shown in table(ENCODING, "source | received"):
        received, encoded, repeated, passed_over, lost = map(int, counts)
        fate, rate = PictureCounts(), int(source.removesuffix(" a second"))
        grid = Grid(Fraction(25), fate)
        points = []
        for frame in range(rate + 1):
            before, now = grid.take(Fraction(frame, rate))
            points += [frame - 1] * len(before) + [frame] * len(now)
        assert (received, encoded, lost) == (rate, len(points) - 1, 0)
        assert (repeated, passed_over) == (fate.repeated, fate.passed_over)
        assert received == encoded - repeated + passed_over + lost
        assert points[:6] == list(map(int, shown.split()))


def test_how_soon_a_freeze_is_reported() -> None:
    rows = dict(table(PICTURES, "keyframes every | reported"))
    assert reported_after(3) <= float(rows.pop("up to 3 s").removesuffix(" s"))
    assert rows.pop("*G*") == "never later than 10 s + *G*"
    assert {every: f"{reported_after(int(every.removesuffix(' s')))} s" for every in rows} == rows


def reported_after(keyframe_seconds: int) -> int:
    """Seconds from a freeze right after a look to the look that reports it."""
    judge, seconds, content = PictureJudge(), 0, bytes(range(COLUMNS)) * ROWS
    judge.see(KeyframeLook(0, content[::-1]))
    while judge.fault is None:
        seconds += keyframe_seconds
        judge.see(KeyframeLook(seconds * NS_PER_SECOND, content))
    return seconds


def test_the_back_off_of_a_worker() -> None:
    runs, pictures, delays = (re.findall(rf"^ {word} +(.*)$", PROCESSES, re.MULTILINE)[0].split() for word in
                              ("run", "pictures", "delay"))  # fmt: skip
    told = " ".join(runs).replace("an hour", "3600 s").split()
    seconds = [float(one) for one in told if one != "s"]
    assert len(seconds) == len(pictures) == len(delays) - 1 == 11
    restart_delay = RestartDelay(Limits())
    for run, brought, delay in zip(seconds, pictures, delays, strict=False):
        assert restart_delay.delay_after(run, is_proved=brought == "yes") == float(delay)


def test_the_boxes_of_a_growing_and_of_a_closed_file() -> None:
    drawn = dict(re.findall(r"^ (growing|closed) +(.*?) {3}", DURABILITY, re.MULTILINE))
    file = HybridFile()
    assert re.findall("[a-z]{4}", drawn["growing"]) == boxes_of(file.growing)
    assert re.findall("[a-z]{4}", drawn["closed"]) == boxes_of(file.getvalue())
    told = re.search(r"the (\d+) bytes at (\d+) hide", DURABILITY)
    assert told is not None
    assert file.backward == [(int(told[2]), int(told[1]))]


class HybridFile(io.BytesIO):
    """A film of two seconds, as FFmpeg's muxer hands it over, behind the box with the start time."""

    def __init__(self) -> None:
        super().__init__()
        self.backward: list[tuple[int, int]] = []
        """(offset, bytes) of each write that begins before the furthest byte so far."""
        options = {"movflags": "+hybrid_fragmented+default_base_moof", "frag_duration": "500000"}
        with av.open(BehindFileType(self, start_time_box(0)), "w", format="mp4", options=options) as container:
            stream = container.add_stream("libx264", rate=25, options={"g": "25", "bf": "0", "preset": "ultrafast"})
            stream.width, stream.height = 160, 120
            for number in range(50):
                picture = av.VideoFrame(160, 120, "yuv420p")
                picture.pts, picture.time_base = number, Fraction(1, 25)
                container.mux(stream.encode(picture))
            container.mux(stream.encode(None))
            self.growing = self.getvalue()

    def write(self, data: Any) -> int:
        if self.tell() < len(self.getvalue()):
            self.backward.append((self.tell(), len(data)))
        return super().write(data)

    def close(self) -> None:
        """What has been written is read afterwards."""


def boxes_of(content: bytes) -> list[str]:
    """The kinds of the outermost boxes."""
    kinds, at = [], 0
    while at < len(content):
        kinds.append(content[at + 4 : at + 8].decode("ascii"))
        at += int.from_bytes(content[at : at + 4], "big")
    return kinds


def test_frames_that_were_read_together() -> None:
    text = in_one_line(TIME)
    found = Burst(1190 * NS_PER_MS, 1000 * NS_PER_MS).arrivals([45_000, 54_000], 63_000, 90_000)
    assert [one // NS_PER_MS for one in found] == [1000, 1090]
    assert "the newest byte came at 1190 ms and belongs to a frame of RTP time 63,000" in text
    assert "The frame of 54,000 came at 1090 ms, the frame of 45,000 at 1000 ms" in text


def test_how_long_bytes_may_lie_unread() -> None:
    unread = UnreadTime(0)
    for place in range(1, 10):
        unread.took(300_000, place * SLOT_NS)
    text = in_one_line(RTSP)
    assert "at most 300 kB in 0.2 s, so room for 600 kB is asked for" in text
    assert unread.wanted_bytes == 600_000
    assert f"200 × 208 / 600 = {unread.ns(208_000) // NS_PER_MS} ms between two reads" in text
