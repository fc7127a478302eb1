"""A frame of a recorded file is read by a process of its own, one at a time; its end and too many readers are told."""

import asyncio
from collections.abc import Callable

import pytest

from fakes.clock import FakeClock
from fakes.workers import FakeSupervisor, FakeWorker
from seacorder.base.errors import NotPossible, StorageFailed
from seacorder.control.files.frames import WAITING_MAX, FileFrames
from seacorder.model.command import ReadFrame
from seacorder.model.report import FrameRead

ORDER, FRAME = ReadFrame("/1.mp4", 5), FrameRead(b"jpeg", 7, 5)


def frames(on_start: Callable[[FakeWorker], None]) -> FileFrames:
    supervisor = FakeSupervisor(FakeClock())

    def added(worker: FakeWorker) -> None:
        assert worker.first_message == ORDER
        worker.on_start = lambda: on_start(worker)

    supervisor.on_add = added
    return FileFrames(supervisor)  # type: ignore[arg-type]


async def test_a_frame() -> None:
    reader = frames(lambda worker: worker.report(FRAME))
    assert [await reader.read(ORDER) for _ in range(2)] == [FRAME, FRAME]


async def test_a_process_that_ends_without_an_answer() -> None:
    with pytest.raises(StorageFailed, match="has ended"):
        await frames(lambda worker: worker.end()).read(ORDER)


async def test_no_more_than_so_many_wait() -> None:
    started: list[FakeWorker] = []
    reader = frames(started.append)
    reading = [asyncio.ensure_future(reader.read(ORDER)) for _ in range(WAITING_MAX)]
    while not started:
        await asyncio.sleep(0)
    with pytest.raises(NotPossible):
        await reader.read(ORDER)
    assert len(started) == 1
    for one in reading:
        one.cancel()
    await asyncio.gather(*reading, return_exceptions=True)
    assert await frames(lambda worker: worker.report(FRAME)).read(ORDER) == FRAME
