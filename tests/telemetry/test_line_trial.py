"""A definition is tried on one line."""

from typing import Any

import pytest

from rig.survey import sentence
from seacorder.config.definition_body import read_definition
from seacorder.model.command import TryLine
from seacorder.model.report import LineTried
from seacorder.telemetry.line_trial import read_line

DELIMITED: dict[str, Any] = {
    "kind": "delimited", "header": "ROV", "delimiter": ";", "fields": [{"name": "depth", "position": 3, "unit": "m"}],
}
NMEA: dict[str, Any] = {"kind": "nmea", "header": "PXD", "fields": [{"name": "depth", "position": 1, "unit": "m"}]}


def tried(table: dict[str, Any], line: str) -> LineTried:
    return read_line(TryLine(read_definition("Own", table).parts, line))


def test_a_line_gives_its_values_with_their_units() -> None:
    assert tried(DELIMITED, "ROV;4;7;142.3") == LineTried((("depth", "m"),), (142.3,))
    assert tried(NMEA, sentence("PXD,142.3").decode()) == LineTried((("depth", "m"),), (142.3,))


@pytest.mark.parametrize(
    ("table", "line", "words"),
    [
        (DELIMITED, "ROV;4;7;deep", "Field 3, depth, is 'deep'"),
        (DELIMITED, "  ", "The line is empty."),
        (DELIMITED, "ROV;4;" + "1" * 100_000, "The line is too long: a record has at most 4096 bytes."),
        (NMEA, "PXD,142.3", "No NMEA sentence is in this line"),
        (NMEA, "$PXD,142.3*00", "Its checksum is 00"),
    ],
)
def test_what_is_not_understood_is_refused_in_one_sentence(table: dict[str, Any], line: str, words: str) -> None:
    answer = tried(table, line)
    assert answer == LineTried(refusal=answer.refusal)
    assert answer.refusal.startswith(words)
