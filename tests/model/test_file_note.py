"""The note that a video file carries is read back as it was written, and nothing else is taken for one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.model.dive_context import CONTEXT_FIELDS, DiveContext, one_line
from seacorder.model.file_note import FileNote, note_of_row
from seacorder.model.recording import Clip, FileKind, FileState, Part

NUMBERS = st.integers(min_value=0, max_value=2**62)
NOTES = st.builds(
    FileNote,
    kind=st.sampled_from(FileKind),
    channel=st.text(),
    id=st.text(),
    number=NUMBERS,
    first_frame=NUMBERS,
    first_frame_utc_ns=NUMBERS,
    recording_id=st.none() | st.text(),
    recovery_frames=NUMBERS,
    is_repaired=st.booleans(),
    context=st.builds(DiveContext, *[st.text().map(one_line) for _ in CONTEXT_FIELDS]),
)


@given(NOTES)
def test_a_note_reads_back_as_it_was_written(note: FileNote) -> None:
    text = note.to_json()
    assert FileNote.from_json(text) == note
    assert text.isascii()
    assert not {"{", "}"} & set(text[1:-1])


@given(NOTES)
def test_what_a_later_version_adds_is_ignored(note: FileNote) -> None:
    assert FileNote.from_json(json.dumps(json.loads(note.to_json()) | {"later": [1]})) == note


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"kind": "Film"}', '{"kind": "Clip"}', "7"])
def test_what_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a note"):
        FileNote.from_json(text)


def test_a_row_names_its_file_as_the_file_names_itself() -> None:
    part = Part("R", "Bow", 2, "/d/2.mp4", 5, 9, 100, 50, 7, FileState.WHOLE)
    clip = Clip("C", "Bow", FileKind.ANOMALY, "/d/c.mp4", 5, 9, 100, 50, 7, FileState.WHOLE, "R")
    assert note_of_row(part) == FileNote(FileKind.RECORDING, "Bow", "R", 2, 100, 5, "R")
    assert note_of_row(clip) == FileNote(FileKind.ANOMALY, "Bow", "C", 1, 100, 5, "R")
    assert note_of_row(part).is_of_same_file(FileNote(FileKind.RECORDING, "Bow", "R", 2, 0, 0, is_repaired=True))
    assert not note_of_row(part).is_of_same_file(note_of_row(clip))
