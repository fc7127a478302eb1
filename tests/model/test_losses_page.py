"""docs/programs/losses.md has every cause of a loss, every field of one, and the limits of the code."""

import re
from pathlib import Path

import pytest

from rig.pages import sections
from seacorder.api.v1.rows import LossRow
from seacorder.model.capture_time import RECOUNT_NS
from seacorder.model.loss import BY_CAMERA, ESTIMATED, LossCause

pytestmark = pytest.mark.docs
PAGE = (Path(__file__).parents[2] / "docs/programs/losses.md").read_text("utf-8")
SECTIONS = sections(PAGE)


def test_every_cause_has_its_row_and_none_is_gone() -> None:
    named = re.findall(r"^\| `([a-z_]+)`(?: \([a-z ]+\))? \|.+\|.+\|$", SECTIONS["The causes"], re.MULTILINE)
    assert sorted(named) == sorted([*LossCause, LossCause.DAMAGED]), "damaged has two rows: while recording, and later"


def test_every_field_has_its_row_and_none_is_gone() -> None:
    fields = re.findall(r"^\| `([a-z_]+)` \|", SECTIONS["The fields"], re.MULTILINE)
    assert set(fields) == set(LossRow.model_fields)


def test_how_a_count_is_known_is_said_in_the_words_of_the_code() -> None:
    assert f"`{BY_CAMERA}`" in PAGE
    assert f"`{ESTIMATED}`" in PAGE
    assert f"**A number can become better for {RECOUNT_NS / 1e9:g} s**" in PAGE
