"""What each case found: rows of the table, kept as lines of JSON, which the runner gathers.

Beside the rows stand which tests were planned and which have ended. So a test that fails before its row, or that takes
pytest down with it, is a missed line of the table: the table cannot hide it.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS_VARIABLE = "FAULTS_RESULTS"
"""File that rows are appended to; without it they are only printed."""
LONG_VARIABLE = "FAULTS_LONG"
OURS = "Seacorder"
SUBJECTS = (
    ("Killed processes", ("test_kills", "test_kills_of_control", "test_guardian")),
    ("Unread log", ("test_unread_log",)),
    ("Power cut", ("test_power_cuts",)),
    ("Damaged files", ("test_damaged_files",)),
    ("Bad disks", ("test_disk_full", "test_disk_hangs", "test_disk_fails", "test_disk_exchanged", "test_blackbox")),
    ("Bad cameras", ("test_cameras", "test_format_changes")),
    ("Bad pictures", ("test_pictures",)),
    ("Clocks", ("test_clocks",)),
    ("Stamps and slow cameras", ("test_camera_times",)),
    ("Bad neighbour", ("test_bad_neighbour",)),
    ("Shared processes", ("test_groups",)),
    ("Survey data", ("test_survey_data",)),
    ("Long run", ("test_soak", "test_live_wall")),
    ("Attack", ("test_attack",)),
    ("Lost catalogue", ("test_rebuild",)),
    ("Observations", ("test_observation",)),
    ("Complete folders", ("test_complete_folders",)),
    ("Copies", ("test_copies",)),
    ("Removed recordings", ("test_removals",)),
    ("Own MP4 writer", ("test_writers",)),
    ("Alarms", ("test_alarms",)),
    ("Other recorders", ("test_others",)),
)
"""The table's order: the modules whose names begin so."""
_ELSE = "Other faults"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. All but `times` are for people to read."""

    case: str
    times: int
    worst: str
    limit: str
    kept: bool
    recorder: str = OURS
    test: str = ""
    """Pytest's name of the test that found it."""

    @property
    def subject(self) -> str:
        """Of the test's module, one of SUBJECTS."""
        module = Path(self.test.partition("::")[0]).stem
        found = (subject for subject, modules in SUBJECTS if module.startswith(modules))
        return next(found, _ELSE)

    @property
    def is_missed(self) -> bool:
        """Others' figures are for comparison only."""
        return self.recorder == OURS and not self.kept


@dataclass(frozen=True, slots=True)
class Results:
    """Of one or several runs."""

    rows: tuple[Row, ...] = ()
    planned: tuple[str, ...] = ()
    """Tests that were to be run."""
    ended: tuple[str, ...] = ()

    @property
    def table_rows(self) -> tuple[Row, ...]:
        """All rows, by subject; a missed one for each test that was begun or planned and has not ended."""
        cut_off = [
            Row(sentence_of(test), 0, "the run ended before this case did", "a result", kept=False, test=test)
            for test in self.planned
            if test not in self.ended
        ]
        order = [subject for subject, _ in SUBJECTS] + [_ELSE]
        return tuple(sorted((*self.rows, *cut_off), key=lambda row: order.index(row.subject)))

    def updated(self, newer: "Results") -> "Results":
        """What tests found that were run again takes the place of what they had found before."""
        again = set(newer.planned) | {row.test for row in newer.rows}
        return Results(
            (*(row for row in self.rows if row.test not in again), *newer.rows),
            (*(test for test in self.planned if test not in again), *newer.planned),
            (*(test for test in self.ended if test not in again), *newer.ended),
        )


def is_long() -> bool:
    """True in the long form, which takes three hours."""
    return os.environ.get(LONG_VARIABLE) == "1"


def note(case: str, *, times: int, worst: str, limit: str, kept: bool, recorder: str = OURS) -> None:
    """Keeps a row. Write it before asserting, so that a case that misses its limit says by how much."""
    test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
    row = Row(case, times, worst, limit, kept, recorder, test)
    print(f"\n{_line(row)}")
    _keep(row=asdict(row))


def note_planned(tests: Iterable[str]) -> None:
    """These are about to be run."""
    _keep(planned=list(tests))


def note_ended(test: str) -> None:
    _keep(ended=[test])


def note_failure(test: str, why: str) -> None:
    """A missed row for a test that failed, unless it has one of its own."""
    path = os.environ.get(RESULTS_VARIABLE)
    if path is None or any(row.test == test and row.is_missed for row in read(Path(path)).rows):
        return
    _keep(row=asdict(Row(sentence_of(test), 1, why, "a result", kept=False, test=test)))


def read(path: Path) -> Results:
    """A results file; nothing when there is none."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    entries = [json.loads(line) for line in lines]
    return Results(
        tuple(Row(**entry["row"]) for entry in entries if "row" in entry),
        tuple(test for entry in entries for test in entry.get("planned", ())),
        tuple(test for entry in entries for test in entry.get("ended", ())),
    )


def write(path: Path, results: Results) -> None:
    """A results file that `read` gives back."""
    entries = [{"planned": results.planned}, {"ended": results.ended}, *({"row": asdict(row)} for row in results.rows)]
    path.write_text("".join(f"{json.dumps(entry)}\n" for entry in entries), encoding="utf-8")


def table(rows: Iterable[Row]) -> str:
    """The rows as a Markdown table."""
    head = "| Fault | What was done | Recorder | Times | Worst result | Limit | Kept |\n|---|---|---|---:|---|---|---|"
    return "\n".join([head, *map(_line, rows)])


def sentence_of(test: str) -> str:
    """A test's name as words."""
    return test.rpartition("::")[2].removeprefix("test_").replace("_", " ")


def _keep(**entry: object) -> None:
    if (path := os.environ.get(RESULTS_VARIABLE)) is not None:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")


def _line(row: Row) -> str:
    kept = "yes" if row.kept else ("**no**" if row.is_missed else "no")
    texts = [row.subject, row.case, row.recorder, str(row.times), row.worst, row.limit, kept]
    return f"| {' | '.join(text.replace('|', '/') for text in texts)} |"
