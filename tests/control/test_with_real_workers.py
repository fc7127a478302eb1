"""The recorder over the real supervisor and real channel workers with moving patterns: what the fakes stand for."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from seacorder.base.clock import SystemClock
from seacorder.catalogue.catalogue import Catalogue
from seacorder.catalogue.page import Page
from seacorder.control.options import RecorderOptions
from seacorder.control.recorder import Recorder
from seacorder.control.workers.encoder_probe import EncoderProbe
from seacorder.model.channel import ChannelSettings
from seacorder.model.loss import Loss, LossCause
from seacorder.model.recording import Clip, Part
from seacorder.storage.allowed_folders import AllowedFolders
from seacorder.supervisor.limits import Limits
from seacorder.supervisor.supervisor import Supervisor
from seacorder.supervisor.worker import Callbacks

PATIENCE_SECONDS = 60


class Rig:
    """Two channels that draw their own pictures."""

    def __init__(self, folder: Path) -> None:
        clock = SystemClock()
        self.supervisor = Supervisor(Callbacks(), limits=Limits(heartbeat_seconds=30.0))
        self.catalogue = Catalogue(folder / "seacorder.db", clock)
        address = "test:?size=320x180&rate=25"
        self.recorder = Recorder(
            [ChannelSettings(index, name, address) for index, name in enumerate(("Bow", "Stern"))],
            self.supervisor,
            self.catalogue,
            AllowedFolders(folder),
            clock,
            RecorderOptions(reserve_bytes=0),
        )

    async def event(self, kind: str, channel: str | None = None, *, after: int = 0) -> int:
        """Waits for an event; its cursor."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for event in self.recorder.events.follow(after):
                if event.kind == kind and channel in {None, event.channel}:
                    return event.cursor
        raise AssertionError


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    made = Rig(tmp_path)
    await made.recorder.start()
    await made.event("channel_live", "Bow")
    await made.event("channel_live", "Stern")
    yield made
    await made.recorder.stop()


async def test_an_inspection_with_real_workers(rig: Rig) -> None:
    recorder = rig.recorder
    started = await recorder.start_recording()
    assert all(one.ok for one in started.channels), started.reasons
    assert recorder.is_recording()
    assert (await recorder.start_clip()).ok
    grabbed = await recorder.take_framegrab()
    assert grabbed.ok, grabbed.reasons
    assert all(one.path and Path(one.path).stat().st_size for one in grabbed.channels)
    assert (await recorder.stop_clip()).ok
    assert await recorder.picture(0, 160) is not None
    stopped = await recorder.stop_recording()
    assert all(one.ok for one in stopped.channels), stopped.reasons
    assert not recorder.is_recording()
    await rig.catalogue.flush()
    for files in (rig.catalogue.rows(Part, Page()).items, rig.catalogue.rows(Clip, Page()).items):
        assert {file.channel for file in files} == {"Bow", "Stern"}
        assert all(file.frames and Path(file.path).stat().st_size == file.bytes for file in files)


async def test_a_killed_worker_records_again_and_leaves_a_loss(rig: Rig) -> None:
    await rig.recorder.start_recording()
    pid = rig.supervisor["Bow"].pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await rig.event("loss_noted", "Bow")
    assert rig.recorder.is_recording()
    await rig.recorder.stop_recording()
    await rig.catalogue.flush()
    parts = rig.catalogue.rows(Part, Page(channel="Bow")).items
    assert [part.number for part in parts] == [1, 2]
    (loss,) = rig.catalogue.rows(Loss, Page()).items
    assert (loss.channel, loss.cause, loss.to_utc_ns) == ("Bow", LossCause.WORKER_KILLED, parts[1].start_utc_ns)


async def test_the_probe_finds_the_software_encoders() -> None:
    supervisor = Supervisor(Callbacks())
    probe = EncoderProbe(supervisor, PATIENCE_SECONDS)
    assert set(await probe.available()) >= {"libx264", "libx265", "libsvtav1"}
    for trial in await probe.trials():
        assert trial.is_usable or trial.sentence.endswith(".")
    assert not list(supervisor)
