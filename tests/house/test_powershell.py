"""Beside each curl command of the documents stands PowerShell's, which asks the same."""

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest

from rig.pages import blocks
from tools.tree import ROOT

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
pytestmark = pytest.mark.docs


@dataclass(frozen=True)
class Asked:
    method: str
    url: str
    body: str = "null"


def curl(command: str) -> Asked:
    words = [word for word in shlex.split(command)[1:] if word != "-s"]
    options = {words[index]: words[index + 1] for index in range(len(words) - 1) if words[index] in {"-X", "-d"}}
    (url,) = [word for word in words if word.startswith("http")]
    return Asked(options.get("-X", "POST" if "-d" in options else "GET"), url, json_of(options.get("-d")))


def invoke_rest_method(command: str) -> Asked:
    """A text in single quotes is taken as it stands; outside of them, & and ? would have a meaning of their own."""
    words = re.findall(r"'[^']*'|\S+", command)[1:]
    assert not set(words[0]) & {"&", "?"} or words[0].startswith("'"), command
    options = dict(zip(words[1::2], words[2::2], strict=True))
    assert options.keys() <= {"-Method", "-ContentType", "-Body"}, command
    body = options.get("-Body")
    if body is not None:
        assert options["-ContentType"] == "'application/json; charset=utf-8'", "else letters beyond ASCII are lost"
        assert body[0] == body[-1] == "'", "double quotes would put variables in the place of tags"
    return Asked(options.get("-Method", "Get").upper(), words[0].strip("'"), json_of(body and body.strip("'")))


def json_of(body: str | None) -> str:
    return json.dumps(None if body is None else json.loads(body))


def commands(text: str, language: str, begin: str, continued: str) -> list[str]:
    lines = [line for body in blocks(text, language) for line in body.replace(f"{continued}\n", " ").splitlines()]
    return [line for line in lines if line.startswith(begin)]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_each_curl_command_has_its_like_in_powershell(path: Path) -> None:
    text = path.read_text("utf-8")
    in_shell = [curl(command) for command in commands(text, "sh", "curl", "\\")]
    in_powershell = [invoke_rest_method(one) for one in commands(text, "powershell", "Invoke-RestMethod", "`")]
    assert in_powershell == in_shell


def test_there_are_some() -> None:
    found = [path.name for path in DOCUMENTS if "Invoke-RestMethod" in path.read_text("utf-8")]
    assert {"quickstart.md", "guide.md"} <= set(found)
