"""What was done with a folder: signed lines, none of which can be changed or taken out unnoticed."""

import json
from pathlib import Path

import pytest

from seacorder.evidence.custody import CustodyFault, append, faults, newest_manifest
from seacorder.model.signature import SigningKey

KEY, OTHER = SigningKey(bytes(range(32))), SigningKey(bytes(32))


@pytest.fixture
def lines(tmp_path: Path) -> list[bytes]:
    for number in range(3):
        append(tmp_path, {"what": "manifest", "files": number}, KEY)
    return (tmp_path / "custody.jsonl").read_bytes().splitlines()


def found(lines: list[bytes]) -> list[int]:
    return [one.line for one in faults(b"\n".join(lines) + b"\n", KEY.public)]


def test_lines_that_were_appended_are_in_order(lines: list[bytes]) -> None:
    assert found(lines) == []
    assert [json.loads(line)["files"] for line in lines] == [0, 1, 2]
    assert json.loads(lines[0])["key"] == KEY.public.name


def test_a_changed_line_is_found_and_so_is_its_successor(lines: list[bytes]) -> None:
    lines[1] = lines[1].replace(b'"files":1', b'"files":7')
    assert found(lines) == [2, 3]


def test_a_line_that_was_taken_out_is_found(lines: list[bytes]) -> None:
    assert found([lines[0], lines[2]]) == [2]
    assert found(lines[1:]) == [1]


def test_a_line_of_another_recorder_is_not_judged_but_counts_in_the_order(tmp_path: Path) -> None:
    append(tmp_path, {"what": "manifest"}, KEY)
    append(tmp_path, {"what": "copy"}, OTHER)
    append(tmp_path, {"what": "manifest"}, KEY)
    assert faults((tmp_path / "custody.jsonl").read_bytes(), KEY.public) == []


def test_a_line_that_a_power_cut_broke_is_told_and_the_next_begins_on_its_own(tmp_path: Path) -> None:
    append(tmp_path, {"what": "manifest"}, KEY)
    path = tmp_path / "custody.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    append(tmp_path, {"what": "manifest", "manifest_sha256": "second"}, KEY)
    (torn,) = faults(path.read_bytes(), KEY.public)
    assert (torn.line, torn.is_torn, torn.sentence) == (1, True, "was broken off by a power cut or a kill")
    assert newest_manifest(path.read_bytes(), KEY.public) == "second"


@pytest.mark.parametrize("torn", [b'{"before_sha256":"00', b"\0\0\0"])
def test_a_newest_line_that_is_broken_off_is_no_change(tmp_path: Path, torn: bytes) -> None:
    append(tmp_path, {"what": "manifest"}, KEY)
    data = (tmp_path / "custody.jsonl").read_bytes()
    assert [one.is_torn for one in faults(data + torn, KEY.public)] == [True]
    assert [one.is_torn for one in faults(torn + b"\n" + data, KEY.public)] == [False, False]


@pytest.mark.parametrize("line", [b"[]", b"{}", b"\xff", b'{"key":1,"signature":2,"before_sha256":3}'])
def test_what_is_no_line_is_told(line: bytes) -> None:
    assert faults(line, KEY.public) == [CustodyFault(1, "cannot be read")]
