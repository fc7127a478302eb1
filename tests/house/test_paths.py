"""ARCHITECTURE.md and the design papers name files and functions that are there."""

import ast
import re
from pathlib import Path

import pytest

from tools.tree import ROOT

pytestmark = pytest.mark.docs

PAGES = [ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs/design").glob("*.md"))]
BASES = [ROOT, ROOT / "src/seacorder", ROOT / "docs"]
"""Papers name modules as they stand below src/seacorder, everything else as it stands in the repository."""
MODULE = re.compile(r"(?<![\w/.$-])[a-z_]\w*(?:/[\w-]+)*\.(?:py|md|toml|html|js)(?!\w)")
IN_CODE = re.compile(r"`([a-z_]\w*(?:/[\w-]+)+)`")
STEP = re.compile(r"\| `([\w/]+\.py)` \| `(\w+(?:\.\w+)?)` \|")


METHOD = re.compile(r"`([A-Z]\w+\.[a-z]\w*)`")


def found(name: str, page: Path) -> bool:
    return any((base / name).exists() or (base / f"{name}.py").exists() for base in [*BASES, page.parent])


def paths_in(text: str) -> set[str]:
    """All that is written like a path inside of the project: with a file's ending, or in code and with a slash."""
    return {one for one in [*MODULE.findall(text), *IN_CODE.findall(text)] if "/" in one}


def names_in(source: str) -> set[str]:
    """Functions and classes of a module, and the methods of its classes as `Class.method`."""
    names = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
        if isinstance(node, ast.ClassDef):
            inner = (one.name for one in node.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))
            names |= {f"{node.name}.{one}" for one in inner}
    return names


METHODS = {
    name for path in (ROOT / "src/seacorder").rglob("*.py") for name in names_in(path.read_text("utf-8")) if "." in name
}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_that_is_named_exists(page: Path) -> None:
    assert [name for name in sorted(paths_in(page.read_text("utf-8"))) if not found(name, page)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_step_of_a_way_is_a_function_of_its_file(page: Path) -> None:
    steps = STEP.findall(page.read_text("utf-8"))
    sources = {path: (ROOT / "src/seacorder" / path).read_text("utf-8") for path, _ in steps}
    assert [(path, name) for path, name in steps if name not in names_in(sources[path])] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_method_that_is_named_exists(page: Path) -> None:
    named = set(METHOD.findall(page.read_text("utf-8")))
    assert [name for name in sorted(named) if name not in METHODS] == []


def test_the_ways_of_a_packet_and_a_command_are_seen() -> None:
    assert len(STEP.findall(PAGES[0].read_text("utf-8"))) >= 15
    assert "control/recorder.py" in paths_in("see `control/recorder.py`, and tests/house/test_paths.py")


def test_the_rooms_are_listed() -> None:
    """The table of rooms has every folder of the program, and no other."""
    rows = re.findall(r"^\| `(\w+)` \|", PAGES[0].read_text("utf-8"), re.MULTILINE)
    folders = {path.parent.name for path in (ROOT / "src/seacorder").glob("*/__init__.py")}
    assert folders == set(rows)


def test_the_modules_of_the_rtsp_client_are_listed_and_no_others() -> None:
    text = (ROOT / "docs/design/rtsp.md").read_text("utf-8")
    for room in ("inputs/rtsp", "inputs/rtp"):
        rows = text[text.index(f"| in `{room}` |") :].split("\n\n", maxsplit=1)[0].splitlines()[2:]
        listed = {name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])}
        assert listed == {path.stem for path in (ROOT / "src/seacorder" / room).glob("[a-z]*.py")}, room
