"""Workers that share a process, with real processes: each has its own pipes, and all have one end."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from seacorder.model.channel import ChannelSettings
from seacorder.model.command import TakePicture
from seacorder.model.report import JpegPicture
from seacorder.supervisor.state import WorkerState
from seacorder.supervisor.supervisor import Supervisor
from seacorder.supervisor.table import Launch
from seacorder.supervisor.worker import Callbacks, Worker
from supervisor.yard import PATIENCE_SECONDS, QUICK, WORKERS

NAMES = ("Bow", "Stern")
HANG, CRASH, LEAVE, LEAVE_AND_LOSE = 1, 2, 3, 4
ENVIRONMENT = {"PYTHONPATH": str(WORKERS)}
HANGS_SOON = replace(QUICK, heartbeat_seconds=2.0)


@dataclass
class Pair:
    """Two workers in one process, and a third that is alone."""

    supervisor: Supervisor
    lost: list[tuple[str, str]]
    started: list[str]
    hangs: str
    """Of this one it is noticed soon."""

    def __post_init__(self) -> None:
        for name in (*NAMES, "Alone"):
            limits = HANGS_SOON if name == self.hangs else QUICK
            self.supervisor.add(name, Launch("obedient", ENVIRONMENT), ChannelSettings(0, name, "test:"), limits=limits)
        self.supervisor.group(NAMES, Launch("sharing", ENVIRONMENT))

    def __getitem__(self, name: str) -> Worker[Any]:
        return self.supervisor[name]

    async def run(self) -> int:
        """Starts all three and waits until they report; the number of the shared process."""
        for worker in self.supervisor:
            worker.start()
        await self.until(lambda: all(worker.state is WorkerState.RUNNING for worker in self.supervisor))
        return self.pid("Bow")

    def pid(self, name: str) -> int:
        pid = self[name].pid
        assert pid is not None
        return pid

    async def told(self, name: str, width: int) -> str:
        picture = await self[name].request(TakePicture(self.supervisor.next_request(), width), PATIENCE_SECONDS)
        assert isinstance(picture, JpegPicture)
        return picture.jpeg.decode()

    def tell(self, name: str, width: int) -> None:
        assert self[name].send(TakePicture(self.supervisor.next_request(), width))

    async def until(self, holds: Any) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not holds():
                await asyncio.sleep(0)

    async def back(self, before: int) -> None:
        """Both run again, in another process than before, and that is the same for both."""
        await self.until(lambda: all(self[name].state is WorkerState.RUNNING for name in NAMES))
        assert self.pid("Bow") == self.pid("Stern") != before


@pytest.fixture
async def pair(request: pytest.FixtureRequest) -> AsyncIterator[Pair]:
    lost, started = list[tuple[str, str]](), list[str]()
    callbacks = Callbacks(on_lost=lambda name, how: lost.append((name, how)), on_started=started.append)
    made = Pair(Supervisor(callbacks, limits=QUICK), lost, started, getattr(request, "param", ""))
    yield made
    made.supervisor.stop_now()
    await made.supervisor.stop()


async def test_they_share_a_process_and_have_their_own_pipes(pair: Pair) -> None:
    shared = await pair.run()
    assert pair.pid("Stern") == shared != pair.pid("Alone")
    assert [await pair.told(name, 0) for name in NAMES] == [str(shared)] * 2


async def test_the_process_ends_with_the_last_of_them(pair: Pair) -> None:
    shared = await pair.run()
    await pair["Bow"].stop()
    assert await pair.told("Stern", 0) == str(shared)
    await pair["Stern"].stop()
    with pytest.raises(ProcessLookupError):
        os.kill(shared, 0)
    assert not pair.lost


async def test_one_that_was_stopped_joins_its_group_again(pair: Pair) -> None:
    shared = await pair.run()
    await pair["Bow"].stop()
    pair["Bow"].start()
    await pair.until(lambda: pair["Bow"].state is WorkerState.RUNNING)
    assert await pair.told("Bow", 0) == str(shared)


async def test_a_kill_is_a_loss_of_all_of_its_workers_and_of_no_other(pair: Pair) -> None:
    shared = await pair.run()
    os.kill(shared, signal.SIGKILL)
    await pair.until(lambda: len(pair.lost) == len(NAMES))
    assert sorted(pair.lost) == [("Bow", "signal 9"), ("Stern", "signal 9")]
    await pair.back(shared)
    assert pair["Alone"].restarts == 0


async def test_a_crash_is_told_of_each_of_them(pair: Pair) -> None:
    shared = await pair.run()
    pair.tell("Stern", CRASH)
    await pair.until(lambda: len(pair.lost) == len(NAMES))
    assert sorted(pair.lost) == [("Bow", "exit code 7"), ("Stern", "exit code 7")]
    await pair.back(shared)


@pytest.mark.parametrize("pair", ["Bow"], indirect=True)
async def test_one_that_hangs_ends_its_group_and_says_whose_fault_it_was(pair: Pair) -> None:
    shared = await pair.run()
    pair.tell("Bow", HANG)
    await pair.until(lambda: len(pair.lost) == len(NAMES))
    assert sorted(pair.lost) == [
        ("Bow", "it hung for 2 s"), ("Stern", "its process is also that of Bow: it hung for 2 s")
    ]
    await pair.back(shared)
    assert pair["Alone"].restarts == 0


async def test_one_that_moves_out_goes_on_alone_and_nobody_loses_anything(pair: Pair) -> None:
    shared = await pair.run()
    pair["Bow"].move_out()
    assert not pair["Bow"].is_in_group
    await pair.until(lambda: pair.started.count("Bow") == 2 and pair["Bow"].state is WorkerState.RUNNING)
    assert pair.pid("Bow") != shared == pair.pid("Stern")
    assert (pair["Bow"].restarts, pair.lost) == (0, [])


async def test_one_that_moves_out_while_its_group_is_being_started_begins_alone_in_the_end(pair: Pair) -> None:
    for worker in pair.supervisor:
        worker.start()
    await asyncio.sleep(0)
    pair["Bow"].move_out()
    await pair.until(lambda: all(worker.state is WorkerState.RUNNING for worker in pair.supervisor))
    await pair.until(lambda: pair["Bow"].pid not in {None, pair["Stern"].pid} and pair["Bow"].is_up)
    assert await pair.told("Stern", 0) == str(pair.pid("Stern"))
    assert not pair.lost


@pytest.mark.parametrize(("width", "lost"), [(LEAVE, []), (LEAVE_AND_LOSE, [("Bow", "it has to encode")])])
async def test_one_that_leaves_by_itself_goes_on_alone(pair: Pair, width: int, lost: list[tuple[str, str]]) -> None:
    shared = await pair.run()
    pair.tell("Bow", width)
    await pair.until(lambda: pair.started.count("Bow") == 2 and pair["Bow"].state is WorkerState.RUNNING)
    assert pair.pid("Bow") != shared == pair.pid("Stern")
    assert pair.lost == lost
    assert not pair["Bow"].is_in_group
