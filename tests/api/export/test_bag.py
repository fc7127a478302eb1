"""A recording as a BagIt bag in a ZIP that is made while it is sent."""

import hashlib
import io
import re
import zipfile
from pathlib import Path

from seacorder.api.export.bag import BagFile, named, pieces

CONTENT = bytes(range(256)) * 5000


def bag_of(tmp_path: Path) -> zipfile.ZipFile:
    folder = tmp_path / "Dive 12"
    (folder / "clips").mkdir(parents=True)
    (folder / "Bow.mp4").write_bytes(CONTENT)
    (folder / "clips" / "Bøw%.mp4").write_bytes(b"clip")
    recorded = named([folder / "Bow.mp4", folder / "clips" / "Bøw%.mp4", folder / "Bow.mp4"])
    files = [*recorded, BagFile("rows.json", None, "{}")]
    sent = list(pieces(files, {"External-Identifier": "r1", "Note": "two\nlines"}))
    assert max(map(len, sent)) < 2 * 256 * 1024
    return zipfile.ZipFile(io.BytesIO(b"".join(sent)))


def test_the_bag_is_whole_and_every_sum_is_right(tmp_path: Path) -> None:
    with bag_of(tmp_path) as bag:
        assert bag.testzip() is None
        assert bag.read("bagit.txt") == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
        for manifest, count in (("manifest-sha256.txt", 3), ("tagmanifest-sha256.txt", 3)):
            lines = bag.read(manifest).decode().splitlines()
            assert len(lines) == count
            for line in lines:
                digest, name = re.fullmatch(r"([0-9a-f]{64})  (.+)", line).groups()  # type: ignore[union-attr]
                assert hashlib.sha256(bag.read(name.replace("%25", "%"))).hexdigest() == digest


def test_its_files_have_their_names_below_their_common_folder(tmp_path: Path) -> None:
    with bag_of(tmp_path) as bag:
        payload = [name for name in bag.namelist() if name.startswith("data/")]
        assert payload == ["data/Bow.mp4", "data/clips/Bøw%.mp4", "data/rows.json"]
        assert bag.read("data/Bow.mp4") == CONTENT
        info = bag.read("bag-info.txt").decode()
        assert info == f"External-Identifier: r1\nNote: two lines\nPayload-Oxum: {len(CONTENT) + 6}.3\n"


def test_one_file_alone(tmp_path: Path) -> None:
    assert named([]) == []
    assert [one.name for one in named([tmp_path / "a.mp4"])] == ["a.mp4"]
