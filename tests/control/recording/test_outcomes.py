"""A start waits for channels that are just being connected, and for no others."""

import asyncio

import pytest

from control.bridge import QUICK, Bridge, impatient
from seacorder.base.message import Message
from seacorder.model.channel import ChannelState
from seacorder.model.command import StartRecording, StopRecording
from seacorder.model.outcome import CommandFailed, CommandOutcome

LIVE, CONNECTING, FAILED = ChannelState.LIVE, ChannelState.CONNECTING, ChannelState.FAILED


async def starting(bridge: Bridge, *states: ChannelState) -> "asyncio.Task[CommandOutcome]":
    """A start that every channel has been told of, and that waits."""
    await bridge.start(*states)
    task = asyncio.ensure_future(bridge.recorder.start_recording())
    await bridge.until(lambda: all(bridge[name].told(StartRecording) for name in ("Bow", "Stern")))
    return task


def picture_comes(bridge: Bridge, name: str) -> None:
    """The channel's first picture, and its first bytes on disk."""
    bridge[name].beat(LIVE)
    bridge[name].open_part(bridge[name].told(StartRecording)[0])
    bridge[name].beat()


async def test_it_is_answered_when_every_channel_has_come(bridge: Bridge) -> None:
    task = await starting(bridge, CONNECTING, CONNECTING)
    assert not bridge.recorder.is_recording()
    picture_comes(bridge, "Bow")
    picture_comes(bridge, "Stern")
    result = await task
    assert [(one.ok, one.why) for one in result.channels] == [(True, None), (True, None)]
    assert all(one.path for one in result.channels)
    assert bridge.recorder.is_recording()
    assert [len(bridge[name].told(StartRecording)) for name in ("Bow", "Stern")] == [1, 1]


async def test_one_that_fails_meanwhile_says_why_and_joins_later(bridge: Bridge) -> None:
    task = await starting(bridge, CONNECTING, CONNECTING)
    picture_comes(bridge, "Bow")
    bridge["Stern"].beat(FAILED, "No camera answers at 10.0.0.6.")
    result = await task
    assert result.channels[1].why == Message(
        "Stern is not being recorded yet. No camera answers at 10.0.0.6.",
        "It joins by itself as soon as it has a picture.",
    )
    assert not bridge["Stern"].told(StopRecording)
    picture_comes(bridge, "Stern")
    assert [part.channel for part in await bridge.rows("parts")] == ["Bow", "Stern"]


@impatient
async def test_those_that_record_do_not_wait_for_one_that_stays_away(bridge: Bridge) -> None:
    task = await starting(bridge, LIVE, CONNECTING)
    result = await task
    assert [one.ok for one in result.channels] == [True, False]
    assert "It joins by itself as soon as it has a picture." in result.channels[1].reason.action


@impatient
async def test_when_nothing_comes_the_start_is_refused_and_withdrawn(bridge: Bridge) -> None:
    task = await starting(bridge, CONNECTING, FAILED)
    with pytest.raises(CommandFailed, match=r"Bow is connecting\. Stern is failed\."):
        await task
    assert [order.is_withdrawn for order in bridge["Bow"].told(StopRecording)] == [True]
    assert await bridge.rows("recordings") == ()


@impatient
async def test_a_worker_that_is_being_started_has_its_limit_from_its_first_word_on(bridge: Bridge) -> None:
    await bridge.recorder.start()
    bridge["Bow"].is_up = bridge["Stern"].is_up = False
    task = asyncio.ensure_future(bridge.recorder.start_recording())
    await asyncio.wait({task}, timeout=3 * QUICK.start_seconds)
    assert not task.done()
    bridge["Bow"].start()
    bridge["Bow"].beat()
    result = await task
    assert [one.ok for one in result.channels] == [True, False]


async def test_a_stop_right_behind_waits_for_the_start(bridge: Bridge) -> None:
    task = await starting(bridge, CONNECTING, FAILED)
    stopping = asyncio.ensure_future(bridge.recorder.stop_recording())
    picture_comes(bridge, "Bow")
    assert (await task).ok
    assert (await stopping).is_complete
    assert not bridge.recorder.is_recording()
