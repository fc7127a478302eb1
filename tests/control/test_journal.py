"""The log is bounded for each channel; the event list has everything."""

import logging
from pathlib import Path

import pytest

from fakes.clock import FakeClock
from seacorder.catalogue.catalogue import Catalogue
from seacorder.control.events import EventKind
from seacorder.control.journal import LINES_AT_ONCE, Journal


async def test_a_flood_of_one_channel_is_left_out_of_the_log_and_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = FakeClock()
    catalogue = Catalogue(tmp_path / "seacorder.db", clock)
    catalogue.open()
    journal = Journal(clock, catalogue)
    caplog.set_level(logging.INFO)
    for _ in range(50):
        journal.warn(EventKind.CHANNEL_FAILED, "Bow has gone.", channel="Bow")
    journal.warn(EventKind.CHANNEL_FAILED, "Stern has gone.", channel="Stern")
    journal.alarm(EventKind.WORKER_LOST, "The worker was lost.", channel="Bow")
    catalogue.close()
    messages = [record.getMessage() for record in caplog.records if record.name == "seacorder.events"]
    assert messages.count("Bow has gone.") == LINES_AT_ONCE
    assert messages[-2] == "Stern has gone."
    left_out = 50 - LINES_AT_ONCE
    assert messages[-1] == f"Bow: The worker was lost. ({left_out} events before this one are only in the event list)"
    assert len(journal.events.after(0)) == 52
