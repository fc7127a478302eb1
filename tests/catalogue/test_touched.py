"""Rows tell which folders have changed, and in which something is being written."""

from dataclasses import replace
from pathlib import Path

from seacorder.catalogue.touched import Touched
from seacorder.model.capture_time import PartAnchor
from seacorder.model.loss import Loss, LossCause
from seacorder.model.recording import Clip, FileKind, FileState, Framegrab, Part, Recording, RecordingState

RUNNING = Recording("r", 1, None, RecordingState.RUNNING)
FINISHED = replace(RUNNING, end_utc_ns=9, state=RecordingState.FINISHED)
OPEN = Part("r", "Bow", 1, "/d/1/Bow.mp4", 1, None, 0, 0, 0, FileState.OPEN)
WHOLE = replace(OPEN, state=FileState.WHOLE)
CLIP = Clip("c", "Bow", FileKind.CLIP, "/d/2/clip.mp4", 1, 2, 0, 1, 1, FileState.OPEN)


def test_a_folder_is_busy_from_the_first_open_file_to_the_last_closed_one() -> None:
    touched = Touched()
    touched.saw(OPEN)
    touched.saw(replace(OPEN, channel="Stern", path="/d/1/Stern.mp4"))
    touched.saw(WHOLE)
    assert touched.take().busy == {"/d/1"}
    touched.saw(replace(WHOLE, channel="Stern", path="/d/1/Stern.mp4"))
    taken = touched.take()
    assert (taken.busy, taken.folders) == (frozenset(), {"/d/1": frozenset({"r"})})
    assert touched.take().folders == {}


def test_a_file_that_was_moved_while_it_was_written_leaves_no_folder_busy() -> None:
    touched = Touched()
    touched.saw(OPEN)
    touched.saw(replace(OPEN, path="/e/Bow.mp4"))
    assert touched.take().busy == {"/e"}
    touched.saw(replace(WHOLE, path="/e/Bow.mp4"))
    assert touched.take().busy == frozenset()


def test_a_recording_runs_until_its_row_says_otherwise() -> None:
    touched = Touched()
    touched.saw(RUNNING)
    assert (touched.take().running, touched.take().ended) == ({"r"}, ())
    touched.saw(FINISHED)
    taken = touched.take()
    assert (taken.running, taken.ended, taken.recordings) == (frozenset(), ("r",), {"r"})


def test_the_first_channel_that_begins_a_part_begins_it_for_all() -> None:
    touched = Touched()
    touched.saw(OPEN)
    touched.saw(replace(OPEN, channel="Stern"))
    touched.saw(replace(OPEN, number=2))
    touched.saw(replace(OPEN, channel="Stern", number=2))
    assert touched.take().begun == (("r", 1), ("r", 2))


def test_clips_stills_losses_and_logs_touch_too() -> None:
    touched = Touched()
    touched.saw(CLIP)
    touched.saw(Framegrab("f", "Bow", "/d/3/still.jpg", 1, 1, 1, 2, 2, 2, "r"))
    touched.saw(Loss("Bow", 1, 2, 3, LossCause.STALL, "r"))
    touched.saw(Loss("Bow", 1, 2, 3, LossCause.STALL, None))
    touched.touch(Path("/d/4"), "r")
    taken = touched.take()
    assert taken.folders == {"/d/2": frozenset(), "/d/3": frozenset({"r"}), "/d/4": frozenset({"r"})}
    assert (taken.recordings, taken.busy) == ({"r"}, {"/d/2"})


def test_what_is_kept_for_the_next_start_alone_touches_nothing() -> None:
    touched = Touched()
    touched.saw(PartAnchor("r", "Bow", 1, 5, None))
    assert touched.take().recordings == frozenset()
