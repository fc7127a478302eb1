"""What each case found: a row of the table, kept as a line of JSON, which the runner gathers."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS_VARIABLE = "FAULTS_RESULTS"
"""File that rows are appended to; without it they are only printed."""
LONG_VARIABLE = "FAULTS_LONG"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. All but `times` are for people to read."""

    case: str
    times: int
    worst: str
    limit: str
    kept: bool
    recorder: str = "Seacorder"


def is_long() -> bool:
    """True in the long form, which takes most of an hour."""
    return os.environ.get(LONG_VARIABLE) == "1"


def note(case: str, *, times: int, worst: str, limit: str, kept: bool, recorder: str = "Seacorder") -> None:
    """Keeps a row. Write it before asserting, so that a case that misses its limit is in the table as well."""
    row = Row(case, times, worst, limit, kept, recorder)
    print(f"\n{_line(row)}")
    if (path := os.environ.get(RESULTS_VARIABLE)) is not None:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(row)) + "\n")


def rows_of(path: Path) -> list[Row]:
    """All rows of a results file, in the order in which they were kept; none when there is no file."""
    if not path.exists():
        return []
    return [Row(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def table(rows: list[Row]) -> str:
    """The rows as a Markdown table."""
    head = "| What was done | Recorder | Times | Worst result | Limit | Kept |\n|---|---|---:|---|---|---|"
    return "\n".join([head, *map(_line, rows)])


def _line(row: Row) -> str:
    kept = "yes" if row.kept else ("**no**" if row.recorder == "Seacorder" else "no")
    return f"| {row.case} | {row.recorder} | {row.times} | {row.worst} | {row.limit} | {kept} |"
