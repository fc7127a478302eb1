import pytest

from control.bridge import PATIENCE_SECONDS
from seacorder.control.observations import files, shelf


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever enters an observation waits for the disk as long as a test may take, however slow the machine is."""
    monkeypatch.setattr(files, "ANSWER_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(shelf, "FOLDER_SECONDS", PATIENCE_SECONDS)


@pytest.fixture
def _refusing_disk(_patient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a test in which the disk takes no file until the test lets it, and in which nobody should wait for that."""
    monkeypatch.setattr(files, "ANSWER_SECONDS", 0.01)
