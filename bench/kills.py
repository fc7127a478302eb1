"""What `kill -9` of a recording process costs: the case of `make faults`, in its short form."""

import os
import subprocess
import sys
from pathlib import Path

from bench.figures import Figure
from bench.plan import Plan
from faults import results

CASE = "test_killed_workers_lose_little_and_the_others_nothing"
_TESTS = Path(__file__).resolve().parent.parent / "tests"
_WITHIN_SECONDS = 240.0
_NAMES = {
    "kill -9 of a channel's worker, a third of them inside a split: recorded frames lost":
        "`kill -9` of a recording process: recorded frames lost, worst",
    "… frames are stored again after": "… frames are stored again after, worst",
    "the channel beside killed workers": "… the channel beside them",
}  # fmt: skip
"""A row of `make faults`, and how it is called here."""


def measure(folder: Path, _plan: Plan) -> list[Figure]:
    """Eight cameras of its own. Raises SystemExit when the case gives no row."""
    folder.mkdir(parents=True)
    path = folder / "results.jsonl"
    command = [sys.executable, "-m", "pytest", "-q", str(_TESTS / "faults" / "test_kills.py"), "-k", CASE]
    environment = os.environ | {results.RESULTS_VARIABLE: str(path)}
    run = subprocess.run(
        command, cwd=_TESTS.parent, env=environment, capture_output=True, text=True, check=False,
        timeout=_WITHIN_SECONDS,
    )  # fmt: skip
    rows = {row.case: row for row in results.read(path).rows}
    if not set(_NAMES) <= set(rows):
        raise SystemExit(f"The case of kills gave no result:\n{run.stdout[-1500:]}")
    return [_figure(name, rows[case]) for case, name in _NAMES.items()]


def _figure(name: str, row: results.Row) -> Figure:
    return Figure(name, row.worst, f"n={row.times}", f"at most {row.limit}", row.kept)
