"""The ingest thread: connects the input, feeds its packets to the channel, and reconnects with a back-off, until
stopped."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from seacorder.base.background import Thread
from seacorder.base.backoff import Backoff
from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.errors import BadRequest, InputFailed, InputRefused
from seacorder.base.log import RateLimit
from seacorder.base.message import Message, joined
from seacorder.channel.channel import Channel
from seacorder.inputs.contract import BurstInput, Input, Item, OpenConnection
from seacorder.model.channel import TRIES_AGAIN
from seacorder.model.sample import SourceFormat, SourcePacket

log = logging.getLogger(__name__)

FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 2.0
"""Short, because recording comes first: a camera whose link is back is recorded within three seconds and one GOP."""
LONGEST_REFUSED_DELAY_SECONDS = 10.0
"""For a camera that answers and refuses: many lock a user out after a few wrong passwords."""
GOOD_RUN_NS = 10 * NS_PER_SECOND
"""After a connection that lasted this long the back-off begins anew."""
SAME_REASON_SECONDS = 60.0
"""How often the log repeats why a camera still cannot be read."""


TakeItems = Callable[[Sequence[Item]], None]
ReadInBursts = Callable[[OpenConnection, TakeItems, threading.Event], None]
"""Reads an open connection until it ends or the event is set, and gives what it brings to the function. Blocks; raises
what ended it."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a connection ended, or why there was none."""

    why: Message
    """Without credentials."""
    is_final: bool = False
    """True when another attempt is of no use."""
    is_refusal: bool = False
    """True when the camera answered, and did not let the user in."""

    @property
    def told(self) -> Message:
        """`why`, and first of all that it is tried again, if it is."""
        if self.is_final:
            return self.why
        return Message(self.why.fact, joined((TRIES_AGAIN, self.why.action)))


class ReconnectDelay:
    """Delays between attempts to connect: 0.5 s, doubling up to 2 s, or up to 10 s while the camera refuses. Pure."""

    def __init__(self) -> None:
        self._backoff = Backoff(FIRST_DELAY_SECONDS, LONGEST_DELAY_SECONDS)

    def after(self, run_ns: int, *, is_refusal: bool = False) -> float:
        """Seconds to wait after an attempt that was connected for `run_ns` nanoseconds."""
        if run_ns >= GOOD_RUN_NS:
            self._backoff.reset()
        return self._backoff.next_delay(LONGEST_REFUSED_DELAY_SECONDS if is_refusal else None)


class Feed(Protocol):
    """Where packets go. Called on the ingest thread, or on the loop's thread while the ingest thread waits for that."""

    def take(self, packet: SourcePacket) -> None:
        """One packet of the present connection."""
        ...

    def take_all(self, packets: Sequence[SourcePacket]) -> None:
        """Packets of the present connection that have come together, in order."""
        ...

    def connected(self, source: SourceFormat) -> None:
        """A connection has been made, or its format has changed; packets of that format follow."""
        ...

    def disconnected(self, why: Message) -> None:
        """The connection is lost or could not be made."""
        ...


class Ingest(Thread):
    """Reads the input until `stop`. A daemon thread: a read that hangs in the network must not keep the process
    alive."""

    def __init__(
        self,
        channel: Channel,
        make_input: Callable[[], Input],
        clock: Clock,
        feed: Feed,
        read_in_bursts: ReadInBursts | None = None,
    ) -> None:
        """`make_input` makes the input for each attempt; `channel` only tells its name and whether it has failed.
        `read_in_bursts` None: everything is read here, as it comes."""
        super().__init__("ingest", self.work)
        self._channel = channel
        self._feed = feed
        self._make_input = make_input
        self._clock = clock
        self._stopping = threading.Event()
        self._rate_limit = RateLimit(clock, SAME_REASON_SECONDS)
        self._was_connected = False
        self._read_in_bursts = read_in_bursts

    def stop(self) -> None:
        self._stopping.set()

    def work(self) -> None:
        reconnect = ReconnectDelay()
        while not self._stopping.is_set():
            begin_ns = self._clock.monotonic_ns()
            ending = self._attempt()
            if self._stopping.is_set():
                return
            self._log_again(ending.told)
            self._feed.disconnected(ending.told)
            if ending.is_final:
                return
            run_ns = self._clock.monotonic_ns() - begin_ns
            delay = reconnect.after(run_ns, is_refusal=ending.is_refusal)
            if not (self._was_connected or ending.is_refusal):
                # Nothing answered: the attempt itself has taken its time, which counts as waited.
                delay = max(FIRST_DELAY_SECONDS, delay - run_ns / NS_PER_SECOND)
            self._stopping.wait(delay)

    def _log_again(self, why: Message) -> None:
        """Logs why the camera still cannot be read. The first failure is an alarm, which the control process logs; here
        a new reason is logged, and once a minute that the old one still holds."""
        line = self._rate_limit.still_failing(why)
        if line is not None and self._channel.has_failed:
            log.warning("%s", line)

    def _attempt(self) -> Ending:
        """One connection, from opening the input to its end. Blocks for as long as it lasts."""
        self._was_connected = False
        try:
            source = self._make_input()
            try:
                self._feed.connected(source.open())
                self._was_connected = True
                self._read(source)
            finally:
                source.close()
        except InputFailed as failure:
            return Ending(failure.message, is_refusal=isinstance(failure, InputRefused))
        except BadRequest as mistake:
            return Ending(mistake.message, is_final=True)
        except Exception:
            if self._rate_limit.allow("unknown") is not None:
                log.exception("The input made an unexpected error, see below. %s", TRIES_AGAIN)
            fact = "Its input made an unexpected error; the log has the details."
            return Ending(Message(fact, "If it stays, restart Seacorder between dives, and save the log."))
        return Ending(
            Message(
                "Its file has been played to the end.",
                "It is not played again. For that add loop=1 to its address in the settings file.",
            ),
            is_final=True,
        )

    def _read(self, source: Input) -> None:
        feed, stopping = self._feed, self._stopping
        if self._read_in_bursts is not None and isinstance(source, BurstInput):
            connection = source.connection()
            if connection is not None:
                self._read_in_bursts(connection, self._take_all, stopping)
                return
        for item in source.packets():
            if isinstance(item, SourceFormat):
                feed.connected(item)
            else:
                feed.take(item)
            if stopping.is_set():
                return

    def _take_all(self, items: Sequence[Item]) -> None:
        """What has come together; packets that follow each other are handed on together."""
        packets: list[SourcePacket] = []
        for item in items:
            if not isinstance(item, SourceFormat):
                packets.append(item)
                continue
            if packets:
                self._feed.take_all(packets)
                packets = []
            self._feed.connected(item)
        if packets:
            self._feed.take_all(packets)
