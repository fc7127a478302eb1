"""Each goal that is missed is told above the tables, with its figure and why; and no other."""

import pytest

from bench.table import MARK
from rig.pages import rows, sections
from tools.tree import ROOT

pytestmark = pytest.mark.docs

TOLD, _, MEASURED = (ROOT / "docs/design/figures.md").read_text("utf-8").partition(MARK)
MISSED = {
    "eight cameras take less processor time": "CPU, Seacorder / 8 × ffmpeg",
    "a camera takes at most 22 MiB": "Memory (PSS) a camera, less its backlog, largest",
    "eight framegrabs at once are on disk": "`takeframegrab`, 8 channels, p95",
}
"""How a row of the goals begins, and the figure that misses it."""


def goals() -> dict[str, list[str]]:
    """The table of missed goals: figure, why, and whether it matters."""
    return {goal: cells for goal, *cells in rows(sections(TOLD)["Goals that are missed"])[1:]}


FIGURES = {name: cells for name, *cells in rows(MEASURED)}


def number(name: str) -> str:
    return FIGURES[name][0].split(" ")[0]


def megabytes(name: str) -> str:
    """A figure of memory, which is in MiB, in MB."""
    return f"{float(number(name)) * 1.048576:.0f}"


def test_all_that_is_missed_is_told_and_nothing_else() -> None:
    missed = {name for name, cells in FIGURES.items() if any("**missed**" in cell for cell in cells)}
    assert missed == set(MISSED.values())
    assert [sum(goal.startswith(begin) for goal in goals()) for begin in MISSED] == [1] * len(goals())


@pytest.mark.parametrize("begin", MISSED)
def test_it_is_told_with_its_figure_and_a_reason(begin: str) -> None:
    (row,) = [cells for goal, cells in goals().items() if goal.startswith(begin)]
    value = number(MISSED[begin])
    assert (f"{float(value):.0f} ms" if "framegrabs" in begin else value) in row[0]
    assert all(len(cell) > 20 for cell in row[1:])


def test_sizing_has_the_same_figures() -> None:
    sizing = (ROOT / "docs/setup/sizing.md").read_text("utf-8")
    assert f"| {float(number('CPU, Seacorder, all processes')):.0f} % of one core |" in sizing
    assert f"| {number('64 cameras 720p15 1 Mbit/s on 2 cores: CPU')} % of one core, no frame lost |" in sizing
    started = float(number("`startrecording`, 8 channels, p95"))
    assert f"a start of eight channels took {started:.0f} ms" in sizing
    program, camera = megabytes("Memory (PSS), not a channel"), megabytes(MISSED["a camera takes at most 22 MiB"])
    assert f"**Memory** is {program} MB for the program, plus for each channel {camera} MB and" in sizing
