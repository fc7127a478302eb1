"""The text over the pictures: at one instant to all channels, and again to a worker that starts anew."""

import pytest

from control.bridge import Bridge
from seacorder.base.errors import BadRequest
from seacorder.control.workers.overlay_text import LEAD_NS
from seacorder.model.command import SetOverlayText
from seacorder.model.overlay import OVERLAY_CHARACTERS_MAX


async def test_all_channels_hear_one_text_of_one_instant(bridge: Bridge) -> None:
    await bridge.start()
    now_ns = bridge.clock.monotonic_ns()
    shown = bridge.recorder.set_overlay_text("Depth 12.3 m")
    assert shown.since is not None
    assert shown.since.monotonic_ns == now_ns + LEAD_NS
    told = [bridge[name].told(SetOverlayText) for name in ("Bow", "Stern")]
    assert told == [[SetOverlayText(shown.since, "Depth 12.3 m")]] * 2
    assert bridge.recorder.overlay_text() == shown


async def test_the_same_text_again_changes_nothing_and_clearing_twice_neither(bridge: Bridge) -> None:
    await bridge.start()
    first = bridge.recorder.set_overlay_text("Depth 12.3 m")
    bridge.clock.advance(1)
    assert bridge.recorder.set_overlay_text("Depth 12.3 m") == first
    cleared = bridge.recorder.set_overlay_text("")
    bridge.clock.advance(1)
    assert bridge.recorder.set_overlay_text("") == cleared
    assert [one.text for one in bridge["Bow"].told(SetOverlayText)] == ["Depth 12.3 m", ""]


async def test_a_worker_that_starts_anew_hears_it_with_its_first_instant(bridge: Bridge) -> None:
    await bridge.start()
    shown = bridge.recorder.set_overlay_text("Job 12")
    bridge.clock.advance(5)
    bridge["Stern"].lose()
    bridge["Stern"].come_back()
    assert bridge["Stern"].told(SetOverlayText)[-1] == SetOverlayText(shown.since, "Job 12")
    assert len(bridge["Bow"].told(SetOverlayText)) == 1


async def test_a_text_that_is_too_long_is_refused_and_changes_nothing(bridge: Bridge) -> None:
    await bridge.start()
    with pytest.raises(BadRequest, match="1001 characters"):
        bridge.recorder.set_overlay_text("x" * (OVERLAY_CHARACTERS_MAX + 1))
    assert bridge.recorder.overlay_text().text == ""
    assert not bridge["Bow"].told(SetOverlayText)
