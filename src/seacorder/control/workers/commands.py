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
from seacorder.supervisor.supervisor import Supervisor
from seacorder.supervisor.table import Launch
from seacorder.supervisor.worker import Callbacks

AskedCommand = StartRecording | StopRecording | StartClip | StopClip | TakeFramegrab
MakeCommand = Callable[[int, str], AskedCommand]
"""Makes the command for a channel from its request number and the channel's name."""


class ChannelWorkers:
    """The channels' workers, by the channel's name and in the order of the settings, and the narrator's.

    For the event loop alone; only `ask` and `picture` wait.
    """

    def __init__(
        self, supervisor: Supervisor, channels: Sequence[ChannelSettings], narrator: ChannelSettings | None = None
    ) -> None:
        self._supervisor = supervisor
        self.channels = tuple(channels)
        self.names = tuple(channel.name for channel in channels)
        self.narrator = narrator
        self.narrator_name = None if narrator is None else narrator.name
        has_own_file = narrator is not None and narrator.narrator is not None and narrator.narrator.has_own_file
        self.sound_names = (narrator.name,) if narrator is not None and has_own_file else ()
        """The narrator, if it writes files of its own; else nobody."""
        self.recording_names = (*self.names, *self.sound_names)
        self.everybody = self.names if narrator is None else (*self.names, narrator.name)

    @property
    def silent_seconds(self) -> float:
        """After so much silence of the narration there is an alarm; 0: never."""
        return 0.0 if self.narrator is None or self.narrator.narrator is None else self.narrator.narrator.silent_seconds

    def add_all(self, callbacks: Callbacks) -> None:
        """Adds the workers to the supervisor; `start` starts them."""
        for channel in (*self.channels, *([] if self.narrator is None else [self.narrator])):
            self._supervisor.add(channel.name, Launch.of("channel"), channel, callbacks=callbacks)

    def start(self, names: Iterable[str]) -> None:
        """Starts those of these workers that have not been started yet; returns at once."""
        for name in names:
            if self._supervisor[name].is_new:
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
        """Sends a command and returns at once; False when the channel's worker does not run or does not read."""
        return self._supervisor[channel].send(command)

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
