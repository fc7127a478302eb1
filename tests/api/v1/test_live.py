"""`/api/v1/live`: what a page says, and what it gets, byte by byte."""

import json
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from fakes.recorder import FakeRecorder
from seacorder.api.v1.live import FRAME, HEAD, HEADER, KEYFRAME, VERSION
from seacorder.base.message import Message
from seacorder.model.command import WatchLive
from seacorder.model.live import LiveBegun, LiveFragment, LiveRefused, LiveStream

MAIN = LiveStream.MAIN


ALIVE = '{"kind":"alive"}'
"""Comes wherever nothing else has come for a second, also because this process has stood still."""


async def received(socket: ClientConnection) -> str | bytes:
    """The next message but for those that only say that the connection is alive."""
    while (message := await socket.recv()) == ALIVE:
        pass
    return message


async def said(socket: ClientConnection) -> Any:
    text = await received(socket)
    assert isinstance(text, str)
    return json.loads(text)


async def tell(socket: ClientConnection, **wanted: object) -> None:
    await socket.send(json.dumps(wanted))


async def test_a_tile_gets_state_format_header_and_pictures(address: str, recorder: FakeRecorder) -> None:
    async with connect(f"ws://{address}/api/v1/live") as socket:
        await tell(socket, watch=True, tile=3, channel="Bow", stream="main")
        state = await said(socket)
        since = state.pop("since_utc")
        assert since.endswith("Z")
        assert state == {
            "kind": "state", "tile": 3, "channel": "Bow", "stream": "main", "state": "live", "why": None,
        }
        assert recorder.live_orders == [("Bow", WatchLive((MAIN,)))]
        recorder.live.take("Bow", LiveBegun(MAIN, "avc1.640028", 1920, 1080, b"header"))
        recorder.live.take("Bow", LiveFragment(MAIN, True, 1_700_000_000_123_456_789, 40_000, b"first"))
        recorder.live.take("Bow", LiveFragment(MAIN, False, 1_700_000_000_163_456_789, 80_000, b"second"))
        assert await said(socket) == {
            "kind": "format", "tile": 3, "codecs": "avc1.640028", "width": 1920, "height": 1080,
        }
        assert await received(socket) == HEAD.pack(VERSION, HEADER, 3, 0, 0, 0) + b"header"
        first = HEAD.pack(VERSION, KEYFRAME, 3, 0, 1_700_000_000_123_456, 40_000) + b"first"
        second = HEAD.pack(VERSION, FRAME, 3, 0, 1_700_000_000_163_456, 80_000) + b"second"
        assert [await received(socket), await received(socket)] == [first, second]
        await tell(socket, watch=False, tile=3)
        await tell(socket, watch=True, tile=4, channel="Keel")
        assert (await said(socket))["kind"] == "refused"
        assert recorder.live_orders[1:] == [("Bow", WatchLive(()))]
    assert recorder.live.watched == frozenset()


async def test_why_a_channel_is_not_live_or_cannot_be_shown(address: str, recorder: FakeRecorder) -> None:
    recorder.channels[1].fail("The camera at 10.0.0.7:554 refused the password secret.")
    async with connect(f"ws://{address}/api/v1/live") as socket:
        await tell(socket, watch=True, tile=0, channel="Stern", stream="preview")
        state = await said(socket)
        assert (state["state"], state["stream"]) == ("failed", "preview")
        assert "refused the password" in state["why"]["fact"]
        recorder.live.take("Stern", LiveRefused(LiveStream.PREVIEW, Message("It cannot be shown.", "Look.")))
        assert await said(socket) == {
            "kind": "unplayable", "tile": 0, "why": {"fact": "It cannot be shown.", "action": "Look."},
        }


async def test_a_page_hears_that_its_connection_is_alive(address: str) -> None:
    async with connect(f"ws://{address}/api/v1/live") as socket:
        assert await socket.recv() == ALIVE


@pytest.mark.parametrize(
    "text",
    ["", "watch", "[]", "{}", '{"watch": true, "tile": -1}', '{"watch": true, "tile": 70000, "channel": "Bow"}',
     '{"watch": true, "tile": 1, "channel": "Bow", "stream": "raw"}', '{"watch": true, "tile": 1, "colour": "red"}'],
)  # fmt: skip
async def test_a_message_that_is_not_understood_is_answered(address: str, recorder: FakeRecorder, text: str) -> None:
    async with connect(f"ws://{address}/api/v1/live") as socket:
        await socket.send(text)
        refused = await said(socket)
        assert (refused["kind"], refused["tile"]) == ("refused", None)
        assert "not accepted" in refused["why"]["fact"]
    assert recorder.live_orders == []


async def test_an_unknown_channel_is_named_with_those_that_there_are(address: str, recorder: FakeRecorder) -> None:
    async with connect(f"ws://{address}/api/v1/live") as socket:
        await tell(socket, watch=True, tile=1, channel="Keel")
        assert await said(socket) == {
            "kind": "refused", "tile": 1,
            "why": {"fact": "There is no channel 'Keel'.", "action": "The channels are Bow, Stern."},
        }
    assert recorder.live_orders == []


async def test_a_page_of_another_site_gets_nothing(address: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with connect(f"ws://{address}/api/v1/live", additional_headers={"Origin": "http://evil.example"}):
            raise AssertionError("it was let in")
    assert refused.value.response.status_code == 403
