"""Commands to the workers of all channels at once, and their outcomes."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from seacorder.base.errors import NoAnswer, WorkerLost
from seacorder.base.message import Message
from seacorder.control.workers.groups import Groups
from seacorder.model.channel import ChannelSettings
from seacorder.model.command import (
    LocateFrame,
    StartClip,
    StartRecording,
    StopClip,
    StopRecording,
    TakeFramegrab,
    TakePicture,
)
from seacorder.model.encoding import EncodingSettings, Machine
from seacorder.model.instant import Instant
from seacorder.model.outcome import ChannelOutcome
from seacorder.model.report import Answer, FrameLocated, JpegPicture
from seacorder.model.setup import Difference
from seacorder.supervisor.supervisor import Supervisor
from seacorder.supervisor.table import Launch
from seacorder.supervisor.worker import Callbacks

AskedCommand = StartRecording | StopRecording | StartClip | StopClip | TakeFramegrab
MakeCommand = Callable[[int, str], AskedCommand]
"""Makes the command for a channel from its request number and the channel's name."""


class ChannelWorkers:
    """The channels' workers, by the channel's name and in the order of the settings, and the narrator's.

    This is the one place that says which channels there are: ask it each time, since `use` changes them while the
    program runs. For the event loop alone; only `ask`, `picture`, `locate` and `remove` wait.
    """

    channels: tuple[ChannelSettings, ...]
    wanted: tuple[ChannelSettings, ...]
    """Those that are to be in force; differs from `channels` where one still has to finish what is recorded of it."""
    names: tuple[str, ...]
    recording_names: tuple[str, ...]
    """With the narrator's, if it writes files of its own."""
    everybody: tuple[str, ...]
    """With the narrator's, if there is one."""

    def __init__(
        self, supervisor: Supervisor, channels: Sequence[ChannelSettings], narrator: ChannelSettings | None = None
    ) -> None:
        self._supervisor = supervisor
        self._callbacks = Callbacks()
        self.narrator = narrator
        self.narrator_name = None if narrator is None else narrator.name
        has_own_file = narrator is not None and narrator.narrator is not None and narrator.narrator.has_own_file
        self.sound_names = (narrator.name,) if narrator is not None and has_own_file else ()
        """The narrator, if it writes files of its own; else nobody."""
        self.wanted = tuple(channels)
        self.use(channels)

    def use(self, channels: Sequence[ChannelSettings]) -> None:
        """The channels that there are from now on, in their order. Starts and ends no worker."""
        self.channels = tuple(channels)
        self.names = tuple(channel.name for channel in channels)
        self.recording_names = (*self.names, *self.sound_names)
        self.everybody = self.names if self.narrator is None else (*self.names, self.narrator.name)

    @property
    def silent_seconds(self) -> float:
        """After so much silence of the narration there is an alarm; 0: never."""
        return 0.0 if self.narrator is None or self.narrator.narrator is None else self.narrator.narrator.silent_seconds

    def change_waiting(self, channel: str) -> Difference:
        """What becomes of a channel once nothing of it is recorded any more."""
        present = next((one for one in self.channels if one.name == channel), None)
        wanted = next((one for one in self.wanted if one.name == channel), None)
        if wanted is present:
            return Difference.NONE
        if present is None:
            return Difference.ADDED
        if wanted is None:
            return Difference.REMOVED
        return Difference.NONE if is_same(present, wanted) else Difference.CHANGED

    def add_all(self, callbacks: Callbacks) -> None:
        """Adds the workers to the supervisor; `start` starts them."""
        self._callbacks = callbacks
        for channel in (*self.channels, *([] if self.narrator is None else [self.narrator])):
            self.add(channel)

    def add(self, channel: ChannelSettings) -> None:
        """Adds one worker, in a process of its own; `start` starts it."""
        self._supervisor.add(channel.name, Launch.of("channel"), channel, callbacks=self._callbacks)

    async def remove(self, name: str) -> None:
        """Lets a worker finish its files, waits for its end, and forgets it."""
        await self._supervisor.remove(name)

    def start(self, names: Iterable[str]) -> None:
        """Starts those of these workers that have not been started yet, but for those that are gone; returns at once.
        """
        for name in names:
            if name in self.everybody and self._supervisor[name].is_new:
                self._supervisor[name].start()

    def share(self, groups: Groups) -> None:
        """Lets the channels of each group share a process. Before `start`."""
        for names in groups:
            self._supervisor.group(names, Launch.of("channel"))

    def is_in_group(self, channel: str) -> bool:
        """True while the channel's worker shares its process with others."""
        return self._supervisor[channel].is_in_group

    def move_out(self, channel: str) -> None:
        """Begins the channel's worker anew, in a process of its own; returns at once. Call it while it writes no
        file."""
        self._supervisor[channel].move_out()

    def begin_with(self, channel: str, encoding: EncodingSettings, machine: Machine) -> None:
        """Sets the encoding that each new process of the channel's worker begins with; sends nothing."""
        settings = next(one for one in self.channels if one.name == channel)
        self._supervisor[channel].first_message = replace(settings, encoding=encoding, machine=machine)

    def next_request(self) -> int:
        return self._supervisor.next_request()

    def restarts(self, channel: str) -> int:
        return self._supervisor[channel].restarts

    def send(self, channel: str, command: object) -> bool:
        """Sends a command and returns at once; False when the channel's worker does not run or does not read, or is
        gone."""
        return channel in self.everybody and self._supervisor[channel].send(command)

    def send_all(self, command: object) -> None:
        """Sends a command to all channels, not to the narrator."""
        for name in self.names:
            self.send(name, command)

    async def ask(
        self, channels: Iterable[str], make_command: MakeCommand, limit_seconds: float
    ) -> tuple[ChannelOutcome, ...]:
        """Sends all commands at once and waits for all answers, each with the time limit.

        A worker that has ended or does not answer in time gives an outcome that says so; nothing is raised.
        """
        return tuple(
            await asyncio.gather(
                *(self._ask_one(name, make_command(self.next_request(), name), limit_seconds) for name in channels)
            )
        )

    async def picture(self, channel: str, width: int, limit_seconds: float) -> JpegPicture | None:
        """A small picture; None when the channel has none or it does not come within the limit."""
        try:
            command = TakePicture(self.next_request(), width)
            answer = await self._supervisor[channel].request(command, limit_seconds)
        except WorkerLost:
            return None
        return answer if isinstance(answer, JpegPicture) and answer.jpeg else None

    async def locate(self, channel: str, instant: Instant, limit_seconds: float) -> FrameLocated | None:
        """Where the newest frame at or before an instant is; None when the worker does not say within the limit."""
        try:
            answer = await self._supervisor[channel].request(LocateFrame(self.next_request(), instant), limit_seconds)
        except WorkerLost:
            return None
        return answer if isinstance(answer, FrameLocated) and answer.frame is not None else None

    async def _ask_one(self, channel: str, command: AskedCommand, limit_seconds: float) -> ChannelOutcome:
        try:
            answer = await self._supervisor[channel].request(command, limit_seconds)
        except NoAnswer as error:
            why = Message(error.fact, _unanswered(command, channel))
            return ChannelOutcome(channel, False, why, is_unanswered=True)
        except WorkerLost as error:
            return ChannelOutcome(channel, False, error.message)
        if isinstance(answer, Answer):
            return answer.outcome
        return ChannelOutcome(channel, False, _unexpected(channel))


def is_same(present: ChannelSettings, wanted: ChannelSettings) -> bool:
    """True where a worker would do the same with both. Another place in the list, or what is sent to workers while they
    run, makes no difference."""
    return replace(wanted, index=present.index, encoding=present.encoding, machine=present.machine) == present


def _unexpected(channel: str) -> Message:
    fact = f"{channel}: the program made an error (an unexpected answer)."
    return Message(fact, "Try again; if it happens again, save the log.")


def _unanswered(command: AskedCommand, channel: str) -> str:
    """What to do when a channel has not confirmed this command in time."""
    match command:
        case StartRecording():
            return f"If {channel} does not show ● on the page within 10 s, see the alarms."
        case StopRecording():
            return (
                "Seacorder goes on finishing its file. Wait half a minute before you switch anything off; the file can "
                "be played in any case."
            )
        case StartClip(kind=kind):
            what = kind.lower()
            again = f"If {channel} is to be in the {what}, stop the {what} and start it again."
            return f"Recording is not affected. {again}"
        case StopClip(kind=kind):
            return f"Recording is not affected. The file of the {kind.lower()} can be played as it stands."
        case TakeFramegrab():
            return "Recording is not affected. If no event says that the framegrab is stored, try again."
