"""The process of a group: takes channels in as they come, and ends after the last one."""

import os
import threading
from functools import partial
from typing import NoReturn

from seacorder.base.background import once
from seacorder.base.clock import SystemClock
from seacorder.base.door import Door
from seacorder.base.log import finish, set_up_worker
from seacorder.base.pipe import Link
from seacorder.base.speaker import speak_for
from seacorder.channel.burst_loop import BurstLoop
from seacorder.channel.group.member import GroupMember, Shared
from seacorder.channel.group.storage import GroupStorage
from seacorder.channel.pictures.client import PictureProcess
from seacorder.channel.pictures.early_fork import EarlyFork, fork_early
from seacorder.channel.pulse import Pulse
from seacorder.channel.worker import EXIT_DONE
from seacorder.model.channel import ChannelSettings
from seacorder.model.report import RunEnded


class GroupProcess:
    """What the channels of the process share."""

    def __init__(self, first: EarlyFork | None) -> None:
        """`first` is the first picture process."""
        clock = SystemClock()
        pulse = Pulse(clock)
        loop = BurstLoop(clock, pulse.pass_by)
        self._shared = Shared(pulse, PictureProcess(clock, first), loop, GroupStorage(clock))
        self._living = 0
        self._changed = threading.Condition()

    def run(self, door: Door) -> None:
        """Blocks until no more channel can come and the last one has ended, every file of it whole."""
        self._shared.pulse.start()
        for link in door.links():
            with self._changed:
                self._living += 1
            once("commands", partial(self._live, link))
        with self._changed:
            self._changed.wait_for(lambda: self._living == 0)
        self._shared.pictures.stop()

    def _live(self, link: Link) -> None:
        try:
            messages = link.messages()
            settings = next(messages, None)
            if isinstance(settings, ChannelSettings):
                speak_for(settings.name)
                GroupMember(settings, link, self._shared).live(messages)
            else:
                link.send(RunEnded(EXIT_DONE))  # it was stopped before it began
        finally:
            link.close()
            with self._changed:
                self._living -= 1
                self._changed.notify_all()


def run(door: Door) -> NoReturn:
    """Runs a group; does not return. Call it while the process has one thread, and before its log is set up."""
    first = fork_early()
    set_up_worker("group")
    GroupProcess(first).run(door)
    finish()
    os._exit(0)  # an ordinary exit would wait for a thread that may sit in a network read that nothing can cancel
