"""`make faults`: every case, and the table of what they found.

    python -m faults            the long form: an hour; writes the table into docs/reference/reliability.md
    python -m faults --short    minutes; prints the table only, unless `--write` is given as well

What follows is handed to pytest, as `-k kills`; then the table is only printed as well.
"""

import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from faults.results import LONG_VARIABLE, RESULTS_VARIABLE, Row, rows_of, table

FOLDER = Path(__file__).parent
PAGE = FOLDER.parents[1] / "docs" / "reference" / "reliability.md"
BEGIN = "<!-- written by make faults: nothing up to the end mark is edited by hand -->"
END = "<!-- end of what make faults writes -->"


def main(arguments: list[str]) -> int:
    """Runs pytest over this folder; returns its exit code, or 1 when a line of the table was missed."""
    is_short = "--short" in arguments
    chosen = [argument for argument in arguments if argument not in {"--short", "--write"}]
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.jsonl"
        environment = {**os.environ, RESULTS_VARIABLE: str(results), LONG_VARIABLE: "" if is_short else "1"}
        command = [sys.executable, "-m", "pytest", str(FOLDER), *chosen]
        code = subprocess.run(command, env=environment, check=False, cwd=FOLDER.parents[1]).returncode
        rows = rows_of(results)
    print(f"\n{table(rows)}\n")
    if "--write" in arguments or not (is_short or chosen):
        write(rows, "make faults SHORT=1" if is_short else "make faults")
    missed = [row for row in rows if row.recorder == "Seacorder" and not row.kept]
    print(f"{len(rows)} lines, {len(missed)} missed.")
    return code or (1 if missed else 0)


def write(rows: list[Row], command: str) -> None:
    """Puts the table between the two marks of the page."""
    text = PAGE.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN, 1)
    tail = rest.split(END, 1)[1]
    made = f"Made by `{command}` on {os.cpu_count()} cores of {platform.machine()}, {platform.system()}."
    PAGE.write_text(f"{head}{BEGIN}\n\n{made}\n\n{table(rows)}\n\n{END}{tail}", encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
