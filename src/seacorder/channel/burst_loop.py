"""Reads cameras in bursts: one thread, a few open connections, each read when it is due.

Waking up is what costs, not the bytes: so what a camera sends is left in the kernel, and read five times a second
instead of once or twice for each picture. The loop has a beat, so that one turn reads all of its connections and the
process wakes once for them. A connection is read earlier where the kernel could run out of room
(`OpenConnection.may_wait_ns`), or where somebody wants the frames (`Pace`). Then its pictures are read as they come, as
also when a read has found nothing: a camera that sends little wakes nobody in vain.

The loop never waits for one of its connections. Connecting, which may take seconds, is left to each channel's ingest
thread: that hands an open connection over and waits until it ends. What a connection brings is passed on before the
next one is read, so whoever takes it must not wait for long.
"""

import contextlib
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from seacorder.base.background import Thread
from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND, Clock
from seacorder.base.readiness import Readiness
from seacorder.channel.pace import Pace
from seacorder.inputs.contract import Item, OpenConnection, Unread

BEAT_NS = NS_PER_SECOND // 5
"""From one common read to the next. Who may not wait for so long is read at a whole part of it."""
SHORTEST_BURST_NS = 60 * NS_PER_MS
"""What may not lie for so long is read as it comes: two pictures at once save nothing."""
REST_NS = 3_500_000
"""In the middle of a picture its rest is read after so long: one or two reads for each picture."""
HEAD_NS = 5 * NS_PER_SECOND
"""So often the beginning of a picture is read as it comes (`_awaits_head`); more often while a connection is young."""
_HELD_BACK_NS = 5 * NS_PER_MS
"""What comes sooner after a read than this was held back until the read was acknowledged."""
LOOK_NS = NS_PER_SECOND // 5
"""A silent connection is looked at so often: it may have to be kept alive, or given up."""


class Waiting(Protocol):
    """How the loop waits."""

    def wait(self, numbers: Sequence[int], seconds: float) -> Sequence[int]:
        """The file descriptors that can be read; waits for at most so long, and not after `wake`."""
        ...

    def wake(self) -> None:
        """Ends the wait, or the next one. Any thread."""
        ...

    def close(self) -> None:
        """Nobody waits any more."""
        ...


class SocketWaiting:
    """Waits for sockets, one of which is for `wake`."""

    def __init__(self) -> None:
        self._woken, self._waker = socket.socketpair()
        for one in (self._woken, self._waker):
            one.setblocking(False)
        self._only_waking = Readiness(self._woken.fileno())
        """As it waits most of the time: no connection is awaited."""

    def wait(self, numbers: Sequence[int], seconds: float) -> Sequence[int]:
        own = self._woken.fileno()
        waiting = Readiness(own, *numbers) if numbers else self._only_waking
        ready = waiting.wait(seconds)
        if own in ready:
            with contextlib.suppress(BlockingIOError):
                self._woken.recv(4096)
        return ready

    def wake(self) -> None:
        with contextlib.suppress(BlockingIOError):  # it is full of such bytes already
            self._waker.send(b"!")

    def close(self) -> None:
        self._woken.close()
        self._waker.close()


@dataclass(slots=True, eq=False)
class LoopEntry:
    """One connection that is read until it ends."""

    connection: OpenConnection
    take: Callable[[Sequence[Item]], None]
    """Takes what it brings."""
    pace: Pace
    stopping: threading.Event
    """Set where nothing more is to be read."""
    due_ns: int = 0
    """When it is read next (monotonic)."""
    is_awaited: bool = False
    """It is read earlier if something comes."""
    read_ns: int = 0
    """When it was read last."""
    head_due_ns: int = 0
    """When the beginning of a picture is to be read as it comes."""
    head_pause_ns: int = BEAT_NS
    """From one such time to the next; it grows."""
    looks: int = 0
    """How many more reads for that may follow."""
    over: threading.Event = field(default_factory=threading.Event)
    failure: Exception | None = None


def _nobody_waits() -> None:
    """Where nobody has something to do in the loop's turns."""


class BurstLoop:
    """`read` may be called from several threads. The loop's own thread runs while there is a connection."""

    def __init__(
        self,
        clock: Clock,
        pass_by: Callable[[], None] = _nobody_waits,
        make_waiting: Callable[[], Waiting] = SocketWaiting,
    ) -> None:
        """`pass_by` is called in each turn, when everything that is due has been read."""
        self._clock = clock
        self._pass_by = pass_by
        self._begun_ns = clock.monotonic_ns()
        """A beat; each loop has its own, so that several processes do not wake at one instant."""
        self._make_waiting = make_waiting
        self._lock = threading.Lock()
        self._entries: tuple[LoopEntry, ...] = ()
        """Replaced and never altered, since the loop goes through it without the lock."""
        self._waiting: Waiting | None = None
        self._is_running = False

    def read(self, entry: LoopEntry) -> None:
        """Reads until the connection ends or `stopping` is set. Blocks; raises what ended the connection."""
        self.begin(entry)
        with self._lock:
            if not self._is_running:
                self._is_running = True
                Thread("bursts", self._work).start()
        entry.over.wait()
        if entry.failure is not None:
            raise entry.failure

    def begin(self, entry: LoopEntry) -> None:
        """From the next turn on the connection is read. Does not wait."""
        entry.pace.begin(self.wake)
        with self._lock:
            if self._waiting is None:
                self._waiting = self._make_waiting()
            self._entries = (*self._entries, entry)
        self.wake()

    def wake(self) -> None:
        """Makes the loop look at once whether anything is due. Any thread."""
        with self._lock:
            if self._waiting is not None:
                self._waiting.wake()

    def turn(self) -> None:
        """Reads what is due, one connection after the other, then waits until something is; not without connections."""
        for entry in self._entries:
            if entry.due_ns <= self._clock.monotonic_ns() or entry.pace.is_asked:
                self._read(entry)
        self._pass_by()
        if self._entries and self._waiting is not None:
            self._wait(self._entries, self._waiting)

    def _wait(self, entries: Sequence[LoopEntry], waiting: Waiting) -> None:
        awaited: dict[int, LoopEntry] = {}
        for entry in entries:
            if entry.is_awaited:
                number = entry.connection.number
                if number >= 0:
                    awaited[number] = entry
                else:  # it has been closed
                    entry.due_ns = 0
        due_ns = min([entry.due_ns for entry in entries])
        seconds = max(0, due_ns - self._clock.monotonic_ns()) / NS_PER_SECOND
        for number in waiting.wait(tuple(awaited), seconds):
            if number in awaited:
                awaited[number].due_ns = 0

    def _work(self) -> None:
        while self._goes_on():
            self.turn()

    def _goes_on(self) -> bool:
        with self._lock:
            if self._entries:
                return True
            if self._waiting is not None:
                self._waiting.close()
            self._waiting, self._is_running = None, False
            return False

    def _read(self, entry: LoopEntry) -> None:
        asked = entry.pace.asked
        try:
            if entry.stopping.is_set():
                self._end(entry)
                return
            if items := entry.connection.read():
                entry.take(items)
            unread = entry.connection.unread
            self._plan(entry, unread)
        except Exception as failure:  # noqa: BLE001 - it is raised again where the end is waited for
            entry.failure = failure
            self._end(entry)
            return
        if unread is not Unread.MORE:
            entry.pace.has_read(asked)

    def _plan(self, entry: LoopEntry, unread: Unread) -> None:
        """When the connection is read next."""
        now_ns = self._clock.monotonic_ns()
        entry.is_awaited = False
        if unread is Unread.MORE:
            entry.due_ns = now_ns
            return
        wait_ns = min(entry.connection.may_wait_ns(), entry.pace.may_wait_ns(now_ns))
        if wait_ns >= SHORTEST_BURST_NS and unread is not Unread.NOTHING_CAME:
            entry.due_ns = now_ns + self._to_the_beat_ns(now_ns, wait_ns)
            entry.is_awaited = _awaits_head(entry, now_ns)
        elif unread is Unread.WITHIN:
            entry.due_ns = now_ns + REST_NS
        else:
            entry.is_awaited, entry.due_ns = True, now_ns + LOOK_NS

    def _to_the_beat_ns(self, now_ns: int, wait_ns: int) -> int:
        """How long it is to the next beat, or to the next part of one where a whole beat is more than `wait_ns`."""
        parts = -(-BEAT_NS // wait_ns)
        since_ns = (now_ns - self._begun_ns) % BEAT_NS
        place = since_ns * parts // BEAT_NS + 1
        return -(-BEAT_NS * place // parts) - since_ns

    def _end(self, entry: LoopEntry) -> None:
        with self._lock:
            self._entries = tuple(one for one in self._entries if one is not entry)
        entry.pace.end()
        entry.over.set()


def _awaits_head(entry: LoopEntry, now_ns: int) -> bool:
    """Whether what comes next is read as it comes, although it may lie: to learn exactly when a picture comes.

    Of bytes that lie, only the newest have a time of their own, since the kernel joins what lies together. And many
    cameras hold back a part of a picture while nobody reads (Nagle's algorithm), so that it comes late. That part comes
    as soon as the read has been acknowledged; what comes after it begins a picture and is on time.
    """
    waited_ns, entry.read_ns = now_ns - entry.read_ns, now_ns
    if entry.looks:
        entry.looks = entry.looks - 1 if waited_ns < _HELD_BACK_NS else 0
    elif now_ns >= entry.head_due_ns:
        entry.looks, entry.head_due_ns = 2, now_ns + entry.head_pause_ns
        entry.head_pause_ns = min(HEAD_NS, 2 * entry.head_pause_ns)
    return entry.looks > 0
