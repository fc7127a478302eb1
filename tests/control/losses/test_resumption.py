"""The whole program ends unexpectedly during a recording, and is started again."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control.bridge import NAMES, Bridge
from fakes.clock import FakeClock
from seacorder.base.clock import Timebase
from seacorder.catalogue.page import Page
from seacorder.catalogue.queries import Times
from seacorder.control.losses.resumption import (
    ClocksNow,
    UnfinishedEnds,
    hole_between,
    mean_rate,
    remains,
    unlisted_holes,
)
from seacorder.control.losses.worker_gaps import FirstFrame, Gaps, LastParts
from seacorder.model.capture_time import Anchor, Anchors, PartAnchor
from seacorder.model.channel import ChannelState, ChannelStatus
from seacorder.model.command import StartRecording
from seacorder.model.loss import BY_CAMERA, Loss, LossCause
from seacorder.model.recording import FileState, FileStatus, Part, Recording, RecordingState
from seacorder.model.report import FileExamined
from seacorder.model.settings import RecorderSettings

SECOND = 1_000_000_000
RUNNING = Recording("a", 10 * SECOND, None, RecordingState.RUNNING)
PART = Part("a", "Bow", 1, "/a_1.mp4", 10 * SECOND, 12 * SECOND, 0, 51, 5, FileState.OPEN)
NOW = ClocksNow(5 * SECOND, Timebase("this start", 0))


def test_what_was_open_is_interrupted_and_ends_with_its_newest_part() -> None:
    left = remains([RUNNING], [PART, replace(PART, channel="Stern", end_utc_ns=11 * SECOND)], [])
    assert left.newest == replace(RUNNING, state=RecordingState.INTERRUPTED, end_utc_ns=12 * SECOND)
    assert {part.state for part in left.parts} == {FileState.INTERRUPTED}


def test_a_hole_begins_with_the_newest_part_of_each_channel() -> None:
    closed = replace(PART, state=FileState.WHOLE)
    newest = replace(PART, number=2, path="/a_2.mp4", start_utc_ns=12 * SECOND, end_utc_ns=13 * SECOND)
    other = replace(closed, channel="Stern", path="/b_1.mp4")
    gaps = remains([RUNNING], [newest], []).gaps([closed, newest, other], [], NOW)
    assert [(gap.channel, gap.from_utc_ns, gap.path) for gap in gaps] == [
        ("Bow", 13 * SECOND, "/a_2.mp4"),
        ("Stern", 12 * SECOND, None),
    ]


@pytest.mark.parametrize(("ahead_ns", "expected_ns"), [
    (5 * SECOND + 40_000_000, 5 * SECOND),  # a first part, whose first frame was late: the clock was not set
    (5 * SECOND - 3600 * SECOND, 5 * SECOND - 3600 * SECOND),  # set by an hour since
])  # fmt: skip
def test_a_part_without_an_anchor_begins_its_hole_by_the_clock_and_not_by_another_part_s_lateness(
    ahead_ns: int, expected_ns: int
) -> None:
    newest = replace(PART, number=2, path="/a_2.mp4", start_utc_ns=12 * SECOND, end_utc_ns=13 * SECOND)
    anchors = [
        PartAnchor("a", "Stern", 1, ahead_ns + 90_000_000, 7 * SECOND, "this start"),
        PartAnchor("a", "Bow", 1, ahead_ns, 2 * SECOND, "this start"),
    ]
    (gap,) = remains([RUNNING], [newest], []).gaps([newest], anchors, NOW)
    assert gap.anchor == Anchor(expected_ns), "of another part's camera clock nothing is known here"
    assert gap.anchor_before == Anchor(ahead_ns, 2 * SECOND)
    assert not gap.is_by_wall_clock


FRAME_NS = SECOND // 25
LATE_NS, FOUND_OUT_NS = 46_000_000, 21_000_000
AHEAD_NS, CAMERA_BEHIND_NS = 5 * SECOND, 10 * SECOND
"""What UTC is ahead of the monotonic clock, and of the camera's."""


def split_shortly_before_the_end() -> tuple[Part, Part, PartAnchor]:
    """As it happened. Part 1, of twelve frames, began 46 ms late. Its anchor in the catalogue is from when 21 ms of
    that had been found out; by the first frame of part 2 all had. The program was killed before part 2 had one."""
    start_ns = 12 * SECOND + LATE_NS
    before = replace(
        PART, start_utc_ns=start_ns, end_utc_ns=start_ns + 11 * FRAME_NS, frames=12, state=FileState.WHOLE
    )
    begin_ns = 12 * SECOND + 12 * FRAME_NS
    last = Part("a", "Bow", 2, "/a_2.mp4", begin_ns, begin_ns, 12, 1, 5, FileState.WHOLE)
    return before, last, PartAnchor("a", "Bow", 1, AHEAD_NS + FOUND_OUT_NS, CAMERA_BEHIND_NS + LATE_NS, "this start")


def counts(gaps: Gaps, last: Part, frame_distances: int) -> list[Loss]:
    """What is noted when recording goes on so many frame distances behind the last frame; the first frame is late."""
    late = FirstFrame("b", 1, last.start_utc_ns + frame_distances * FRAME_NS + LATE_NS)
    noted = gaps.first_frame("Bow", late, 25.0)
    first = Anchor(AHEAD_NS + LATE_NS, CAMERA_BEHIND_NS + LATE_NS)
    file = FileStatus("b", "/b.mp4", 1, 0, 10, 1000, 5, anchors=Anchors(first, 1, first, is_confirmed=True))
    return noted + gaps.saw_status(ChannelStatus("Bow", ChannelState.LIVE, 0, None, recording=file))


def test_a_part_that_told_no_clock_is_placed_by_the_frame_before_it_and_not_by_an_old_estimate() -> None:
    before, last, anchor = split_shortly_before_the_end()
    gaps = Gaps(FakeClock(20 * SECOND, 25 * SECOND))
    (gap,) = remains([RUNNING], [], []).gaps([before, last], [anchor], NOW)
    gaps.begin(gap)
    *_, loss = counts(gaps, last, 100)
    assert (loss.frames, loss.detail.endswith(BY_CAMERA)) == (99, True)


def test_its_end_may_be_read_from_its_file_later() -> None:
    """The part before was still being finished, so the catalogue knows only its first three frames."""
    before, last, anchor = split_shortly_before_the_end()
    known = replace(before, state=FileState.OPEN, frames=3, end_utc_ns=before.start_utc_ns + 2 * FRAME_NS)
    gaps = Gaps(FakeClock(20 * SECOND, 25 * SECOND))
    (gap,) = remains([RUNNING], [known], []).gaps([known, last], [anchor], NOW)
    gaps.begin(gap)
    (told,) = counts(gaps, last, 100)
    gaps.found_part(replace(before, channel="Stern"))
    assert counts(gaps, last, 100) == []
    gaps.found_part(before)
    (better,) = counts(gaps, last, 100)
    assert (told.frames, better.frames, better.detail.endswith(BY_CAMERA)) == (100, 99, True)


@pytest.mark.parametrize(
    "change",
    [{"frames": 11}, {"end_utc_ns": None}, {"end_utc_ns": 5 * SECOND}, {"end_utc_ns": 30 * SECOND}],
    ids=["a frame is missing between", "its end is not known", "the clock was set ahead", "the clock was set back"],
)
def test_without_that_the_monotonic_clock_places_it(change: dict) -> None:
    before, last, anchor = split_shortly_before_the_end()
    parts = LastParts(last, replace(before, **change))
    assert parts.camera_ns(anchor.anchor, FRAME_NS) is None
    assert LastParts(last, before).camera_ns(anchor.anchor, FRAME_NS) == CAMERA_BEHIND_NS
    assert LastParts(last, before).camera_ns(Anchor(1), FRAME_NS) is None
    assert LastParts(last, before).camera_ns(anchor.anchor, 0.0) is None


@given(st.integers(2, 10_000), st.integers(1, 240))
def test_the_rate_follows_from_the_parts_own_figures(frames: int, rate: int) -> None:
    end = PART.start_utc_ns + round((frames - 1) * SECOND / rate)
    assert abs(mean_rate(replace(PART, frames=frames, end_utc_ns=end)) - rate) < 0.01


async def cut_off(bridge: Bridge) -> str:
    """A recording of five seconds that ends with the program; its id."""
    await bridge.start()
    started = await bridge.recorder.start_recording()
    bridge.pass_seconds(5)
    bridge.recorder._housekeeping.go()
    await bridge.crash()
    bridge.clock.advance(60)
    bridge.build()
    return started.id


async def test_the_recording_goes_on_in_a_new_one_that_continues_it(bridge: Bridge) -> None:
    interrupted_id = await cut_off(bridge)
    await bridge.start()
    assert bridge.recorder.is_recording()
    old, new = await bridge.rows("recordings")
    assert (old.id, old.state) == (interrupted_id, RecordingState.INTERRUPTED)
    assert (new.continues, new.state) == (interrupted_id, RecordingState.RUNNING)
    assert bridge["Bow"].told(StartRecording)[0].recording_id == new.id
    assert {"recording_interrupted", "recording_resumed"} <= set(bridge.kinds())


async def test_what_was_left_is_repaired_and_the_hole_is_a_loss(bridge: Bridge) -> None:
    interrupted_id = await cut_off(bridge)
    parts = bridge.catalogue.unfinished().parts
    end_utc_ns = parts[0].start_utc_ns + 6 * SECOND
    for part in parts:
        facts = FileExamined(part.path, FileState.REPAIRED, frames=151, bytes=9, newest_frame_utc_ns=end_utc_ns)
        bridge.examined[part.path] = facts
    await bridge.start()
    await bridge.event("file_repaired", 2)
    old = [part for part in await bridge.rows("parts") if part.recording_id == interrupted_id]
    assert {(part.state, part.frames, part.end_utc_ns) for part in old} == {(FileState.REPAIRED, 151, end_utc_ns)}
    assert (await bridge.rows("recordings"))[0].end_utc_ns == end_utc_ns
    losses = await bridge.rows("losses")
    assert {(loss.cause, loss.from_utc_ns, loss.to_utc_ns) for loss in losses} == {
        (LossCause.PROGRAM_ENDED, end_utc_ns, bridge.clock.utc_ns())
    }
    assert {loss.channel for loss in losses} == {"Bow", "Stern"}
    assert all(loss.frames for loss in losses)


async def test_a_channel_that_is_not_live_yet_joins_when_it_is(bridge: Bridge) -> None:
    await cut_off(bridge)
    bridge.prepare = lambda worker: setattr(worker, "status", replace(worker.status, state=ChannelState.FAILED))
    await bridge.recorder.start()
    assert not bridge.recorder.is_recording()
    (order,) = bridge["Bow"].told(StartRecording)
    bridge["Bow"].open_part(order)
    bridge["Bow"].beat(ChannelState.LIVE)
    assert bridge.recorder.is_recording()


async def test_without_restart_on_failure_it_stays_stopped(bridge: Bridge) -> None:
    bridge.first_settings = RecorderSettings(restart_on_failure=False)
    bridge.build()
    await cut_off(bridge)
    await bridge.start()
    assert not bridge["Bow"].told(StartRecording)
    (old,) = await bridge.rows("recordings")
    assert old.state is RecordingState.INTERRUPTED


async def test_a_start_while_it_goes_on_is_that_recording(bridge: Bridge) -> None:
    await cut_off(bridge)
    await bridge.start()
    result = await bridge.recorder.start_recording()
    assert result.id == (await bridge.rows("recordings"))[1].id
    assert [(one.channel, one.ok) for one in result.channels] == [("Bow", True), ("Stern", True)]
    assert result.channels[0].path is not None


async def test_without_restart_on_failure_a_hole_of_one_channel_reaches_to_the_end(bridge: Bridge) -> None:
    bridge.first_settings = RecorderSettings(restart_on_failure=False)
    bridge.build()
    await bridge.start()
    await bridge.recorder.start_recording()
    bridge.pass_seconds(2)
    bridge["Bow"].lose()
    await bridge.event("part_interrupted")
    bridge.pass_seconds(3)
    bridge.recorder._housekeeping.go()
    await bridge.crash()
    bow, stern = sorted(bridge.catalogue.rows(Part, Page()).items, key=lambda part: part.channel)
    assert (bow.state, stern.state) == (FileState.INTERRUPTED, FileState.OPEN)
    end_utc_ns = stern.start_utc_ns + 5 * SECOND
    facts = FileExamined(stern.path, FileState.INTERRUPTED, frames=126, bytes=9, newest_frame_utc_ns=end_utc_ns)
    bridge.examined[stern.path] = facts
    bridge.build()
    await bridge.start()
    await bridge.event("loss_noted")
    (loss,) = await bridge.rows("losses")
    assert (loss.channel, loss.recording_id, loss.cause) == ("Bow", bow.recording_id, LossCause.WORKER_KILLED)
    assert (loss.from_utc_ns, loss.to_utc_ns) == (bow.end_utc_ns, end_utc_ns)


def test_a_channel_whose_camera_was_away_at_the_end_misses_the_rest() -> None:
    def part(channel: str, seconds: float) -> Part:
        end_utc_ns = SECOND + round(seconds * SECOND)
        return Part("r", channel, 1, f"/{channel}.mp4", SECOND, end_utc_ns, 0, 50, 9, FileState.INTERRUPTED)

    parts = [part("Bow", 2), part("Stern", 9.4), part("Mast", 10)]
    ends = UnfinishedEnds()
    assert ends.begin(parts, [one.path for one in parts]) == []
    assert ends.examined("/else.mp4", None) == []
    assert ends.examined("/Bow.mp4", None) == []
    assert ends.examined("/Stern.mp4", part("Stern", 9.5)) == []
    (loss,) = ends.give_up()
    assert (loss.channel, loss.cause, loss.to_utc_ns - loss.from_utc_ns) == ("Bow", LossCause.PROGRAM_ENDED, 8 * SECOND)
    assert ends.give_up() == []


STEPS = [-1.6e9, -3600, -60, -5, 0, 5, 3600, 3e9]
"""Seconds: the clock starts in 1970, is an hour back, …, decades ahead."""


async def go_on(bridge: Bridge, wall_seconds: float, *, boot: str | None = None) -> tuple[Loss, ...]:
    """A recording is cut off, and a minute later it goes on with the wall clock set; the losses then."""
    await cut_off(bridge)
    bridge.clock.step_wall(wall_seconds)
    if boot is not None:
        bridge.clock.start_machine(boot)
    await bridge.start()
    await bridge.event("loss_noted", 2)
    losses: tuple[Loss, ...] = await bridge.rows("losses")
    assert {(loss.channel, loss.cause) for loss in losses} == {(name, LossCause.PROGRAM_ENDED) for name in NAMES}
    assert all(loss.to_utc_ns > loss.from_utc_ns for loss in losses)
    return losses


@pytest.mark.parametrize("wall_seconds", STEPS)
async def test_the_hole_is_as_long_as_it_was_whatever_the_wall_clock_says(bridge: Bridge, wall_seconds: float) -> None:
    for loss in await go_on(bridge, wall_seconds):
        assert loss.to_utc_ns - loss.from_utc_ns == 60 * SECOND
        assert loss.frames


@pytest.mark.parametrize("wall_seconds", STEPS)
async def test_over_a_start_of_the_machine_too_the_hole_is_a_loss(bridge: Bridge, wall_seconds: float) -> None:
    for loss in await go_on(bridge, wall_seconds, boot="the next start"):
        is_believed = -41 < wall_seconds < 86_340
        assert (loss.frames is not None) is is_believed
        if is_believed:
            assert loss.to_utc_ns - loss.from_utc_ns == round((60 + wall_seconds) * SECOND)


async def test_a_machine_that_slept_in_the_hole_slept_in_the_loss(bridge: Bridge) -> None:
    await cut_off(bridge)
    bridge.clock.step_wall(600)
    bridge.clock.base = replace(bridge.clock.base, asleep_ns=600 * SECOND)
    await bridge.start()
    await bridge.event("loss_noted", 2)
    assert {loss.to_utc_ns - loss.from_utc_ns for loss in await bridge.rows("losses")} == {660 * SECOND}
    assert "clock_stepped" not in bridge.kinds()


@pytest.mark.parametrize(("wall_seconds", "kinds"), [
    (-1e9, {"clock_behind", "clock_stepped"}),
    (-3600, {"clock_behind", "clock_stepped"}),
    (-5, {"clock_stepped"}),
    (0, set()),
    (3600, {"clock_stepped"}),
])  # fmt: skip
async def test_a_clock_that_was_set_is_said(bridge: Bridge, wall_seconds: float, kinds: set[str]) -> None:
    await go_on(bridge, wall_seconds)
    assert set(bridge.kinds()) & {"clock_behind", "clock_stepped"} == kinds


async def test_a_clock_that_was_set_back_is_said_also_when_no_figures_of_the_recording_were_stored_yet(
    bridge: Bridge,
) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    await bridge.crash()
    bridge.clock.step_wall(-3600)
    bridge.build()
    own_events = []
    ask_times = bridge.catalogue.times

    def times() -> Times:
        own_events.extend(bridge.recorder.events.after(0))
        return ask_times()

    bridge.catalogue.times = times  # type: ignore[method-assign]
    await bridge.start()
    assert not own_events, "an event of this run would pass for the newest entry of earlier ones"
    assert "clock_behind" in bridge.kinds()


async def test_a_clock_that_was_once_ahead_is_not_said_for_ever(bridge: Bridge) -> None:
    for step, is_said in ((1e9, False), (-1e9, True), (0, False)):
        bridge.clock.step_wall(step)
        bridge.clock.advance(10)
        bridge.build()
        await bridge.start()
        assert ("clock_behind" in bridge.kinds()) is is_said
        await bridge.recorder.stop()


async def test_a_hole_that_never_ends_reaches_to_the_stop_of_the_recording_that_goes_on(bridge: Bridge) -> None:
    await cut_off(bridge)
    bridge.prepare = lambda worker: setattr(worker, "status", replace(worker.status, state=ChannelState.FAILED))
    await bridge.recorder.start()
    bridge.clock.advance(5)
    await bridge.until(lambda: not bridge.recorder._examination._queue)
    await bridge.recorder.stop_recording()
    await bridge.event("loss_noted", 2)
    assert {loss.channel for loss in await bridge.rows("losses")} == set(NAMES)


def test_a_second_sudden_end_within_seconds_leaves_no_hole_out() -> None:
    first = replace(PART, recording_id="b", start_utc_ns=40 * SECOND, end_utc_ns=42 * SECOND)
    ((last, after),) = unlisted_holes([PART, replace(PART, number=2, end_utc_ns=30 * SECOND)], [first], [])
    assert (last.number, after) == (2, first)
    anchors = [
        PartAnchor(recording, "Bow", number, ahead * SECOND, None, "one start")
        for recording, number, ahead in (("a", 2, 5), ("b", 1, 12))
    ]
    loss = hole_between(last, first, anchors)
    assert (loss.from_utc_ns, loss.to_utc_ns, loss.recording_id) == (30 * SECOND, 33 * SECOND, "a"), "7 s were added"
    assert unlisted_holes([PART, last], [first], [loss]) == []
    assert hole_between(last, replace(first, start_utc_ns=SECOND), []).frames is None


async def test_after_two_sudden_ends_the_hole_of_the_first_is_a_loss_too(bridge: Bridge) -> None:
    await cut_off(bridge)
    bridge.lose_examinations = True
    await bridge.start()
    bridge.pass_seconds(3)
    bridge.recorder._housekeeping.go()
    await bridge.crash()
    bridge.clock.advance(9)
    bridge.lose_examinations = False
    bridge.build()
    await bridge.start()
    await bridge.event("loss_noted", 4)
    losses = await bridge.rows("losses")
    assert sorted((loss.channel, round((loss.to_utc_ns - loss.from_utc_ns) / SECOND)) for loss in losses) == [
        ("Bow", 9), ("Bow", 60), ("Stern", 9), ("Stern", 60)
    ]  # fmt: skip


def absent(path: str) -> FileExamined:
    return FileExamined(path, None, f"{path} cannot be read: No such file or directory.")


async def test_a_file_whose_volume_was_absent_is_repaired_once_it_is_back(bridge: Bridge) -> None:
    await cut_off(bridge)
    paths = [part.path for part in bridge.catalogue.unfinished().parts]
    bridge.examined = {path: absent(path) for path in paths}
    await bridge.start()
    await bridge.event("repair_failed", 2)
    bridge.examined = {}
    Path(paths[0]).parent.mkdir(parents=True, exist_ok=True)
    Path(paths[0]).touch()
    await bridge.recorder.stop_recording()
    bridge.clock.advance(11)
    bridge.recorder._housekeeping.go()
    await bridge.event("file_repaired")
    states = {part.path: part.state for part in await bridge.rows("parts")}
    assert [states[path] for path in paths] == [FileState.REPAIRED, FileState.INTERRUPTED]


async def test_a_file_that_no_repair_has_finished_is_tried_again_at_a_later_start(bridge: Bridge) -> None:
    await cut_off(bridge)
    paths = [part.path for part in bridge.catalogue.unfinished().parts]
    for path in paths:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).touch()
        bridge.examined[path] = FileExamined(path, None, f"{path} holds nothing to repair.", bytes=5000)
    await bridge.start()
    await bridge.event("repair_failed", 2)
    await bridge.crash()
    bridge.examined = {}
    bridge.build()
    await bridge.start()
    await bridge.event("file_repaired", 2)  # of the run before
    await bridge.recorder.stop_recording()  # recording comes first
    await bridge.event("file_repaired", 4)
    states = {part.path: part.state for part in await bridge.rows("parts")}
    assert {states[path] for path in paths} == {FileState.REPAIRED}
