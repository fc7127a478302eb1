"""The encode thread: takes what the ingest thread has put into the queue, and never lets it pile up."""

import logging
import threading

from seacorder.channel.frame_queue import Arrival, Drained, FrameQueue, NewPlan, NewSource, Refused
from seacorder.channel.pipeline import Pipeline
from seacorder.model.encoding import EncodingPlan
from seacorder.model.sample import Sample, SourceFormat

log = logging.getLogger(__name__)

WAIT_SECONDS = 60.0
DRAIN_SECONDS = 5.0
"""How long a change to pass-through, a lost connection or the end may wait for the encoder."""


class EncodeThread(threading.Thread):
    """The ingest thread puts, this thread encodes. A daemon: a driver that hangs must not hold up the end."""

    def __init__(self, pipeline: Pipeline) -> None:
        super().__init__(name="encode", daemon=True)
        self._pipeline = pipeline
        self._queue = FrameQueue()

    def begin(self, source: SourceFormat, plan: EncodingPlan) -> None:
        """What is put from now on is of this format."""
        self._queue.put(NewSource(source, plan))

    def change(self, from_ns: int, plan: EncodingPlan) -> None:
        """Another plan from the first picture captured at or after an instant (monotonic)."""
        self._queue.put(NewPlan(from_ns, plan))

    def put(self, sample: Sample, arrived_ns: int) -> None:
        """A packet of the source; where there is no room for it, it is lost and accounted for. Never blocks."""
        self._queue.put(Arrival(sample, arrived_ns))

    def drain(self) -> bool:
        """Waits until all that has been put is with the channel; False when that takes too long."""
        done = threading.Event()
        self._queue.put(Drained(done.set))
        return done.wait(DRAIN_SECONDS)

    def run(self) -> None:
        pipeline = self._pipeline
        while True:
            item = self._queue.get(WAIT_SECONDS)
            try:
                match item:
                    case Arrival():
                        pipeline.push(item)
                    case Refused():
                        pipeline.refused(item)
                    case NewSource():
                        pipeline.begin(item.source, item.plan)
                    case NewPlan():
                        pipeline.change(item)
                    case Drained():
                        pipeline.flush()
            except Exception:
                log.exception("encoding failed in a way that is not known")
            if isinstance(item, Drained):
                item.said()
