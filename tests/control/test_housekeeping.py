"""What is done every second: the wall clock, figures of open files, and the first look at the disk."""

import asyncio
from dataclasses import replace

import pytest

from control.bridge import Bridge
from seacorder.control.housekeeping import FIGURES_EVERY_NS


@pytest.mark.parametrize(("seconds", "is_step"), [(0.4, False), (-0.4, False), (0.5, True), (-3600, True)])
async def test_a_step_of_the_wall_clock_is_an_event_and_its_drift_is_none(
    seconds: float, is_step: bool, bridge: Bridge
) -> None:
    await bridge.start()
    bridge.clock.step_wall(seconds)
    bridge.recorder._housekeeping.go()
    bridge.recorder._housekeeping.go()
    assert bridge.kinds().count("clock_stepped") == is_step


async def test_the_catalogue_gets_the_figures_of_open_parts_every_few_seconds(bridge: Bridge) -> None:
    async def frames_after(seconds: float) -> set[int]:
        bridge.pass_seconds(seconds)
        bridge.recorder._housekeeping.go()
        return {part.frames for part in await bridge.rows("parts")}

    await bridge.start()
    await bridge.recorder.start_recording()
    first = await frames_after(FIGURES_EVERY_NS / 1e9)
    assert await frames_after(FIGURES_EVERY_NS / 1e9 - 1) == first
    assert min(await frames_after(1)) > max(first)


async def test_a_disk_that_hangs_does_not_keep_the_recorder_from_starting(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    housekeeping = bridge.recorder._housekeeping

    async def hang(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(housekeeping._volumes, "look", hang)
    quick = replace(housekeeping._context.timeouts, look_seconds=0.01)
    housekeeping._context = replace(housekeeping._context, timeouts=quick)
    await bridge.start()
    assert "program_started" in bridge.kinds()
