"""Delays between attempts to connect: short for a link that comes back, long for a camera that refuses."""

import logging
import threading
from collections.abc import Sequence
from itertools import pairwise

import pytest

from fakes.clock import FakeClock
from fakes.footage import Recipe, footage
from fakes.input import FakeInput
from seacorder.base.errors import BadRequest, InputFailed
from seacorder.base.message import Message
from seacorder.channel.channel import Channel
from seacorder.channel.ingest import GOOD_RUN_NS, SAME_REASON_SECONDS, Ingest, ReadInBursts, ReconnectDelay, TakeItems
from seacorder.inputs.contract import Item, OpenConnection
from seacorder.model.channel import ChannelSettings
from seacorder.model.sample import SourceFormat, SourcePacket, Track


def test_a_lost_link_is_tried_again_every_two_seconds_at_the_latest() -> None:
    delay = ReconnectDelay()
    assert [delay.after(0) for _ in range(5)] == [0.5, 1.0, 2.0, 2.0, 2.0]


def test_a_camera_that_refuses_is_left_in_peace() -> None:
    delay = ReconnectDelay()
    assert [delay.after(0, is_refusal=True) for _ in range(7)] == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0]
    assert delay.after(0) == 2.0


def test_a_good_run_makes_the_next_delay_short_again() -> None:
    delay = ReconnectDelay()
    for _ in range(5):
        delay.after(0)
    assert delay.after(GOOD_RUN_NS) == 0.5


def test_attempts_that_nothing_answers_begin_two_seconds_apart_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, begun = FakeClock(), []

    def attempt() -> FakeInput:
        begun.append(clock.monotonic_ns())
        clock.advance(1.5)
        if len(begun) == 6:
            ingest.stop()
        message = "Bow does not answer."
        raise InputFailed(message)

    channel = Channel(ChannelSettings(0, "Bow", "test:"), clock, lambda _: None)
    ingest = Ingest(channel, attempt, clock, channel)
    monkeypatch.setattr(ingest._stopping, "wait", clock.advance)
    ingest.run()
    assert [round((after - before) / 1e9, 1) for before, after in pairwise(begun)] == [2.0] * 5


def test_the_log_has_a_reason_only_where_no_alarm_brings_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("seacorder.channel.ingest.FIRST_DELAY_SECONDS", 0.0)
    clock = FakeClock()
    channel = Channel(ChannelSettings(0, "Bow", "test:"), clock, lambda _: None)
    script = [
        lambda: InputFailed("Bow does not answer."),
        lambda: InputFailed("Bow does not answer."),
        lambda: InputFailed("Bow refuses the password."),
        lambda: clock.advance(SAME_REASON_SECONDS + 1) or InputFailed("Bow does not answer."),  # type: ignore[func-returns-value]
        lambda: BadRequest("Bow has no such pattern."),
    ]
    caplog.set_level(logging.INFO)
    Ingest(channel, lambda: FakeInput([script.pop(0)()]), clock, channel).run()
    assert [record.getMessage() for record in caplog.records] == [
        "Bow refuses the password. Seacorder tries again every few seconds.",
        "Bow does not answer. (1 more attempt failed) Seacorder tries again every few seconds.",
        "Bow has no such pattern.",
    ]


def test_only_what_is_tried_again_is_said_to_be() -> None:
    clock, told = FakeClock(), list[Message]()
    channel = Channel(ChannelSettings(0, "Bow", "test:"), clock, lambda _: None)
    channel.disconnected = told.append  # type: ignore[method-assign]
    script = [InputFailed("It is away.", "Check its power."), BadRequest("It has no such pattern.", "Correct it.")]
    ingest = Ingest(channel, lambda: FakeInput([script.pop(0)]), clock, channel)
    ingest._stopping.wait = clock.advance  # type: ignore[method-assign]
    ingest.run()
    assert told == [
        Message("It is away.", "Seacorder tries again every few seconds. Check its power."),
        Message("It has no such pattern.", "Correct it."),
    ]


def test_a_file_that_has_been_played_is_not_said_to_be_tried_again() -> None:
    clock, told = FakeClock(), list[Message]()
    channel = Channel(ChannelSettings(0, "Bow", "test:"), clock, lambda _: None)
    channel.disconnected = told.append  # type: ignore[method-assign]
    Ingest(channel, lambda: FakeInput([footage(Recipe()).source]), clock, channel).run()
    assert told == [
        Message(
            "Its file has been played to the end.",
            "It is not played again. For that add loop=1 to its address in the settings file.",
        )
    ]


class BurstSource(FakeInput):
    """An input that hands its connection over."""

    def __init__(self, script: list[SourceFormat | SourcePacket | Exception], connection: object) -> None:
        super().__init__(script)
        self._connection = connection

    def connection(self) -> object:
        return self._connection


class Fed:
    """Remembers what it is given."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def connected(self, source: SourceFormat) -> None:
        self.told.append(source)

    def take(self, packet: SourcePacket) -> None:
        self.told.append(packet)

    def take_all(self, packets: Sequence[SourcePacket]) -> None:
        self.told.append(list(packets))

    def disconnected(self, why: Message) -> None:
        self.told.append(why.fact)


def burst_of(items: Sequence[Item]) -> ReadInBursts:
    def read(_connection: OpenConnection, take: TakeItems, _stopping: threading.Event) -> None:
        take(items)
        raise BadRequest("It ends here.")

    return read


def fed_by(source: BurstSource, items: Sequence[Item]) -> list[object]:
    clock, fed = FakeClock(), Fed()
    channel = Channel(ChannelSettings(0, "Bow", "test:"), clock, lambda _: None)
    Ingest(channel, lambda: source, clock, fed, burst_of(items)).run()  # type: ignore[arg-type, return-value]
    assert source.closes == 1
    return fed.told


def test_what_has_come_together_is_handed_on_together_up_to_a_new_format() -> None:
    made = footage(Recipe(frames=6))
    packets = [SourcePacket(Track.VIDEO, None, n, n, 1, n == 0, 1, n) for n in range(4)]
    told = fed_by(BurstSource([made.source], object()), [*packets[:2], made.source, *packets[2:]])
    assert told == [made.source, packets[:2], made.source, packets[2:], "It ends here."]


def test_an_input_that_has_no_connection_to_hand_over_is_read_as_it_comes() -> None:
    made = footage(Recipe(frames=6))
    packet = SourcePacket(Track.VIDEO, None, 0, 0, 1, True, 1, 0)
    source = BurstSource([made.source, packet, BadRequest("It ends here.")], None)
    assert fed_by(source, []) == [made.source, packet, "It ends here."]
