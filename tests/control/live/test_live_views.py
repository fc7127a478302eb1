"""Who looks at what: workers are told, a viewer begins with the newest group of pictures, and a slow one loses its own.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from fakes.clock import FakeClock
from seacorder.base.errors import BadRequest, NotKnown
from seacorder.base.message import Message
from seacorder.control.live import live_views
from seacorder.control.live.live_views import LiveViews
from seacorder.control.live.viewer import REFUSALS_MAX, TILES_MAX, Viewer
from seacorder.model.channel import ChannelState, ChannelStatus
from seacorder.model.command import WatchLive
from seacorder.model.live import (
    LiveBegun,
    LiveBurst,
    LiveFragment,
    LiveMessage,
    LiveRefused,
    LiveStream,
    TileFormat,
    TileFragment,
    TileRefused,
    TileState,
    TileUnplayable,
)

MAIN, PREVIEW = LiveStream.MAIN, LiveStream.PREVIEW
BEGUN = LiveBegun(MAIN, "avc1.64001F", 1280, 720, b"header")
DEAD = Message("Nobody answers at 10.0.0.7:554.", "Look at its power.")


class Rig:
    """Two channels, and what their workers were told."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.told: list[tuple[str, tuple[LiveStream, ...]]] = []
        self.statuses = {name: ChannelStatus(name, ChannelState.LIVE, 7, None) for name in ("Bow", "Stern")}
        self.views = LiveViews(tuple(self.statuses), self.clock, self.statuses.__getitem__, self._send)

    def _send(self, channel: str, command: WatchLive) -> None:
        self.told.append((channel, command.streams))

    def show(self, *frames: str, stream: LiveStream = MAIN, size: int = 1) -> None:
        """Pictures of Bow: `k3` a keyframe, `p4` another one."""
        for frame in frames:
            content = frame.encode() * size
            self.views.take("Bow", LiveFragment(stream, frame[0] == "k", int(frame[1:]), 0, content))

    def fail(self, channel: str) -> None:
        self.statuses[channel] = ChannelStatus(channel, ChannelState.FAILED, 9, DEAD)
        self.views.saw_status(self.statuses[channel])


@pytest.fixture
def rig() -> Rig:
    return Rig()


async def waiting_for(viewer: Viewer) -> list[LiveMessage]:
    """All that waits to be sent to a viewer."""
    found: list[LiveMessage] = []
    messages: AsyncIterator[LiveMessage] = viewer.messages()
    with contextlib.suppress(TimeoutError):
        while True:
            async with asyncio.timeout(0):
                found.append(await anext(messages))
    return found


async def frames_for(viewer: Viewer) -> list[str]:
    return [one.fragment.content.decode() for one in await waiting_for(viewer) if isinstance(one, TileFragment)]


def test_a_worker_is_told_when_the_first_comes_and_the_last_goes(rig: Rig) -> None:
    one, other = rig.views.viewer(), rig.views.viewer()
    one.watch(1, "Bow", MAIN)
    other.watch(5, "Bow", MAIN)
    one.watch(2, "Bow", PREVIEW)
    assert rig.told == [("Bow", (MAIN,)), ("Bow", (MAIN, PREVIEW))]
    one.close()
    assert rig.told[2:] == [("Bow", (MAIN,))]
    other.unwatch(5)
    other.unwatch(5)
    assert rig.told[3:] == [("Bow", ())]
    assert rig.views.watched == frozenset()


def test_a_worker_that_starts_again_is_told_who_looks(rig: Rig) -> None:
    rig.views.viewer().watch(1, "Bow", MAIN)
    rig.views.worker_started("Bow")
    rig.views.worker_started("Stern")
    assert rig.told == [("Bow", (MAIN,))] * 2


def test_a_tile_that_shows_something_else_lets_go_of_what_it_showed(rig: Rig) -> None:
    viewer = rig.views.viewer()
    viewer.watch(1, "Bow", MAIN)
    viewer.watch(1, "Stern", MAIN)
    assert rig.views.watched == {("Stern", MAIN)}
    viewer.watch(1, "Stern", MAIN)
    assert rig.views.watched == {("Stern", MAIN)}


async def test_what_cannot_be_watched_is_refused_and_changes_nothing(rig: Rig) -> None:
    viewer = rig.views.viewer()
    viewer.watch(0, "Bow", MAIN)
    with pytest.raises(NotKnown, match="The channels are Bow, Stern"):
        viewer.watch(0, "Keel", MAIN)
    for tile in range(1, TILES_MAX):
        viewer.watch(tile, "Bow", MAIN)
    with pytest.raises(BadRequest):
        viewer.watch(TILES_MAX, "Bow", MAIN)
    assert rig.views.watched == {("Bow", MAIN)}


async def test_pictures_that_come_together_are_shown_one_by_one(rig: Rig) -> None:
    viewer = rig.views.viewer()
    viewer.watch(1, "Bow", MAIN)
    pictures = (LiveFragment(MAIN, frame[0] == "k", 1, 0, frame.encode()) for frame in ("k1", "p2"))
    rig.views.take("Bow", LiveBurst((BEGUN, *pictures)))
    _, header, *shown = await waiting_for(viewer)
    assert header == TileFormat(1, BEGUN)
    assert [one.fragment.content for one in shown if isinstance(one, TileFragment)] == [b"k1", b"p2"]


async def test_a_viewer_who_comes_later_begins_with_the_newest_group(rig: Rig) -> None:
    rig.views.viewer().watch(1, "Bow", MAIN)
    rig.views.take("Bow", BEGUN)
    rig.show("k1", "p2", "k3", "p4")
    late = rig.views.viewer()
    late.watch(9, "Bow", MAIN)
    rig.show("p5")
    state, header, *pictures = await waiting_for(late)
    assert state == TileState(9, "Bow", MAIN, ChannelState.LIVE, 7, None)
    assert header == TileFormat(9, BEGUN)
    assert [(one.tile, one.fragment.content) for one in pictures if isinstance(one, TileFragment)] == [
        (9, b"k3"), (9, b"p4"), (9, b"p5"),
    ]


async def test_of_a_channel_that_is_not_live_no_picture_is_shown_but_why(rig: Rig) -> None:
    first = rig.views.viewer()
    first.watch(1, "Bow", MAIN)
    rig.views.take("Bow", BEGUN)
    rig.show("k1", "p2")
    await waiting_for(first)
    rig.fail("Bow")
    rig.views.saw_status(rig.statuses["Bow"])
    rig.fail("Stern")
    dead = TileState(1, "Bow", MAIN, ChannelState.FAILED, 9, DEAD)
    assert await waiting_for(first) == [dead]
    late = rig.views.viewer()
    late.watch(1, "Bow", MAIN)
    assert await waiting_for(late) == [dead, TileFormat(1, BEGUN)]
    rig.show("p3", "k4", "p5")
    assert await frames_for(late) == ["k4", "p5"]


async def test_pictures_of_a_worker_that_has_ended_are_forgotten(rig: Rig) -> None:
    rig.views.viewer().watch(1, "Bow", MAIN)
    rig.views.take("Bow", BEGUN)
    rig.show("k1")
    rig.statuses["Bow"] = ChannelStatus("Bow", ChannelState.FAILED, 9, DEAD)
    rig.views.worker_lost("Bow")
    late = rig.views.viewer()
    late.watch(2, "Bow", MAIN)
    assert await waiting_for(late) == [TileState(2, "Bow", MAIN, ChannelState.FAILED, 9, DEAD)]


async def test_another_format_takes_the_place_of_what_waits(rig: Rig) -> None:
    viewer = rig.views.viewer()
    viewer.watch(1, "Bow", MAIN)
    rig.views.take("Bow", BEGUN)
    rig.show("k1", "p2")
    other = BEGUN._replace(codecs="hvc1.1.6.L93.B0")
    rig.views.take("Bow", other)
    rig.show("k3")
    _, header, picture = await waiting_for(viewer)
    assert header == TileFormat(1, other)
    assert isinstance(picture, TileFragment)
    assert picture.fragment.content == b"k3"


async def test_what_no_browser_can_play_is_said_to_all(rig: Rig) -> None:
    early, why = rig.views.viewer(), Message("Pictures of the codec vp8 cannot be shown.")
    early.watch(1, "Bow", MAIN)
    rig.views.take("Bow", LiveRefused(MAIN, why))
    late = rig.views.viewer()
    late.watch(2, "Bow", MAIN)
    assert (await waiting_for(early))[1:] == [TileUnplayable(1, why)]
    assert (await waiting_for(late))[1:] == [TileUnplayable(2, why)]


async def test_a_viewer_that_cannot_follow_loses_its_own_pictures_up_to_the_next_keyframe(rig: Rig) -> None:
    slow, quick = rig.views.viewer(), rig.views.viewer()
    for viewer in (slow, quick):
        viewer.watch(1, "Bow", MAIN)
    rig.views.take("Bow", BEGUN)
    got = []
    for frame in ("k1", "p2", "p3", "p4", "k5", "p6"):
        rig.show(frame)
        got += await frames_for(quick)
        rig.clock.advance(1.0)
    assert got == ["k1", "p2", "p3", "p4", "k5", "p6"]
    found = await waiting_for(slow)
    assert TileFormat(1, BEGUN) in found
    pictures = [one for one in found if isinstance(one, TileFragment)]
    assert [(one.fragment.content, one.lost_frames) for one in pictures] == [(b"k5", 4), (b"p6", 4)]


async def test_what_waits_for_a_viewer_has_a_limit(rig: Rig) -> None:
    viewer = rig.views.viewer()
    viewer.watch(1, "Bow", MAIN)
    mebibyte = 1 << 20
    rig.show("k1", *(f"p{number}" for number in range(2, 60)), size=mebibyte)
    rig.show("k60")
    assert await frames_for(viewer) == ["k60"]


async def test_a_group_that_is_too_long_is_not_kept(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_views, "GROUP_BYTES_MAX", 5)
    rig.views.viewer().watch(1, "Bow", MAIN)
    rig.show("k1", "p2", "p3", "p4")
    late = rig.views.viewer()
    late.watch(1, "Bow", MAIN)
    rig.show("p5", "k6")
    assert await frames_for(late) == ["k6"]


def test_what_nobody_looks_at_is_dropped(rig: Rig) -> None:
    rig.show("k1")
    assert rig.views.watched == frozenset()


async def test_few_answers_wait_for_one_who_says_much_that_is_wrong(rig: Rig) -> None:
    viewer = rig.views.viewer()
    for _ in range(REFUSALS_MAX + 5):
        viewer.refuse(None, DEAD)
    assert len([one for one in await waiting_for(viewer) if isinstance(one, TileRefused)]) == REFUSALS_MAX
    viewer.refuse(3, DEAD)
    assert (await waiting_for(viewer))[0] == TileRefused(3, DEAD)
