"""A rebuild that must not happen leaves everything as it is."""

from dataclasses import replace
from pathlib import Path

import pytest

from catalogue.rows import RECORDING
from fakes.clock import FakeClock
from seacorder.base.errors import CatalogueFailed
from seacorder.catalogue.catalogue import Catalogue
from seacorder.catalogue.queries import Queries
from seacorder.catalogue.rebuilding import rebuild
from seacorder.model.instant import Instant
from seacorder.model.observation import (
    Changes,
    EnteredBy,
    Observation,
    ObservationClass,
    Revision,
    RevisionKind,
    revised,
)
from seacorder.model.observation_text import document_of, row_of

OBSERVED = Observation(
    "o", 1, "AN", "Anode", ObservationClass.FINDING, False, Instant(1, 100), EnteredBy.API,
    revisions=(Revision(1, RevisionKind.ENTERED, 100),),
)

def test_not_while_somebody_holds_it(catalogue: Catalogue, path: Path) -> None:
    with pytest.raises(CatalogueFailed, match="Another Seacorder is recording"):
        rebuild(path, FakeClock(), lambda: pytest.fail("nothing is read"))


def test_nothing_found_is_a_drive_that_is_not_there(catalogue: Catalogue, path: Path) -> None:
    catalogue.record(RECORDING)
    catalogue.close()
    with pytest.raises(CatalogueFailed, match=r"No recorded file was found.* Check that the disk is mounted\."):
        rebuild(path, FakeClock(), list)
    assert Queries(path).recording(RECORDING.id) == RECORDING


def test_what_cannot_be_read_changes_nothing(catalogue: Catalogue, path: Path) -> None:
    catalogue.record(RECORDING)
    catalogue.close()

    def read() -> list[object]:
        raise OSError("no")

    with pytest.raises(OSError, match="no"):
        rebuild(path, FakeClock(), read)
    assert Queries(path).recording(RECORDING.id) == RECORDING


def test_what_no_disk_had_taken_of_an_observation_stays(catalogue: Catalogue, path: Path) -> None:
    """One without a file, and a revision that is not in the file; not one whose file is gone."""
    waiting, edited, gone = (replace(OBSERVED, id=one) for one in ("waiting", "edited", "gone"))
    more = revised(edited, Revision(2, RevisionKind.REVISED, 5, changes=Changes("worn")))
    for one, file in ((waiting, ""), (more, "/a/edited.json"), (gone, "/a/gone.json")):
        catalogue.record(document_of(one))
        catalogue.record(row_of(one, file))
    catalogue.close()
    in_file = [document_of(edited), row_of(edited, "/b/edited.json")]
    assert len(rebuild(path, FakeClock(), lambda: in_file)) == 4
    left = Queries(path)
    assert left.observation("waiting") == (waiting, "")
    assert left.observation("edited") == (more, "/b/edited.json")
    assert left.observation("gone") is None
