"""How soon a channel wants what its camera sends, and who may say so."""

import threading

from fakes.clock import FakeClock
from seacorder.channel.pace import HURRY_NS, Pace

LONG_NS = 200_000_000


def test_the_channel_decides_but_for_some_time_after_a_command() -> None:
    clock = FakeClock()
    pace = Pace(clock, lambda _: LONG_NS)
    assert pace.may_wait_ns(clock.monotonic_ns()) == LONG_NS
    pace.hurry()
    assert pace.may_wait_ns(clock.monotonic_ns()) == 0
    assert pace.may_wait_ns(clock.monotonic_ns() + HURRY_NS) == LONG_NS


def test_a_command_makes_the_reader_read_at_once() -> None:
    woken: list[None] = []
    pace = Pace(FakeClock(), lambda _: LONG_NS)
    pace.begin(lambda: woken.append(None))
    assert not pace.is_asked
    pace.hurry()
    assert pace.is_asked
    pace.has_read(pace.asked)
    assert not pace.is_asked
    assert len(woken) == 1


def test_catching_up_ends_when_the_channel_has_what_had_come() -> None:
    pace = Pace(FakeClock(), lambda _: LONG_NS)
    order: list[str] = []

    def read() -> None:
        asked = pace.asked
        order.append("read")
        pace.has_read(asked)

    pace.begin(lambda: threading.Thread(target=read).start())
    pace.catch_up()
    order.append("caught up")
    assert order == ["read", "caught up"]


def test_a_read_that_began_before_does_not_count() -> None:
    pace = Pace(FakeClock(), lambda _: LONG_NS)
    pace.begin(lambda: None)
    before = pace.asked
    pace.hurry()
    pace.has_read(before)
    assert pace.is_asked


def test_nobody_is_waited_for_where_nothing_is_read_in_bursts() -> None:
    pace, ended = Pace(FakeClock(), lambda _: LONG_NS), []
    pace.catch_up()
    pace.begin(lambda: None)
    pace.end()
    pace.catch_up()

    def end() -> None:
        ended.append("while it was waited for")
        pace.end()

    pace.begin(end)
    pace.catch_up()
    assert ended
