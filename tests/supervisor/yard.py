"""A supervisor over real processes of small worker modules, whose callbacks are written down and can be awaited."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seacorder.model.channel import ChannelSettings
from seacorder.supervisor.limits import Limits
from seacorder.supervisor.supervisor import Supervisor
from seacorder.supervisor.table import Launch
from seacorder.supervisor.worker import Callbacks, Worker

WORKERS = Path(__file__).parent / "workers"
PATIENCE_SECONDS = 60.0
QUICK = Limits(
    first_delay_seconds=0.02,
    longest_delay_seconds=0.1,
    start_seconds=PATIENCE_SECONDS,
    heartbeat_seconds=PATIENCE_SECONDS,
    exit_seconds=PATIENCE_SECONDS,
)
"""A worker that is killed is soon back; one that a busy machine lets wait is not taken for one that hangs."""


@dataclass
class Heard:
    """What the callbacks said. Lists of what follows the worker's name."""

    reports: list[Any] = field(default_factory=list)
    started: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def callbacks(self) -> Callbacks:
        return Callbacks(
            on_report=lambda _name, report: self._note(self.reports, report),
            on_started=lambda name: self._note(self.started, name),
            on_lost=lambda _name, sentence: self._note(self.lost, sentence),
        )

    def _note(self, where: list[Any], what: Any) -> None:
        where.append(what)
        self._changed.set()

    async def until(self, condition: Callable[[], object]) -> None:
        """Waits for a callback after which the condition holds."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def report(self) -> Any:
        """The next report from now on."""
        before = len(self.reports)
        await self.until(lambda: len(self.reports) > before)
        return self.reports[before]


class Yard:
    """Makes workers of the test modules, all in one supervisor."""

    def __init__(self) -> None:
        self.heard = Heard()
        self.supervisor = Supervisor(self.heard.callbacks, limits=QUICK)

    def start(
        self, module: str, *, limits: Limits = QUICK, restarts: bool = True, first: Any = None, **env: str
    ) -> Worker[Any]:
        first = ChannelSettings(0, "Bow", "test:") if first is None else first
        launch = Launch(module, {"PYTHONPATH": str(WORKERS), **env})
        worker = self.supervisor.add(f"Bow {module}", launch, first, limits=limits, restarts=restarts)
        worker.start()
        return worker
