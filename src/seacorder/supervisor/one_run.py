"""One run of a worker that does one job and ends, such as a repair: started, waited for, removed.

Used by `control` for jobs that run in a process of their own beside the channels' workers. Such a worker is never
started again: when it ends too early, the caller decides what that means.
"""

import asyncio
from dataclasses import dataclass

from seacorder.base.background import awaited
from seacorder.supervisor.limits import Limits
from seacorder.supervisor.supervisor import Supervisor
from seacorder.supervisor.table import Launch
from seacorder.supervisor.worker import Callbacks


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be run."""

    name: str
    """Of the worker; only one of that name can run at a time."""
    launch: Launch
    order: object
    """Sent to the process before anything else."""
    limits: Limits
    may_finish: bool = True
    """When the caller is cancelled the process may use `limits.stop_seconds` to end in order. False: it is killed."""


async def run_once(
    supervisor: Supervisor, job: Job, callbacks: Callbacks, done: asyncio.Event | None = None
) -> None:
    """Runs a job; returns when `done` is set, which `callbacks` do, or when the process has ended by itself.

    The process has ended when this returns or raises. Without `done` the job is over when the process ends. Raises
    ValueError when a worker of that name runs already.
    """
    worker = supervisor.add(
        job.name, job.launch, job.order, callbacks=callbacks, limits=job.limits, restarts=False
    )
    worker.start()
    ways = {awaited(worker.ended()), *([] if done is None else [awaited(done.wait())])}
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    except asyncio.CancelledError:
        if not job.may_finish:
            worker.stop_now()
        raise
    finally:
        for way in ways:
            way.cancel()
        await supervisor.remove(job.name)
