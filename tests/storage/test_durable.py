"""The durable file: never blocks, keeps what the disk refuses, and tells the truth."""

import errno
import io
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.clock import FakeClock
from fakes.disk import RecordingDisk
from seacorder.base.clock import SystemClock
from seacorder.base.errors import StorageFailed
from seacorder.storage.byte_run import Data
from seacorder.storage.disk import Disk, PortableDisk, PosixDisk
from seacorder.storage.durable import DurableFile, Opening
from seacorder.storage.memory_budget import TRAILER_BYTES_MAX, MemoryBudget

WAIT_SECONDS = 60.0
PATH = Path("/base/job/x.mp4")


class Ending:
    """What a file says when it is closed, and in which thread."""

    def __init__(self) -> None:
        self.failure: StorageFailed | None = None
        self.thread: threading.Thread | None = None
        self._came = threading.Event()

    def __call__(self, failure: StorageFailed | None) -> None:
        self.failure = failure
        self.thread = threading.current_thread()
        self._came.set()

    def wait(self) -> StorageFailed | None:
        assert self._came.wait(WAIT_SECONDS), "the file was not closed in time"
        return self.failure

    @property
    def has_come(self) -> bool:
        return self._came.is_set()


def fault_of(file: DurableFile) -> str:
    """The file's fault, waited for."""
    end, pause = time.monotonic() + WAIT_SECONDS, threading.Event()
    while (why := file.why) is None:
        assert time.monotonic() < end, "no fault came"
        pause.wait(0.002)
    return why.text


@pytest.fixture
def disk() -> RecordingDisk:
    return RecordingDisk()


@pytest.fixture
def budget() -> MemoryBudget:
    return MemoryBudget(1_000_000)


def begin(disk: Disk, budget: MemoryBudget | None = None, path: Path = PATH, **options: object) -> DurableFile:
    return DurableFile.create(path, budget=budget or MemoryBudget(10**6), clock=SystemClock(), disk=disk, **options)  # type: ignore[arg-type]


def finish(file: DurableFile) -> StorageFailed | None:
    ending = Ending()
    file.close(ending)
    return ending.wait()


@pytest.fixture(params=["posix", "portable", "recording"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Disk, Path]:
    disks: dict[str, Disk] = {"posix": PosixDisk(), "portable": PortableDisk(), "recording": RecordingDisk()}
    return disks[request.param], Path("/base") if request.param == "recording" else tmp_path


def content(disk: Disk, path: Path) -> bytes:
    return bytes(disk.files[path]) if isinstance(disk, RecordingDisk) else path.read_bytes()


def test_a_closed_file_holds_what_was_written(place: tuple[Disk, Path]) -> None:
    disk, base = place
    budget = MemoryBudget(10**6)
    file = begin(disk, budget, base / "a" / "b" / "x.mp4")
    assert file.write(b"head....") == 8
    assert file.write(memoryview(b"body")) == 4
    assert file.seek(4) == 4
    file.write(b"flip")
    assert file.seek(0, os.SEEK_END) == file.tell() == 12
    file.write(bytearray(b"tail"))
    assert (file.seekable(), file.writable()) == (True, True)
    assert finish(file) is None
    assert content(disk, file.path) == b"headflipbodytail"
    assert (file.bytes_stored, file.queued_bytes, budget.taken_bytes, file.why) == (16, 0, 0, None)
    assert file.last_stored_ns > 0


def test_a_name_that_exists_is_not_taken(place: tuple[Disk, Path]) -> None:
    disk, base = place
    files = [begin(disk, path=base / "x.mp4") for _ in range(3)]
    for i, file in enumerate(files):
        assert file.is_open
        file.write(bytes([i]))
        assert finish(file) is None
    assert [content(disk, base / name) for name in ("x.mp4", "x_2.mp4", "x_3.mp4")] == [b"\0", b"\1", b"\2"]
    assert [file.path.name for file in files] == ["x.mp4", "x_2.mp4", "x_3.mp4"]


def test_a_full_disk_keeps_whole_pieces_only(disk: RecordingDisk) -> None:
    """A player refuses a file that ends within a fragment's head; what does not fit is left out as a whole."""
    gate = disk.hang("write")
    file = begin(disk)
    disk.size = 10
    for run in (b"first...", b"second..", b"third..."):
        file.write(run)
    gate.set()
    assert disk.wait_for(lambda disk: "truncate" in disk.names())
    assert content(disk, file.path) == b"first..."
    disk.size = None
    assert finish(file) is None
    assert content(disk, file.path) == b"first...second..third..."


SEEKS = st.tuples(st.integers(0, 80), st.sampled_from([os.SEEK_SET, os.SEEK_END]))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=50) | SEEKS, max_size=20))
def test_it_behaves_as_any_file(steps: list[bytes | tuple[int, int]]) -> None:
    disk, plain = RecordingDisk(), io.BytesIO()
    disk.longest_write = 7
    file = begin(disk)
    for step in steps:
        if isinstance(step, bytes):
            assert file.write(step) == plain.write(step)
        else:
            assert file.seek(*step) == plain.seek(*step)
        assert file.tell() == plain.tell()
    assert finish(file) is None
    assert bytes(disk.files[PATH]) == plain.getvalue()


def test_a_position_before_the_start_is_refused(disk: RecordingDisk) -> None:
    file = begin(disk)
    with pytest.raises(ValueError, match="before"):
        file.seek(-1)
    finish(file)


def test_a_backward_write_is_synced_before_and_after(disk: RecordingDisk) -> None:
    file = begin(disk)
    file.write(b"fragments and index")
    file.seek(0)
    file.write(b"F")
    assert finish(file) is None
    assert disk.names() == (
        ["create", "write", "sync", *["sync_folder"] * 3, "write", "sync", "sync_whole", *["sync_folder"] * 3, "close"]
    )


def test_the_folders_of_a_new_file_are_synced_up_to_the_one_that_stood(disk: RecordingDisk) -> None:
    disk.make_folders(Path("/base"))
    finish(begin(disk))
    assert [op.path for op in disk.operations if op.name == "sync_folder"] == [Path("/base"), Path("/base/job")]


def test_bytes_are_synced_once_a_second(disk: RecordingDisk) -> None:
    clock = FakeClock()
    file = DurableFile.create(PATH, budget=MemoryBudget(10**6), clock=clock, disk=disk)
    for i in range(4):
        for j in range(5):
            clock.advance(0.2)
            file.write(b"x")
            assert disk.wait_for(lambda d, n=i * 5 + j + 1: len(d.files[PATH]) == n)
    syncs = disk.names().count("sync")
    assert 3 <= syncs <= 4
    assert finish(file) is None


def test_writing_never_waits_for_the_disk(disk: RecordingDisk, budget: MemoryBudget) -> None:
    gate = disk.hang("write")
    file = begin(disk, budget)
    for _ in range(10):
        file.write(bytes(100_000))
    assert (file.queued_bytes, file.bytes_stored, file.last_stored_ns) == (1_000_000, 0, 0)
    assert not budget.has_room(1)
    gate.set()
    assert finish(file) is None
    assert budget.has_room(1_000_000)


def test_a_hanging_disk_lets_create_go_on(disk: RecordingDisk) -> None:
    disk.make_folders(PATH.parent)
    disk.create(PATH)
    gate = disk.hang("create")
    file = begin(disk)
    assert not file.is_open
    file.write(b"kept")
    gate.set()
    assert finish(file) is None
    assert file.path.name == "x_2.mp4"
    assert bytes(disk.files[file.path]) == b"kept"


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS, errno.ENOSPC, errno.ENAMETOOLONG, errno.EMFILE, 9999])
def test_a_disk_that_refuses_the_file_is_told_in_one_sentence(disk: RecordingDisk, code: int) -> None:
    disk.refuse("create", code)
    with pytest.raises(StorageFailed) as refusal:
        begin(disk)
    assert refusal.value.sentence.endswith(".")
    assert "\n" not in refusal.value.sentence
    assert isinstance(refusal.value.__cause__, OSError)


def test_a_patient_file_waits_for_its_disk(disk: RecordingDisk) -> None:
    disk.refuse("create", errno.EROFS)
    file = begin(disk, opening=Opening(is_patient=True))
    file.write(b"kept")
    assert "can only be read" in fault_of(file)
    assert (file.is_open, file.bytes_stored) == (False, 0)
    disk.allow("create")
    assert finish(file) is None
    assert bytes(disk.files[PATH]) == b"kept"
    assert file.why is None


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EROFS])
def test_what_the_disk_refuses_is_kept_and_written_later(disk: RecordingDisk, budget: MemoryBudget, code: int) -> None:
    file = begin(disk, budget)
    file.write(b"one")
    disk.wait_for(lambda d: d.files[PATH] == b"one")
    disk.refuse("write", code)
    file.write(b"two")
    assert str(PATH.parent) in fault_of(file)
    assert file.fault_since_ns is not None
    file.write(b"three")
    assert file.queued_bytes == 8
    disk.allow("write")
    assert finish(file) is None
    assert bytes(disk.files[PATH]) == b"onetwothree"
    assert (file.why, file.fault_since_ns, budget.taken_bytes) == (None, None, 0)


@pytest.mark.parametrize(("name", "second"), [("sync", 0), ("sync_whole", 5)])
def test_after_a_failed_sync_everything_since_the_last_good_one_is_written_again(
    disk: RecordingDisk, name: str, second: int
) -> None:
    disk.refuse(name, errno.EIO)
    file = begin(disk)
    file.write(b"bytes")
    file.seek(second)
    file.write(b"B")
    ending = Ending()
    file.close(ending)
    fault = fault_of(file)
    writes = len(disk.operations)
    assert disk.wait_for(lambda d: len(d.operations) > writes)
    assert not ending.has_come
    assert str(file.why) == fault, "a write that goes well does not hide a sync that fails"
    disk.allow(name)
    assert ending.wait() is None
    assert file.why is None
    assert bytes(disk.files[PATH]) == (b"bytesB" if second else b"Bytes")


def test_names_that_cannot_be_synced_hold_the_end_back(disk: RecordingDisk) -> None:
    disk.refuse("sync_folder", errno.EIO)
    file = begin(disk)
    file.write(b"x")
    ending = Ending()
    file.close(ending)
    fault_of(file)
    assert not ending.has_come
    disk.allow("sync_folder")
    assert ending.wait() is None


def test_a_file_that_cannot_be_finished_can_be_given_up(disk: RecordingDisk, budget: MemoryBudget) -> None:
    ending = Ending()
    disk.refuse("write", errno.ENOSPC)
    file = begin(disk, budget)
    file.write(b"lost")
    fault_of(file)
    file.close(ending)
    assert not ending.has_come
    file.give_up()
    failure = ending.wait()
    assert failure is not None
    assert "full" in failure.sentence
    assert file.wait_ended(WAIT_SECONDS)
    assert budget.taken_bytes == 0
    assert disk.names()[-1] == "close"


def test_a_file_can_be_given_up_before_it_is_open(disk: RecordingDisk) -> None:
    ending = Ending()
    disk.refuse("create", errno.EROFS)
    file = begin(disk, opening=Opening(is_patient=True))
    file.give_up(ending)
    failure = ending.wait()
    assert failure is not None
    assert failure.fact == "The disk of /base/job can only be read (often after an error of the disk)."


def test_a_closed_file_takes_no_more(disk: RecordingDisk) -> None:
    file = begin(disk)
    assert finish(file) is None
    with pytest.raises(StorageFailed, match="closed"):
        file.write(b"late")


def test_the_end_is_told_once_and_from_the_writers_thread(disk: RecordingDisk) -> None:
    file, first, second = begin(disk), Ending(), Ending()
    file.close(first)
    first.wait()
    assert first.thread is not threading.current_thread()
    file.close(second)
    assert second.wait() is None, "a call that comes too late is answered at once"


def test_a_file_that_somebody_deletes_is_a_fault(disk: RecordingDisk) -> None:
    file = begin(disk)
    file.write(b"x")
    disk.is_deleted = True
    ending = Ending()
    file.close(ending)
    assert "deleted" in fault_of(file)
    file.give_up()
    assert ending.wait() is not None


def test_a_mark_tells_what_has_been_stored(disk: RecordingDisk) -> None:
    gate = disk.hang("write")
    file = begin(disk)
    file.put_milestone(1)
    file.write(b"x")
    file.put_milestone(2)
    assert file.stored_milestone == 1
    gate.set()
    assert disk.wait_for(lambda d: d.files[PATH] == b"x")
    assert finish(file) is None
    assert file.stored_milestone == 2


def test_a_fault_of_the_program_ends_the_file_and_is_told(
    disk: RecordingDisk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(handle: int, offset: int, data: Data) -> int:
        raise RuntimeError("a fault of the program")

    monkeypatch.setattr(disk, "write", fail)
    file, ending = begin(disk), Ending()
    file.write(b"x")
    assert file.wait_ended(WAIT_SECONDS)
    file.close(ending)
    assert ending.wait() is not None
    assert "RuntimeError" in caplog.text


def test_the_queue_is_bounded_even_for_who_does_not_ask(disk: RecordingDisk) -> None:
    budget = MemoryBudget(1000)
    gate = disk.hang("write")
    file = begin(disk, budget)
    assert budget.take(TRAILER_BYTES_MAX)
    file.write(bytes(1000))
    with pytest.raises(StorageFailed):
        file.write(b"x")
    gate.set()
    assert finish(file) is None
    assert budget.taken_bytes == TRAILER_BYTES_MAX


@pytest.fixture
def small_volume(tmp_path: Path) -> Iterator[Path]:
    """A volume of one megabyte. Where none can be mounted the test is skipped, but never in the check."""
    folder = tmp_path / "small"
    folder.mkdir()
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        if os.environ.get("CI") == "true":
            raise
        pytest.skip("a small volume can only be mounted by root on Linux")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_volume_that_gets_room_again_loses_nothing(small_volume: Path) -> None:
    filler = small_volume / "filler"
    filler.write_bytes(bytes(700_000))
    budget = MemoryBudget(10**7)
    file = begin(PosixDisk(), budget, small_volume / "x.mp4")
    pieces = [os.urandom(100_000) for _ in range(8)]
    for piece in pieces:
        file.write(piece)
    fault_of(file)
    assert "full" in str(file.why)
    filler.unlink()
    assert finish(file) is None
    assert file.path.read_bytes() == b"".join(pieces)
    assert (file.why, budget.taken_bytes) == (None, 0)


def test_a_read_only_volume_is_told(small_volume: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_volume)], check=True)
    with pytest.raises(StorageFailed, match="can only be read"):
        begin(PosixDisk(), path=small_volume / "x.mp4")


def test_a_file_ends_in_time_although_a_write_never_returns(disk: RecordingDisk, budget: MemoryBudget) -> None:
    gate = disk.hang("write")
    file = DurableFile.create(Path("/d/a.mp4"), budget=budget, clock=FakeClock(), disk=disk)
    file.write(b"abc")
    ended: list[StorageFailed | None] = []
    file.close(ended.append)
    file.end_within(0.01)
    assert file.wait_ended(10)
    gate.set()
    (failure,) = ended
    assert failure is not None
    assert failure.fact == (
        f"The disk of {Path('/d')} did not answer in time, so {Path('/d/a.mp4')} could not be finished. It can be "
        "played as it is; the last seconds may be missing and are listed as a loss."
    )
    assert failure.action == "Check the disk before the next dive."
    assert budget.taken_bytes == 0
    assert disk.wait_for(lambda seen: "close" in seen.names()), "the handle is given back once the call returns"
    assert (len(ended), file.bytes_stored) == (1, 0)
