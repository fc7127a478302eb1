"""What the tests' workers have in common."""

import threading

from seacorder.base.message import Message
from seacorder.base.pipe import Link
from seacorder.model.channel import ChannelState, ChannelStatus


def status(name: str, reason: str | None = None) -> ChannelStatus:
    return ChannelStatus(name, ChannelState.LIVE, 0, None if reason is None else Message(reason))


def heartbeat(link: Link, name: str, stop: threading.Event) -> None:
    while True:
        link.send(status(name))
        if stop.wait(0.05):
            return
