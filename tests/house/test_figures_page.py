"""Each goal that is missed is explained above the tables, and no other; what other pages quote is in the tables."""

import pytest

from bench import quotes
from bench.table import MARK
from rig.pages import rows, sections
from tools.tree import ROOT

pytestmark = pytest.mark.docs

TOLD, _, MEASURED = (ROOT / "docs/reference/benchmarks.md").read_text("utf-8").partition(MARK)
SECTION = "Goals that are missed"


def test_each_goal_that_is_missed_is_explained_and_no_other() -> None:
    explained = {figure: cells for figure, *cells in rows(sections(TOLD)[SECTION])[1:]}
    missed = [name for name, *cells in rows(MEASURED) if any("**missed**" in cell for cell in cells)]
    problems = [f"{SECTION!r} has no row for {name!r}" for name in missed if name not in explained]
    problems += [f"{SECTION!r} has a row for {name!r}, which is not missed" for name in explained if name not in missed]
    problems += [f"the row {name!r} needs an answer" for name, cells in explained.items() if min(map(len, cells)) < 20]
    assert problems == []


def test_pages_quote_the_figures_of_the_tables() -> None:
    """`make bench` writes them; each line here says which sentence has to say what."""
    assert quotes.disagreements() == []


def test_no_section_failed() -> None:
    """Such a one is measured again: `make bench ARGS="--only NAME"`."""
    assert "**Failed**" not in MEASURED
