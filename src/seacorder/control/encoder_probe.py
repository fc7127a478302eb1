"""Which encoders this machine has: asked once, when somebody first wants to know, of a process of its own."""

import asyncio
import math

from seacorder.base.errors import NotPossible
from seacorder.model.report import EncodersFound
from seacorder.supervisor.limits import Limits
from seacorder.supervisor.supervisor import Supervisor
from seacorder.supervisor.table import Launch
from seacorder.supervisor.worker import Callbacks

WORKER_NAME = "encoder probe"
MODULE = "seacorder.channel.encoders"


class EncoderProbe:
    """For the event loop alone. A driver that crashes while it is tried takes only the probe with it."""

    def __init__(self, supervisor: Supervisor, limit_seconds: float) -> None:
        self._supervisor = supervisor
        self._limit_seconds = limit_seconds
        self._found: frozenset[str] | None = None
        self._lock = asyncio.Lock()

    async def available(self) -> frozenset[str]:
        """FFmpeg's names of the encoders that open. Raises NotPossible when that cannot be found out."""
        async with self._lock:
            if self._found is None:
                self._found = await self._ask()
            return self._found

    async def _ask(self) -> frozenset[str]:
        reports: list[object] = []
        worker = self._supervisor.add(
            WORKER_NAME,
            Launch(MODULE),
            None,
            callbacks=Callbacks(on_report=lambda _, report: reports.append(report)),
            limits=Limits(heartbeat_seconds=math.inf),
            restarts=False,
        )
        try:
            worker.start()
            await asyncio.wait_for(worker.ended(), self._limit_seconds)
        except TimeoutError:
            worker.stop_now()
        finally:
            await self._supervisor.remove(WORKER_NAME)
        found = [report for report in reports if isinstance(report, EncodersFound)]
        if not found:
            raise NotPossible("Which encoders this machine has could not be found out; try again, or choose copy.")
        return found[-1].encoders
