"""The worker's life: threads, heartbeat, and an end that leaves every file whole."""

import logging
import os
import threading
from collections.abc import Callable

from seacorder.base import heap
from seacorder.base.background import Thread
from seacorder.base.clock import NS_PER_SECOND, Clock, SystemClock
from seacorder.base.log import call_process, finish
from seacorder.base.pipe import Link
from seacorder.channel.channel import Channel
from seacorder.channel.clean_copy import BothAnswers, CleanCopy, Tee
from seacorder.channel.encoding.burn_in import BurnIn
from seacorder.channel.encoding.decision import decide
from seacorder.channel.encoding.encode_step import Encoding
from seacorder.channel.encoding.encoder import Encoder
from seacorder.channel.encoding.stage import Stage
from seacorder.channel.ingest import Ingest
from seacorder.channel.orders import Orders
from seacorder.channel.outbox import Outbox
from seacorder.channel.picture_check.watch import PictureWatch
from seacorder.inputs.contract import Input
from seacorder.inputs.open import make_input
from seacorder.inputs.rtsp.camera_memory import CameraMemory
from seacorder.model.channel import ChannelSettings
from seacorder.model.command import EndWorker, HearNarration
from seacorder.model.encoding import EncodingPlan
from seacorder.model.event import Severity
from seacorder.model.instant import Instant
from seacorder.model.outcome import ChannelOutcome
from seacorder.sinks.context import SinkContext
from seacorder.storage.disk import Disk, this_machine
from seacorder.storage.durable import MemoryBudget
from seacorder.storage.volume_room import VolumeRooms
from seacorder.storage.volumes import MarkedFolders

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 0.5
HANGING_SECONDS = 20.0
"""An input or encoder that has not given up by itself after so long never will; only a new process gets rid of it."""
REPORTS_SECONDS = 2.0
"""How long the last reports may take to be read; the files are whole by then."""
EXIT_DONE = 0
EXIT_INPUT_HANGS = 3


class Heartbeat(Thread):
    """Reports the status twice a second, and lets the channel notice what did not happen."""

    def __init__(
        self, channel: Channel, clean: CleanCopy, wake: threading.Event, give_up: Callable[[], None]
    ) -> None:
        """`wake` is set when something new is due, perhaps sooner than the next beat."""
        super().__init__("heartbeat", self.work)
        self._channel, self._clean = channel, clean
        self._give_up = give_up
        self._wake = wake

    def work(self) -> None:
        channel, clock = self._channel, self._channel.clock
        next_beat_ns = next_collection_ns = clock.monotonic_ns()
        while True:
            now_ns = clock.monotonic_ns()
            if now_ns >= next_beat_ns:
                next_beat_ns = now_ns + int(HEARTBEAT_SECONDS * NS_PER_SECOND)
                channel.report(channel.status())
                if max(channel.stalled_seconds(), channel.encoding.hangs_seconds()) > HANGING_SECONDS:
                    self._give_up()
            if now_ns >= next_collection_ns:
                next_collection_ns = now_ns + int(heap.COLLECT_SECONDS * NS_PER_SECOND)
                heap.collect()
            channel.tick()
            self._clean.tick()
            due = [next_beat_ns, channel.next_due_ns(), self._clean.next_due_ns()]
            due_ns = min(one for one in due if one is not None)
            self._wake.wait(max(0.0, (due_ns - clock.monotonic_ns()) / NS_PER_SECOND))
            self._wake.clear()


def run(link: Link) -> None:
    """Runs one channel until the control process says EndWorker or closes the pipe; does not return."""
    messages = link.messages()
    settings = next(messages, None)
    if not isinstance(settings, ChannelSettings):
        raise SystemExit("This is a channel's worker; `seacorder serve` starts it.")
    call_process(settings.name)
    clock = SystemClock()
    outbox = Outbox(link.send)
    outbox.start()
    budget = MemoryBudget(settings.queue_bytes)
    answers = BothAnswers(outbox.put)
    channel = Channel(settings, clock, answers, queued_bytes=lambda: budget.taken_bytes)
    rooms, disk = storage_of(settings, clock, budget)
    context = SinkContext(settings, clock, budget, outbox.put, rooms, channel.texts.beside, disk)
    wake = threading.Event()
    clean = CleanCopy(context, channel, answers, wake.set)
    heartbeat = Heartbeat(channel, clean, wake, lambda: end(channel, clean, outbox, EXIT_INPUT_HANGS))
    burn_in = BurnIn(settings, channel.texts.at, channel.note)
    encoding = Encoding(channel, clock, Encoder, burn_in)
    stage = Stage(channel, as_it_comes if settings.narrator else decide, encoding)
    orders = Orders(channel, context, wake.set, stage.change)
    ingest = Ingest(channel, input_of(settings, channel, clock), clock, Tee(stage, clean))
    listen = ear_of(channel)
    if settings.picture_watch and settings.narrator is None:
        watch = PictureWatch(channel.saw_picture)
        channel.offer_keyframe = watch.offer
        watch.start()
    heap.exempt_startup_objects()  # the way of a packet makes no cycles
    heartbeat.start()
    ingest.start()
    for command in messages:
        if isinstance(command, EndWorker):
            break
        if isinstance(command, HearNarration):
            listen(command)
        else:
            clean.carry_out(command)
            orders.carry_out(command)
    ingest.stop()
    stage.finish()
    end(channel, clean, outbox, EXIT_DONE)


def storage_of(settings: ChannelSettings, clock: Clock, budget: MemoryBudget) -> tuple[VolumeRooms, Disk]:
    """The folders that files go to, and the disk that refuses to make any where the volume is another one."""
    volumes = MarkedFolders(settings.volumes)
    rooms = VolumeRooms(settings.reserve_bytes, clock, lambda: budget.coming_bytes, volumes=volumes)
    return rooms, this_machine(volumes.check)


def input_of(settings: ChannelSettings, channel: Channel, clock: Clock) -> Callable[[], Input]:
    """What makes the channel's input anew for each connection: its source, or the narrator."""
    narrator = settings.narrator
    if narrator is None:
        name, index, memory = settings.name, settings.index, CameraMemory(other_client(channel))
        return lambda: make_input(
            settings.address, channel_name=name, channel_index=index, clock=clock, memory=memory
        )
    from seacorder.channel.narration.link import Voice
    from seacorder.channel.narration.narrator import Capture, Narrator
    from seacorder.inputs.sound.devices import make_sound

    voice = Voice(narrator.token)

    def make_narrator() -> Narrator:
        capture = Capture(lambda: make_sound(settings.address, channels=narrator.channels, clock=clock), clock)
        made = Narrator(narrator, capture, voice, clock, channel.note)
        channel.narrator_status = lambda: made.status
        return made

    return make_narrator


def other_client(channel: Channel) -> Callable[[str], None]:
    """What says that a camera is read by another client than the recorder's own."""
    return lambda sentence: channel.note("camera_read_by_ffmpeg", Severity.WARNING, sentence)


def ear_of(channel: Channel) -> Callable[[HearNarration], None]:
    """What hears the channel's narration where it is told to; does nothing where there is none."""
    if channel.narration is None:
        return lambda _: None
    from seacorder.channel.narration.link import Ear  # most channels need none, and workers are to stay small

    ear = Ear(channel.narration.hear)
    ear.start()
    return lambda order: ear.listen(order.port, order.token)


def as_it_comes(*_: object) -> EncodingPlan:
    """How the narrator's packets are stored: it has encoded them itself."""
    return EncodingPlan(is_pass_through=True, sentence="Narration is AAC already.")


def end(channel: Channel, clean: CleanCopy, outbox: Outbox, code: int) -> None:
    """Finishes every file and ends the process; waits for the disk as long as it takes.

    Ends with `_exit` because a thread may sit in a network read that nothing can cancel.
    """
    done = threading.Semaphore(0)

    def one_done(outcome: ChannelOutcome) -> None:
        if not outcome.ok:
            log.error("%s", outcome.sentence)
        done.release()

    instant = Instant.now(channel.clock)
    with channel.lock:
        channel.close_hole(instant)
        channel.settle(instant.monotonic_ns)
        waiting = channel.outputs.finish_all(instant, one_done)
    waiting += clean.finish_all(instant, one_done)
    for _ in range(waiting):
        done.acquire()
    outbox.drain(REPORTS_SECONDS)
    finish()
    os._exit(code)
