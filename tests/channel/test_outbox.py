"""The outbox: order is kept, heartbeats give way, nobody waits."""

import threading

from seacorder.channel.outbox import Outbox
from seacorder.model.channel import ChannelState, ChannelStatus
from seacorder.model.report import Answer, Report


def status(frames: int) -> ChannelStatus:
    return ChannelStatus("Bow", ChannelState.LIVE, 0, None, frames_received=frames)


def test_sends_in_order_and_only_the_newest_of_waiting_heartbeats() -> None:
    gate = threading.Event()
    sent: list[Report] = []

    def send(report: Report) -> None:
        gate.wait(10)
        sent.append(report)

    outbox = Outbox(send)
    for report in (status(1), status(2), Answer(1, True), status(3), status(4)):
        outbox.put(report)
    outbox.start()
    assert not outbox.drain(0)
    gate.set()
    assert outbox.drain(10)
    assert sent == [status(2), Answer(1, True), status(4)]
