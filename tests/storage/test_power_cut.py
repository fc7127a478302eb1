"""A power cut at any moment: whatever of the unsynced writes survives, all that was synced plays.

A real muxer writes a real film through the durable file onto the recording disk. Then, for a cut after each
operation, files are put together from what the rules of a disk allow to be left, and are read back.
"""

import contextlib
import io
import random
import threading
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import pytest

from fakes.clock import FakeClock
from fakes.disk import Operation, RecordingDisk, left_by_power_cut
from seacorder.storage.durable import DurableFile
from seacorder.storage.memory_budget import MemoryBudget

FRAMES = 150
RATE = 25
PATH = Path("/film.mp4")
SYNCS = {"sync", "sync_whole"}
HYBRID = {
    "movflags": "+hybrid_fragmented+default_base_moof",
    "frag_duration": "500000",
    "flush_packets": "1",
}


class Film:
    """What was asked of the disk, and how many frames it had taken after how many operations."""

    def __init__(self) -> None:
        self.disk = RecordingDisk()
        self.taken: list[tuple[int, int]] = []

    def record(self) -> None:
        clock = FakeClock()
        file = DurableFile.create(PATH, budget=MemoryBudget(10**8), clock=clock, disk=self.disk)
        with av.open(file, "w", format="mp4", options=HYBRID) as container:
            stream = container.add_stream("libx264", rate=RATE, options={"g": "25", "bf": "0", "preset": "ultrafast"})
            stream.width, stream.height = 160, 120
            for number in range(FRAMES):
                for packet in stream.encode(_picture(number)):
                    container.mux(packet)
                    self._let_the_disk_follow(file, number)
                clock.advance(1 / RATE)
            for packet in stream.encode(None):
                container.mux(packet)
        ended = threading.Event()
        file.close(lambda _: ended.set())
        assert ended.wait(60)
        last_write = max(i for i, operation in enumerate(self.disk.operations) if operation.name == "write")
        self.taken.append((last_write + 1, FRAMES))

    def _let_the_disk_follow(self, file: DurableFile, number: int) -> None:
        if file.queued_bytes:
            assert self.disk.wait_for(lambda _: file.tell() <= len(self.disk.files[PATH]))
            fragments = bytes(self.disk.files[PATH])
            self.taken.append((len(self.disk.operations), frames_in(fragments)))

    def promised(self, operations: int) -> int:
        """Frames that a cut after so many operations must leave: those taken before the last sync among these."""
        syncs = [i for i, operation in enumerate(self.disk.operations[:operations]) if operation.name in SYNCS]
        last = syncs[-1] if syncs else 0
        return max((frames for count, frames in self.taken if count <= last), default=0)


def _picture(number: int) -> av.VideoFrame:
    frame = av.VideoFrame(160, 120, "yuv420p")
    for plane in frame.planes:
        plane.update(bytes((i * number) % 251 for i in range(plane.buffer_size)))
    frame.pts, frame.time_base = number, Fraction(1, RATE)
    return frame


def frames_in(content: bytes) -> int:
    """Pictures that a player gets out of a file until its first fault; 0 when it does not open."""
    count = 0
    with contextlib.suppress(av.FFmpegError), av.open(io.BytesIO(content), "r", format="mp4") as container:
        for _ in container.decode(video=0):
            count += 1
    return count


@pytest.fixture(scope="module")
def film() -> Film:
    film = Film()
    film.record()
    return film


def test_the_whole_film_is_there(film: Film) -> None:
    assert frames_in(bytes(film.disk.files[PATH])) == FRAMES


def test_the_muxer_writes_backward_once_and_the_file_fences_it(film: Film) -> None:
    log = [operation for operation in film.disk.operations if operation.name in SYNCS | {"write"}]
    backward = [i for i in range(len(log)) if _is_backward(log, i)]
    assert len(backward) == 1
    place = backward[0]
    assert [log[place - 1].name, log[place + 1].name] == ["sync", "sync"]
    assert len(log[place].data) <= 16


def _is_backward(log: Sequence[Operation], place: int) -> bool:
    before = [operation.offset + len(operation.data) for operation in log[:place] if operation.name == "write"]
    return log[place].name == "write" and log[place].offset < max(before, default=0)


@pytest.mark.parametrize("survivors", ["none", "all", "last", "some", "torn"])
def test_a_cut_at_any_moment_leaves_all_that_was_synced(film: Film, survivors: str) -> None:
    for cut in range(1, len(film.disk.operations) + 1):
        dice = random.Random(f"{survivors} {cut}")
        survives = {
            "none": lambda _: 0.0,
            "all": lambda _: 1.0,
            "last": lambda i, last=cut - 1: float(i == last),
            "some": lambda _, dice=dice: dice.choice([0.0, 1.0]),
            "torn": lambda _, dice=dice: dice.random(),
        }[survivors]
        left = left_by_power_cut(film.disk.operations[:cut], survives)
        assert frames_in(left) >= film.promised(cut), f"after {cut} operations"


def test_the_promise_grows_with_the_film(film: Film) -> None:
    promises = [film.promised(cut) for cut in range(len(film.disk.operations) + 1)]
    assert promises == sorted(promises)
    assert promises[-1] == FRAMES


def test_without_the_fence_a_cut_can_take_the_whole_film(film: Film) -> None:
    """Why the barrier is there: the turned header survives, the index that it points to does not."""
    log = film.disk.operations
    turn = next(i for i in range(len(log)) if _is_backward(log, i))
    unfenced = [operation for i, operation in enumerate(log[: turn + 1]) if i != turn - 1]
    left = left_by_power_cut(unfenced, lambda i: float(i == len(unfenced) - 1))
    assert frames_in(left) == 0
    assert frames_in(left_by_power_cut(log[: turn + 1], lambda i: float(i == turn))) == FRAMES


def test_a_sector_comes_to_the_medium_with_what_was_written_into_it_before() -> None:
    first, second = Operation("write", PATH, 0, b"a" * 700), Operation("write", PATH, 700, b"b" * 700)
    torn = left_by_power_cut([first, second], lambda at: [0.9, 0.5][at])
    assert torn == b"a" * 700 + b"b" * 324
    assert left_by_power_cut([first, second], lambda at: [0.9, 0.0][at]) == b"a" * 512
    assert left_by_power_cut([first, second], lambda at: [0.0, 1.0][at]) == bytes(512) + b"a" * 188 + b"b" * 700
