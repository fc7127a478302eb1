"""The budgets that ruff does not know: `python -m tools.budgets`.

A module aims at 300 lines and stops at 500; a function stops at 50 lines, its docstring not counted; every module of
the program says what it is in a docstring; every `__init__` is a door: a docstring with the role, and no imports.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.tree import ROOT, project_files

MODULE_AIM_LINES = 300
MODULE_LIMIT_LINES = 500
FUNCTION_LIMIT_LINES = 50
SHORTEST_ROLE = 20
REFUSED_NAMES = {"utils", "util", "helpers", "helper", "manager", "managers", "service", "services", "common", "misc"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def function_lines(function: Function) -> int:
    """Lines from `def` to the end, without the docstring."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function) is not None:
        text = function.body[0]
        lines -= (text.end_lineno or text.lineno) - text.lineno + 1
    return lines


def long_functions(tree: ast.Module) -> Iterator[str]:
    """One sentence for each function over the limit."""
    for node in ast.walk(tree):
        if isinstance(node, Function) and (lines := function_lines(node)) > FUNCTION_LIMIT_LINES:
            yield f"line {node.lineno}: {node.name} has {lines} lines, the limit is {FUNCTION_LIMIT_LINES}"


def door_faults(tree: ast.Module) -> Iterator[str]:
    """What is wrong with an `__init__`."""
    if len(ast.get_docstring(tree) or "") < SHORTEST_ROLE:
        yield "the door needs a docstring: role, who may use it, process and thread"
    if any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(tree)):
        yield "the door imports something; import where it is used, so that workers stay small"


def faults(path: Path, text: str, *, is_program: bool) -> list[str]:
    """One sentence for everything in a module that is over budget."""
    tree = ast.parse(text)
    found = list(long_functions(tree))
    lines = len(text.splitlines())
    if lines > MODULE_LIMIT_LINES:
        found.append(f"{lines} lines, the limit is {MODULE_LIMIT_LINES}")
    if path.stem in REFUSED_NAMES:
        found.append("a module is named after a noun of the glossary")
    if is_program and path.name == "__init__.py":
        found += door_faults(tree)
    elif is_program and ast.get_docstring(tree) is None:
        found.append("no docstring says what the module is")
    return found


def main() -> int:
    count = 0
    for path in project_files():
        if path.suffix != ".py":
            continue
        name = path.relative_to(ROOT)
        text = path.read_text(encoding="utf-8")
        for fault in faults(path, text, is_program=name.parts[0] == "src"):
            count += 1
            print(f"{name}: {fault}")
        if MODULE_AIM_LINES < (lines := len(text.splitlines())) <= MODULE_LIMIT_LINES:
            print(f"note: {name} has {lines} lines; the aim is {MODULE_AIM_LINES}")
    print(f"budgets: {count} faults" if count else "budgets: kept")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
