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
