"""A real group of two channels in one process, on cameras that a test plays, under a real supervisor."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from rig.fixtures import MakeSource
from rig.program import has_ended
from rig.scripted_camera import ScriptedCamera
from rig.source_files import SourceSpec
from seacorder.base.clock import SystemClock
from seacorder.model.channel import ChannelSettings, ChannelState, ChannelStatus
from seacorder.model.command import StartRecording, StopRecording, TakeFramegrab, TakePicture
from seacorder.model.file_name import Naming
from seacorder.model.instant import Instant, SplitSchedule
from seacorder.model.recording import FileKind
from seacorder.model.report import Answer, JpegPicture
from seacorder.supervisor.limits import Limits
from seacorder.supervisor.supervisor import Supervisor
from seacorder.supervisor.table import Launch
from seacorder.supervisor.worker import Callbacks

SPEC = SourceSpec(width=320, height=240, rate=25, gop=10, seconds=2)
NAMES = ("Bow", "Stern")
PATIENCE_SECONDS = 60.0


@dataclass
class Pair:
    """The two channels' workers."""

    folder: Path
    statuses: dict[str, ChannelStatus] = field(default_factory=dict)
    lost: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        callbacks = Callbacks(on_report=self._heard, on_lost=lambda name, how: self.lost.append((name, how)))
        self.supervisor = Supervisor(callbacks, limits=Limits(heartbeat_seconds=30.0))

    def begin(self, addresses: dict[str, str]) -> None:
        for number, (name, address) in enumerate(addresses.items()):
            self.supervisor.add(name, Launch.of("channel"), ChannelSettings(number, name, address))
        self.supervisor.group(NAMES, Launch.of("channel"))
        for worker in self.supervisor:
            worker.start()

    def _heard(self, name: str, report: object) -> None:
        if isinstance(report, ChannelStatus):
            self.statuses[name] = report

    @property
    def group(self) -> int:
        (pid,) = {worker.pid for worker in self.supervisor}
        assert pid is not None
        return pid

    @property
    def picture_processes(self) -> list[int]:
        found: list[int] = []
        for task in Path(f"/proc/{self.group}/task").iterdir():  # a process is the child of the thread that started it
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # this thread has ended since
                found += map(int, (task / "children").read_text(encoding="ascii").split())
        return found

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not holds():
                await asyncio.sleep(0)

    async def live(self) -> None:
        is_live = ChannelState.LIVE
        await self.until(lambda: all(name in self.statuses and self.statuses[name].state is is_live for name in NAMES))

    async def ask(self, name: str, command: Callable[[int], object]) -> Answer | JpegPicture:
        return await self.supervisor[name].request(command(self.supervisor.next_request()), PATIENCE_SECONDS)

    async def grab(self, name: str, file: str) -> Answer:
        naming = Naming(str(self.folder), "", 0, file, 0, FileKind.FRAMEGRAB)
        answer = await self.ask(name, lambda number: TakeFramegrab(number, file, Instant.now(SystemClock()), naming))
        assert isinstance(answer, Answer)
        return answer


@pytest.fixture
async def pair(tmp_path: Path, rig_source: MakeSource) -> AsyncIterator[Pair]:
    """Both are live."""
    source, made = rig_source(SPEC), Pair(tmp_path)
    with ScriptedCamera(source) as bow, ScriptedCamera(source) as stern:
        made.begin({"Bow": bow.url, "Stern": stern.url})
        await made.live()
        yield made
        made.supervisor.stop_now()
        await made.supervisor.stop()


async def test_both_record_in_one_process_and_end_in_order(pair: Pair) -> None:
    def start(number: int) -> StartRecording:
        naming = Naming(str(pair.folder), "", 0, f"${{channelname}}{number}", 0, FileKind.RECORDING)
        instant = Instant.now(SystemClock())
        return StartRecording(number, "r1", instant, naming, SplitSchedule(0, 0), reevaluate_tags=False)

    for name in NAMES:
        answer = await pair.ask(name, start)
        assert isinstance(answer, Answer)
        assert answer.outcome.ok, answer.outcome.why
    group = pair.group
    for name in NAMES:
        stopped = await pair.ask(name, lambda number: StopRecording(number, Instant.now(SystemClock())))
        assert isinstance(stopped, Answer)
        assert stopped.outcome.ok
    await pair.supervisor.stop()
    assert has_ended(group)
    assert (len(list(pair.folder.rglob("*.mp4"))), pair.lost) == (2, [])


async def test_pictures_are_decoded_beside_the_group(pair: Pair) -> None:
    answers = await asyncio.gather(*(pair.grab(name, name) for name in NAMES))
    assert [answer.outcome.why for answer in answers if not answer.outcome.ok] == []
    assert sorted(path.name for path in pair.folder.glob("*.jpg")) == ["Bow.jpg", "Stern.jpg"]
    small = await pair.ask("Bow", lambda number: TakePicture(number, 64))
    assert isinstance(small, JpegPicture)
    assert small.jpeg.startswith(b"\xff\xd8")
    assert len(pair.picture_processes) == 1
    group = pair.group
    maps = Path(f"/proc/{group}/maps").read_text(encoding="utf-8")
    assert "PIL" not in maps, "no JPEG is made in the group"


async def test_a_picture_process_that_is_killed_costs_no_frame_and_is_replaced(pair: Pair) -> None:
    await pair.grab("Bow", "first")
    (before,) = pair.picture_processes
    os.kill(before, signal.SIGKILL)
    async with asyncio.timeout(PATIENCE_SECONDS):
        tries = 0
        while not (await pair.grab("Bow", f"again{tries}")).outcome.ok:
            tries += 1
    assert pair.picture_processes != [before]
    assert all(pair.statuses[name].missing.since_worker_start == 0 for name in NAMES)
    assert not pair.lost


async def test_a_source_that_has_to_be_encoded_goes_on_alone_and_the_other_loses_nothing(
    tmp_path: Path, rig_source: MakeSource
) -> None:
    pair = Pair(tmp_path)
    with ScriptedCamera(rig_source(SPEC)) as stern:
        pair.begin({"Bow": "test:?size=160x120&rate=10&codec=mjpeg", "Stern": stern.url})
        await pair.live()
        bow, other = (pair.supervisor[name] for name in NAMES)
        assert not bow.is_in_group
        assert bow.pid != other.pid
        assert (bow.restarts, other.restarts, pair.lost) == (0, 0, [])
        assert pair.statuses["Stern"].missing.since_worker_start == 0
        await pair.supervisor.stop()
