"""What is missing from a stretch of the blackbox that is kept."""

from dataclasses import replace

from seacorder.control.losses.resumption import missed_in, not_before
from seacorder.model.loss import Loss, LossCause
from seacorder.model.recording import FileState, Part

SECOND_NS = 10**9
BEFORE = Part("blackbox-1", "Bow", 1, "/bb/a.mp4", 0, 10 * SECOND_NS, 0, 101, 5000, FileState.WHOLE)
"""Ten frames a second."""
NEXT = replace(BEFORE, number=2, path="/bb/b.mp4", start_utc_ns=10_100_000_000, end_utc_ns=20 * SECOND_NS,
               first_frame=101)


def test_files_that_follow_each_other_miss_nothing() -> None:
    assert missed_in([], [NEXT, BEFORE], "R") == []


def test_a_restart_of_the_program_is_a_loss_with_an_estimate() -> None:
    later = replace(NEXT, recording_id="blackbox-2", start_utc_ns=15 * SECOND_NS, first_frame=0)
    (found,) = missed_in([], [BEFORE, later], "R")
    assert (found.cause, found.from_utc_ns, found.to_utc_ns) == (
        LossCause.PROGRAM_ENDED, 10 * SECOND_NS, 15 * SECOND_NS
    )
    assert (found.frames, found.recording_id) == (49, "R")
    assert "estimate" in found.detail


def test_a_first_file_whose_times_are_a_frame_late_is_put_right_by_the_next_one() -> None:
    """As after each restart: the first pictures of a connection are dated before their delay is known."""
    late = replace(NEXT, recording_id="blackbox-2", start_utc_ns=15_100_000_000, end_utc_ns=20 * SECOND_NS,
                   first_frame=0, frames=50)  # fmt: skip
    goes_on = replace(late, number=2, path="/bb/c.mp4", start_utc_ns=20 * SECOND_NS, end_utc_ns=25 * SECOND_NS,
                      first_frame=50)  # fmt: skip
    assert [one.frames for one in missed_in([], [BEFORE, late], "R")] == [50]
    assert [one.frames for one in missed_in([], [BEFORE, late, goes_on], "R")] == [49]


def test_a_restart_of_the_recording_process_has_its_own_cause() -> None:
    later = replace(NEXT, start_utc_ns=12 * SECOND_NS, first_frame=0)
    assert [one.cause for one in missed_in([], [BEFORE, later], "R")] == [LossCause.WORKER_KILLED]


def test_a_hole_that_is_listed_already_is_not_listed_twice() -> None:
    later = replace(NEXT, start_utc_ns=12 * SECOND_NS, first_frame=120)
    listed = Loss("Bow", 10 * SECOND_NS, 12 * SECOND_NS, 19, LossCause.DISK_FULL, "blackbox-1")
    again = replace(listed, frames=18)
    assert missed_in([listed, again], [BEFORE, later], "R") == [replace(again, recording_id="R")]


def test_what_was_missed_outside_of_the_stretch_or_on_another_channel_is_not_in_it() -> None:
    before = Loss("Bow", -5, 0, 1, LossCause.STALL, "blackbox-1")
    behind = Loss("Bow", 20 * SECOND_NS, 21 * SECOND_NS, 1, LossCause.STALL, "blackbox-1")
    other = Loss("Stern", 5, 6, 1, LossCause.STALL, "blackbox-1")
    assert missed_in([before, behind, other], [BEFORE, NEXT], "R") == []
    assert not_before([before, behind], 1) == [behind]


def test_files_without_a_known_rate_have_a_hole_without_a_count() -> None:
    single = replace(BEFORE, frames=1, end_utc_ns=0)
    later = replace(single, recording_id="blackbox-2", start_utc_ns=5 * SECOND_NS, end_utc_ns=5 * SECOND_NS)
    assert [one.frames for one in missed_in([], [single, later], "R")] == [None]
