"""Workers that the fork server forks: they live, are seen and end like workers that are started by themselves."""

import asyncio
import itertools
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from seacorder.model.channel import ChannelSettings
from seacorder.supervisor import forking
from seacorder.supervisor.forking import ForkedProcess, ForkServer
from seacorder.supervisor.state import WorkerState
from seacorder.supervisor.supervisor import Supervisor
from seacorder.supervisor.table import Launch
from seacorder.supervisor.worker import Worker
from supervisor.yard import PATIENCE_SECONDS, QUICK, Heard

pytestmark = pytest.mark.skipif(not forking.is_possible(), reason="workers are forked on Linux alone")
CHANNEL = Launch.of("channel")
ASKS_AND_ENDS = """
import socket, subprocess, sys
ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
command = [sys.executable, "-P", "-m", "seacorder.supervisor.fork_server", "channel"]
server = subprocess.Popen(command, stdin=theirs)
theirs.close()
ours.close()
sys.exit(server.wait(60))
"""


class Forked:
    """A supervisor of channels that come from a fork server."""

    def __init__(self) -> None:
        self.heard = Heard()
        self.server = ForkServer("channel")
        self.supervisor = Supervisor(self.heard.callbacks, limits=QUICK, forks=self.server)

    async def start(self, name: str) -> Worker[ChannelSettings]:
        """A channel that has reported."""
        worker = self.supervisor.add(name, CHANNEL, ChannelSettings(0, name, "test:"))
        worker.start()
        await self.heard.until(lambda: worker.state is WorkerState.RUNNING)
        return worker

    @property
    def server_pid(self) -> int:
        """The fork server's process id; 0 where none runs."""
        servers = [pid for pid in children() if "fork_server" in command_line(pid)]
        return servers[0] if servers else 0


def children() -> list[int]:
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


def command_line(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").strip()


def is_forked(pid: int | None) -> bool:
    """True for a worker whose arguments were written over those of a fork server, which are longer."""
    return Path(f"/proc/{pid}/cmdline").read_bytes().endswith(b"\0\0")


@pytest.fixture
async def forked(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Forked]:
    for limit in ("READY_SECONDS", "ANSWER_SECONDS"):  # a busy machine makes no server useless
        monkeypatch.setattr(forking, limit, PATIENCE_SECONDS)
    made = Forked()
    yield made
    await made.supervisor.stop()


async def test_a_forked_worker_looks_and_is_kept_like_one_that_was_started_by_itself(forked: Forked) -> None:
    pid = (await forked.start("Bow")).pid
    assert pid is not None
    assert is_forked(pid)
    assert command_line(pid) == " ".join(CHANNEL.command_line)
    assert pid in children()
    assert os.getsid(pid) == os.getpgid(pid) == pid
    files = {str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir()}
    assert all(file.startswith("pipe:") for file in files), "the server's socket and its orders are not passed on"


async def test_a_forked_worker_that_is_killed_is_back_and_its_end_is_known(forked: Forked) -> None:
    worker = await forked.start("Bow")
    pid = worker.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await forked.heard.until(lambda: worker.pid not in {None, pid} and worker.state is WorkerState.RUNNING)
    assert forked.heard.lost == ["signal 9"]
    assert pid not in children()


async def test_the_end_of_the_server_ends_no_worker_and_the_next_is_started_without_it(forked: Forked) -> None:
    bow, stern = await forked.start("Bow"), await forked.start("Stern")
    os.kill(forked.server_pid, signal.SIGKILL)
    assert not is_forked((await forked.start("Keel")).pid)
    assert forked.heard.lost == []
    assert bow.state is stern.state is WorkerState.RUNNING


async def test_a_server_that_does_not_answer_is_done_without(forked: Forked, monkeypatch: pytest.MonkeyPatch) -> None:
    await forked.start("Bow")
    os.kill(forked.server_pid, signal.SIGSTOP)
    monkeypatch.setattr(forking, "ANSWER_SECONDS", 0.05)
    assert not is_forked((await forked.start("Stern")).pid)
    assert forked.heard.lost == []


async def test_a_server_that_has_failed_is_started_again_later(forked: Forked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forking, "RETRY_SECONDS", 0.0)
    await forked.start("Bow")
    os.kill(forked.server_pid, signal.SIGKILL)
    names = (f"Stern {number}" for number in itertools.count())
    while not is_forked((await forked.start(next(names))).pid):
        pass  # nobody waits for the second server: it is used once it is ready
    assert forked.heard.lost == []


async def test_a_stop_leaves_no_process(forked: Forked) -> None:
    pid, server = (await forked.start("Bow")).pid, forked.server_pid
    await forked.supervisor.stop()
    assert not {pid, server} & set(children())


async def test_where_the_system_cannot_fork_a_worker_is_started_by_itself(
    forked: Forked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forking, "is_possible", lambda: False)
    assert not is_forked((await forked.start("Bow")).pid)
    assert forked.server_pid == 0


async def test_a_worker_that_gets_no_settings_ends_with_a_sentence(forked: Forked) -> None:
    process = await forked.server.fork()
    assert isinstance(process, ForkedProcess)
    assert process.stdin is not None
    assert process.stderr is not None
    process.stdin.close()
    assert await asyncio.wait_for(process.wait(), PATIENCE_SECONDS) == 1
    assert b"`seacorder serve` starts it" in await process.stderr.read()


def test_the_server_ends_with_the_process_that_asks_it() -> None:
    assert os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-c", ASKS_AND_ENDS]) == 0
