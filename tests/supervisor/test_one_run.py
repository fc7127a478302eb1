"""A job in a process of its own: over when it says so, when it ends, or when nobody waits for it any more."""

import asyncio

import pytest

from seacorder.base.message import Message
from seacorder.model.channel import ChannelSettings
from seacorder.supervisor.limits import Limits
from seacorder.supervisor.one_run import Job, run_once
from seacorder.supervisor.table import Launch
from supervisor.yard import QUICK, WORKERS, Yard


def job(module: str, order: object = 7, limits: Limits = QUICK, *, may_finish: bool = True) -> Job:
    return Job("the job", Launch(module, {"PYTHONPATH": str(WORKERS)}), order, limits, may_finish=may_finish)


async def test_a_job_is_over_when_its_process_ends(yard: Yard) -> None:
    await run_once(yard.supervisor, job("once"), yard.heard.callbacks)
    assert [report.request for report in yard.heard.reports] == [7]
    assert yard.heard.lost == []
    assert not list(yard.supervisor)


async def test_a_job_is_over_when_it_is_done_even_if_its_process_stays(yard: Yard) -> None:
    done = asyncio.Event()
    running = asyncio.create_task(
        run_once(yard.supervisor, job("obedient", ChannelSettings(0, "Bow", "test:")), yard.heard.callbacks, done)
    )
    await yard.heard.report()
    done.set()
    await running
    assert yard.heard.reports[-1].why == Message("finished")
    assert not list(yard.supervisor)


async def test_a_process_that_crashes_is_not_started_again_and_its_end_is_told(yard: Yard) -> None:
    await run_once(yard.supervisor, job("crashing"), yard.heard.callbacks)
    assert len(yard.heard.started) == len(yard.heard.lost) == 1


@pytest.mark.parametrize("may_finish", [True, False])
async def test_whoever_stops_waiting_ends_the_process(may_finish: bool, yard: Yard) -> None:
    first = ChannelSettings(0, "Bow", "test:")
    running = asyncio.create_task(
        run_once(yard.supervisor, job("obedient", first, may_finish=may_finish), yard.heard.callbacks)
    )
    await yard.heard.report()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (yard.heard.reports[-1].why == Message("finished")) is may_finish
    assert not list(yard.supervisor)
