"""A rebuild that must not happen leaves everything as it is."""

from pathlib import Path

import pytest

from catalogue.rows import RECORDING
from fakes.clock import FakeClock
from seacorder.base.errors import CatalogueFailed
from seacorder.catalogue.catalogue import Catalogue
from seacorder.catalogue.queries import Queries
from seacorder.catalogue.rebuilding import rebuild


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
