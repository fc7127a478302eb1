from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.clock import FakeClock
from seacorder.catalogue.catalogue import Catalogue


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a folder?#" / "catalogue.sqlite"


@pytest.fixture
def catalogue(path: Path) -> Iterator[Catalogue]:
    """An open one; closed at the end."""
    made = Catalogue(path, FakeClock())
    made.open()
    yield made
    made.close()
