"""`accept-disk` marks a folder as the right one, also by its earlier name."""

import pytest

from seacorder.storage.volumes import ACCEPTED, MARK_NAME


@pytest.mark.parametrize("command", ["accept-disk", "accept-volume"])
def test_the_folder_is_marked_as_it_is_now(seacorder, tmp_path, command) -> None:
    ended = seacorder(command, tmp_path)
    assert (ended.code, ended.err) == (0, "")
    told = "as it is now. If Seacorder is running, it goes on there within seconds.\n"
    assert ended.out == f"Files go to {tmp_path} {told}"
    assert (tmp_path / MARK_NAME).read_text("utf-8").strip() == ACCEPTED


def test_a_folder_that_is_not_there(seacorder, tmp_path) -> None:
    ended = seacorder("accept-disk", tmp_path / "gone")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == (
        f"seacorder: There is no folder {tmp_path / 'gone'}.\n  Name the folder that the alarm names, or create it.\n"
    )


def test_help_shows_the_new_name_alone(seacorder) -> None:
    shown = seacorder("--help").out
    assert "accept-disk" in shown
    assert "accept-volume" not in shown
