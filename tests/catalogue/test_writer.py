"""What the catalogue's thread does with each batch."""

from dataclasses import replace
from pathlib import Path

from catalogue.rows import RECORDING, event
from fakes.clock import FakeClock
from seacorder.catalogue.catalogue import Catalogue
from seacorder.catalogue.page import Page
from seacorder.model.recording import Recording


async def test_old_events_are_counted_only_where_new_ones_are_stored(path: Path) -> None:
    """A batch of files alone does not need to spend that time, however few events are kept."""
    before = Catalogue(path, FakeClock())
    before.open()
    for cursor in range(1, 26):
        before.record_event(event(cursor))
    before.close()
    catalogue = Catalogue(path, FakeClock(), events_kept=10)
    catalogue.open()
    catalogue.record(RECORDING)
    await catalogue.flush()
    assert len(catalogue.events()) == 25
    catalogue.record_event(event(26))
    await catalogue.flush()
    assert [found.cursor for found in catalogue.events()] == list(range(17, 27))
    catalogue.close()


async def test_a_text_that_cannot_be_stored_keeps_no_other_row_out(path: Path) -> None:
    """Half of a surrogate pair, which JSON can have."""
    catalogue = Catalogue(path, FakeClock())
    catalogue.open()
    catalogue.record(replace(RECORDING, id="\ud83d"))
    catalogue.record(RECORDING)
    await catalogue.flush()
    assert catalogue.rows(Recording, Page()).items == (RECORDING,)
    catalogue.close()
