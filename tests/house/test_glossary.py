"""One word for each thing: the glossary's names are in the code, and no two classes of the program have one name."""

import ast
import re
from collections import defaultdict
from functools import cache

import pytest

from tools.tree import ROOT

pytestmark = pytest.mark.docs

PROGRAM = ROOT / "src" / "seacorder"
ROW = re.compile(r"^\| (?P<words>\*\*.+?) \| (?P<meaning>.+?) \| ?(?P<code>.*?) ?\|$", re.MULTILINE)
MIRROR = "the client's side of the same answer"
SAME_NAME: dict[str, str] = {
    "ChannelOutcome": f"what a command came to on a channel: in the model, as JSON, and {MIRROR}",
    "Outcome": MIRROR,
    "PathTemplates": "the templates, and the documented class in which clients send them",
    "Recorder": "the real one, and the protocol by which the API knows it",
    "RecorderSettings": "the settings, and the documented class in which clients send them",
}
"""Class names that may stand twice, because both classes are the same thing; with what it is."""


def rows() -> list[tuple[str, str]]:
    text = (ROOT / "GLOSSARY.md").read_text("utf-8")
    return [(found["words"], found["code"]) for found in ROW.finditer(text)]


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the program, parsed once."""
    return {
        path.relative_to(PROGRAM).as_posix(): ast.parse(path.read_text("utf-8")) for path in PROGRAM.rglob("*.py")
    }


def classes() -> dict[str, list[str]]:
    """By name, the modules that define a class of it."""
    found: dict[str, list[str]] = defaultdict(list)
    for place, tree in sorted(modules().items()):
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                found[node.name].append(place)
    return found


def functions() -> set[str]:
    """Those at the top of a module."""
    return {node.name for tree in modules().values() for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_row_of_the_glossary_is_read() -> None:
    lines = (ROOT / "GLOSSARY.md").read_text("utf-8").splitlines()
    assert len(rows()) == sum(line.startswith("| **") for line in lines) > 40


def test_what_the_glossary_names_is_in_the_code() -> None:
    defined = functions() | set(classes())
    missing = [
        (words, name)
        for words, code in rows()
        for name in re.findall(r"`([^`]+)`", code)
        if name not in defined and not (PROGRAM / name).exists()
    ]
    assert missing == []


def test_words_are_in_order_and_each_stands_once() -> None:
    words = [re.findall(r"\*\*(.+?)\*\*", found)[0].casefold() for found, _ in rows()]
    assert words == sorted(words)
    assert len(words) == len(set(words))


def test_no_two_classes_have_one_name() -> None:
    doubled = {name: places for name, places in classes().items() if len(places) > 1}
    assert {name: places for name, places in doubled.items() if name not in SAME_NAME} == {}
    assert set(SAME_NAME) <= set(doubled), "no longer doubled: take it off the list"
