"""The reference page has every standard field and every ready definition as the code has them, and no other."""

import re
from pathlib import Path

import pytest

from rig.pages import sections
from seacorder.model.definition.definition import TIME_TYPES, RecordKind
from seacorder.model.definition.ready import READY
from seacorder.model.reading_fields import READING_FIELDS

pytestmark = pytest.mark.docs

SECTIONS = sections((Path(__file__).parents[3] / "docs/reference/readings.md").read_text("utf-8"))


def first_cells(section: str) -> list[str]:
    return re.findall(r"^\| `([^`]+)` \|", SECTIONS[section], re.MULTILINE)


def test_every_field_has_its_line() -> None:
    assert first_cells("Fields") == [one.name for one in READING_FIELDS]
    for one in READING_FIELDS:
        least_and_most = "" if one.least is None else (
            f"{one.least:g} or more" if one.most is None else f"{one.least:g} to {one.most:g}"
        )
        assert f"| `{one.name}` | {one.unit} | {least_and_most} | {one.meaning} |" in SECTIONS["Fields"]


def test_every_ready_definition_has_its_line() -> None:
    assert first_cells("Ready definitions") == list(READY)
    lines = {name: line for line in SECTIONS["Ready definitions"].splitlines() for name in READY
             if line.startswith(f"| `{name}` |")}
    for name, several in READY.items():
        for one in several:
            assert f"`{one.example}`".replace("\t", " → ") in lines[name]
            assert one.source in lines[name]
            fields = [rule.name for rule in one.fields if rule.type not in TIME_TYPES]
            assert [field for field in fields if f"`{field}`" not in lines[name]] == []
            rule = one.checksum.value if one.kind is RecordKind.NMEA else "none"
            assert f"| {rule} |" in lines[name]


def test_fields_of_ready_definitions_are_standard_and_in_their_unit() -> None:
    units = {one.name: one.unit for one in READING_FIELDS}
    for several in READY.values():
        for one in several:
            for rule in one.fields:
                assert rule.type in TIME_TYPES or units[rule.name] == rule.unit, rule
