"""How a repaired file takes its original's place, also where a repair was cut off half-way."""

from pathlib import Path

import pytest

from seacorder.evidence.original import bring_back, take_place


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """The repaired file and the original."""
    repaired, path = tmp_path / ".x.mp4.repair", tmp_path / "x.mp4"
    repaired.write_text("repaired")
    path.write_text("original")
    return repaired, path


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def test_an_original_of_which_nothing_is_missing_goes(files: tuple[Path, Path]) -> None:
    repaired, path = files
    assert take_place(repaired, path, keeps=False) is None
    assert (names(path.parent), path.read_text()) == (["x.mp4"], "repaired")


def test_an_original_is_kept_and_no_kept_one_is_overwritten(files: tuple[Path, Path]) -> None:
    repaired, path = files
    (path.parent / "x.mp4.original").write_text("older")
    kept = take_place(repaired, path, keeps=True)
    assert kept is not None
    assert kept.read_text() == "original"
    assert (path.parent / "x.mp4.original").read_text() == "older"
    assert (kept.name, path.read_text()) == ("x.mp4_2.original", "repaired")


def test_a_repair_that_was_cut_off_after_its_first_step_uses_the_same_name(files: tuple[Path, Path]) -> None:
    repaired, path = files
    (path.parent / "x.mp4.original").hardlink_to(path)
    assert take_place(repaired, path, keeps=True) == path.parent / "x.mp4.original"
    assert names(path.parent) == ["x.mp4", "x.mp4.original"]


def test_a_repaired_file_that_cannot_take_the_place_leaves_the_original(files: tuple[Path, Path]) -> None:
    repaired, path = files
    repaired.unlink()
    with pytest.raises(OSError, match="repair"):
        take_place(repaired, path, keeps=True)
    assert path.read_text() == "original"


def test_an_original_gets_its_name_back_only_where_it_has_lost_it(tmp_path: Path) -> None:
    path, kept = tmp_path / "x.mp4", tmp_path / "x.mp4.original"
    kept.write_text("original")
    bring_back(path)
    assert (names(tmp_path), path.read_text()) == (["x.mp4"], "original")
    kept.write_text("older")
    bring_back(path)
    assert (path.read_text(), kept.read_text()) == ("original", "older")
