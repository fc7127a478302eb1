"""Values that are fine alone and contradict each other, each told in one message that names both."""

from pathlib import Path
from typing import Any

import pytest

from seacorder.config.clashes import blackbox_clashes, clashes, storage_clashes
from seacorder.config.schema import StorageSettings

BOW, STERN = {"name": "Bow"}, {"name": "Stern"}
NAS, OFFICE = {"name": "NAS", "to": "/mnt/nas/rec1"}, {"name": "Office", "to": "s3://films/rec1"}


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"server": {"inspector_port": 8088}}, ["inspector_port", "integration_port", "8088"]),
        ({"storage": {"drives": {"c": "/a", "C:": "/b"}}}, ["c", "C:", "same drive"]),
        ({"channels": [BOW, {"name": " bow "}]}, ["[[channels]] 2", "[[channels]] 1", "own"]),
        ({"channels": [{"name": "a:b"}, {"name": "a?b"}]}, ["a:b", "a?b", "file names"]),
        ({"channels": [BOW, {"name": "Bow_clean"}]}, ["Bow_clean", "keep_clean"]),
        ({"channels": [BOW], "overlay": {"layers": [{"channels": ["Bwo"]}]}}, ["layers]] 1", "Bwo", "Bow"]),
        ({"channels": [BOW, STERN], "audio": {"into": "Keel"}}, ["[audio] into", "Keel", "Bow, Stern"]),
        ({"channels": [BOW], "audio": {"input": "default", "name": "bow"}}, ["[audio] name", "bow"]),
        ({"channels": [BOW], "blackbox": {"channels": ["Bwo"]}}, ["[blackbox] channels", "Bwo", "Bow"]),
        ({"removal": {"older_than_days": 9}}, ["[removal] asks for 1", "0 [[copies]]"]),
        ({"removal": {"keep_at_most_bytes": 9, "copies": 2}, "copies": [OFFICE]}, ["for 2", "1 [[copies]]"]),
        ({"removal": {"keep_free_bytes": 2 * 10**9}, "copies": [NAS]}, ["keep_free_bytes", "2,000,000,000"]),
    ],
)
def test_what_contradicts_itself_is_one_message(raw: dict[str, Any], words: list[str]) -> None:
    (message,) = clashes(raw, "seacorder.toml")
    assert message.fact.startswith("seacorder.toml: ")
    assert message.action
    assert [word for word in words if word not in message.text] == []


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"removal": {"copies": 5}},
        {"removal": {"keep_free_bytes": 10**9}, "storage": {"reserve_bytes": 10**6}, "copies": [NAS]},
        {"removal": {"keep_at_most_bytes": 9, "copies": 2}, "copies": [NAS, OFFICE]},
        {"channels": [BOW, STERN], "audio": {"into": "Stern", "input": "default"}},
        {"channels": [BOW], "audio": {"into": "file", "name": "Bow"}},  # without an input there is no narration
        {"channels": "none", "server": 3, "storage": {"drives": []}, "overlay": {"layers": 1}, "audio": None},
    ],
)
def test_what_agrees_or_is_refused_elsewhere_is_no_clash(raw: dict[str, Any]) -> None:
    assert list(clashes(raw, "seacorder.toml")) == []


def test_folders_that_exclude_each_other(tmp_path: Path) -> None:
    file, folder, link = tmp_path / "file", tmp_path / "folder", tmp_path / "link"
    file.touch()
    folder.mkdir()
    link.symlink_to(folder)
    fine = StorageSettings(root=folder, fallback_root=tmp_path / "other", catalogue=tmp_path / "seacorder.db")
    assert list(storage_clashes(fine)) == []
    (message,) = storage_clashes(StorageSettings(root=file))
    assert str(file) in message.fact
    (message,) = storage_clashes(StorageSettings(root=folder, catalogue=folder))
    assert str(folder / "seacorder.db") in message.action
    (message,) = storage_clashes(StorageSettings(root=folder, fallback_root=link))
    assert "same folder" in message.fact


SURVEY = {"name": "Survey", "input": "udp://:5005"}


@pytest.mark.parametrize(("sources", "fact"), [
    ([SURVEY, {**SURVEY, "name": "survey"}], "[[telemetry]] 2 name is 'survey', which is the name of [[telemetry]] 1."),
    ([{**SURVEY, "name": "Bow"}], "[[telemetry]] 1 name is 'Bow', which is a channel's."),
    ([{**SURVEY, "definitions": ["GGA", "HTD"]}], "[[telemetry]] 1 definitions: there is no definition 'HTD'."),
])  # fmt: skip
def test_sources_of_survey_data_that_clash(sources: list[dict[str, Any]], fact: str) -> None:
    raw = {"channels": [{"name": "Bow", "input": "test:"}], "telemetry": sources}
    (found,) = clashes(raw, "file")
    assert found.fact == f"file: {fact}"


@pytest.mark.parametrize(("root", "clashes_with_it"), [("files/bb", True), (".", True), ("files", True), ("bb", False)])
def test_a_blackbox_lies_neither_in_a_folder_of_recordings_nor_around_one(
    tmp_path: Path, root: str, clashes_with_it: bool
) -> None:
    storage = StorageSettings(root=tmp_path / "files")
    found = list(blackbox_clashes(tmp_path / root, storage))
    assert bool(found) is clashes_with_it
    assert all("[blackbox] root" in message.fact for message in found)
    assert list(blackbox_clashes(None, storage)) == []
