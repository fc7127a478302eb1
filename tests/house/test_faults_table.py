"""The table of `make faults`: no case that was to be run can be missing from it."""

from pathlib import Path

import pytest

from faults import results
from faults.results import RESULTS_VARIABLE, Results, Row

KILLS = "tests/faults/test_kills.py::test_a_kill"
SOAK = "tests/faults/test_soak.py::test_a_long_run"


def row(test: str, *, kept: bool = True, case: str = "a case") -> Row:
    return Row(case, 1, "0", "0", kept, test=test)


def test_rows_are_ordered_by_fault_and_keep_their_order_within() -> None:
    found = Results((row(SOAK), row(KILLS, case="one"), row(KILLS, case="two")))
    assert [(one.subject, one.case) for one in found.table_rows] == [
        ("Killed processes", "one"),
        ("Killed processes", "two"),
        ("Long run", "a case"),
    ]


def test_every_case_has_its_place_in_the_table() -> None:
    folder = Path(results.__file__).parent
    subjects = {path.stem: row(f"{path}::test_it").subject for path in folder.glob("test_*.py")}
    assert set(subjects.values()) == {subject for subject, _ in results.SUBJECTS}
    assert [module for module in subjects if "note(" not in (folder / f"{module}.py").read_text("utf-8")] == []


def test_a_test_that_was_planned_and_never_ended_is_a_missed_line() -> None:
    found = Results((row(KILLS),), planned=(KILLS, SOAK), ended=(KILLS,))
    assert [(one.case, one.is_missed) for one in found.table_rows] == [("a case", False), ("a long run", True)]


def test_a_test_that_fails_without_a_missed_row_gets_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "results.jsonl"
    monkeypatch.setenv(RESULTS_VARIABLE, str(file))
    results.write(file, Results((row(KILLS), row(SOAK, kept=False))))
    results.note_failure(KILLS, "failed in call: waited 60 s")
    results.note_failure(SOAK, "failed in call: 3 > 2")
    assert [(one.case, one.worst) for one in results.read(file).rows if one.is_missed] == [
        ("a case", "0"),
        ("a kill", "failed in call: waited 60 s"),
    ]


def test_what_is_run_again_replaces_what_it_had_found() -> None:
    before = Results((row(KILLS, case="old"), row(SOAK)), planned=(KILLS, SOAK), ended=(SOAK,))
    after = before.updated(Results((row(KILLS, case="new"),), planned=(KILLS,), ended=(KILLS,)))
    assert [one.case for one in after.table_rows] == ["new", "a case"]


def test_others_miss_no_line_of_ours() -> None:
    assert not Row("a case", 1, "9", "0", kept=False, recorder="another").is_missed
