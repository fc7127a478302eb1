"""Folders that a client may name."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.disk import RecordingDisk
from seacorder.base.errors import BadRequest
from seacorder.storage.allowed_folders import AllowedFolders


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "root"


@pytest.fixture
def folders(root: Path, tmp_path: Path) -> AllowedFolders:
    return AllowedFolders(root, [tmp_path / "second"], {"d": tmp_path / "drive"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, "root"),
        (".", "root"),
        ("Job1", "root/Job1"),
        ("Job 1/Dive\\2", "root/Job 1/Dive/2"),
        ("./a//b/", "root/a/b"),
        ("C:\\tmp\\Data1", "root/C/tmp/Data1"),
        ("c:/tmp", "root/C/tmp"),
        ("C:", "root/C"),
        ("D:\\Video", "drive/Video"),
        ("\\\\server\\share\\x", "root/server/share/x"),
        ("\\\\?\\C:\\long", "root/C/long"),
        ("\\\\?\\UNC\\server\\share", "root/server/share"),
        ("\\tmp\\x", "root/tmp/x"),
    ],
)
def test_a_text_names_a_folder(folders: AllowedFolders, tmp_path: Path, text: str | None, expected: str) -> None:
    assert folders.resolve(text) == tmp_path / expected


@pytest.mark.parametrize("text", ["{}/root", "{}/root/a", "{}/second/b/c", "{}/drive"])
def test_an_absolute_folder_is_taken_inside_the_allowed_ones(
    folders: AllowedFolders, tmp_path: Path, text: str
) -> None:
    wanted = text.format(tmp_path)
    assert folders.resolve(wanted) == Path(wanted)


OUTSIDE = ["/etc", "/", "{}", "{}/rootless", "..", "a/../b", "a\\..\\..\\b", "C:\\..\\x", "a/.. /b", "{}/root/../x"]
ODD = ["", "  ", "a\x00b", "a\nb", "\ud800", "a/.../b", "x" * 256, "x/" * 600, "\u6d77" * 100]
PIECES = st.sampled_from(["..", ".", "/", "\\", "C:", "\\\\", "?", "~", " ", "a"])


@pytest.mark.parametrize("text", OUTSIDE + ODD)
def test_anything_else_is_refused_with_one_sentence(folders: AllowedFolders, tmp_path: Path, text: str) -> None:
    with pytest.raises(BadRequest) as refusal:
        folders.create(text.format(tmp_path))
    sentence = str(refusal.value)
    assert refusal.value.field == "Directory"
    assert sentence.startswith("Directory ")
    assert sentence.endswith(".")
    assert not (tmp_path / "root").exists()


@pytest.mark.parametrize("text", ["Dive: 7", "what?", "PRN", "a/aux.d/b", "Leg 2.", "Leg 2 ", "a|b", "{}/second/<x>"])
def test_a_name_that_some_disk_refuses_is_refused_when_it_is_set(
    folders: AllowedFolders, tmp_path: Path, text: str
) -> None:
    with pytest.raises(BadRequest, match=r'a name that not every disk can hold\. Write "[^"]+", for example\.'):
        folders.resolve(text.format(tmp_path))


def test_what_the_allowed_folders_are_called_is_the_operators_business(tmp_path: Path) -> None:
    odd = tmp_path / "Job: 1"
    assert AllowedFolders(tmp_path / "root", [odd]).resolve(f"{odd}/Dive 1") == odd / "Dive 1"


def test_a_link_out_of_the_allowed_folders_is_refused(folders: AllowedFolders, root: Path, tmp_path: Path) -> None:
    root.mkdir()
    (tmp_path / "elsewhere").mkdir()
    (root / "out").symlink_to(tmp_path / "elsewhere")
    (root / "in").symlink_to(tmp_path / "second")
    with pytest.raises(BadRequest, match="link"):
        folders.resolve("out/x")
    assert folders.resolve("in/x") == root / "in/x"


def test_a_ring_of_links_is_refused(folders: AllowedFolders, root: Path) -> None:
    root.mkdir()
    (root / "ring").symlink_to(root / "ring")
    with pytest.raises(BadRequest):
        folders.create("ring/x")


def test_create_makes_the_folder_and_is_fine_when_it_stands(folders: AllowedFolders, root: Path) -> None:
    assert folders.create("a/b").is_dir()
    assert folders.create("a/b") == root / "a/b"


def test_a_folder_where_a_file_stands_is_refused(folders: AllowedFolders, root: Path) -> None:
    root.mkdir()
    (root / "a").write_bytes(b"kept")
    with pytest.raises(BadRequest, match="a file has the name of one of its folders"):
        folders.create("a/b")
    with pytest.raises(BadRequest, match="a file has the name of one of its folders"):
        folders.create("a")
    assert (root / "a").read_bytes() == b"kept"


def test_new_folders_are_synced_into_their_parents() -> None:
    disk = RecordingDisk()
    AllowedFolders(Path("/root"), disk=disk).create("a")
    assert [op.path for op in disk.operations if op.name == "sync_folder"] == [Path("/"), Path("/root")]


def test_windows_takes_its_own_paths_but_no_stream_of_a_file(root: Path) -> None:
    folders = AllowedFolders(root, is_windows=True)
    with pytest.raises(BadRequest, match="not every disk can hold"):
        folders.resolve("Dive:hidden")
    with pytest.raises(BadRequest, match="network folder"):
        folders.resolve("\\\\server\\share")
    with pytest.raises(BadRequest, match="outside"):
        folders.resolve("C:\\Windows")


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES | st.text(max_size=5)).map("".join))
def test_no_text_leads_outside(text: str) -> None:
    root = Path("/srv/seacorder-root-that-is-not-there")
    try:
        folder = AllowedFolders(root).resolve(text)
    except BadRequest:
        return
    assert Path(os.path.normpath(folder)).is_relative_to(root)
