"""What is opened of the files that the catalogue names: recordings and pictures, and nothing else."""

import os
from pathlib import Path

import pytest

from seacorder.base.errors import NotKnown
from seacorder.storage.recorded_file import MEDIA_TYPES, open_recorded


@pytest.mark.parametrize(("suffix", "media_type"), MEDIA_TYPES.items())
def test_recorded_files_are_opened(tmp_path: Path, suffix: str, media_type: str) -> None:
    path = tmp_path / f"Bow{suffix.upper()}"
    path.write_bytes(b"12345")
    opened = open_recorded(path)
    with opened.file:
        assert opened.file.read() == b"12345"
    assert (opened.name, opened.media_type, opened.size) == (path.name, media_type, 5)


def test_the_tag_changes_with_every_byte(tmp_path: Path) -> None:
    path = tmp_path / "Bow.mp4"
    tags = []
    for content in (b"1", b"12", b"12"):
        path.write_bytes(content)
        os.utime(path, ns=(len(tags), len(tags)))
        opened = open_recorded(path)
        opened.file.close()
        tags.append(opened.tag)
    assert len(set(tags)) == 3


@pytest.mark.parametrize("name", ["passwd", "notes.txt", "seacorder.db", ".mp4"])
def test_other_files_are_not(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("secret")
    with pytest.raises(NotKnown, match="no file that Seacorder has recorded"):
        open_recorded(tmp_path / name)


def test_neither_links_nor_folders_nor_pipes_are(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    (tmp_path / "link.mp4").symlink_to(secret)
    (tmp_path / "folder.mp4").mkdir()
    os.mkfifo(tmp_path / "pipe.mp4")
    for name in ("link.mp4", "folder.mp4", "pipe.mp4", "absent.mp4"):
        with pytest.raises(NotKnown):
            open_recorded(tmp_path / name)


def test_a_linked_folder_is_followed_inside_of_the_roots_and_not_out_of_them(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    for folder in (root / "Dive 1", outside):
        folder.mkdir(parents=True)
        (folder / "Bow.mp4").write_bytes(b"12345")
    (root / "inside").symlink_to(root / "Dive 1")
    (root / "out").symlink_to(outside)
    (tmp_path / "way").symlink_to(root)
    for folder in (root / "inside", tmp_path / "way" / "Dive 1"):
        open_recorded(folder / "Bow.mp4", (str(tmp_path / "way"),)).file.close()
    with pytest.raises(NotKnown, match="leads out of the folders of the settings"):
        open_recorded(root / "out" / "Bow.mp4", (str(root),))


@pytest.mark.parametrize("roots", [(), ("/",)])
def test_a_name_with_a_nul_is_no_file(tmp_path: Path, roots: tuple[str, ...]) -> None:
    with pytest.raises(NotKnown, match="cannot be the name of a file"):
        open_recorded(tmp_path / "a\0b.mp4", roots)
    with pytest.raises(NotKnown, match="cannot be the name of a file"):
        open_recorded(tmp_path / "a\0b" / "Bow.mp4", roots)
