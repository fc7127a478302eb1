"""Tries an address or a definition, or draws an overlay, in a process of its own, with a deadline. Nothing else is
disturbed by what it meets.
"""

import asyncio
import math
from dataclasses import replace
from typing import TypeVar

from seacorder.base.errors import NotPossible, WorkerLost
from seacorder.base.message import Message
from seacorder.model.command import PreviewOverlay, TryInput, TryLine
from seacorder.model.report import InputTried, JpegPicture, LineTried
from seacorder.supervisor.limits import Limits
from seacorder.supervisor.one_run import Job, run_once
from seacorder.supervisor.supervisor import Supervisor
from seacorder.supervisor.table import Launch
from seacorder.supervisor.worker import Callbacks

T = TypeVar("T")
WORKER_NAME = "trial of a camera"
MODULE = "seacorder.channel.input_trial"
PREVIEW_NAME = "preview of an overlay"
PREVIEW_MODULE = "seacorder.channel.overlay_preview"
PREVIEW_SECONDS_MAX = 10.0
LINE_NAME = "trial of a definition"
LINE_MODULE = "seacorder.telemetry.line_trial"
LINE_SECONDS_MAX = 10.0
"""Starting the process takes most of it; a regular expression has its own limit in there."""
WAITING_MAX = 4
TRIAL_SECONDS_MAX = 20.0
"""A camera that is reached over a radio link, with a keyframe every ten seconds, has shown its picture by then."""
_LIMITS = Limits(start_seconds=math.inf, heartbeat_seconds=math.inf, stop_seconds=1.0)
_CRASHED = Message(
    "The process that tried the source has crashed. Nothing else was disturbed.", "Try again, and save the log."
)


class InputTrials:
    """One at a time. For the event loop alone."""

    def __init__(self, supervisor: Supervisor, *, seconds: float = TRIAL_SECONDS_MAX) -> None:
        self._supervisor = supervisor
        self._seconds = seconds
        self._one, self._one_preview, self._one_line = asyncio.Lock(), asyncio.Lock(), asyncio.Lock()
        self._waiting = 0

    async def result(self, order: TryInput) -> InputTried:
        """The source's picture, or why there is none. Raises NotPossible where too many wait."""
        if self._waiting >= WAITING_MAX:
            raise NotPossible(f"{WAITING_MAX} cameras are being tried already.", "Try again in a few seconds.")
        self._waiting += 1
        try:
            async with self._one:
                return await self._run(order)
        finally:
            self._waiting -= 1

    async def preview(self, order: PreviewOverlay) -> JpegPicture:
        """A picture with an overlay over it. Raises NotPossible where too many wait, WorkerLost when it fails."""
        if self._waiting >= WAITING_MAX:
            raise NotPossible("Too many previews are being drawn already.", "Try again in a few seconds.")
        self._waiting += 1
        job = Job(PREVIEW_NAME, Launch(PREVIEW_MODULE), order, _LIMITS, may_finish=False)
        try:
            picture = await self._report(job, JpegPicture, self._one_preview, PREVIEW_SECONDS_MAX)
        finally:
            self._waiting -= 1
        if picture is None:
            raise WorkerLost("The preview could not be drawn. Nothing else was disturbed.", "See the log.")
        return picture

    async def line(self, order: TryLine) -> LineTried:
        """What a definition makes of a line. Raises NotPossible where too many wait, WorkerLost when it fails."""
        if self._waiting >= WAITING_MAX:
            raise NotPossible("Too many definitions are being tried already.", "Try again in a few seconds.")
        self._waiting += 1
        job = Job(LINE_NAME, Launch(LINE_MODULE), order, _LIMITS, may_finish=False)
        try:
            tried = await self._report(job, LineTried, self._one_line, LINE_SECONDS_MAX)
        finally:
            self._waiting -= 1
        if tried is None:
            fact = f"The line could not be read within {LINE_SECONDS_MAX:g} s. Nothing else was disturbed."
            raise WorkerLost(fact, "Try it again, with a simpler regular expression if the definition has one.")
        return tried

    async def _report(self, job: Job, kind: type[T], one: asyncio.Lock, seconds: float) -> T | None:
        """The one report of this kind that a process answers with; None if it does not, or not in time."""
        found: list[T] = []
        done = asyncio.Event()

        def reported(_: str, report: object) -> None:
            if isinstance(report, kind):
                found.append(report)
                done.set()

        try:
            async with one, asyncio.timeout(seconds):
                await run_once(self._supervisor, job, Callbacks(on_report=reported), done)
        except TimeoutError:
            return None
        return found[0] if found else None

    async def _run(self, order: TryInput) -> InputTried:
        steps: list[InputTried] = []
        done = asyncio.Event()

        def reported(_: str, report: object) -> None:
            if isinstance(report, InputTried):
                steps.append(report)
                if report.jpeg or report.why is not None:
                    done.set()

        job = Job(WORKER_NAME, Launch(MODULE), order, _LIMITS, may_finish=False)
        try:
            async with asyncio.timeout(self._seconds):
                await run_once(self._supervisor, job, Callbacks(on_report=reported), done)
        except TimeoutError:
            return self._too_late(steps)
        return steps[-1] if steps and done.is_set() else replace(_last(steps), why=_CRASHED)

    def _too_late(self, steps: list[InputTried]) -> InputTried:
        last = _last(steps)
        if last.picture is None:
            fact = f"The source has not said within {self._seconds:g} s what it sends."
            return replace(last, why=Message(fact, "Check its address, its power and its cable."))
        fact = f"The source is open, but no complete picture has come within {self._seconds:g} s."
        return replace(last, why=Message(fact, "Set the camera's keyframe interval to two seconds or less."))


def _last(steps: list[InputTried]) -> InputTried:
    return steps[-1] if steps else InputTried()
