"""What the documents tell a reader to type: the shell reads it, and each command of ours is there with its options."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
import typer.main

from rig.pages import blocks
from seacorder.cli.main import app
from tools.tree import ROOT

pytestmark = pytest.mark.docs

DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
IN_TEXT = re.compile(r"`((?:sudo |nohup )*(?:-u recorder )?seacorder [^`\d][^`]*)`")
OURS = re.compile(r"^(?:\S*/)?seacorder$")
NAMED = re.compile(r"(^|[\s/])seacorder\s")
IN_FRONT = {"sudo", "-u", "recorder", "nohup"}
ENDS = {"|", ">", ">>", "&&", "||", ";", "&", "2>"}


def shell_blocks(text: str) -> list[str]:
    return [*blocks(text, "sh"), *blocks(text, "bash")]


def words_of_ours(line: str) -> list[list[str]]:
    """What stands behind `seacorder` in each command of the line."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    commands: list[list[str]] = [[]]
    for word in lexer:
        if word in ENDS:
            commands.append([])
        elif commands[-1] or word not in IN_FRONT:
            commands[-1].append(word)
    return [words[1:] for words in commands if words and OURS.match(words[0])]


def typed(text: str) -> list[list[str]]:
    """Every command of ours, in blocks and in sentences."""
    lines = [line for body in shell_blocks(text) for line in body.replace("\\\n", " ").splitlines()]
    ours = [line for line in lines if NAMED.search(line)]
    return [words for line in [*ours, *IN_TEXT.findall(text)] for words in words_of_ours(line)]


def fault(words: list[str]) -> str | None:
    """What is wrong with a command of ours, or None."""
    command = typer.main.get_command(app)
    rest = list(words)
    while rest and (inner := getattr(command, "commands", {}).get(rest[0])) is not None:
        command = inner
        rest = rest[1:]
    if rest and getattr(command, "commands", None) and not rest[0].startswith("-") and rest[0] not in {"COMMAND", "…"}:
        return f"there is no command {words}"
    options = {name for one in command.params for name in one.opts} | {"--help"}
    unknown = [word for word in rest if word.startswith("-") and word.partition("=")[0] not in options]
    return f"{words}: there is no option {unknown}" if unknown else None


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_shell_reads_each_block(path: Path) -> None:
    for body in shell_blocks(path.read_text("utf-8")):
        read = subprocess.run(["bash", "-n"], input=body, capture_output=True, text=True, check=False)
        assert read.returncode == 0, f"{body}\n{read.stderr}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_each_command_of_ours_is_there(path: Path) -> None:
    found = [fault(words) for words in typed(path.read_text("utf-8"))]
    assert [one for one in found if one] == []


def test_wrong_ones_are_found() -> None:
    assert sum(len(typed(path.read_text("utf-8"))) for path in DOCUMENTS) > 80
    assert typed("```sh\nsudo -u recorder /opt/x/bin/seacorder check --decode > a\n```") == [["check", "--decode"]]
    assert fault(["check", "--decode"]) is None
    assert "no option" in (fault(["check", "--deep"]) or "")
    assert "no command" in (fault(["clip", "begin"]) or "")
    assert "no command" in (fault(["begin"]) or "")
