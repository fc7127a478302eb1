"""What is known of one recording: changes that take effect later, and numbers of parts."""

from dataclasses import replace

from seacorder.control.recording.session import (
    FilePlan,
    RecordingSession,
    new_recording,
    schedule_from,
)
from seacorder.control.settings.naming import NamingBase
from seacorder.model.capture_time import Anchor, Anchors
from seacorder.model.channel import ChannelState, ChannelStatus
from seacorder.model.instant import Instant
from seacorder.model.recording import FileKind, FileState, FileStatus, Part
from seacorder.model.settings import PathTemplates, RecorderSettings

SECOND = 1_000_000_000


def plan(from_ns: int, name: str = "first", minutes: float = 1) -> FilePlan:
    naming = NamingBase("/", "/").naming(
        FileKind.RECORDING,
        replace(RecorderSettings(), templates=PathTemplates(filename=name)),
        directory_utc_ns=0,
        file_utc_ns=0,
    )
    return FilePlan(from_ns, naming, schedule_from(from_ns, minutes), reevaluate_tags=False)


def session(first: FilePlan | None = None) -> RecordingSession:
    return RecordingSession(new_recording("a", 0), Instant(100, 0), first or plan(100))


def test_a_change_takes_effect_at_the_next_split_or_at_once_where_there_is_none() -> None:
    assert session(plan(0)).change_from_ns(61 * SECOND) == 120 * SECOND
    assert session(plan(0, minutes=0)).change_from_ns(61 * SECOND) == 61 * SECOND


def test_a_split_time_of_a_recording_that_never_split_can_be_corrected_before_it_has_passed() -> None:
    running = session(plan(0, minutes=0))
    running.change(plan(10 * SECOND, minutes=1440))
    assert running.change_from_ns(20 * SECOND) == 20 * SECOND
    running.change(plan(20 * SECOND, minutes=1))
    assert running.change_from_ns(79 * SECOND) == 79 * SECOND
    assert running.change_from_ns(80 * SECOND) == 140 * SECOND  # it has split: a file runs with this split time


def test_a_change_at_a_split_waits_for_the_split_after_it() -> None:
    running = session(plan(0))
    running.change(plan(60 * SECOND, minutes=2))
    assert running.change_from_ns(61 * SECOND) == 180 * SECOND


def test_a_change_of_names_puts_no_split_off() -> None:
    before = schedule_from(10 * SECOND, 1)
    assert schedule_from(30 * SECOND, 1, before) is before
    assert schedule_from(30 * SECOND, 2, before) == schedule_from(30 * SECOND, 2)


def test_of_two_changes_for_one_split_the_later_counts() -> None:
    running = session()
    running.change(plan(1000, "second"))
    running.change(plan(1000, "third"))
    assert [change.naming.file_template for change in running.changes_after(500)] == ["third"]
    assert running.plan_at(999).naming.file_template == "first"
    assert running.plan_at(1000).naming.file_template == "third"


def test_parts_are_numbered_on() -> None:
    running = session()
    part = Part("a", "Bow", 3, "/x", 0, None, 0, 1, 1, FileState.OPEN)
    running.saw_part(part)
    running.saw_part(replace(part, number=2, state=FileState.WHOLE))
    assert running.start_command(1, "Bow", Instant(200, 0)).first_part == 4
    assert running.start_command(2, "Stern", Instant(200, 0)).first_part == 1


def test_the_part_before_the_newest_is_known_as_it_was_reported_last() -> None:
    running = session()
    first = Part("a", "Bow", 1, "/1", 0, None, 0, 0, 1, FileState.OPEN)
    second = replace(first, number=2, path="/2", first_frame=75)
    running.saw_part(first)
    assert running.part_before(first) is None
    running.saw_part(second)
    assert running.part_before(second) == first
    closed = replace(first, state=FileState.WHOLE, end_utc_ns=3 * SECOND, frames=75)
    running.saw_part(closed)
    assert running.part_before(second) == closed
    running.saw_part(replace(second, number=3, path="/3"))
    running.saw_part(closed)
    assert running.part_before(replace(second, number=3)) == second
    assert running.part_before(second) is None
    assert running.part_before(replace(second, channel="Stern")) is None


def test_an_anchor_is_stored_again_once_the_camera_has_confirmed_its_clock() -> None:
    running = session()
    running.saw_part(Part("a", "Bow", 1, "/1", 0, None, 0, 0, 1, FileState.OPEN))

    def is_news(anchor: Anchor) -> bool:
        file = FileStatus("a", "/1", 1, 0, 10, 1000, 5, anchors=Anchors(anchor, 1, anchor))
        return running.tells_anchor(ChannelStatus("Bow", ChannelState.LIVE, 0, None, recording=file), 0)

    assert is_news(Anchor(5 * SECOND, 77, is_unconfirmed=True))
    assert not is_news(Anchor(5 * SECOND, 77, is_unconfirmed=True))
    assert is_news(Anchor(5 * SECOND, 77))
    assert not is_news(Anchor(5 * SECOND, 77))
