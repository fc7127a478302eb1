"""The encode thread: takes from the queue what the ingest thread has put there, and encodes it."""

import logging
import threading

from seacorder.base import heap
from seacorder.base.background import Thread
from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.channel.encoding.frame_queue import (
    Arrival,
    Drained,
    FrameQueue,
    Item,
    NewPlan,
    NewSource,
    Primer,
    RefusedPictures,
)
from seacorder.channel.encoding.pipeline import Pipeline
from seacorder.model.encoding import EncodingPlan
from seacorder.model.sample import Sample, SourceFormat

log = logging.getLogger(__name__)

WAIT_SECONDS = 60.0
DRAIN_SECONDS = 5.0
"""How long a change to pass-through, a lost connection or the end of the worker may wait for the encoder."""


class EncodeThread(Thread):
    """Its methods are called on other threads; `work` runs on its own. A daemon: a driver that hangs must not keep the
    process alive."""

    def __init__(self, pipeline: Pipeline, clock: Clock) -> None:
        super().__init__("encode", self.work)
        self._pipeline = pipeline
        self._clock = clock
        self._queue = FrameQueue()
        self._begun_ns: int | None = None

    def begin(self, source: SourceFormat, plan: EncodingPlan, primer: Primer) -> None:
        """What is put from now on has this format."""
        self._queue.put(NewSource(source, plan, primer))

    def change(self, from_ns: int, plan: EncodingPlan) -> None:
        """Another plan from the first picture captured at or after an instant (monotonic)."""
        self._queue.put(NewPlan(from_ns, plan))

    def put(self, sample: Sample, arrived_ns: int) -> None:
        """A packet of the source. If there is no room for it, it is lost and listed as a loss. Never blocks."""
        self._queue.put(Arrival(sample, arrived_ns))

    def drain(self) -> bool:
        """Waits until everything that has been put is with the channel; False when that takes longer than
        DRAIN_SECONDS."""
        done = threading.Event()
        self._queue.put(Drained(done.set))
        return done.wait(DRAIN_SECONDS)

    @property
    def waiting(self) -> int:
        """Pictures that have been put and are not encoded yet. Any thread."""
        return self._queue.frames + (self._begun_ns is not None)

    def busy_seconds(self) -> float:
        """For how long it has been working on one picture; 0 while it waits. Any thread."""
        begun_ns = self._begun_ns
        return 0.0 if begun_ns is None else (self._clock.monotonic_ns() - begun_ns) / NS_PER_SECOND

    def work(self) -> None:
        heap.keep_frames()
        while True:
            item = self._queue.get(WAIT_SECONDS)
            self._begun_ns = self._clock.monotonic_ns()
            try:
                self._carry_out(item)
            except Exception:
                log.exception("Encoding made an unexpected error, see below. Seacorder goes on by itself.")
            self._begun_ns = None
            if isinstance(item, Drained):
                item.said()

    def _carry_out(self, item: Item | None) -> None:
        match item:
            case Arrival():
                self._pipeline.push(item)
            case RefusedPictures():
                self._pipeline.refused(item)
            case NewSource():
                self._pipeline.begin(item.source, item.plan, item.primer)
            case NewPlan():
                self._pipeline.change(item)
            case Drained():
                self._pipeline.flush()
