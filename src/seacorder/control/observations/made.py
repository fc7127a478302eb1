"""Stills and clips that follow an observation by themselves, and are linked to it as soon as workers report them.

A clip belongs to all observations that want one while it runs, and ends with the last of them. One that an operator has
started is linked too, but ends only when he stops it.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from seacorder.base.background import cancel, task
from seacorder.base.errors import SeacorderError
from seacorder.control.recording.clips import Clips
from seacorder.control.recording.framegrabs import Framegrabs
from seacorder.model.observation import MadeFile, Observation, ObservationClass, ObservationState
from seacorder.model.observation_kind import ObservationKind
from seacorder.model.recording import Clip, FileKind, Framegrab

REPORTS_KEPT = 512
"""Newest files that workers have reported: a file may be there before it is known whose it is."""
IDS_KEPT = 4096

OnFile = Callable[[str, FileKind, MadeFile], None]
"""Gets an observation's id, what the file is, and the file."""


@dataclass(slots=True)
class _RunningClip:
    """The clip of one kind that runs."""

    holders: set[str] = field(default_factory=set)
    """The observations that want it to go on."""
    is_ours: bool = False
    """No operator has started it, or wants it to go on."""


class MadeFiles:
    """For the event loop alone. Nothing raises: what cannot be made is an event of the room that makes it."""

    def __init__(self, framegrabs: Framegrabs, clips: dict[FileKind, Clips], on_file: OnFile) -> None:
        self._framegrabs = framegrabs
        self._clips = clips
        self._on_file = on_file
        self._running = {kind: _RunningClip() for kind in clips}
        self._owners: OrderedDict[str, tuple[str, ...]] = OrderedDict()
        """By the id of a still or clip: the observations that it belongs to."""
        self._reported: OrderedDict[tuple[str, str, str], tuple[FileKind, MadeFile]] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    # What follows an observation.

    def begin(self, observation: Observation, kind: ObservationKind) -> None:
        """Takes the still and starts the clip that its kind wants. Returns at once."""
        if kind.takes_still:
            self._do(self._take_still(observation))
        if kind.clip_of_span and observation.now.state is not ObservationState.OPEN:
            return  # it has ended while its file was being written
        if kind.clip_of_span or kind.clip_after_seconds > 0:
            seconds = None if kind.clip_of_span else kind.clip_after_seconds
            self._do(self._take_clip(observation.id, clip_kind(observation), seconds))

    def end(self, observation: Observation) -> None:
        """Its span has ended: so does its clip. Returns at once; harmless without one."""
        self._do(self._let_go(observation.id, clip_kind(observation)))

    def operator_wants(self, kind: FileKind) -> None:
        """An operator has started a clip, which may be one that runs already: it is his now."""
        self._running[kind].is_ours = False

    async def stop(self) -> None:
        """Ends what is under way. The clips are not stopped."""
        for one in list(self._tasks):
            await cancel(one)

    # What workers say.

    def saw_clip(self, clip: Clip) -> None:
        """A clip's file has been begun or has ended."""
        self._saw(clip.kind, MadeFile(clip.id, clip.channel, clip.path))

    def saw_framegrab(self, framegrab: Framegrab) -> None:
        """A still is on disk."""
        self._saw(FileKind.FRAMEGRAB, MadeFile(framegrab.id, framegrab.channel, framegrab.path))

    # Inside.

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        begun = task(work, "what follows an observation")
        self._tasks.add(begun)
        begun.add_done_callback(self._tasks.discard)

    async def _take_still(self, observation: Observation) -> None:
        # Of the instant of the press: the disk may have needed a second meanwhile for the observation's file.
        outcome = await self._framegrabs.take(instant=observation.start)
        self.own(outcome.id, observation.id)

    async def _take_clip(self, observation_id: str, kind: FileKind, seconds: float | None) -> None:
        """A clip that goes on for so many seconds, or until `end` (None)."""
        running, clips = self._running[kind], self._clips[kind]
        running.holders.add(observation_id)
        if clips.running is None:
            running.is_ours = True  # before it is there: an operator who wants it meanwhile gets it
        try:
            outcome = await clips.start()
        except SeacorderError:  # no channel has a picture
            running.holders.discard(observation_id)
            return
        self.own(outcome.id, observation_id)
        if observation_id not in running.holders:  # its span has ended already
            await self._end_unwanted(kind)
        elif seconds is not None:
            await asyncio.sleep(seconds)
            await self._let_go(observation_id, kind)

    async def _let_go(self, observation_id: str, kind: FileKind) -> None:
        running = self._running[kind]
        if observation_id not in running.holders:
            return
        running.holders.discard(observation_id)
        await self._end_unwanted(kind)

    async def _end_unwanted(self, kind: FileKind) -> None:
        running = self._running[kind]
        if running.is_ours and not running.holders:
            running.is_ours = False
            await self._clips[kind].stop()

    def own(self, made_id: str, observation_id: str) -> None:
        """Links what is there of a still or clip, and what will come of it. Fine when that was said before."""
        if not made_id or observation_id in self._owners.get(made_id, ()):
            return
        self._owners[made_id] = (*self._owners.get(made_id, ()), observation_id)
        while len(self._owners) > IDS_KEPT:
            self._owners.popitem(last=False)
        for kind, file in list(self._reported.values()):
            if self._command_of(kind, file) == made_id:
                self._on_file(observation_id, kind, file)

    def _saw(self, kind: FileKind, file: MadeFile) -> None:
        self._reported[file.id, file.channel, file.path] = (kind, file)
        while len(self._reported) > REPORTS_KEPT:
            self._reported.popitem(last=False)
        for observation_id in self._owners.get(self._command_of(kind, file), ()):
            self._on_file(observation_id, kind, file)

    def _command_of(self, kind: FileKind, file: MadeFile) -> str:
        """The id of the command that made the file: a channel's second file of a clip has `-2` behind it."""
        if file.id in self._owners or kind is FileKind.FRAMEGRAB:
            return file.id
        return file.id.rpartition("-")[0] or file.id


def clip_kind(observation: Observation) -> FileKind:
    """An anomaly has a video of its own, beside all clips."""
    is_anomaly = observation.observation_class is ObservationClass.ANOMALY
    return FileKind.ANOMALY if is_anomaly else FileKind.CLIP
