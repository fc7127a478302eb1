"""What heartbeats say of files that are being written, and the events when one is not closed in order."""

from dataclasses import replace

import pytest

from fakes.clock import FakeClock
from fakes.journal import journal_of
from seacorder.base.clock import NS_PER_SECOND
from seacorder.control.recording.open_files import note_left_open, note_not_closed, with_figures
from seacorder.model.event import Severity
from seacorder.model.recording import Clip, FileKind, FileState, FileStatus, Part

BEGAN_NS = 10 * NS_PER_SECOND
PART = Part("r", "Bow", 2, "/2.mp4", BEGAN_NS, None, 250, 0, 0, FileState.OPEN)
CLIP = Clip("c", "Bow", FileKind.CLIP, "/c.mp4", BEGAN_NS, None, 250, 0, 0, FileState.OPEN)
REPORTED = FileStatus("r", "/moved/2.mp4", 2, BEGAN_NS, 30, 4000, 5, newest_stored_utc_ns=BEGAN_NS + 9)


@pytest.mark.parametrize(("file", "reported"), [(PART, REPORTED), (CLIP, replace(REPORTED, id="c"))])
def test_a_heartbeat_gives_an_open_file_its_figures(file: Part | Clip, reported: FileStatus) -> None:
    known = with_figures(file, reported)
    assert (known.path, known.frames, known.bytes, known.end_utc_ns) == ("/moved/2.mp4", 30, 4000, BEGAN_NS + 9)


@pytest.mark.parametrize("reported", [None, replace(REPORTED, number=3), replace(REPORTED, id="c-2")])
def test_a_heartbeat_about_another_file_changes_nothing(reported: FileStatus | None) -> None:
    assert with_figures(PART, reported) is PART
    assert with_figures(CLIP, reported) is CLIP


def test_what_was_stored_of_the_part_before_is_no_end_of_a_new_part() -> None:
    """A worker killed right after a split: the hole began with the new part, not where the disk was before it."""
    reported = replace(REPORTED, newest_stored_utc_ns=BEGAN_NS - 400_000_000)
    assert with_figures(PART, reported).end_utc_ns is None


def test_files_that_are_not_closed_in_order_are_events_of_their_kind() -> None:
    journal = journal_of(FakeClock())
    note_left_open(journal, PART)
    note_not_closed(journal, replace(CLIP, frames=0))
    left, given_up = journal.events.after(0)
    assert (left.kind, left.severity, left.channel) == ("part_interrupted", Severity.WARNING, "Bow")
    assert (given_up.kind, given_up.severity) == ("clip_interrupted", Severity.ALARM)
    assert given_up.fact.endswith("could not be finished, mostly because of its disk. Nothing of it was stored.")
    assert given_up.action == "Check the disk before the next dive."
