"""`make faults`: every case, and the table of what they found.

    python -m faults                 the long form: three hours; writes the table into docs/design/faults.md
    python -m faults --short         minutes; prints the table only
    python -m faults --keep FILE     what is found is kept in FILE as well, beside what an earlier run kept there
    … --write                        writes the table all the same

What follows is handed to pytest, as `-k kills`; then the table is only printed as well. With `--keep` the hours can be
taken in pieces: tests that are run again replace what they found before, and the table has all of it.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from faults.results import LONG_VARIABLE, RESULTS_VARIABLE, Results, Row, read, table, write
from faults.summary import disagreements

FOLDER = Path(__file__).parent
PAGE = FOLDER.parents[1] / "docs" / "design" / "faults.md"
SUMMARY = PAGE.with_name("reliability.md")
BEGIN = "<!-- written by make faults: nothing up to the end mark is edited by hand -->"
END = "<!-- end of what make faults writes -->"


def main(arguments: list[str]) -> int:
    """Runs pytest over this folder; returns its exit code, or 1 when a line of the table was missed."""
    parser = argparse.ArgumentParser(prog="make faults", allow_abbrev=False)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--keep", type=Path)
    options, chosen = parser.parse_known_args(arguments)
    code, results = run(chosen, is_short=options.short)
    if options.keep is not None:
        results = read(options.keep).updated(results)
        write(options.keep, results)
    rows = results.table_rows
    print(f"\n{table(rows)}\n")
    if options.write or not (options.short or chosen):
        put_into_page(rows, "make faults SHORT=1" if options.short else "make faults")
        for sentence in disagreements(SUMMARY.read_text("utf-8"), PAGE.read_text("utf-8")):
            print(f"{SUMMARY.name} says otherwise: {sentence}")
    missed = sum(row.is_missed for row in rows)
    print(f"{len(rows)} lines, {missed} missed.")
    return code or (1 if missed else 0)


def run(chosen: list[str], *, is_short: bool) -> tuple[int, Results]:
    """Pytest's exit code, and what the cases found."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "results.jsonl"
        environment = {**os.environ, RESULTS_VARIABLE: str(path), LONG_VARIABLE: "" if is_short else "1"}
        command = [sys.executable, "-m", "pytest", str(FOLDER), *chosen]
        code = subprocess.run(command, env=environment, check=False, cwd=FOLDER.parents[1]).returncode
        return code, read(path)


def put_into_page(rows: Iterable[Row], command: str) -> None:
    """Puts the table between the two marks of the page."""
    text = PAGE.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN, 1)
    tail = rest.split(END, 1)[1]
    made = (
        f"Made by `{command}` on {datetime.now(UTC):%Y-%m-%d}, with Seacorder {version('seacorder')}, "
        f"on {os.cpu_count()} cores of {platform.machine()}, {platform.system()}."
    )
    PAGE.write_text(f"{head}{BEGIN}\n\n{made}\n\n{table(rows)}\n\n{END}{tail}", encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
