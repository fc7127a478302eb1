"""A start that no channel can carry out leaves no trace."""

import asyncio
from dataclasses import replace

import pytest

from control.bridge import Bridge
from seacorder.control.recording.first_bytes import RECORDINGS_KEPT, FirstBytes
from seacorder.model.command import StartRecording, StopRecording
from seacorder.model.loss import Loss, LossCause
from seacorder.model.outcome import CommandFailed, CommandOutcome
from seacorder.model.recording import FileState, Part
from seacorder.model.report import PartClosed, PartOpened


async def begin(bridge: Bridge) -> tuple[asyncio.Task[CommandOutcome], Part]:
    """A start whose answers are still to come; Bow has begun a part, of which its disk takes nothing."""
    bridge["Bow"].is_hung = bridge["Stern"].is_hung = True
    start = asyncio.create_task(bridge.recorder.start_recording())
    while not bridge["Stern"].told(StartRecording):
        await asyncio.sleep(0)
    order = bridge["Bow"].told(StartRecording)[0]
    now = bridge.clock.utc_ns()
    part = Part(order.recording_id, "Bow", 1, "/nowhere/Bow.mp4", now, None, 0, 0, 0, FileState.OPEN)
    bridge["Bow"].report(PartOpened(part))
    return start, part


async def trace(bridge: Bridge) -> list[tuple[object, ...]]:
    return [await bridge.rows(query) for query in ("recordings", "parts", "losses")]


async def test_what_a_refused_start_began_is_forgotten(bridge: Bridge) -> None:
    await bridge.start()
    start, part = await begin(bridge)
    bridge.reach_limits()
    with pytest.raises(CommandFailed):
        await start
    assert [order.is_withdrawn for order in bridge["Bow"].told(StopRecording)] == [True]
    now = bridge.clock.utc_ns()
    bridge["Bow"].report(Loss("Bow", now, now + 5, 1, LossCause.DISK_FAILED, part.recording_id))
    bridge["Bow"].report(PartClosed(replace(part, state=FileState.INTERRUPTED, end_utc_ns=now)))
    assert await trace(bridge) == [(), (), ()]
    bridge["Bow"].is_hung = bridge["Stern"].is_hung = False
    running = await bridge.recorder.start_recording()
    assert [recording.id for recording in await bridge.rows("recordings")] == [running.id]
    assert {part.recording_id for part in await bridge.rows("parts")} == {running.id}
    assert not {"part_interrupted", "loss_noted", "repair_failed"} & set(bridge.kinds())


async def test_a_worker_that_dies_after_a_refused_start_leaves_no_part(bridge: Bridge) -> None:
    await bridge.start()
    start, _ = await begin(bridge)
    bridge.reach_limits()
    with pytest.raises(CommandFailed):
        await start
    bridge["Bow"].lose()
    assert await trace(bridge) == [(), (), ()]


async def test_pictures_that_reached_a_file_before_the_refusal_are_known(bridge: Bridge) -> None:
    await bridge.start()
    start, part = await begin(bridge)
    bridge.reach_limits()
    with pytest.raises(CommandFailed):
        await start
    closed = replace(part, state=FileState.WHOLE, frames=9, bytes=900, end_utc_ns=part.start_utc_ns)
    bridge["Bow"].report(PartClosed(closed))
    assert [row.state for row in await bridge.rows("recordings")] == ["finished"]
    assert [row.frames for row in await bridge.rows("parts")] == [9]


async def test_the_first_bytes_bring_what_was_kept(bridge: Bridge) -> None:
    await bridge.start()
    start, part = await begin(bridge)
    assert await trace(bridge) == [(), (), ()]
    bridge["Bow"].part = part
    bridge["Bow"].beat()
    assert [row.path for row in await bridge.rows("parts")] == [part.path]
    assert len(await bridge.rows("recordings")) == 1
    bridge.reach_limits()
    with pytest.raises(CommandFailed):
        await start


def test_only_the_last_starts_are_remembered() -> None:
    said: list[int] = []
    first_bytes = FirstBytes()
    for number in range(RECORDINGS_KEPT + 1):
        first_bytes.expect(str(number), lambda number=number: said.append(number))  # type: ignore[misc]
    assert not first_bytes.keeps("0", lambda: None)
    assert first_bytes.keeps("1", lambda: said.append(-1))
    first_bytes.came("0")
    first_bytes.came("1")
    first_bytes.came("1")
    assert said == [1, -1]
