"""What is done once a second, or every few: looks at disks and the wall clock, figures of open files for the
catalogue."""

import asyncio
import contextlib
import logging
from collections.abc import Callable

from seacorder.base import heap
from seacorder.base.background import cancel, survived, task
from seacorder.base.clock import NS_PER_SECOND, utc_ahead_ns
from seacorder.base.duration import step_text
from seacorder.control.alarms.alarms import Alarms
from seacorder.control.alarms.volumes import VolumeWatch
from seacorder.control.context import Context
from seacorder.control.events.log import EventKind
from seacorder.control.losses.worker_gaps import CLOCK_STEP_NS
from seacorder.control.recording.recordings import Recordings

_log = logging.getLogger(__name__)

FIGURES_EVERY_NS = 5 * NS_PER_SECOND
"""How often the figures of open parts are stored in the catalogue."""
FILES_EVERY_NS = 10 * NS_PER_SECOND
"""How often absent files are looked for."""


class Housekeeping:
    """Runs `go` once a second from `start` to `stop`. For the event loop alone."""

    def __init__(
        self,
        context: Context,
        recordings: Recordings,
        volumes: VolumeWatch,
        alarms: Alarms,
        look: Callable[[], None] = lambda: None,
        clock_stepped: Callable[[int], None] = lambda _: None,
    ) -> None:
        """`look`: of whoever else looks once a second; it returns at once. `clock_stepped` gets by how much."""
        self._look_too = look
        self._tell_step = clock_stepped
        self._context = context
        self._recordings = recordings
        self._volumes = volumes
        self._alarms = alarms
        self._offset_ns = utc_ahead_ns(self._context.clock)
        self._figures_ns = self._collected_ns = self._files_ns = 0
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins. Waits for the first look at the disk, at most two intervals: a disk may hang."""
        base = self._context.settings.base
        with contextlib.suppress(TimeoutError):
            first_look = self._volumes.look(base.recording_folder, base.fallback_folder)
            await asyncio.wait_for(first_look, 2 * self._context.timeouts.look_seconds)
        self._running = task(self._run(), "housekeeping")

    async def stop(self) -> None:
        """Ends. Harmless when it does not run."""
        await cancel(self._running)
        self._running = None
        self._volumes.stop()
        self._alarms.stop()

    def go(self) -> None:
        """One round. Looks at disks run in threads; nothing is waited for."""
        self._check_clock()
        self._volumes.begin_look(*self._recordings.folders)
        now_ns = self._context.clock.monotonic_ns()
        if now_ns - self._figures_ns >= FIGURES_EVERY_NS:
            self._figures_ns = now_ns
            self._recordings.record_figures()
        if now_ns - self._files_ns >= FILES_EVERY_NS:
            self._files_ns = now_ns
            self._recordings.look_for_files()
        self._alarms.look()
        self._look_too()
        if now_ns - self._collected_ns >= heap.COLLECT_SECONDS * NS_PER_SECOND:
            self._collected_ns = now_ns
            heap.collect()
            heap.give_back()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._context.timeouts.look_seconds)
            with survived("A round"):
                self.go()

    def _check_clock(self) -> None:
        offset_ns = utc_ahead_ns(self._context.clock)
        step_ns = offset_ns - self._offset_ns
        self._offset_ns = offset_ns
        # NTP slews the wall clock by far less than this in the second between two rounds.
        if abs(step_ns) >= CLOCK_STEP_NS:
            fact = f"This computer's clock was changed by {step_text(step_ns)}. Recording goes on."
            action = "New files carry the new time. If nobody changed it, check the time source (NTP)."
            self._context.journal.warn(EventKind.CLOCK_STEPPED, fact, action)
            self._tell_step(step_ns)
