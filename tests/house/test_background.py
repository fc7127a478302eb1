"""No thread and no task of the program is started but where its failure is logged: `seacorder.base.background`."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2] / "src" / "seacorder"
DOOR = SOURCES / "base" / "background.py"
GUARDIAN = SOURCES / "supervisor" / "guardian.py"
"""It needs the standard library alone, and imports nothing of the program."""
STARTS = frozenset({
    "Thread", "Timer", "start_new_thread", "ThreadPoolExecutor", "ProcessPoolExecutor", "run_in_executor",
    "create_task", "ensure_future", "run_coroutine_threadsafe",
})  # fmt: skip
OURS = "seacorder.base.background"


def starts(text: str) -> Iterator[str]:
    """What a module starts, or derives from, by itself."""
    tree = ast.parse(text)
    ours = {
        name.asname or name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == OURS
        for name in node.names
    }
    for node in ast.walk(tree):
        called = [node.func] if isinstance(node, ast.Call) else node.bases if isinstance(node, ast.ClassDef) else []
        for one in called:
            name = one.attr if isinstance(one, ast.Attribute) else one.id if isinstance(one, ast.Name) else ""
            if name in STARTS and not (isinstance(one, ast.Name) and name in ours) and not _of_a_group(one):
                yield f"{name} in line {node.lineno}"


def _of_a_group(called: ast.expr) -> bool:
    """A task group raises what its tasks raise."""
    return isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "group"


def test_nothing_is_started_that_could_end_unnoticed() -> None:
    modules = [path for path in SOURCES.rglob("*.py") if path not in {DOOR, GUARDIAN}]
    found = {str(path): names for path in modules if (names := list(starts(path.read_text(encoding="utf-8"))))}
    assert found == {}, "start it with seacorder.base.background"


def test_the_guardian_which_stands_alone_has_one_thread_that_only_writes_lines() -> None:
    assert len(list(starts(GUARDIAN.read_text(encoding="utf-8")))) == 1


@pytest.mark.parametrize("text", [
    "import threading\nthreading.Thread(target=print).start()",
    "from threading import Thread\nclass Own(Thread): ...",
    "import threading\nclass Own(threading.Thread): ...",
    "import asyncio\nasyncio.create_task(work())",
    "loop.create_task(work())",
    "loop.run_in_executor(None, work)",
    "asyncio.ensure_future(work())",
    "from concurrent.futures import ThreadPoolExecutor\nThreadPoolExecutor(2)",
])  # fmt: skip
def test_the_rule_sees_every_way(text: str) -> None:
    assert list(starts(text))


def test_the_rule_lets_ours_and_groups_pass() -> None:
    text = f"from {OURS} import Thread, task\nclass Own(Thread): ...\ntask(work(), 'x')\ngroup.create_task(work())"
    assert list(starts(text)) == []
