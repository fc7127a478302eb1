"""The inspector's page about observations: its kinds, its settings and its columns are those of the program."""

import re
import tomllib

import pytest

from rig.pages import blocks, rows, sections
from seacorder.api.export.table import AT_END, FIXED, LAST
from seacorder.config.load import check
from seacorder.model.observation import ObservationClass
from seacorder.model.observation_kind import READY_KINDS, KindField, KindFieldType, ObservationKind
from tools.tree import ROOT

pytestmark = pytest.mark.docs

PAGE = (ROOT / "docs/sea/observations.md").read_text("utf-8")
SECTIONS = sections(PAGE, 3)


def told(kind: ObservationKind) -> list[str]:
    """The row of a kind."""
    what = f"{kind.label}, an anomaly" if kind.observation_class is ObservationClass.ANOMALY else kind.label
    takes = ["framegrab"] * kind.takes_still + ["video"] * (kind.clip_seconds > 0)
    fields = ", ".join(map(told_field, kind.fields))
    return [kind.code, what, "span" if kind.is_span else "point", ", ".join(takes), fields]


def told_field(field: KindField) -> str:
    unit = f" ({field.unit})" if field.unit and field.type is not KindFieldType.CLOCK else ""
    return f"`{field.name}`{unit}"


def test_its_kinds_are_the_ready_ones() -> None:
    assert rows(SECTIONS["What can be noted"])[1:] == [told(kind) for kind in READY_KINDS]


def test_its_settings_are_accepted() -> None:
    (text,) = blocks(PAGE, "toml")
    raw = tomllib.loads(text) | {"channels": [{"name": "Bow", "input": "test:"}]}
    observations = check(raw, place="the page", folder=ROOT, environment={}).observations
    assert [rule.code for rule in observations.all_rules()] == ["CPX"]
    assert "CPX" in {kind.code for kind in observations.all_kinds()}


def test_its_columns_are_those_of_the_table() -> None:
    columns = [column for row in rows(SECTIONS["5. Hand it over"])[1:] for column in re.findall("`([^`]+)`", row[0])]
    always = [column for column in columns if column in {*FIXED, *LAST}]
    assert always == ["number", "code", "label", "class", "state", "from (UTC)", "to (UTC)", "framegrabs", "clips"]
    assert [column for column in columns if column.startswith(AT_END)] == ["to (UTC)", "to depth (m)", "to Bow file"]
