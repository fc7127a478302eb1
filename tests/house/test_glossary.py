"""One word for each thing: the glossary's names are in the code, and no two classes of the program have one name."""

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

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


PAGES = {ROOT / "GLOSSARY.md": 20, ROOT / "docs" / "design" / "words.md": 30}
"""The words that users meet, and those of the code; each with how many there are at least."""


def rows(page: Path) -> list[tuple[str, str]]:
    return [(found["words"], found["code"]) for found in ROW.finditer(page.read_text("utf-8"))]


def first_words(page: Path) -> list[str]:
    return [re.findall(r"\*\*(.+?)\*\*", found)[0].casefold() for found, _ in rows(page)]


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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_row_is_read(page: Path) -> None:
    lines = page.read_text("utf-8").splitlines()
    assert len(rows(page)) == sum(line.startswith("| **") for line in lines) >= PAGES[page]


def test_what_the_pages_name_is_in_the_code() -> None:
    defined = functions() | set(classes())
    missing = [
        (words, name)
        for page in PAGES
        for words, code in rows(page)
        for name in re.findall(r"`([^`]+)`", code)
        if name not in defined and not (PROGRAM / name).exists()
    ]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_words_are_in_order(page: Path) -> None:
    assert first_words(page) == sorted(first_words(page))


def test_each_word_stands_once_on_both_pages_together() -> None:
    words = [
        word.casefold() for page in PAGES for found, _ in rows(page) for word in re.findall(r"\*\*(.+?)\*\*", found)
    ]
    assert len(words) == len(set(words))


def test_no_two_classes_have_one_name() -> None:
    doubled = {name: places for name, places in classes().items() if len(places) > 1}
    assert {name: places for name, places in doubled.items() if name not in SAME_NAME} == {}
    assert set(SAME_NAME) <= set(doubled), "no longer doubled: take it off the list"
