"""A value becomes a row and the same value again, in every table."""

import sqlite3
from dataclasses import replace

import pytest

from seacorder.catalogue.schema import upgrade
from seacorder.catalogue.tables import LOSSES, PARTS, RECORDINGS
from seacorder.model.loss import Loss, LossCause
from seacorder.model.recording import FileState, Part, Recording, RecordingState

PART = Part("R", "Bow", 1, "/d/1.mp4", 5, None, 0, 10, 99, FileState.OPEN)
LOSS = Loss("Bow", 5, 9, 3, LossCause.STALL, None, "Why.")
RECORDING = Recording("R", 5, None, RecordingState.RUNNING)


@pytest.fixture
def connection():
    with sqlite3.connect(":memory:", isolation_level=None) as opened:
        upgrade(opened)
        yield opened
    opened.close()


@pytest.mark.parametrize(("table", "value"), [(PARTS, PART), (LOSSES, LOSS), (RECORDINGS, RECORDING)])
def test_a_row_is_the_value_again(table, value) -> None:
    assert table.value(table.row(value)) == value


@pytest.mark.parametrize(
    ("table", "value", "grown"),
    [(PARTS, PART, replace(PART, frames=20)), (LOSSES, LOSS, replace(LOSS, to_utc_ns=12, frames=4))],
)
def test_a_later_value_replaces_its_row_and_a_missing_one_does_not(connection, table, value, grown) -> None:
    def stored():
        names = ", ".join(table.columns)
        return [table.value(row) for row in connection.execute(f"SELECT {names} FROM {table.name}")]

    connection.execute(table.upsert, table.row(value))
    connection.execute(table.insert_missing, table.row(grown))
    assert stored() == [value]
    connection.execute(table.upsert, table.row(grown))
    assert stored() == [grown]
    assert table.key_of(value) == table.key_of(grown)


def test_a_word_of_a_later_version_is_refused() -> None:
    row = list(PARTS.row(PART))
    row[PARTS.columns.index("state")] = "melted"
    with pytest.raises(ValueError, match="melted"):
        PARTS.value(tuple(row))
