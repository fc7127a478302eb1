"""The event log, and that every event has its entry in the documentation."""

import asyncio
import re
from pathlib import Path

import pytest

from control.bridge import Bridge
from seacorder.catalogue.catalogue import MOST_ROWS_WAITING
from seacorder.control.events.log import EventKind, EventLog
from seacorder.model.channel import ChannelState
from seacorder.model.event import Event, Severity

ROOT = Path(__file__).parents[3]
SOURCES = ROOT / "src" / "seacorder"


def happening(number: int) -> Event:
    return Event(number, "part_opened", Severity.INFO, f"{number}.")


def test_cursors_of_the_first_run_begin_at_one() -> None:
    log = EventLog()
    log.continue_from(0)
    assert [log.add(happening(n)).cursor for n in range(3)] == [1, 2, 3]
    assert (log.oldest_cursor, log.newest_cursor) == (1, 3)


@pytest.mark.parametrize(
    ("stored", "first"),
    [(1, 1_000_001), (41, 1_000_001), (979_999, 1_000_001), (980_000, 2_000_001), (3_000_007, 4_000_001)],
)
def test_another_run_uses_no_cursor_that_an_earlier_one_may_have_given(stored: int, first: int) -> None:
    log = EventLog()
    log.continue_from(stored)
    assert [log.add(happening(n)).cursor for n in range(2)] == [first, first + 1]
    assert first > stored + MOST_ROWS_WAITING


def test_after_gives_what_is_newer() -> None:
    log = EventLog()
    for number in range(5):
        log.add(happening(number))
    assert [event.cursor for event in log.after(3)] == [4, 5]
    assert log.after(5) == log.after(99) == []


def test_the_ring_is_bounded() -> None:
    log = EventLog(capacity=3)
    for number in range(10):
        log.add(happening(number))
    assert [event.cursor for event in log.after(0)] == [8, 9, 10]
    assert log.oldest_cursor == 8


async def test_a_follower_gets_the_past_then_each_event_as_it_happens() -> None:
    log = EventLog()
    log.add(happening(1))
    followed = log.follow(0)
    assert (await anext(followed)).cursor == 1
    waiting = asyncio.ensure_future(anext(followed))
    await asyncio.sleep(0)
    assert not waiting.done()
    log.add(happening(2))
    assert (await waiting).cursor == 2


async def test_a_follower_that_was_slow_goes_on_with_what_is_held() -> None:
    log = EventLog(capacity=2)
    log.add(happening(1))
    followed = log.follow(0)
    assert (await anext(followed)).cursor == 1
    for number in range(5):
        log.add(happening(number))
    assert [(await anext(followed)).cursor, (await anext(followed)).cursor] == [5, 6]


async def test_a_follower_from_a_future_cursor_waits_for_it() -> None:
    log = EventLog()
    waiting = asyncio.ensure_future(anext(log.follow(1)))
    log.add(happening(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not waiting.done()
    log.add(happening(2))
    assert (await waiting).cursor == 2


async def test_a_channels_changes_are_events(bridge: Bridge) -> None:
    await bridge.start(ChannelState.LIVE, ChannelState.LIVE)
    bridge["Bow"].beat()
    bridge["Bow"].beat(ChannelState.STALLED, "Nothing comes.")
    bridge["Bow"].beat(ChannelState.LIVE)
    found = [event for event in bridge.recorder.events.after(0) if event.channel == "Bow"]
    assert [event.kind for event in found] == ["channel_live", "channel_stalled", "channel_live"]
    assert found[1].fact == "Nothing comes."
    assert found[1].severity is Severity.WARNING


async def test_events_reach_the_catalogue(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.catalogue.flush()
    assert bridge.catalogue.events() == bridge.recorder.events.after(0)


@pytest.mark.docs
def test_every_event_has_its_entry_and_every_entry_its_event() -> None:
    page = (ROOT / "docs" / "programs" / "events.md").read_text().partition("\n## Alarms\n")[0]
    documented = set(re.findall(r"^\| `([a-z_]+)` \|", page, re.MULTILINE))
    by_workers = set()
    for folder in ("channel", "sinks", "inputs", "evidence", "telemetry"):
        for source in (SOURCES / folder).rglob("*.py"):
            by_workers |= set(re.findall(r"\b_?note\(\s*\"([a-z_]+)\", Severity\.", source.read_text()))
    assert by_workers
    assert documented == by_workers | {kind.value for kind in EventKind}


@pytest.mark.docs
def test_every_event_kind_is_used() -> None:
    code = "".join(path.read_text() for path in (SOURCES / "control").rglob("*.py"))
    assert [kind.name for kind in EventKind if f"EventKind.{kind.name}" not in code] == []
