"""Tests that have the machine to themselves say why, and files with many slow tests come first."""

import pytest

pytest_plugins = ["pytester"]

MARKERS = """
[pytest]
markers =
    slow: more than ten seconds
    alone: timed
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeini(MARKERS)
    pytester.makeconftest('pytest_plugins = ["house.lanes"]')
    return pytester


def run(project: pytest.Pytester) -> pytest.RunResult:
    return project.runpytest_inprocess("-v", "-p", "no:cacheprovider", "-p", "no:asyncio")


@pytest.mark.parametrize("mark", ["alone", "alone()", "alone(3)"])
def test_one_that_is_alone_without_a_reason_is_refused(project: pytest.Pytester, mark: str) -> None:
    project.makepyfile(f"import pytest\n@pytest.mark.{mark}\ndef test_timed(): pass")
    result = run(project)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*test_timed is alone: say why*"])


def test_a_mark_that_stands_in_another_file_is_refused(project: pytest.Pytester) -> None:
    project.makepyfile(shared='import pytest\nTIMED = pytest.mark.alone("within 50 ms")')
    project.makepyfile("from shared import TIMED\npytestmark = TIMED\ndef test_timed(): pass")
    result = run(project)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*test_timed is alone by a mark from another file*"])


def test_one_with_a_reason_is_run(project: pytest.Pytester) -> None:
    project.makepyfile('import pytest\n@pytest.mark.alone("within 50 ms")\ndef test_timed(): pass')
    run(project).assert_outcomes(passed=1)


def test_files_with_the_most_slow_tests_come_first_and_stay_together(project: pytest.Pytester) -> None:
    slow = "@pytest.mark.slow\ndef test_{0}(): pass\n"
    project.makepyfile(
        test_a="def test_quick(): pass",
        test_b="import pytest\ndef test_quick(): pass\n" + slow.format("one"),
        test_c="import pytest\n" + slow.format("one") + slow.format("two"),
    )
    ran = [line.split()[0] for line in run(project).outlines if " PASSED" in line]
    assert ran == [
        "test_c.py::test_one", "test_c.py::test_two", "test_b.py::test_quick", "test_b.py::test_one",
        "test_a.py::test_quick",
    ]  # fmt: skip
