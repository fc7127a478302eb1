"""A recording as a BagIt bag in a ZIP that is made while it is sent."""

import hashlib
import io
import os
import re
import zipfile
from pathlib import Path, PurePath, PureWindowsPath
from typing import cast

import pytest

from seacorder.evidence.bag import Bag, BagFile, named
from seacorder.evidence.export import answers
from seacorder.evidence.verify import verify_folder
from seacorder.model.export import PIECE_BYTES, BagBegun, MakeBag, Refusal, bag_name

CONTENT = bytes(range(256)) * 5000


def bag_of(tmp_path: Path) -> zipfile.ZipFile:
    folder = tmp_path / "Dive 12"
    (folder / "clips").mkdir(parents=True)
    (folder / "Bow.mp4").write_bytes(CONTENT)
    (folder / "clips" / "Bøw%.mp4").write_bytes(b"clip")
    recorded = named([folder / "Bow.mp4", folder / "clips" / "Bøw%.mp4", folder / "Bow.mp4"])
    files = [*(BagFile(name, path) for path, name in recorded.items()), BagFile("rows.json", content=b"{}")]
    sent = list(Bag("r1", files, {"External-Identifier": "r1", "Note": "two\nlines"}).pieces())
    assert max(map(len, sent)) < 2 * PIECE_BYTES
    return zipfile.ZipFile(io.BytesIO(b"".join(sent)))


def test_the_bag_is_whole_and_every_sum_is_right(tmp_path: Path) -> None:
    with bag_of(tmp_path) as bag:
        assert bag.testzip() is None
        assert bag.read("r1/bagit.txt") == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
        for manifest, count in (("manifest-sha256.txt", 3), ("tagmanifest-sha256.txt", 3)):
            lines = bag.read(f"r1/{manifest}").decode().splitlines()
            assert len(lines) == count
            for line in lines:
                digest, name = re.fullmatch(r"([0-9a-f]{64})  (.+)", line).groups()  # type: ignore[union-attr]
                assert hashlib.sha256(bag.read("r1/" + name.replace("%25", "%"))).hexdigest() == digest


def test_its_files_have_their_names_below_their_common_folder(tmp_path: Path) -> None:
    with bag_of(tmp_path) as bag:
        payload = [name for name in bag.namelist() if name.startswith("r1/data/")]
        assert payload == ["r1/data/Bow.mp4", "r1/data/clips/Bøw%.mp4", "r1/data/rows.json"]
        assert bag.read("r1/data/Bow.mp4") == CONTENT
        info = bag.read("r1/bag-info.txt").decode()
        assert info == f"External-Identifier: r1\nNote: two lines\nPayload-Oxum: {len(CONTENT) + 6}.3\n"


def test_one_file_alone(tmp_path: Path) -> None:
    assert named([]) == {}
    assert [*named([tmp_path / "a.mp4"]).values()] == ["a.mp4"]


def test_all_is_below_the_bag_itself(tmp_path: Path) -> None:
    with bag_of(tmp_path) as bag:
        assert {name.partition("/")[0] for name in bag.namelist()} == {"r1"}


@pytest.mark.parametrize(
    ("text", "name"), [("20261127-0933", "20261127-0933"), ("../../etc\\x", "_.._etc_x"), ("..", "bag"), ("", "bag")]
)
def test_a_bag_has_a_name_that_stays_where_it_is_unpacked(text: str, name: str) -> None:
    assert bag_name(text) == name


def test_only_what_the_standard_escapes_is_read_as_escaped(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"a")
    bag = tmp_path / "bag"
    (bag / "data").mkdir(parents=True)
    (bag / "data" / "100%.mp4").write_bytes(b"a")
    (bag / "bagit.txt").write_bytes(b"a")
    digest = hashlib.sha256(b"a").hexdigest()
    (bag / "tagmanifest-sha256.txt").write_text(f"{digest}  bagit.txt\n")
    lines = (f"{digest}  data/100%25.mp4", f"{digest}  data/%2e%2e/%2e%2e/secret")
    (bag / "manifest-sha256.txt").write_text("\n".join(lines))
    findings = verify_folder(bag, bag).findings
    assert [(one.kind, one.file) for one in findings] == [("missing", "data/%2e%2e/%2e%2e/secret")]


def test_a_name_that_is_not_utf_8_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    name = os.fsdecode(b"B\xf8w.csv")
    (tmp_path / "Bow.mp4").write_bytes(b"a")
    (tmp_path / name).write_bytes(b"a")
    order = MakeBag("r1", "A recording", ("r1",), (str(tmp_path / "Bow.mp4"),), (str(tmp_path / name),))
    (begun,) = answers(order)
    assert isinstance(begun, BagBegun)
    assert (begun.refusal, begun.fact.isascii()) == (Refusal.UNREADABLE, True)
    assert "is not UTF-8" in begun.fact


def test_files_on_two_drives() -> None:
    paths: list[PurePath] = [PureWindowsPath(r"C:\Dive\Bow.mp4"), PureWindowsPath(r"D:\Bow.mp4")]
    assert [*named(cast(list[Path], paths)).values()] == ["C/Dive/Bow.mp4", "D/Bow.mp4"]


def test_a_link_in_the_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "Bow.mp4").symlink_to(tmp_path / "secret")
    with pytest.raises(OSError, match="Bow"):
        list(Bag("r1", [BagFile("Bow.mp4", tmp_path / "Bow.mp4")], {}).pieces())
