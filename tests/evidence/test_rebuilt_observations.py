"""`catalogue rebuild` reads observations back from their files, revisions included."""

from pathlib import Path

from fakes.clock import FakeClock
from seacorder.catalogue.catalogue import Catalogue
from seacorder.catalogue.page import Page
from seacorder.catalogue.rebuilding import rebuild
from seacorder.evidence.rebuild import read_folders
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
from seacorder.storage import observation_file

ENTERED = Observation(
    "o1", 3, "AN", "Anode", ObservationClass.FINDING, False, Instant(1, 100), EnteredBy.API,
    revisions=(Revision(1, RevisionKind.ENTERED, 100, changes=Changes("Worn")),),
)
EDITED = revised(ENTERED, Revision(2, RevisionKind.REVISED, 200, "Bo", "typing", Changes("Gone")))


def test_they_come_back_with_their_history_and_copies_are_joined(tmp_path: Path) -> None:
    folder = tmp_path / "DATA"
    observation_file.create(folder / "1.json", EDITED)
    observation_file.create(folder / "copy" / "1.json", ENTERED)
    (folder / "other.json").write_text("{}")
    catalogue_path = tmp_path / "seacorder.db"
    rebuild(catalogue_path, FakeClock(), lambda: read_folders([tmp_path]))
    catalogue = Catalogue(catalogue_path, FakeClock())
    assert catalogue.observations(Page(text="gone")).items == (EDITED,)
    assert catalogue.observation("o1") == (EDITED, str(folder / "1.json"))
    rebuild(catalogue_path, FakeClock(), lambda: read_folders([tmp_path]))
    assert catalogue.observations(Page()).items == (EDITED,)
