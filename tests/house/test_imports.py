"""What tests share stands in tests/rig (real servers and footage), tests/fakes or a helper module, never in a test."""

import ast

import pytest

from tools.tree import ROOT, project_files

pytestmark = pytest.mark.docs

TESTS = [
    path
    for path in project_files()
    if path.suffix == ".py" and path.is_relative_to(ROOT / "tests") and "node_modules" not in path.parts
]


def imported(source: str) -> list[str]:
    """The dotted names of all that a module imports, the names taken from a module included."""
    names = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names += [f"{node.module or ''}.{alias.name}" for alias in node.names]
    return names


def is_of_a_test(name: str) -> bool:
    """`name`: as imported. A test module, a conftest, or something out of one."""
    words = name.split(".")
    return "conftest" in words or any(word.startswith("test_") for word in words[:-1]) or (
        words[-1].startswith("test_") and any((ROOT / "tests").rglob(f"{words[-1]}.py"))
    )


def test_no_test_imports_from_another_test() -> None:
    assert len(TESTS) > 200
    found = {
        path.relative_to(ROOT).as_posix(): names
        for path in TESTS
        if (names := [name for name in imported(path.read_text(encoding="utf-8")) if is_of_a_test(name)])
    }
    assert found == {}


def test_such_imports_are_seen() -> None:
    source = "from faults.test_disk_full import alarms\nfrom faults import test_disk_full, conftest\nimport rig.program"
    seen = [name for name in imported(source) if is_of_a_test(name)]
    assert seen == ["faults.test_disk_full.alarms", "faults.test_disk_full", "faults.conftest"]
