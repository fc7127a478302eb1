"""Each file says in its beginning at which UTC its own time begins (ONVIF): while it grows, closed, repaired, cut."""

from pathlib import Path
from typing import Any

import pytest

from fakes.damage import closed, interrupted
from fakes.footage import START_UTC_NS, Recipe, footage
from fakes.mp4_writing import BEGIN_UTC_NS, WRITERS, written_by
from seacorder.evidence.cutting import cut_part
from seacorder.evidence.inspect import inspect_file
from seacorder.evidence.repair import Known, repair
from seacorder.model.recording import FileState, Part
from seacorder.mp4.start_time import start_time_box, start_time_box_of, start_time_in

FRAME_NS = 40_000_000
RECIPES = {
    "pictures": Recipe(frames=60, group=20),
    "B-frames and sound": Recipe(frames=60, group=20, b_frames=2, sound=True),
}
SHOWN_AFTER = {"pictures": 0, "B-frames and sound": 2}
"""By how many frames the first picture is shown later than it is decoded."""


@pytest.mark.parametrize("writer", WRITERS)
def test_both_writers_have_it_from_the_first_byte_on_and_keep_it(writer: str) -> None:
    made = footage(Recipe(frames=60, b_frames=2, sound=True))
    is_open, is_closed = written_by(writer, made, made.samples)
    assert (start_time_in(is_open), start_time_in(is_closed)) == (BEGIN_UTC_NS, BEGIN_UTC_NS)


@pytest.mark.parametrize("kind", RECIPES)
@pytest.mark.parametrize("made", [closed, interrupted])
def test_the_first_picture_has_the_time_of_the_note(made: Any, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "Bow.mp4"
    path.write_bytes(made(RECIPES[kind]))
    assert start_time_in(path.read_bytes()) == START_UTC_NS - SHOWN_AFTER[kind] * FRAME_NS
    assert inspect_file(path).start_utc_ns == START_UTC_NS


@pytest.mark.parametrize("kind", RECIPES)
def test_a_repair_keeps_it(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "Bow.mp4"
    path.write_bytes(interrupted(RECIPES[kind]))
    box = start_time_box_of(path.read_bytes())
    assert repair(path)
    assert start_time_box_of(path.read_bytes()) == box
    assert inspect_file(path).start_utc_ns == START_UTC_NS


@pytest.mark.parametrize("kind", RECIPES)
def test_where_the_beginning_is_lost_the_repaired_file_says_when_the_rest_begins(kind: str, tmp_path: Path) -> None:
    path, content = tmp_path / "Bow.mp4", interrupted(RECIPES[kind])
    first = content.index(b"moof") - 4
    path.write_bytes(content[:first] + bytes(4000) + content[first + 4000 :])
    assert repair(path)
    after = inspect_file(path)
    assert after.note is not None
    assert 0 < after.frames < 60
    assert after.start_utc_ns == after.note.first_frame_utc_ns > START_UTC_NS


def test_what_has_none_gets_one_by_its_note_alone(tmp_path: Path) -> None:
    """As files of earlier versions."""
    path = tmp_path / "Bow.mp4"
    content = interrupted(RECIPES["pictures"])
    bare = content.replace(start_time_box(START_UTC_NS), b"")
    path.write_bytes(bare)
    assert inspect_file(path).start_utc_ns is None
    assert repair(path)
    assert inspect_file(path).start_utc_ns == START_UTC_NS
    path.write_bytes(bare.replace(b'{"version"', b'["version"'))
    assert repair(path, known=Known())
    assert (inspect_file(path).frames, inspect_file(path).start_utc_ns) == (60, None)


@pytest.mark.parametrize("kind", RECIPES)
def test_a_stretch_that_is_cut_out_has_its_own(kind: str, tmp_path: Path) -> None:
    path, content = tmp_path / "Bow.mp4", closed(RECIPES[kind])
    path.write_bytes(content)
    part = Part("R1", "Bow", 1, str(path), START_UTC_NS, None, 0, 60, len(content), FileState.WHOLE)
    one = cut_part(part, START_UTC_NS + 25 * FRAME_NS, START_UTC_NS + 35 * FRAME_NS)
    assert one is not None
    stretch = tmp_path / "stretch.mp4"
    stretch.write_bytes(one.cut.head + b"".join(content[at : at + length] for at, length in one.cut.ranges))
    assert inspect_file(stretch).start_utc_ns == one.first_utc_ns == START_UTC_NS + 20 * FRAME_NS
