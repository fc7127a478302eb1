"""Files of observations where a file system cannot link: on exFAT, as many disks that go from ship to shore have it."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from seacorder.model.instant import Instant
from seacorder.model.observation import EnteredBy, Observation, ObservationClass, Revision, RevisionKind
from seacorder.storage import observation_file

FIRST = Observation(
    "o1", 1, "AN", "Anode", ObservationClass.FINDING, False, Instant(1, 100), EnteredBy.API,
    revisions=(Revision(1, RevisionKind.ENTERED, 100),),
)
SECOND = replace(FIRST, id="o2", number=2)


@pytest.fixture(autouse=True)
def _without_links(monkeypatch: pytest.MonkeyPatch) -> None:
    def link(*_: object) -> None:
        raise PermissionError("this file system has no links")

    monkeypatch.setattr(os, "link", link)


def test_two_of_one_name_at_the_same_time_are_both_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    second = list[Path]()

    def in_between(really: object) -> object:
        def moved(self: Path, target: Path) -> Path:
            if not second:
                second.append(Path())
                second[0] = observation_file.create(tmp_path / "x.json", SECOND)
            return really(self, target)  # type: ignore[operator, no-any-return]

        return moved

    for name in ("rename", "replace"):
        monkeypatch.setattr(Path, name, in_between(getattr(Path, name)))
    first = observation_file.create(tmp_path / "x.json", FIRST)
    assert observation_file.read_file(first) == FIRST
    assert observation_file.read_file(second[0]) == SECOND
    assert {path.name for path in tmp_path.iterdir()} == {"x.json", "x_2.json"}


def test_a_disk_that_refuses_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Path:
        raise OSError("full")

    monkeypatch.setattr(Path, "replace", refuse)
    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OSError, match="full"):
        observation_file.create(tmp_path / "x.json", FIRST)
    assert list(tmp_path.iterdir()) == []
