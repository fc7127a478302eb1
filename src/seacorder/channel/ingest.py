"""The ingest thread: keeps an input connected and feeds the channel, for ever."""

import logging
import threading
from collections.abc import Callable

from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.errors import BadRequest, InputFailed
from seacorder.base.log import RateLimit
from seacorder.channel.channel import Channel
from seacorder.inputs.contract import Input
from seacorder.model.sample import SourceFormat

log = logging.getLogger(__name__)

FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 10.0
GOOD_RUN_NS = 10 * NS_PER_SECOND
"""A connection that held for so long makes the next delay short again."""


class Backoff:
    """Delays between attempts: 0.5 s, doubling up to 10 s."""

    def __init__(self) -> None:
        self._delay = FIRST_DELAY_SECONDS

    def after(self, run_ns: int) -> float:
        """Seconds to wait after an attempt that was connected for `run_ns` nanoseconds."""
        if run_ns >= GOOD_RUN_NS:
            self._delay = FIRST_DELAY_SECONDS
        delay = self._delay
        self._delay = min(LONGEST_DELAY_SECONDS, self._delay * 2)
        return delay


class Ingest(threading.Thread):
    """Reads the input until `stop`. A daemon: a read that hangs in the network must not hold up the end."""

    def __init__(self, channel: Channel, make_input: Callable[[], Input], clock: Clock) -> None:
        super().__init__(name="ingest", daemon=True)
        self._channel = channel
        self._make_input = make_input
        self._clock = clock
        self._stopping = threading.Event()
        self._rate_limit = RateLimit(clock)

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        backoff = Backoff()
        while not self._stopping.is_set():
            begin_ns = self._clock.monotonic_ns()
            reason, again = self._attempt()
            if self._stopping.is_set():
                return
            self._channel.disconnected(reason)
            held = self._rate_limit.allow("disconnected")
            if held is not None:
                log.warning("%s (%d more of these)", reason, held) if held else log.warning("%s", reason)
            if not again:
                return
            self._stopping.wait(backoff.after(self._clock.monotonic_ns() - begin_ns))

    def _attempt(self) -> tuple[str, bool]:
        """One connection, from open to its end: (one sentence on how it ended, whether to try again)."""
        name = self._channel.settings.name
        try:
            source = self._make_input()
            try:
                self._channel.connected(source.open())
                self._read(source)
            finally:
                source.close()
        except InputFailed as failure:
            return failure.sentence, True
        except BadRequest as mistake:
            return mistake.sentence, False
        except Exception:
            log.exception("the input of %s failed in a way that is not known", name)
            return f"The input of {name} failed unexpectedly; it is tried again, and the log has the details.", True
        return f"The source of {name} has ended; add loop=1 to its address to play it again and again.", False

    def _read(self, source: Input) -> None:
        channel, stopping = self._channel, self._stopping
        for item in source.packets():
            if isinstance(item, SourceFormat):
                channel.connected(item)
            else:
                channel.take(item)
            if stopping.is_set():
                return
