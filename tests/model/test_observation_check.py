"""Files of observations that somebody has edited: what is of another type is not taken."""

import json
from pathlib import Path
from typing import Any

import pytest

from seacorder.model.instant import Instant
from seacorder.model.observation import (
    Changes,
    EnteredBy,
    Followed,
    MadeFile,
    Observation,
    ObservationClass,
    Place,
    Revision,
    RevisionKind,
    noted,
)
from seacorder.model.observation_text import write
from seacorder.model.reading import Reading, ReadingState
from seacorder.storage.observation_file import read_file

AT = Instant(5, 100)
DEPTH = noted([Reading("depth", 12.5, "m", ReadingState.FRESH, AT, "rov")], AT)
ENTERED = Revision(1, RevisionKind.ENTERED, 100, "Ann", "", Changes("Worn", (("height", 0.5), ("side", "port"))))
CLOSED = Revision(2, RevisionKind.CLOSED, 200, changes=Changes(end=Instant(6, 200), end_readings=DEPTH))
SPAN = Observation(
    "o1", 3, "FS", "Free span", ObservationClass.FINDING, True, AT, EnteredBy.KEY, (("dive", "12"),), DEPTH, None,
    (ENTERED, CLOSED), Followed((Place("Bow", "r", 1, "/x.mp4", 1.5, 37),), stills=(MadeFile("s", "Bow", "/x.jpg"),)),
)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    assert read_again(tmp_path, json.loads(write(SPAN))) == SPAN


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (["number"], "3"), (["number"], True), (["number"], 2**63), (["is_span"], 1), (["label"], None),
        (["id"], 7), (["start", "utc_ns"], 1.5), (["start", "monotonic_ns"], 10**30), (["context", "dive"], 12),
        (["recording_id"], 5), (["readings", 0, "value"], float("nan")),
        (["readings", 0, "value"], 10**40), (["readings", 0, "age_seconds"], "old"),
        (["places", 0, "offset_seconds"], None), (["places", 0, "frame"], 1.0), (["stills", 0, "path"], 1),
        (["revisions"], []), (["revisions", 0, "sequence"], "1"), (["revisions", 0, "text"], 5),
        (["revisions", 0, "fields", "side"], ["port"]), (["revisions", 0, "reason"], "half \ud800"),
        (["revisions", 1, "end", "utc_ns"], "200"),
    ],
)
def test_another_type_is_no_observation(tmp_path: Path, where: list[Any], value: object) -> None:
    values = json.loads(write(SPAN))
    inner: Any = values
    for step in where[:-1]:
        inner = inner[step]
    inner[where[-1]] = value
    assert read_again(tmp_path, values) is None


def read_again(folder: Path, values: dict[str, Any]) -> Observation | None:
    (folder / "1.json").write_text(json.dumps(values))
    return read_file(folder / "1.json")
