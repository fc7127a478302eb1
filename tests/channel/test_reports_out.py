"""The outbox: order is kept, heartbeats give way, nobody waits."""

import threading

import pytest

from seacorder.channel.reports_out import Outbox
from seacorder.model.channel import ChannelState, ChannelStatus
from seacorder.model.outcome import ChannelOutcome
from seacorder.model.report import Answer, Report


def status(frames: int) -> ChannelStatus:
    return ChannelStatus("Bow", ChannelState.LIVE, 0, None, frames_received=frames)


def answer(request: int) -> Answer:
    return Answer(request, ChannelOutcome("Bow", ok=True))


def test_sends_in_order_and_only_the_newest_of_waiting_heartbeats() -> None:
    gate = threading.Event()
    sent: list[Report] = []

    def send(report: Report) -> None:
        gate.wait()
        sent.append(report)

    outbox = Outbox(send)
    for report in (status(1), status(2), answer(1), status(3), status(4)):
        outbox.put(report)
    outbox.start()
    assert not outbox.drain(0)
    gate.set()
    assert outbox.drain(60)
    assert sent == [status(2), answer(1), status(4)]


def test_a_report_that_cannot_be_sent_does_not_keep_the_others_back(caplog: pytest.LogCaptureFixture) -> None:
    sent: list[Report] = []

    def send(report: Report) -> None:
        if report == answer(1):
            raise RuntimeError("it cannot be pickled")
        sent.append(report)

    outbox = Outbox(send)
    outbox.put(answer(1))
    outbox.put(answer(2))
    outbox.start()
    assert outbox.drain(20)
    assert sent == [answer(2)]
    assert "it cannot be pickled" in caplog.text


def test_a_report_goes_out_at_once_where_nothing_waits_before_it() -> None:
    sent: list[Report] = []
    has_room = True

    def send_at_once(report: Report) -> bool:
        if has_room:
            sent.append(report)
        return has_room

    outbox = Outbox(sent.append, send_at_once)
    outbox.put(answer(1))
    assert sent == [answer(1)]
    has_room = False
    outbox.put(answer(2))
    has_room = True
    outbox.put(answer(3))  # behind one that waits
    assert sent == [answer(1)]
    outbox.start()
    assert outbox.drain(60)
    assert sent == [answer(1), answer(2), answer(3)]
