"""One channel's life in a group: from its settings to an end that leaves every file whole."""

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from seacorder.base.background import once
from seacorder.base.clock import SystemClock
from seacorder.base.pipe import Link
from seacorder.channel.assembly import Assembly, Surroundings, assemble
from seacorder.channel.burst_loop import BurstLoop
from seacorder.channel.group.membership import MembersFeed
from seacorder.channel.group.storage import GroupStorage
from seacorder.channel.pictures.client import PictureProcess
from seacorder.channel.pulse import Pulse
from seacorder.channel.reports_out import Outbox
from seacorder.channel.worker import EXIT_DONE, REPORTS_SECONDS, Heartbeat, finish_files
from seacorder.model.channel import ChannelSettings
from seacorder.model.command import Command, EndWorker
from seacorder.model.report import MOVES_OUT, RunEnded

log = logging.getLogger(__name__)
_HANGS = "its input hung; it goes on in a process of its own"


@dataclass(frozen=True, slots=True)
class Shared:
    """What the channels of a group have in common."""

    pulse: Pulse
    pictures: PictureProcess
    loop: BurstLoop
    storage: GroupStorage


class GroupMember:
    """`live` runs on a thread of its own, which reads the channel's commands."""

    def __init__(self, settings: ChannelSettings, link: Link, shared: Shared) -> None:
        self._name = settings.name
        self._link = link
        self._pulse = shared.pulse
        self._outbox = Outbox(link.send, link.send_at_once)
        self._ending = threading.Lock()
        """Taken once, by whoever ends the member first."""
        self._parts = self._assemble(settings, shared)
        self._heart = Heartbeat(self._parts, self._give_up)

    def live(self, messages: Iterator[Command]) -> None:
        """Runs the channel until the control process says so or closes the pipe, or until it leaves. Blocks."""
        self._outbox.start()
        self._parts.start(partial(self._pulse.add, self._name, self._heart))
        for command in messages:
            if isinstance(command, EndWorker):
                break
            self._parts.carry_out(command)
        self._end(RunEnded(EXIT_DONE))

    def _assemble(self, settings: ChannelSettings, shared: Shared) -> Assembly:
        surroundings = Surroundings(
            feed=lambda feed: MembersFeed(feed, self._leave),
            pictures=shared.pictures.of(settings.name),
            storage=shared.storage.of,
            loop=shared.loop,
            send_live=self._link.send,
        )
        return assemble(settings, SystemClock(), self._outbox.put, self._pulse.wake, surroundings)

    def _leave(self, why: str) -> None:
        """Ends the member so that it goes on in a process of its own. Any thread; returns at once."""
        self._parts.ingest.stop()
        is_interrupted = self._parts.writes_what_was_asked_for
        if not is_interrupted:
            log.info("%s goes on in a recording process of its own, because %s.", self._name, why)
        told = f"it goes on in a process of its own, because {why}" if is_interrupted else ""
        once("end", partial(self._end, RunEnded(MOVES_OUT, told)))

    def _give_up(self) -> None:
        """The input has hung for so long that only another process gets rid of it: a thread cannot be ended."""
        once("end", partial(self._end, RunEnded(MOVES_OUT, _HANGS)))

    def _end(self, last: RunEnded) -> None:
        """Finishes every file and closes the pipe. Blocks until the disk has taken everything."""
        if not self._ending.acquire(blocking=False):
            return
        self._parts.stop_input()
        finish_files(self._parts)
        self._parts.stop()
        self._pulse.remove(self._name, self._heart)
        self._outbox.put(last)
        self._outbox.drain(REPORTS_SECONDS)
        self._outbox.stop()
        self._link.close_reports()
