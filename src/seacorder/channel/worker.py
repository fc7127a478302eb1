"""The life of a worker's process: from its settings over the heartbeat to an end that leaves every file whole."""

import logging
import os
import threading
from collections.abc import Callable

from seacorder.base.clock import NS_PER_SECOND, SystemClock
from seacorder.base.log import call_process, finish
from seacorder.base.pipe import Link
from seacorder.base.speaker import speaker
from seacorder.channel.assembly import Assembly, Surroundings, assemble
from seacorder.channel.burst_loop import BurstLoop
from seacorder.channel.pulse import Pulse
from seacorder.channel.reports_out import Outbox
from seacorder.model.channel import ChannelSettings
from seacorder.model.command import EndWorker
from seacorder.model.outcome import ChannelOutcome

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 1.0
"""The longest pause between two heartbeats; what changes meanwhile is reported at once."""
WRITING_HEARTBEAT_SECONDS = 0.5
"""While a file is being written. `isrecording` promises bytes that were stored within the last 1.5 s: up to half a
second lies between two writes, and half a second is left for a busy disk."""
HANGING_SECONDS = 20.0
"""An input or encoder that has hung for so long will never go on by itself; only a new process gets rid of it."""
REPORTS_SECONDS = 2.0
"""How long the last reports may take to be read; the files are whole by then."""
EXIT_DONE = 0
EXIT_INPUT_HANGS = 3


class Heartbeat:
    """Reports the status once a second, twice while a file is written, and lets the channel notice what did not
    happen. `Pulse` gives it its turns."""

    def __init__(self, parts: Assembly, give_up: Callable[[], None]) -> None:
        """`give_up` ends the process, or takes the channel out of it."""
        self._parts = parts
        self._give_up = give_up
        self._beat_ns: int | None = None
        """When the last heartbeat was sent, monotonic."""

    def turn(self, now_ns: int) -> int:
        """Does what is due at `now_ns` (monotonic). Returns when the next turn is due at the latest."""
        parts, channel = self._parts, self._parts.channel
        if self._beat_ns is None or now_ns >= self._next_beat_ns(self._beat_ns):
            self._beat_ns = now_ns
            channel.report(channel.status())
            if parts.hanging_seconds() > HANGING_SECONDS:
                self._give_up()
        parts.tick()
        next_beat_ns = self._next_beat_ns(self._beat_ns)
        return min(next_beat_ns, parts.next_due_ns() or next_beat_ns)

    def _next_beat_ns(self, last_ns: int) -> int:
        seconds = WRITING_HEARTBEAT_SECONDS if self._parts.is_writing else HEARTBEAT_SECONDS
        return last_ns + int(seconds * NS_PER_SECOND)


def run(link: Link) -> None:
    """Runs one channel until the control process says so or closes the pipe; does not return."""
    messages = link.messages()
    settings = next(messages, None)
    if not isinstance(settings, ChannelSettings):
        raise SystemExit("This is the program of a recording process; `seacorder serve` starts it.")
    call_process(settings.name)
    outbox = Outbox(link.send, link.send_at_once)
    outbox.start()
    clock = SystemClock()
    pulse = Pulse(clock)
    surroundings = Surroundings(loop=BurstLoop(clock, pulse.pass_by), send_live=link.send)
    parts = assemble(settings, clock, outbox.put, pulse.wake, surroundings)
    pulse.add(speaker(), Heartbeat(parts, lambda: end(parts, outbox, EXIT_INPUT_HANGS)))
    parts.start(pulse.start)
    for command in messages:
        if isinstance(command, EndWorker):
            break
        parts.carry_out(command)
    parts.stop_input()
    end(parts, outbox, EXIT_DONE)


def end(parts: Assembly, outbox: Outbox, code: int) -> None:
    """Finishes every file and ends the process. Blocks until the disk has taken everything, however long that takes."""
    finish_files(parts)
    outbox.drain(REPORTS_SECONDS)
    finish()
    os._exit(code)  # an ordinary exit would wait for a thread that may sit in a network read that nothing can cancel


def finish_files(parts: Assembly) -> None:
    """Finishes every file. Blocks until the disk has taken everything, however long that takes."""
    done = threading.Semaphore(0)

    def one_done(outcome: ChannelOutcome) -> None:
        if not outcome.ok:
            log.error("%s", outcome.why)
        done.release()

    for _ in range(parts.finish_all(one_done)):
        done.acquire()
