"""Where an instant is in the files: over splits, gaps, a stepped wall clock and a whole day."""

from dataclasses import replace

import pytest

from control.bridge import Bridge
from control.observations.waiting import until
from seacorder.control.observations.places import KnownFrame, Places, frame_in
from seacorder.model.capture_time import Anchor, Anchors
from seacorder.model.loss import Loss, LossCause
from seacorder.model.observation import Place
from seacorder.model.observation_entry import Entry
from seacorder.model.recording import FileState, FileStatus, Part
from seacorder.model.report import FrameLocated, PartClosed, PartOpened

BEGIN_NS = 1_700_000_000_000_000_000
FRAME_NS = 40_000_000
FIRST = 100


def beat(bridge: Bridge, frames: int, anchor_ns: int) -> None:
    """Bow tells that its newest frame is that of now, and how its file lies on the monotonic clock."""
    part, clock = bridge["Bow"].part, bridge.clock
    assert part is not None
    file = FileStatus(
        part.recording_id, part.path, part.number, part.start_utc_ns, frames, 1000 * frames, clock.monotonic_ns(),
        anchors=Anchors(Anchor(anchor_ns), 1, Anchor(anchor_ns)),
    )
    bridge["Bow"].report(replace(bridge["Bow"].status, recording=file, newest_frame_utc_ns=clock.utc_ns()))


async def bow(bridge: Bridge, entry: Entry) -> Place:
    """What is answered at once."""
    one = await bridge.recorder.observations.observe(entry)
    return next(place for place in one.followed.places if place.channel == "Bow")


async def recording(bridge: Bridge) -> int:
    """Begins to record; UTC minus monotonic as it was then."""
    await bridge.start()
    await bridge.recorder.start_recording()
    return bridge.clock.utc_ns() - bridge.clock.monotonic_ns()


async def test_frames_are_counted_from_the_newest_that_a_heartbeat_has_told(bridge: Bridge) -> None:
    anchor_ns = await recording(bridge)
    bridge.clock.advance(86_400)
    beat(bridge, 2_157_409, anchor_ns)  # a camera of 24.97 frames a second, which says 25
    bridge.clock.advance(0.5)
    place = await bow(bridge, Entry("FJ"))
    assert (place.offset_seconds, place.frame) == (86_400.48, 2_157_408 + 12)


async def test_a_step_of_the_wall_clock_moves_nothing(bridge: Bridge) -> None:
    anchor_ns = await recording(bridge)
    bridge.clock.step_wall(-3600)
    bridge.clock.advance(5.0)
    beat(bridge, 126, anchor_ns)
    bridge.clock.advance(0.5)
    place = await bow(bridge, Entry("FJ"))
    assert (place.offset_seconds, place.frame) == (5.48, 137)


async def test_of_a_file_that_is_being_written_the_past_is_counted_to_its_newest_frame(bridge: Bridge) -> None:
    anchor_ns = await recording(bridge)
    bridge.clock.advance(1000)
    beat(bridge, 24_001, anchor_ns)  # 24 frames a second, which says 25
    bridge.clock.advance(2)
    now_ns = bridge.clock.utc_ns()
    middle = await bow(bridge, Entry("FJ", utc_ns=now_ns - 502 * 10**9))
    assert (middle.offset_seconds, middle.frame) == (500.0, 12_000)
    newest = await bow(bridge, Entry("FJ", utc_ns=now_ns - 1_500_000_000))
    assert (newest.offset_seconds, newest.frame) == (1000.48, 24_012)


async def test_a_frame_of_a_file_that_has_ended_meanwhile_keeps_its_number(bridge: Bridge) -> None:
    await recording(bridge)
    bridge.clock.advance(4)
    first = bridge["Bow"].part
    assert first is not None
    ended = replace(first, state=FileState.WHOLE, end_utc_ns=first.start_utc_ns + 4 * 10**9, frames=101)
    begun = replace(first, number=2, path=first.path + "2", start_utc_ns=ended.start_utc_ns, first_frame=101)
    bridge["Bow"].report(PartOpened(begun))
    bridge["Bow"].report(PartClosed(ended))
    bridge["Bow"].located = lambda order: FrameLocated(order.request, 90)
    one = await bridge.recorder.observations.observe(Entry("FJ"))
    found = await until(bridge, one, lambda seen: seen.followed.places[0].part == 1)
    place = found.followed.places[0]
    assert (place.path, place.frame, place.offset_seconds, place.is_exact) == (first.path, 90, 3.6, False)


async def test_an_instant_of_the_last_minute_is_asked_for_too(bridge: Bridge) -> None:
    await recording(bridge)
    bridge.pass_seconds(20)
    bridge["Bow"].located = lambda order: FrameLocated(order.request, 251, 1, 10_040_000_000)
    late = await bridge.recorder.observations.observe(Entry("FJ", utc_ns=bridge.clock.utc_ns() - 10 * 10**9))
    found = await until(bridge, late, lambda seen: seen.followed.places[0].is_exact)
    assert (found.followed.places[0].frame, found.followed.places[0].offset_seconds) == (251, 10.04)


async def test_a_channel_whose_file_begins_a_moment_later_gets_its_place(bridge: Bridge) -> None:
    await recording(bridge)
    bridge.recorder.observations.places = Places(bridge.recorder._context, bridge.recorder._recordings)
    part = bridge["Bow"].part
    assert part is not None
    bridge["Bow"].located = lambda order: FrameLocated(order.request, 3, 1, 120_000_000)
    one = await bridge.recorder.observations.observe(Entry("FJ"))
    assert one.followed.places == ()
    bridge.recorder.observations.places.saw_part(part)
    found = await until(bridge, one, lambda seen: bool(seen.followed.places))
    assert found.followed.places == (Place("Bow", part.recording_id, 1, part.path, 0.12, 3, True),)


async def test_between_two_files_it_is_the_last_frame_of_the_first(bridge: Bridge) -> None:
    await recording(bridge)
    bridge.clock.advance(4)
    first = bridge["Bow"].part
    assert first is not None
    end_ns = first.start_utc_ns + 4 * 10**9
    bridge["Bow"].report(PartClosed(replace(first, state=FileState.WHOLE, end_utc_ns=end_ns, frames=101)))
    begun = replace(first, number=2, path=first.path + "2", start_utc_ns=end_ns + FRAME_NS, first_frame=101)
    bridge["Bow"].report(PartOpened(begun))
    bridge.clock.advance(70)
    place = await bow(bridge, Entry("FJ", utc_ns=end_ns + FRAME_NS // 2))
    assert (place.part, place.frame, place.offset_seconds) == (1, 100, 4.0)
    place = await bow(bridge, Entry("FJ", utc_ns=end_ns + FRAME_NS + 1))
    assert (place.part, place.frame, place.offset_seconds) == (2, 101, 0.0)


async def test_a_file_that_was_cut_off_and_not_repaired_shows_no_later_instant(bridge: Bridge) -> None:
    await recording(bridge)
    bridge.clock.advance(4)
    part = bridge["Bow"].part
    assert part is not None
    bridge["Bow"].report(PartClosed(replace(part, state=FileState.INTERRUPTED, end_utc_ns=None)))
    bridge.clock.advance(3600)
    one = await bridge.recorder.observations.observe(Entry("FJ", utc_ns=bridge.clock.utc_ns() - 70 * 10**9))
    assert [place.channel for place in one.followed.places] == ["Stern"]


async def test_a_loss_after_the_instant_moves_nothing(bridge: Bridge) -> None:
    """It tells how long the frames before it last: these are all frames but those of two seconds."""
    await recording(bridge)
    bridge.clock.advance(10)
    part = bridge["Bow"].part
    assert part is not None
    begin_ns = part.start_utc_ns
    whole = replace(part, state=FileState.WHOLE, end_utc_ns=begin_ns + 10 * 10**9, frames=202)
    bridge["Bow"].report(PartClosed(whole))
    stalled = Loss(
        "Bow", begin_ns + 6 * 10**9, begin_ns + 8 * 10**9, 49, LossCause.STALL, part.recording_id
    )
    bridge.catalogue.record(stalled)
    bridge.clock.advance(70)
    place = await bow(bridge, Entry("FJ", utc_ns=begin_ns + 3_020_000_000))
    assert (place.frame, place.offset_seconds) == (75, 3.0)


def part_of(times_ns: list[int]) -> Part:
    return Part("r", "Bow", 1, "/x", times_ns[0], times_ns[-1], FIRST, len(times_ns), 0, FileState.WHOLE)


def loss(from_ns: int, to_ns: int, cause: LossCause, frames: int | None = None) -> Loss:
    return Loss("Bow", from_ns, to_ns, frames, cause, "r")


def without(*holes: tuple[int, int]) -> list[int]:
    """Ten seconds of frames, without those whose places lie inside one of the holes."""
    return [BEGIN_NS + at * FRAME_NS for at in range(251) if not any(a < at < b for a, b in holes)]


@pytest.mark.parametrize("holes", [(), ((50, 100),), ((1, 3), (50, 100), (101, 200))])
def test_every_instant_leads_to_its_frame_whatever_nobody_received(holes: tuple[tuple[int, int], ...]) -> None:
    times = without(*holes)
    losses = [loss(BEGIN_NS + a * FRAME_NS, BEGIN_NS + b * FRAME_NS, LossCause.RECONNECT) for a, b in holes]
    for place, at_ns in enumerate(times):
        for later_ns in (0, FRAME_NS // 2, FRAME_NS - FRAME_NS // 20):
            assert frame_in(part_of(times), losses, at_ns + later_ns, FRAME_NS) == KnownFrame(at_ns, FIRST + place)


def test_frames_that_the_disk_did_not_take_have_their_numbers() -> None:
    times = without((50, 100))
    lost = [loss(times[50], times[51], LossCause.DISK_SLOW, 49)]
    assert frame_in(part_of(times), lost, BEGIN_NS + 200 * FRAME_NS, FRAME_NS).frame == FIRST + 200


def test_inside_a_gap_it_is_the_last_frame_before_it() -> None:
    times = without((50, 100))
    lost = [loss(times[50], times[51], LossCause.NETWORK)]
    assert frame_in(part_of(times), lost, times[50] + 10**9, FRAME_NS) == KnownFrame(times[50], FIRST + 50)


async def test_where_a_worker_does_not_know_the_computed_place_stays(bridge: Bridge) -> None:
    await recording(bridge)
    bridge.pass_seconds(4)
    one = await bridge.recorder.observations.observe(Entry("FJ"))
    await bridge.recorder.observations.stop()
    kept = (await bridge.recorder.observations.find(one.id)).followed.places
    assert [(place.offset_seconds, place.is_exact) for place in kept] == [(4.0, False)] * 2
