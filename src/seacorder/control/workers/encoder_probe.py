"""Which encoders this machine has: found out when somebody first needs to know, by a process of its own.

A driver that crashes or hangs while it is tried takes only that process with it; another goes on behind it.
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
"""How long an encoder may take to open; a driver that takes longer hangs."""
_IN_VAIN = 2
"""Processes in a row that say nothing at all: then it is not the encoder."""

# The software ones first: should the worst come, they are known.
_ORDER = tuple(
    encoder.name for is_hardware in (False, True) for encoder in ENCODERS if encoder.is_hardware is is_hardware
)


class EncoderProbe:
    """For the event loop alone."""

    def __init__(
        self, supervisor: Supervisor, limit_seconds: float, *, one_encoder_seconds: float = ONE_ENCODER_SECONDS
    ) -> None:
        self._supervisor = supervisor
        self._limit_seconds = limit_seconds
        self._one_encoder_seconds = one_encoder_seconds
        self._trials: tuple[EncoderTried, ...] | None = None
        self._lock = asyncio.Lock()

    async def available(self) -> tuple[str, ...]:
        """FFmpeg's names of the encoders that open, hardware before software. Raises as `trials`."""
        return tuple(one.name for one in await self.trials() if one.is_usable)

    async def trials(self) -> tuple[EncoderTried, ...]:
        """Every encoder that is known, in the order of `ENCODERS`. Raises NotPossible when nothing can be found out."""
        async with self._lock:
            if self._trials is None:
                self._trials = await self._try_all()
            return self._trials

    async def _try_all(self) -> tuple[EncoderTried, ...]:
        found: dict[str, EncoderTried] = {}
        left, in_vain = list(_ORDER), 0
        try:
            async with asyncio.timeout(self._limit_seconds):
                while left and in_vain < _IN_VAIN:
                    told, why = await self._run(tuple(left))
                    found |= {one.name: one for one in told}
                    left = [name for name in left if name not in found]
                    in_vain = 0 if told else in_vain + 1
                    if left:
                        culprit = left.pop(0)
                        found[culprit] = EncoderTried(culprit, False, f"It failed while it was tried. {why}".rstrip())
        except TimeoutError:
            pass
        if not any(one.is_usable for one in found.values()):
            raise NotPossible("Which encoders this machine has could not be found out; try again, or choose copy.")
        found |= {name: EncoderTried(name, False, "There was no time to try it.") for name in left}
        return tuple(found[name] for name in in_order(found))

    async def _run(self, names: tuple[str, ...]) -> tuple[list[EncoderTried], str]:
        """One process: what it told, and how it ended when that was not in order."""
        told: list[EncoderTried] = []
        why: list[str] = []

        def report(_: str, one: object) -> None:
            if isinstance(one, EncoderTried):
                told.append(one)

        limits = Limits(heartbeat_seconds=self._one_encoder_seconds)
        job = Job(WORKER_NAME, Launch(MODULE), TryEncoders(names), limits, may_finish=False)
        callbacks = Callbacks(on_report=report, on_lost=lambda _, sentence: why.append(sentence))
        await run_once(self._supervisor, job, callbacks)
        return told, why[-1] if why else ""
