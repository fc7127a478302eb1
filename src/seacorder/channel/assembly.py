"""Builds the parts of one channel's worker and connects them: the only place where they are put together.

Two parts may need each other: the channel asks the stage for its status, and the stage feeds the channel. One of them
is then given a function that looks the other one up when it is called; nothing is called before all parts are built.
Before `start`, only the threads of the narration's link run, which wait for a connection.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from seacorder.base import heap
from seacorder.base.clock import Clock
from seacorder.base.speaker import speak_for, speaker
from seacorder.channel.burst_loop import BurstLoop, LoopEntry
from seacorder.channel.channel import Channel
from seacorder.channel.clean_copy import CleanCopy, Tee
from seacorder.channel.encoding.burn_in import BurnIn
from seacorder.channel.encoding.encode_step import EncodeStep
from seacorder.channel.encoding.encoder import Encoder
from seacorder.channel.encoding.stage import Stage, as_it_comes, decide
from seacorder.channel.heartbeat_status import Neighbours, nobody_looks
from seacorder.channel.ingest import Feed, Ingest, ReadInBursts, TakeItems
from seacorder.channel.live.live_view import live_views
from seacorder.channel.orders import Orders
from seacorder.channel.pace import Pace
from seacorder.channel.picture_check.watch import Looker, PictureWatch
from seacorder.channel.reports_out import BothAnswers
from seacorder.inputs.contract import Input, Item, OpenConnection
from seacorder.inputs.open import make_input
from seacorder.inputs.rtsp.camera_memory import CameraMemory
from seacorder.model.channel import ChannelSettings, PictureFault
from seacorder.model.command import Command, HearNarration, ShowFields, TakePicture
from seacorder.model.event import Note, Severity
from seacorder.model.instant import Instant
from seacorder.model.live import LiveReport
from seacorder.model.narration import NarrationSettings, NarratorStatus
from seacorder.model.report import Report
from seacorder.sinks.context import OnOutcome, SinkContext, Stills
from seacorder.storage.disk import Disk, this_machine
from seacorder.storage.disk_waits import DiskWaits, as_long_as_wanted
from seacorder.storage.memory_budget import MemoryBudget
from seacorder.storage.volume_room import Looking, VolumeRooms
from seacorder.storage.volumes import MarkedFolders


@dataclass(frozen=True, slots=True)
class Source:
    """Where a channel's packets come from."""

    make_input: Callable[[], Input]
    """Makes the input anew for each connection."""
    narrator_status: Callable[[], NarratorStatus | None] = lambda: None
    """Of the narrator's worker alone."""


class PicturesElsewhere(Looker, Stills, Protocol):
    """Decodes the channel's pictures in another process."""

    def processor_time_ns(self) -> int:
        """What looks have cost there."""
        ...


@dataclass(frozen=True, slots=True)
class Storage:
    """Where files go."""

    rooms: VolumeRooms
    disk: Disk
    """Refuses to make files where the volume is another one."""
    waits: DiskWaits = as_long_as_wanted


def own_storage(settings: ChannelSettings, clock: Clock, budget: MemoryBudget) -> Storage:
    """Of a channel by itself."""
    volumes = MarkedFolders(settings.volumes)
    looking = Looking(volumes=volumes)
    rooms = VolumeRooms(settings.reserve_bytes, clock, lambda: budget.coming_bytes, looking)
    return Storage(rooms, this_machine(volumes.check))


def nobody_sees(_report: LiveReport) -> None:
    """Sends nothing."""


def _as_it_is(feed: Feed) -> Feed:
    return feed


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a process gives to a channel that shares it with others."""

    feed: Callable[[Feed], Feed] = _as_it_is
    """Puts something between the input and the channel."""
    pictures: PicturesElsewhere | None = None
    """None: pictures are decoded in this process."""
    storage: Callable[[ChannelSettings, Clock, MemoryBudget], Storage] = own_storage
    """Finds where the files go."""
    send_live: Callable[[LiveReport], None] = nobody_sees
    """Sends a piece of the live view; it may block while the control process does not read."""
    loop: BurstLoop | None = None
    """Reads the cameras of all channels of the process; None: the channel has a loop of its own."""


ALONE = Surroundings()
"""Of a channel with a process of its own."""


@dataclass(frozen=True, slots=True)
class Assembly:
    """The parts of one channel's worker, connected. `start` starts the threads, `finish` ends them and the files."""

    clock: Clock
    channel: Channel
    clean: CleanCopy
    stage: Stage
    feed: Feed
    """Where the input's packets go in."""
    ingest: Ingest
    pace: Pace
    """How soon the channel wants what its source sends."""
    watch: PictureWatch | None
    _orders: Orders
    _listen: Callable[[HearNarration], None]
    _narrator_status: Callable[[], NarratorStatus | None]

    def start(self, begin_heartbeat: Callable[[], None]) -> None:
        """Starts the threads; returns at once."""
        if self.watch is not None:
            self.watch.start()
        heap.exempt_startup_objects()  # the way of a packet makes no cycles
        begin_heartbeat()
        self.ingest.start()

    def carry_out(self, command: Command) -> None:
        """One command of the control process; raises nothing for one that cannot be done, which is an answer."""
        if isinstance(command, HearNarration):
            self._listen(command)
            return
        if isinstance(command, ShowFields):  # many a second: they must not make the channel read sooner
            self.channel.fields.take(command.fields)
            return
        if not isinstance(command, TakePicture):
            self.pace.hurry()
        self.pace.catch_up()  # it concerns frames that have come by now
        self.clean.carry_out(command)
        self._orders.carry_out(command)

    def stop(self) -> None:
        """Ends the threads that do not end with the input: for a channel whose process goes on without it."""
        if self.watch is not None:
            self.watch.stop()

    def stop_input(self) -> None:
        """Takes no more packets; what has been taken is with the channel afterwards. Blocks while that is encoded."""
        self.channel.watch_live(())
        self.pace.catch_up()
        self.ingest.stop()
        self.stage.finish()

    def finish_all(self, on_done: OnOutcome) -> int:
        """Ends every file now; `on_done` is called once for each, from any thread. Returns how many there are."""
        instant = Instant.now(self.clock)
        return self.channel.finish_all(instant, on_done) + self.clean.finish_all(instant, on_done)

    @property
    def is_writing(self) -> bool:
        """True while a file is being written; for the narrator always, which tells its level each half second."""
        return bool(self.channel.outputs or self.clean.is_writing or self._narrator_status())

    @property
    def writes_what_was_asked_for(self) -> bool:
        """As `is_writing`, without the blackbox, which always runs."""
        return bool(self.channel.outputs.are_asked_for or self.clean.is_writing or self._narrator_status())

    def hanging_seconds(self) -> float:
        """For how long the source or the encoder has not done anything although it should; 0 when all is well."""
        narrator = self._narrator_status()
        stalled = self.channel.stalled_seconds() if narrator is None else narrator.stalled_seconds
        return max(stalled, self.stage.busy_seconds())

    def next_due_ns(self) -> int | None:
        """Monotonic time at which `tick` should be called at the latest; None when nothing waits for it."""
        due = [self.channel.next_due_ns(), self.clean.next_due_ns()]
        return min((one for one in due if one is not None), default=None)

    def tick(self) -> None:
        """Lets the channel and its clean copy notice what did not happen."""
        self.channel.tick()
        self.clean.tick()


def assemble(
    settings: ChannelSettings,
    clock: Clock,
    report: Callable[[Report], None],
    wake: Callable[[], None],
    surroundings: Surroundings = ALONE,
) -> Assembly:
    """`report` sends a report and never blocks; `wake` makes the heartbeat look at once at what is due."""

    def note(kind: str, severity: Severity, fact: str, action: str = "") -> None:
        channel.note(kind, severity, fact, action)

    budget = MemoryBudget(settings.queue_bytes)
    answers = BothAnswers(report)
    source = source_of(settings, clock, note)
    watched = settings.picture_watch and settings.narrator is None
    # The lambdas look up what is built below, when they are called: ruff takes them for needless.
    watch = _watch_of(lambda fault: channel.saw_picture(fault), surroundings) if watched else None  # noqa: PLW0108
    neighbours = Neighbours(
        queued_bytes=lambda: budget.taken_bytes,
        encoding_status=lambda: stage.status(),  # noqa: PLW0108
        frames_to_encode=lambda: stage.frames_to_encode(),  # noqa: PLW0108
        clean_status=lambda: clean.status(),  # noqa: PLW0108
        narrator_status=source.narrator_status,
        offer_keyframe=nobody_looks if watch is None else watch.offer,
        live=live_views(surroundings.send_live, clock),
    )
    channel = Channel(settings, clock, answers, neighbours)
    context = _sink_context(channel, budget, report, surroundings)
    clean = CleanCopy(context, channel, answers, wake)
    burn_in = BurnIn(settings, channel.lines.clients, note, channel.fields.over_picture)
    encode_step = EncodeStep(channel, clock, Encoder, burn_in)
    stage = Stage(channel, as_it_comes if settings.narrator else decide, encode_step)
    feed = surroundings.feed(Tee(stage, clean))
    pace = Pace(clock, channel.may_wait_ns)
    return Assembly(
        clock=clock,
        channel=channel,
        clean=clean,
        stage=stage,
        feed=feed,
        ingest=Ingest(channel, source.make_input, clock, feed, _in_bursts(surroundings.loop or BurstLoop(clock), pace)),
        pace=pace,
        watch=watch,
        _orders=Orders(channel, context, wake, stage.change),
        _listen=listener_of(channel),
        _narrator_status=source.narrator_status,
    )


def _in_bursts(loop: BurstLoop, pace: Pace) -> ReadInBursts:
    def read(connection: OpenConnection, take: TakeItems, stopping: threading.Event) -> None:
        loop.read(LoopEntry(connection, _spoken(take), pace, stopping))

    return read


def _spoken(take: TakeItems) -> TakeItems:
    """The same, and what the loop's thread logs meanwhile begins with the name that this thread's lines begin with."""
    name = speaker()

    def spoken(items: Sequence[Item]) -> None:
        before = speaker()
        speak_for(name)
        try:
            take(items)
        finally:
            speak_for(before)

    return spoken


def _sink_context(
    channel: Channel, budget: MemoryBudget, report: Callable[[Report], None], surroundings: Surroundings
) -> SinkContext:
    settings, clock = channel.settings, channel.clock
    storage = surroundings.storage(settings, clock, budget)
    return SinkContext(
        settings,
        clock,
        budget,
        report,
        storage.rooms,
        channel.lines.beside,
        disk=storage.disk,
        stills=surroundings.pictures,
        disk_waits=storage.waits,
        dive=lambda: channel.context,
        readings_at=channel.fields.at,
        has_lines=lambda: channel.lines.are_beside,
    )


def _watch_of(found: Callable[[PictureFault | None], None], surroundings: Surroundings) -> PictureWatch:
    pictures = surroundings.pictures
    return PictureWatch(found) if pictures is None else PictureWatch(found, pictures.processor_time_ns, pictures)


def source_of(settings: ChannelSettings, clock: Clock, note: Note) -> Source:
    """A camera or another address, or the narrator's sound device."""
    if settings.narrator is not None:
        return _narrator_of(settings, settings.narrator, clock, note)
    # Remembered over all connections: that this camera has to be read by FFmpeg's client.
    memory = CameraMemory(lambda why: note("camera_read_by_ffmpeg", Severity.WARNING, why.fact, why.action))
    name, index = settings.name, settings.index
    return Source(
        lambda: make_input(settings.address, channel_name=name, channel_index=index, clock=clock, memory=memory)
    )


def _narrator_of(settings: ChannelSettings, narrator: NarrationSettings, clock: Clock, note: Note) -> Source:
    # Imported here because most workers need none of it, and each worker is to stay small.
    from seacorder.channel.narration.link import NarrationSender
    from seacorder.channel.narration.narrator import Narrators, SoundCapture
    from seacorder.inputs.sound.devices import make_sound

    def make_capture() -> SoundCapture:
        return SoundCapture(lambda: make_sound(settings.address, channels=narrator.channels, clock=clock), clock)

    narrators = Narrators(narrator, make_capture, NarrationSender(narrator.token), clock, note)
    return Source(narrators.make, narrators.status)


def listener_of(channel: Channel) -> Callable[[HearNarration], None]:
    """Takes the command that says where the narrator listens; does nothing on a channel without narration."""
    if channel.narration is None:
        return lambda _: None
    from seacorder.channel.narration.link import NarrationReceiver  # most channels need none

    receiver = NarrationReceiver(channel.narration.hear)
    receiver.start()
    return lambda order: receiver.listen(order.port, order.token)
