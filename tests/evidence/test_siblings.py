"""A file that has lost the description of its tracks is read with that of another file of its camera, and no other."""

from pathlib import Path

import pytest

from fakes.damage import HEAD_AT, closed, fragments_of, interrupted, spoiled
from fakes.footage import Recipe, numbers_in
from seacorder.base.errors import StorageFailed
from seacorder.evidence.check import check_file
from seacorder.evidence.inspect import inspect_file
from seacorder.evidence.repair import Known, repair
from seacorder.model.file_note import FileNote
from seacorder.model.recording import FileKind, FileState

MINE = Recipe(frames=60, group=20)
SOUND = Recipe(frames=60, group=20, b_frames=2, sound=True)
H265 = Recipe(codec="libx265", frames=40, group=20)
OTHER = Recipe(frames=60, group=20, options=(("coder", "0"),))
NOTE = FileNote(FileKind.RECORDING, "Bow", "20260504T030201.000Z", 3, 0, 1_700_000_000_000_000_000)


def beheaded(recipe: Recipe, how: str, size: int | None = None) -> bytes:
    """Interrupted, and the header in front of the first fragment destroyed."""
    content = interrupted(recipe)
    if size is not None:
        return spoiled(content, 0, size, how)
    return spoiled(content, HEAD_AT, fragments_of(content)[0][0] - HEAD_AT, how)


@pytest.mark.parametrize("how", ["zeros", "random"])
@pytest.mark.parametrize("recipe", [MINE, SOUND, H265], ids=["H.264", "B-frames and sound", "H.265"])
def test_a_destroyed_description_is_taken_from_a_file_of_the_same_camera(
    recipe: Recipe, how: str, tmp_path: Path
) -> None:
    damaged = beheaded(recipe, how)
    path, sibling = tmp_path / "2@Bow.mp4", tmp_path / "1@Bow.mp4"
    path.write_bytes(damaged)
    sibling.write_bytes(closed(recipe))
    (tmp_path / "1@Aft.mp4").write_bytes(closed(OTHER))
    repaired = repair(path)
    assert repaired is not None
    assert repaired.sibling == sibling
    assert repaired.original is not None
    assert repaired.original.read_bytes() == damaged
    assert numbers_in(path) == list(range(recipe.frames))
    assert check_file(path).damage == ""


def test_one_damaged_track_number_does_not_hide_that_a_description_fits(tmp_path: Path) -> None:
    damaged = beheaded(MINE, "zeros")
    at = damaged.index(b"tfhd", fragments_of(interrupted(MINE))[30][0]) + 8
    path, sibling = tmp_path / "2@Bow.mp4", tmp_path / "1@Bow.mp4"
    path.write_bytes(damaged[:at] + b"\x75\x6e\x00\x01" + damaged[at + 4 :])
    sibling.write_bytes(closed(MINE))
    repaired = repair(path)
    assert repaired is not None
    assert repaired.sibling == sibling
    assert inspect_file(path).frames == 59


def test_a_file_that_vanishes_while_the_folder_is_listed_hides_no_other(tmp_path: Path) -> None:
    path, sibling, gone = tmp_path / "2@Bow.mp4", tmp_path / "1@Bow.mp4", tmp_path / "0@Bow.mp4"
    path.write_bytes(beheaded(MINE, "zeros"))
    sibling.write_bytes(closed(MINE))
    gone.symlink_to(tmp_path / "is not there")
    repaired = repair(path)
    assert repaired is not None
    assert repaired.sibling == sibling


def test_where_only_another_camera_is_there_nothing_is_made_up(tmp_path: Path) -> None:
    path = tmp_path / "2@Bow.mp4"
    path.write_bytes(beheaded(MINE, "zeros"))
    (tmp_path / "1@Aft.mp4").write_bytes(closed(OTHER))
    before = path.read_bytes()
    with pytest.raises(StorageFailed, match="no other file of the same camera"):
        repair(path)
    assert path.read_bytes() == before


def test_the_first_block_may_take_pictures_with_it_and_what_is_known_elsewhere_stands_in(tmp_path: Path) -> None:
    folder, other = tmp_path / "now", tmp_path / "before"
    folder.mkdir()
    other.mkdir()
    path, sibling = folder / "2@Bow.mp4", other / "1@Bow.mp4"
    path.write_bytes(beheaded(MINE, "random", 4096))
    sibling.write_bytes(closed(MINE))
    repaired = repair(path, known=Known(NOTE, (sibling,)))
    assert repaired is not None
    facts = inspect_file(path)
    assert facts.state is FileState.REPAIRED
    assert facts.note is not None
    assert facts.note.is_of_same_file(NOTE)
    [damage] = repaired.damage
    assert damage.from_byte == 0
    assert facts.frames + (damage.frames or 0) == 60


@pytest.mark.parametrize("how", ["zeros", "random"])
def test_a_closed_file_without_its_beginning_is_described_by_its_index(how: str, tmp_path: Path) -> None:
    path = tmp_path / "2@Bow.mp4"
    path.write_bytes(spoiled(closed(MINE), 0, 4096, how))
    repaired = repair(path)
    assert repaired is not None
    assert repaired.sibling is None
    assert inspect_file(path).frames + sum(one.frames or 0 for one in repaired.damage) == 60


def test_a_description_with_which_nothing_decodes_is_replaced_too(tmp_path: Path) -> None:
    content = interrupted(MINE)
    path, sibling = tmp_path / "2@Bow.mp4", tmp_path / "1@Bow.mp4"
    path.write_bytes(spoiled(content, content.index(b"avcC") + 6, 30, "random"))
    sibling.write_bytes(closed(MINE))
    repaired = repair(path)
    assert repaired is not None
    assert repaired.sibling == sibling
    assert numbers_in(path) == list(range(60))
