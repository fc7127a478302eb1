"""A recorder over fake workers, a fake clock, and a real catalogue and folders under a temporary path."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fakes.clock import FakeClock
from fakes.workers import FakeSupervisor, FakeWorker
from seacorder.catalogue.catalogue import Catalogue
from seacorder.catalogue.page import Page
from seacorder.catalogue.tables import TABLES
from seacorder.control.blackbox.door import BlackboxOptions
from seacorder.control.context import Timeouts
from seacorder.control.options import RecorderOptions
from seacorder.control.recorder import Recorder
from seacorder.model.blackbox import BlackboxSettings
from seacorder.model.channel import ChannelSettings, ChannelState
from seacorder.model.command import RepairFiles
from seacorder.model.definition.definition import Definition
from seacorder.model.recording import FileState
from seacorder.model.report import EncoderTried, FileExamined
from seacorder.model.settings import ChannelEncoding, RecorderSettings
from seacorder.model.telemetry import TelemetrySettings
from seacorder.storage.allowed_folders import AllowedFolders

QUICK = Timeouts(start_seconds=0.05, stop_seconds=0.05, framegrab_seconds=0.05, picture_seconds=0.05, look_seconds=60.0)
PATIENCE_SECONDS = 60.0
PATIENT = Timeouts(
    start_seconds=PATIENCE_SECONDS,
    stop_seconds=PATIENCE_SECONDS,
    framegrab_seconds=PATIENCE_SECONDS,
    picture_seconds=PATIENCE_SECONDS,
    look_seconds=60.0,
)
"""No limit is reached, however slow the machine is, unless a test says so (`reach_limits`)."""
impatient = pytest.mark.parametrize("bridge", [QUICK], indirect=True)
"""For a test in which somebody does not answer, and in which nothing has to happen before the limit is reached."""
NAMES = ("Bow", "Stern")


class Bridge:
    """One run of the program after another, on one catalogue."""

    def __init__(self, folder: Path, timeouts: Timeouts = PATIENT) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.first_settings = RecorderSettings()
        self.encoders = {"libx264", "libx265"}
        """Those that open."""
        self.own_encodings: dict[str, ChannelEncoding] = {}
        self.cores = 1.0
        self.channels_per_process = 0
        self.examined: dict[str, FileExamined] = {}
        """By path: what the evidence worker will say; a path that is not in here is repaired."""
        self.prepare: Callable[[FakeWorker], None] = lambda _: None
        self.narrator: ChannelSettings | None = None
        """Set it, and build anew, for a recorder with narration."""
        self.telemetry: TelemetrySettings | None = None
        """Set it, and build anew, for a recorder with instruments."""
        self.blackbox: BlackboxSettings | None = None
        """Set it, and build anew, for a recorder with a blackbox."""
        self.fallback_root: str | None = None
        """Set it, and build anew, for a recorder with a second disk."""
        self.file_folders: tuple[str, ...] = ()
        """Set it, and build anew, for a recorder that looks there for files that its catalogue does not know."""
        self.definitions: dict[str, tuple[Definition, ...]] = {}
        """Of the settings file."""
        self.channels: tuple[ChannelSettings, ...] | None = None
        """Set it, and build anew, for a recorder with these channels."""
        self.timeouts = timeouts
        self.lose_examinations = False
        """Set it for a run that ends before any file has been examined."""
        self.build()

    def build(self) -> None:
        """The next run, not started."""
        self.supervisor = FakeSupervisor(self.clock)
        self.supervisor.on_add = self._added
        self.catalogue = Catalogue(self.folder / "seacorder.db", self.clock)
        heard = 0 if self.narrator is None or self.narrator.narrator is None else self.narrator.narrator.channels
        channels = [
            ChannelSettings(i, name, f"rtsp://me:secret@cam/{name}", narration_channels=heard)
            for i, name in enumerate(NAMES)
        ]
        self.recorder = Recorder(
            self.channels or channels,
            self.supervisor,  # type: ignore[arg-type]
            self.catalogue,
            AllowedFolders(self.folder),
            self.clock,
            RecorderOptions(
                self.first_settings,
                fallback_root=self.fallback_root,
                reserve_bytes=0,
                file_folders=self.file_folders,
                timeouts=self.timeouts,
                narrator=self.narrator,
                telemetry=self.telemetry,
                definitions=self.definitions,
                own_encodings=self.own_encodings,
                cores=self.cores,
                channels_per_process=self.channels_per_process,
                blackbox=BlackboxOptions(self.blackbox),
            ),
        )

    async def start(self, *states: ChannelState) -> None:
        """Starts the run and lets each worker send a heartbeat."""
        await self.recorder.start()
        for name, state in zip(NAMES, states or (ChannelState.LIVE,) * len(NAMES), strict=True):
            reason = None if state is ChannelState.LIVE else f"{name} is {state}."
            self[name].beat(state, reason)

    async def crash(self) -> None:
        """The program ends without a word."""
        await self.catalogue.flush()
        await self.recorder._housekeeping.stop()
        self.catalogue.close()

    def __getitem__(self, name: str) -> FakeWorker:
        return self.supervisor[name]

    def pass_seconds(self, seconds: float) -> None:
        """Time goes by and every running worker sends a heartbeat."""
        self.clock.advance(seconds)
        for name in NAMES:
            if self[name].is_up:
                self[name].beat()

    def reach_limits(self) -> None:
        """Whatever the recorder waits for by now has taken too long: the event loop's clock is put forward."""
        loop = asyncio.get_running_loop()
        now = loop.time
        loop.time = lambda: now() + PATIENCE_SECONDS  # type: ignore[method-assign]

    def kinds(self) -> list[str]:
        """The kinds of all events so far."""
        return [event.kind for event in self.recorder.events.after(0)]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Waits for what happens by itself in the event loop."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not condition():
                await asyncio.sleep(0)

    async def event(self, kind: str, times: int = 1) -> None:
        """Waits until an event of this kind has happened so many times."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for event in self.recorder.events.follow(0):
                times -= event.kind == kind
                if not times:
                    return

    async def rows(self, table: str, **page: Any) -> tuple[Any, ...]:
        """What the catalogue holds in a table of that name."""
        await self.catalogue.flush()
        (kind,) = (one.of for one in TABLES if one.name == table)
        return self.catalogue.rows(kind, Page(**page)).items

    def _added(self, worker: FakeWorker) -> None:
        if worker.name == "encoder probe":
            worker.on_start = lambda: self._try_encoders(worker, worker.first_message)
        elif isinstance(worker.first_message, RepairFiles):
            worker.on_start = lambda: self._examine(worker, worker.first_message)
        else:
            self.prepare(worker)

    def _try_encoders(self, worker: FakeWorker, order: Any) -> None:
        for name in order.names:
            usable = name in self.encoders
            worker.report(EncoderTried(name, usable, "" if usable else "It does not open."))
        worker.end()

    def _examine(self, worker: FakeWorker, order: Any) -> None:
        if self.lose_examinations:
            return
        for path in order.paths:
            state = FileState.INTERRUPTED if order.examine_only else FileState.REPAIRED
            worker.report(self.examined.get(path) or FileExamined(path, state, frames=50, bytes=5000))
        worker.end()
