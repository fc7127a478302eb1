"""A file that was renamed or moved is found by its note, also where it is damaged or must be repaired."""

from pathlib import Path

import pytest

from fakes.damage import closed, interrupted, spoiled
from fakes.footage import Recipe
from seacorder.evidence.__main__ import examine
from seacorder.evidence.inspect import inspect_file
from seacorder.evidence.note import note_in
from seacorder.evidence.opening import find_moved
from seacorder.evidence.repair import Known
from seacorder.model.file_note import FileNote
from seacorder.model.recording import FileState

RECIPE = Recipe(frames=40, group=20)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """So deep that no other test's files are above it: a moved file is looked for some folders up, too."""
    home = tmp_path / "one" / "two" / "three"
    home.mkdir(parents=True)
    return home


def note_of(path: Path) -> FileNote:
    note = note_in(path)
    assert note is not None
    return note


@pytest.mark.parametrize("place", ["DATA_1/Anomaly 7.mp4", "DATA_1/sorted/x.mp4", "Other dive/y.mp4", "z.mp4"])
def test_it_is_found_beside_below_and_above_its_folder(place: str, home: Path) -> None:
    path = home / "DATA_1" / "Bow.mp4"
    moved = home / place
    for folder in (path.parent, moved.parent):
        folder.mkdir(parents=True, exist_ok=True)
    (path.parent / "rubbish.mp4").write_bytes(b"rubbish")
    moved.write_bytes(interrupted(RECIPE))
    note = note_of(moved)
    assert find_moved(path, note) == moved
    examined = examine(path, repairs=True, known=Known(note))
    assert (examined.path, examined.moved_to) == (str(path), str(moved))
    assert (examined.state, examined.frames, examined.was_repaired) == (FileState.REPAIRED, 40, True)
    assert find_moved(path, note) == moved  # repaired, it is the same file still


def test_another_file_is_not_taken_for_it(home: Path) -> None:
    (home / "a.mp4").write_bytes(closed(RECIPE))
    note = note_of(home / "a.mp4")
    for other in ({"channel": "Stern"}, {"id": "R2"}, {"number": 2}):
        wanted = FileNote(**{name: getattr(note, name) for name in FileNote.__slots__} | other)
        assert find_moved(home / "Bow.mp4", wanted) is None
        assert examine(home / "Bow.mp4", repairs=True, known=Known(wanted)).state is None


def test_its_note_is_read_where_the_index_is_lost(home: Path) -> None:
    path, content = home / "a.mp4", closed(RECIPE)
    path.write_bytes(spoiled(content, content.rindex(b"moov") - 4, 5000, "zeros"))
    assert note_of(path).channel == "Bow"
    assert inspect_file(path).note == note_of(path)
