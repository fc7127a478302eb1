"""One frame of a recorded file as a JPEG, read by a process of its own, so that recording is not disturbed."""

import asyncio
import math

from seacorder.base.errors import NotPossible, StorageFailed
from seacorder.model.command import ReadFrame
from seacorder.model.report import FrameRead
from seacorder.supervisor.limits import Limits
from seacorder.supervisor.one_run import Job, run_once
from seacorder.supervisor.supervisor import Supervisor
from seacorder.supervisor.table import Launch
from seacorder.supervisor.worker import Callbacks

WORKER_NAME = "a frame of a recorded file"
WAITING_MAX = 8
READ_SECONDS_MAX = 30.0
_LIMITS = Limits(start_seconds=math.inf, heartbeat_seconds=math.inf, stop_seconds=1.0)


class FileFrames:
    """Reads one frame at a time. For the event loop alone."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor
        self._one = asyncio.Lock()
        self._waiting = 0

    async def read(self, order: ReadFrame) -> FrameRead:
        """The frame, or why there is none. Raises NotPossible where too many wait, StorageFailed where the disk does
        not answer."""
        if self._waiting >= WAITING_MAX:
            raise NotPossible(f"{WAITING_MAX} frames of files are being read already.", "Try again in a second.")
        self._waiting += 1
        try:
            async with self._one, asyncio.timeout(READ_SECONDS_MAX):
                return await self._run(order)
        except TimeoutError as error:
            raise StorageFailed("The file's disk does not answer.", "Check its cable.") from error
        finally:
            self._waiting -= 1

    async def _run(self, order: ReadFrame) -> FrameRead:
        found: list[FrameRead] = []
        done = asyncio.Event()

        def reported(_: str, report: object) -> None:
            if isinstance(report, FrameRead):
                found.append(report)
                done.set()

        job = Job(WORKER_NAME, Launch.of("evidence"), order, _LIMITS, may_finish=False)
        await run_once(self._supervisor, job, Callbacks(on_report=reported), done)
        if not found:
            raise StorageFailed("The process that reads the file has ended.", "Try another frame.")
        return found[0]
