"""Finds out which encoders this machine has, by trying each in a process of its own, when somebody first asks.

A driver that crashes or hangs while it is tried takes only that process with it. The encoder counts as failed, and
another process tries the rest.
"""

import asyncio

from seacorder.base.errors import NotPossible
from seacorder.model.command import TryEncoders
from seacorder.model.encoders import ENCODERS, in_order
from seacorder.model.report import EncoderTried
from seacorder.supervisor.limits import Limits
from seacorder.supervisor.one_run import Job, run_once
from seacorder.supervisor.supervisor import Supervisor
from seacorder.supervisor.table import Launch
from seacorder.supervisor.worker import Callbacks

WORKER_NAME = "encoder probe"
MODULE = "seacorder.channel.encoding.probe"

ONE_ENCODER_SECONDS = 15.0
"""How long an encoder may take; a driver that takes longer counts as hanging, and its process is killed."""
_FRUITLESS_RUNS_MAX = 2
"""After so many processes in a row that report nothing at all, the fault is not an encoder's, and the trial ends."""

# Software encoders first: if a driver uses up the time, these are known.
_ORDER = tuple(
    encoder.name for is_hardware in (False, True) for encoder in ENCODERS if encoder.is_hardware is is_hardware
)


class EncoderProbe:
    """Tries the encoders at most once with success. For the event loop alone; callers wait for each other."""

    def __init__(
        self, supervisor: Supervisor, limit_seconds: float, *, one_encoder_seconds: float = ONE_ENCODER_SECONDS
    ) -> None:
        self._supervisor = supervisor
        self._limit_seconds = limit_seconds
        self._one_encoder_seconds = one_encoder_seconds
        self._trials: tuple[EncoderTried, ...] | None = None
        self._lock = asyncio.Lock()

    async def available(self) -> tuple[str, ...]:
        """FFmpeg's names of the encoders that work, hardware before software. Raises as `trials`."""
        return tuple(one.name for one in await self.trials() if one.is_usable)

    async def trials(self) -> tuple[EncoderTried, ...]:
        """A result for every encoder in `ENCODERS`, in that order. Takes seconds, at most the limit.

        Raises NotPossible when no encoder could be tried with success.
        """
        async with self._lock:
            if self._trials is None:
                self._trials = await self._try_all()
            return self._trials

    async def _try_all(self) -> tuple[EncoderTried, ...]:
        found: dict[str, EncoderTried] = {}
        left, fruitless = list(_ORDER), 0
        try:
            async with asyncio.timeout(self._limit_seconds):
                while left and fruitless < _FRUITLESS_RUNS_MAX:
                    told, why = await self._run(tuple(left))
                    found |= {one.name: one for one in told}
                    left = [name for name in left if name not in found]
                    fruitless = 0 if told else fruitless + 1
                    if left:
                        culprit = left.pop(0)  # the one that was being tried when the process ended
                        found[culprit] = EncoderTried(culprit, False, f"It failed while it was tried{why}.")
        except TimeoutError:
            pass
        if not any(one.is_usable for one in found.values()):
            fact = "Seacorder could not find out which encoders this computer has."
            raise NotPossible(fact, "Try again, or choose copy.")
        found |= {name: EncoderTried(name, False, "There was no time to try it.") for name in left}
        return tuple(found[name] for name in in_order(found))

    async def _run(self, names: tuple[str, ...]) -> tuple[list[EncoderTried], str]:
        """One process: its results, and how it ended, in brackets; empty when it ended in order."""
        told: list[EncoderTried] = []
        why: list[str] = []

        def report(_: str, one: object) -> None:
            if isinstance(one, EncoderTried):
                told.append(one)

        limits = Limits(heartbeat_seconds=self._one_encoder_seconds)
        job = Job(WORKER_NAME, Launch(MODULE), TryEncoders(names), limits, may_finish=False)
        callbacks = Callbacks(on_report=report, on_lost=lambda _, fault: why.append(fault))
        await run_once(self._supervisor, job, callbacks)
        return told, f" ({why[-1]})" if why else ""
