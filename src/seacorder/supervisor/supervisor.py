"""All workers together."""

import asyncio
import itertools
import logging
from collections.abc import Iterator, Sequence
from typing import Any

from seacorder.supervisor.forking import ForkServer
from seacorder.supervisor.limits import Limits
from seacorder.supervisor.shared_process import SharedProcess
from seacorder.supervisor.table import Launch
from seacorder.supervisor.worker import Callbacks, Worker

_log = logging.getLogger(__name__)


class Supervisor:
    """Starts, finds and stops workers by name. Use it from the event loop only; `remove` and `stop` wait."""

    def __init__(
        self, callbacks: Callbacks, *, limits: Limits | None = None, forks: ForkServer | None = None
    ) -> None:
        """`forks` starts the workers of its kind where it can; it is stopped with them."""
        self._callbacks = callbacks
        self._forks = forks
        self._limits = limits or Limits()
        self._workers: dict[str, Worker[Any]] = {}
        self._request_numbers = itertools.count(1)

    def add(
        self,
        name: str,
        launch: Launch,
        first_message: object,
        *,
        callbacks: Callbacks | None = None,
        limits: Limits | None = None,
        restarts: bool = True,
    ) -> Worker[Any]:
        """Adds a worker without starting it. Raises ValueError for a name that is taken.

        `launch` says what runs, such as `Launch.of("channel")`; `first_message` is sent to each new process before
        anything else. `callbacks` and `limits` default to the supervisor's. With `restarts=False` the worker runs once;
        see `one_run.run_once`.
        """
        if name in self._workers:
            raise ValueError(f"there is a worker named {name} already")
        worker: Worker[Any] = Worker(
            name, launch, first_message, callbacks or self._callbacks, limits=limits or self._limits, restarts=restarts
        )
        worker.forks = self._forks
        self._workers[name] = worker
        return worker

    def group(self, names: Sequence[str], launch: Launch) -> None:
        """Lets these workers, none of which has been started yet, share one process; `launch` says which."""
        shared = SharedProcess(" + ".join(names), launch, self._limits, self._forks)
        for name in names:
            self._workers[name].run_in(shared)

    def __getitem__(self, name: str) -> Worker[Any]:
        return self._workers[name]

    def __iter__(self) -> Iterator[Worker[Any]]:
        return iter(tuple(self._workers.values()))

    def next_request(self) -> int:
        """A number for the `request` field of a command, unique over all workers."""
        return next(self._request_numbers)

    async def remove(self, name: str) -> None:
        """Stops a worker in order, waits for that, and forgets it."""
        await self._workers[name].stop()
        del self._workers[name]

    async def stop(self) -> None:
        """Lets all workers finish their files at the same time, each with its time limit, after which it is killed."""
        await asyncio.gather(*(worker.stop() for worker in self))
        if self._forks is not None:
            await self._forks.stop()

    def stop_now(self) -> None:
        """Kills all workers at once: for a second signal while `stop` waits."""
        for worker in self:
            worker.stop_now()
