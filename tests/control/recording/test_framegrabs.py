"""Stills of live channels, over fake workers."""

import asyncio
from dataclasses import replace

import pytest

from control.bridge import Bridge, impatient
from seacorder.base.errors import BadRequest
from seacorder.base.message import Message
from seacorder.model.channel import ChannelState
from seacorder.model.command import TakeFramegrab
from seacorder.model.recording import FileKind
from seacorder.model.report import JpegPicture

LIVE, FAILED = ChannelState.LIVE, ChannelState.FAILED


async def test_a_still_of_all_live_channels_has_one_instant(bridge: Bridge) -> None:
    await bridge.start()
    result = await bridge.recorder.take_framegrab()
    assert result.ok
    orders = [bridge[name].told(TakeFramegrab)[0] for name in ("Bow", "Stern")]
    assert {order.instant for order in orders} == {result.instant}
    assert {order.naming.kind for order in orders} == {FileKind.FRAMEGRAB}
    assert len(await bridge.rows("framegrabs")) == 2


async def test_a_still_of_one_channel(bridge: Bridge) -> None:
    await bridge.start()
    result = await bridge.recorder.take_framegrab("Stern")
    assert [one.channel for one in result.channels] == ["Stern"]
    assert not bridge["Bow"].told(TakeFramegrab)
    with pytest.raises(BadRequest, match="'Port'"):
        await bridge.recorder.take_framegrab("Port")


async def test_workers_hear_how_many_decode_at_once(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.take_framegrab()
    await bridge.recorder.take_framegrab("Stern")
    assert [order.at_once for order in bridge["Stern"].told(TakeFramegrab)] == [2, 1]


async def test_a_still_without_a_live_channel_is_not_ok(bridge: Bridge) -> None:
    await bridge.start(FAILED, FAILED)
    result = await bridge.recorder.take_framegrab()
    assert not result.ok
    assert result.reasons == "Bow is failed. Stern is failed."


async def test_a_still_that_one_channel_could_not_take_is_told(bridge: Bridge) -> None:
    await bridge.start()
    bridge["Stern"].refusal = "The disk takes nothing."
    result = await bridge.recorder.take_framegrab()
    assert (result.ok, result.is_complete) == (True, False)
    assert [one.reason.fact for one in result.failed] == ["The disk takes nothing."]
    (event,) = [one for one in bridge.recorder.events.after(0) if one.kind == "framegrab_failed"]
    assert event.fact == "Stern: no framegrab. The disk takes nothing."


async def test_a_channel_that_is_away_or_has_just_gone_owes_no_still(bridge: Bridge) -> None:
    await bridge.start(LIVE, FAILED)
    assert (await bridge.recorder.take_framegrab()).is_complete
    # Its worker knows already what no heartbeat has told yet.
    bridge["Bow"].status = replace(bridge["Bow"].status, state=FAILED, why=Message("The cable was pulled."))
    result = await bridge.recorder.take_framegrab()
    assert (result.ok, result.is_complete) == (False, True)
    assert [(one.was_asked, one.reason.fact) for one in result.channels] == [
        (False, "The cable was pulled."), (False, "Stern is failed."),
    ]


@pytest.mark.parametrize("is_lost", [True, False])
async def test_a_live_channel_whose_worker_is_lost_or_hangs_owes_its_still(
    is_lost: bool, bridge: Bridge, caplog: pytest.LogCaptureFixture
) -> None:
    await bridge.start()
    bridge["Stern"].is_hung = True
    taking = asyncio.ensure_future(bridge.recorder.take_framegrab())
    await bridge.until(lambda: bool(bridge["Stern"].told(TakeFramegrab)))
    if is_lost:
        bridge["Stern"].lose()
    else:
        bridge["Stern"].beat(FAILED, "The cable was pulled.")
        bridge.reach_limits()
    result = await taking
    assert (result.ok, result.is_complete) == (True, False)
    assert [(one.channel, one.ok, one.was_asked) for one in result.channels] == [
        ("Bow", True, True), ("Stern", False, True),
    ]
    why = "Stern: its recording process has stopped." if is_lost else "Stern did not confirm within 60 s."
    assert [one.reason.fact for one in result.failed] == [why]
    (line,) = [record.getMessage() for record in caplog.records if "no framegrab" in record.getMessage()]
    assert line.startswith(
        "Stern: no framegrab. Its recording process has stopped." if is_lost
        else "Stern: no framegrab. It did not confirm within 60 s. Recording is not affected."
    )


async def test_a_refusal_is_a_failure_though_the_picture_goes_meanwhile(bridge: Bridge) -> None:
    await bridge.start()
    bridge["Stern"].refusal = "The disk takes nothing."
    bridge["Stern"].status = replace(bridge["Stern"].status, state=FAILED, why=Message("The cable was pulled."))
    result = await bridge.recorder.take_framegrab()
    assert [one.channel for one in result.failed] == ["Stern"]


@impatient
async def test_a_small_picture_or_none(bridge: Bridge) -> None:
    await bridge.start(LIVE, FAILED)
    assert isinstance(await bridge.recorder.picture(0, 320), JpegPicture)
    assert await bridge.recorder.picture(1, 320) is None
    assert await bridge.recorder.picture(2, 320) is None
    bridge["Bow"].is_hung = True
    assert await bridge.recorder.picture(0, 320) is None
