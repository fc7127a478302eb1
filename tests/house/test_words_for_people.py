"""One word for each thing in all that people are told: messages, log, command line, page, and the API's document.

Looked at are the literals of the program that have more than one word, the help of the commands, the descriptions in
the OpenAPI document and of the settings, the sample of the settings file, and the page. Not looked at: docstrings,
DEBUG lines, names of threads and tasks, and errors that only a programmer sees. Words between backquotes, options
(`--no-guardian`) and names with an underscore are names, not words.
"""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
import typer.main

from fakes.recorder import FakeRecorder
from rig.page_texts import all_english
from seacorder.api.inspector import create_inspector_app
from seacorder.api.integration import create_integration_app
from seacorder.cli.main import app
from seacorder.config.keys import every_key
from seacorder.config.sample import SAMPLE
from seacorder.config.schema import ServerSettings
from tools.tree import ROOT

pytestmark = pytest.mark.docs

PROGRAM = ROOT / "src" / "seacorder"
STATIC = PROGRAM / "api" / "static"
FORBIDDEN = {
    r"workers?": "recording process",
    r"guardian": "watchdog",
    r"control process(es)?": "Seacorder",
    r"heartbeats?": "nothing; it is internal",
    r"volumes?": "disk",
    r"reserve": "kept free",
    r"machines?": "this computer",
    r"parts? (?=\d|\{)|(a|the|every|each|next|new|one|its|this|split) parts?(?! of)|parts of \{": "file",
    r"stills|(a|an|one|no|the|each|every|this|another|'s) still(?! (scene|picture))": "framegrab",
    r"snapshots?": "framegrab, or live picture",
    r"holes?|gaps?": "loss",
    r"(is|are|was|were|be|not) whole|whole (files?|pictures?|frames?)": "complete",
    r"anew": "again",
    r"in order(?=[.,;:]|$)|(closed|stopped|ended|finished|end) in order": "properly",
    r"(given|gives|give|gave|giving) up": "dropped, stopped, or no longer tried",
    r"fault (in|of) the program": "error in the program",
    r"leave it out|left it out": "omit",
    r"wall clock": "this computer's clock",
    r"for ever": "again and again, or nothing",
    r"(?<!\()catalogue(?!\))": "list of recordings (catalogue)",
}
"""Words, as patterns, that people do not meet; each with what is written instead."""
ALLOWED = {
    "  catalogue  {…}": "as the key of the settings file is called",
    "The catalogue cannot be used": "a title of the Inspector service, which does not change",
    "Speak and watch the level on the page. Check the microphone's switch, plug and volume.": "how loud it is",
    "[storage] catalogue {…} is a folder.": "the key of the settings file",
}
"""Exact texts that may have such a word, with the reason."""
FOR_PROGRAMMERS = {
    "AssertionError", "IllegalMove", "IllegalMoveError", "IllegalRequestError", "LookupError", "NotImplementedError",
    "NotMp4", "RuntimeError", "TypeError", "ValueError",
}
"""Errors that say nothing to people: they are caught, or end in a traceback."""
NOT_TEXT = {
    "base/harmless.py": "words that are common in addresses of cameras",
    "config/sample.py": "looked at line by line, without the keys",
}
"""Modules whose literals are no texts, with what they are."""
STILL = re.compile(r"\b(a|No) still\b")
"""What the page calls a framegrab, on a button that has place for no longer word; the glossary says so."""
NAMES = re.compile(r"`[^`]*`|--[\w-]+|\w*_\w+|\$\{[^{}]*\}|https?://\S+")
KEY = re.compile(r"^(# )?\w+ = |^\[\w+\]$")
"""What is left out of a line of the sample: a key, or a line that is nothing but the head of a table. Both are names
that a settings file must spell so, as `[workers]`; a comment behind a key is looked at."""
WORDS = [
    (re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])", re.IGNORECASE), better) for pattern, better in FORBIDDEN.items()
]


def told(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every literal of more than one word, with its line; of an f-string, `{…}` for what is put in."""
    unseen = {id(node) for one in ast.walk(tree) for node in _unseen(one)}
    for node in ast.walk(tree):
        if id(node) not in unseen and (text := _text(node)) is not None and " " in text.strip():
            yield getattr(node, "lineno", 0), text


def _unseen(node: ast.AST) -> Iterator[ast.AST]:
    """What people do not see of a node: its docstring, the words of an error for programmers, the parts of a text."""
    body = getattr(node, "body", None)
    for statement in body if isinstance(body, list) else ():
        if isinstance(statement, ast.Expr):
            yield statement.value
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and _name(node.exc) in FOR_PROGRAMMERS:
        yield from ast.walk(node.exc)
    if isinstance(node, ast.Call) and _name(node) == "debug":
        yield from ast.walk(node)
    if isinstance(node, ast.Call) and _name(node) in {"Thread", "once", "task"}:
        yield from node.args
    if isinstance(node, ast.JoinedStr):
        yield from node.values


def _name(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(one.value) if isinstance(one, ast.Constant) else "{…}" for one in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def faults_of(text: str) -> list[str]:
    """What is wrong with a text: each forbidden word in it, and the better one."""
    if text in ALLOWED:
        return []
    words = NAMES.sub("x", text)
    return [f"{found[0]!r}: write {better}" for word, better in WORDS if (found := word.search(words))]


def descriptions(document: object) -> Iterator[str]:
    """Every `description` and `summary` in an OpenAPI document."""
    if isinstance(document, dict):
        for key, value in document.items():
            if key in {"description", "summary"} and isinstance(value, str):
                yield value
            else:
                yield from descriptions(value)
    elif isinstance(document, list):
        for one in document:
            yield from descriptions(one)


class _Visible(HTMLParser):
    """The texts of a page: what stands in it, and in the attributes that are shown or read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        shown = {"title", "alt", "aria-label", "placeholder"}
        self.texts += [value for name, value in attrs if name in shown and value]


def commands(command, words: str = "seacorder") -> Iterator[tuple[str, str]]:
    """Every help text of the command line, with its command."""
    for one in command.params:
        yield words, getattr(one, "help", None) or ""
    yield words, command.help or ""
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, f"{words} {name}")


@pytest.mark.parametrize("path", sorted(PROGRAM.rglob("*.py")), ids=lambda path: path.relative_to(PROGRAM).as_posix())
def test_texts_of_the_program(path: Path) -> None:
    if path.relative_to(PROGRAM).as_posix() in NOT_TEXT:
        return
    found = [(line, text, faults_of(text)) for line, text in told(ast.parse(path.read_text("utf-8")))]
    assert [one for one in found if one[2]] == []


def test_help_of_the_commands() -> None:
    found = [(words, text, faults_of(text)) for words, text in commands(typer.main.get_command(app))]
    assert [one for one in found if one[2]] == []


@pytest.mark.parametrize("create", [create_inspector_app, create_integration_app])
def test_descriptions_of_the_api(create) -> None:
    texts = list(descriptions(create(FakeRecorder(), ServerSettings()).openapi()))
    assert len(texts) > 10
    assert [(text, faults_of(text)) for text in texts if faults_of(text)] == []


def test_meanings_of_the_settings() -> None:
    texts = [text for key in every_key() for text in (key.meaning, key.accepted)]
    texts += [KEY.sub("", line) for line in SAMPLE.splitlines()]
    assert [(text, faults_of(text)) for text in texts if faults_of(text)] == []


def test_texts_of_the_documentation() -> None:
    page = _Visible()
    page.feed((STATIC / "docs.html").read_text("utf-8"))
    assert [(text, faults_of(text)) for text in page.texts if faults_of(text)] == []


def test_texts_of_the_page() -> None:
    texts = [STILL.sub(r"\1 framegrab", text) for text in all_english() if " " in text]
    assert len(texts) > 200
    assert [(text, faults_of(text)) for text in texts if faults_of(text)] == []


def test_it_finds_what_it_is_for() -> None:
    source = (
        'def f(self):\n    """A worker, anew."""\n    raise BadRequest(f"The worker of {name} was lost.")\n'
        '    raise ValueError("a worker")\n    _log.debug("a worker came")\n    KIND = "worker_lost"\n'
        '    say("It is closed in order.", "`worker` is its name")\n'
    )
    texts = [text for _, text in told(ast.parse(source))]
    assert [faults_of(text) for text in texts if faults_of(text)] == [
        ["'worker': write recording process"],
        ["'closed in order': write properly"],
    ]
    assert faults_of("It is still being recorded. Write the whole path.") == []
