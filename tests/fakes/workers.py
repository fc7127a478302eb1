"""A supervisor without processes: workers that answer as a channel's worker does, at once and from a script."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from fakes.blackbox import FakeBlackbox
from fakes.clock import FakeClock
from seacorder.base.errors import NoAnswer, WorkerLost
from seacorder.base.message import Message
from seacorder.model.blackbox import SplitBlackbox, StartBlackbox
from seacorder.model.channel import ChannelState, ChannelStatus, PictureFormat
from seacorder.model.command import (
    ChangeEncoding,
    ChangeRecording,
    HearNarration,
    LocateFrame,
    SetContext,
    SetOverlayText,
    ShowFields,
    StartClip,
    StartRecording,
    StopClip,
    StopRecording,
    TakeFramegrab,
    TakePicture,
    WatchLive,
)
from seacorder.model.data_log import ChangeDataLog, StartBlackboxLog, StartDataLog
from seacorder.model.outcome import ChannelOutcome
from seacorder.model.recording import Clip, FaultKind, FileState, FileStatus, Framegrab, Part
from seacorder.model.report import (
    Answer,
    ClipClosed,
    ClipOpened,
    FramegrabStored,
    FrameLocated,
    JpegPicture,
    PartClosed,
    PartOpened,
)
from seacorder.supervisor.limits import Limits
from seacorder.supervisor.table import Launch
from seacorder.supervisor.worker import Callbacks

PICTURE = PictureFormat("h264", 1920, 1080, 25.0)


class FakeWorker:
    """One worker; `commands` holds what it was told, in order. Set `is_hung` and it never answers."""

    def __init__(self, name: str, first_message: object, callbacks: Callbacks, clock: FakeClock) -> None:
        self.name = name
        self.first_message = first_message
        self.callbacks = callbacks
        self.commands: list[Any] = []
        self.restarts = 0
        self.is_in_group = False
        self.is_up = False
        self.is_hung = False
        self.refusal = ""
        """One sentence: starts are refused with it."""
        self.fault: str | None = None
        """Of the files that it writes."""
        self.fault_kind: FaultKind | None = None
        self.part: Part | None = None
        self.clip: Clip | None = None
        self.anomaly: Clip | None = None
        self.blackbox = FakeBlackbox(self)
        self.on_start: Callable[[], None] = lambda: None
        self.located: Callable[[LocateFrame], FrameLocated] = lambda order: FrameLocated(order.request)
        """What it knows of a frame."""
        self._clock = clock
        self._ended = asyncio.Event()
        self._was_started = False
        self._clocks: dict[str, int] = {}
        """By path: how far UTC was ahead of the monotonic clock when the file began. Its times keep to that."""
        self.status = ChannelStatus(name, ChannelState.LIVE, clock.utc_ns(), None, PICTURE, bits_per_second=8_000_000)

    # What a Worker has.

    @property
    def is_new(self) -> bool:
        return not self._was_started

    def move_out(self) -> None:
        """It ends in order, and begins anew in a process of its own."""
        self.is_in_group = False
        self.end()
        self.start()

    def start(self) -> None:
        self.is_up = self._was_started = True
        self._ended.clear()
        self.callbacks.on_started(self.name)
        self.on_start()

    def send(self, command: object) -> bool:
        if not self.is_up:
            return False
        self.commands.append(command)
        if not self.is_hung:
            answer = self._carry_out(command)
            if answer is not None:
                self.report(answer)
        return True

    async def request(self, command: Any, timeout_seconds: float) -> Answer | JpegPicture | FrameLocated:
        if not self.is_up:
            raise WorkerLost(f"{self.name}: its recording process is not running.")
        self.commands.append(command)
        answer = None if self.is_hung else self._carry_out(command)
        if answer is not None:
            return answer
        try:
            await asyncio.wait_for(self._ended.wait(), timeout_seconds)
        except TimeoutError as error:
            raise NoAnswer(f"{self.name} did not confirm within {timeout_seconds:g} s.") from error
        raise WorkerLost(f"{self.name}: its recording process has stopped.")

    async def stop(self) -> None:
        self._finish_files()
        self.end()

    def stop_now(self) -> None:
        self.end()

    async def ended(self) -> None:
        await self._ended.wait()

    # What a test makes it do.

    def end(self) -> None:
        """It ends by itself, in order."""
        self.is_up = False
        self._ended.set()

    def lose(self, fault: str = "signal 9") -> None:
        """It is killed in the middle of everything."""
        self.end()
        self.part = self.clip = self.anomaly = None
        self.blackbox.part = None
        self.callbacks.on_lost(self.name, fault)

    def come_back(self) -> None:
        """The supervisor starts it anew."""
        self.restarts += 1
        self.start()

    def report(self, report: object) -> None:
        self.callbacks.on_report(self.name, report)

    def beat(self, state: ChannelState | None = None, reason: str | None = None) -> None:
        """A heartbeat; what is being written has just reached the disk."""
        if state is not None:
            self.status = replace(self.status, state=state, why=None if reason is None else Message(reason))
        recording, clip, anomaly = map(self.file_of, (self.part, self.clip, self.anomaly))
        self.status = replace(self.status, recording=recording, clip=clip, anomaly=anomaly)
        self.status = replace(self.status, blackbox=self.file_of(self.blackbox.part) if self.blackbox.writes else None)
        self.report(self.status)

    def told(self, kind: type) -> list[Any]:
        """The commands of one kind that it got."""
        return [command for command in self.commands if isinstance(command, kind)]

    def open_part(self, order: StartRecording, number: int | None = None) -> None:
        """The first frame of a part has reached a file."""
        number = order.first_part if number is None else number
        path = f"{order.naming.base_folder}/{order.recording_id}/{self.name}_{number:03d}.mp4"
        self.part = Part(
            order.recording_id, self.name, number, path, self._clock.utc_ns(), None, 0, 1, 1000, FileState.OPEN
        )
        self._clocks[path] = self._clock.utc_ns() - self._clock.monotonic_ns()
        self.report(PartOpened(self.part))

    # Inside.

    def file_of(self, file: Part | Clip | None) -> FileStatus | None:
        if file is None:
            return None
        now_ns = self._clock.monotonic_ns()
        utc_ns = now_ns + self._clocks.get(file.path, self._clock.utc_ns() - now_ns)
        identifier, number = (file.recording_id, file.number) if isinstance(file, Part) else (file.id, 1)
        frames = 1 + round((utc_ns - file.start_utc_ns) * PICTURE.frame_rate / 1e9)
        start, size = file.start_utc_ns, 1000 * frames
        why, kind = None if self.fault is None else Message(self.fault), self.fault_kind
        begin_ns = now_ns - (utc_ns - start)
        return FileStatus(
            identifier, file.path, number, start, frames, size, now_ns, utc_ns, begin_ns, now_ns, why, kind
        )

    def _carry_out(self, command: Any) -> Answer | JpegPicture | FrameLocated | None:  # noqa: C901
        is_live = self.status.state is ChannelState.LIVE
        match command:
            case StartRecording() | StartClip() | TakeFramegrab() if self.refusal or not is_live:
                why = Message(self.refusal) if self.refusal else self.status.why
                # As a channel's worker says it of a picture that had gone before the command came.
                was_asked = bool(self.refusal) or not isinstance(command, TakeFramegrab)
                return Answer(command.request, ChannelOutcome(self.name, False, why, was_asked=was_asked))
            case StartRecording():
                self.open_part(command)
            case StopRecording() if self.part is not None:
                part, self.part = self.part, None
                self.report(PartClosed(replace(part, state=FileState.WHOLE, end_utc_ns=command.instant.utc_ns)))
            case StartClip():
                self._open_clip(command)
            case StopClip():
                self._close_clip(command)
            case TakeFramegrab():
                self._grab(command)
            case LocateFrame():
                return self.located(command)
            case TakePicture():
                return JpegPicture(command.request, b"jpeg" if is_live else b"", self._clock.utc_ns())
            case StartBlackbox() | SplitBlackbox():
                self.blackbox.carry_out(command, self._clock.utc_ns())
                return None
            case ChangeRecording() | ChangeEncoding() | SetOverlayText() | SetContext() | ShowFields():
                return None
            case HearNarration() | StartDataLog() | ChangeDataLog() | StartBlackboxLog() | WatchLive():
                return None
        return Answer(command.request, ChannelOutcome(self.name, True, achieved_utc_ns=self._clock.utc_ns()))

    def _finish_files(self) -> None:
        """Each ends with what it had at the last heartbeat."""
        part, self.part, file = self.part, None, self.status.recording
        if part is not None and file is not None:
            end_utc_ns = file.newest_stored_utc_ns
            self.report(PartClosed(replace(part, state=FileState.WHOLE, end_utc_ns=end_utc_ns, frames=file.frames)))

    def _open_clip(self, order: StartClip) -> None:
        path = f"{order.naming.base_folder}/{self.name}_{order.kind.lower()}.mp4"
        utc_ns = self._clock.utc_ns()
        clip = Clip(order.clip_id, self.name, order.kind, path, utc_ns, None, 0, 1, 9, FileState.OPEN)
        setattr(self, order.kind.lower(), clip)
        self.report(ClipOpened(clip))

    def _close_clip(self, order: StopClip) -> None:
        clip = getattr(self, order.kind.lower())
        setattr(self, order.kind.lower(), None)
        if clip is not None:
            self.report(ClipClosed(replace(clip, state=FileState.WHOLE, end_utc_ns=order.instant.utc_ns)))

    def _grab(self, order: TakeFramegrab) -> None:
        utc_ns = order.instant.utc_ns
        grab = Framegrab(order.framegrab_id, self.name, "/x.jpg", utc_ns, utc_ns, 7, 1920, 1080, 10, order.recording_id)
        self.report(FramegrabStored(grab))


class FakeSupervisor:
    """Takes the place of `supervisor.Supervisor`. `on_add` may prepare a worker before it is started."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._workers: dict[str, FakeWorker] = {}
        self._request = 0
        self.on_add: Callable[[FakeWorker], None] = lambda _: None
        self.groups: list[tuple[tuple[str, ...], Launch]] = []
        self.launches: list[tuple[str, Launch, object]] = []

    def add(
        self,
        name: str,
        launch: Launch,
        first_message: object,
        *,
        callbacks: Callbacks | None = None,
        limits: Limits | None = None,
        restarts: bool = True,
    ) -> FakeWorker:
        if name in self._workers:
            raise ValueError(f"there is a worker named {name} already")
        worker = FakeWorker(name, first_message, callbacks or Callbacks(), self._clock)
        self._workers[name] = worker
        self.launches.append((name, launch, first_message))
        self.on_add(worker)
        return worker

    def group(self, names: Sequence[str], launch: Launch) -> None:
        self.groups.append((tuple(names), launch))
        for name in names:
            self._workers[name].is_in_group = True

    def __getitem__(self, name: str) -> FakeWorker:
        return self._workers[name]

    def __iter__(self) -> Iterator[FakeWorker]:
        return iter(tuple(self._workers.values()))

    def next_request(self) -> int:
        self._request += 1
        return self._request

    async def remove(self, name: str) -> None:
        await self._workers[name].stop()
        del self._workers[name]

    async def stop(self) -> None:
        self.stop_now()

    def stop_now(self) -> None:
        for worker in self:
            worker.stop_now()
