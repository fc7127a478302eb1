"""The project's files agree: one version, exact pins, every command in `make help`, every document in the index."""

import re
import subprocess
import tomllib

import pytest

import seacorder
from tools.tree import ROOT

pytestmark = pytest.mark.docs

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PINS = ["requirements.txt", "requirements-dev.txt", "requirements-wheelhouse.txt"]


def lines(name: str) -> list[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]


def name_of(requirement: str) -> str:
    return re.split(r"[<>=!~;\[ ]", requirement, maxsplit=1)[0].lower()


def test_one_version() -> None:
    assert PROJECT["project"]["version"] == seacorder.__version__
    assert f"## {seacorder.__version__} " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PINS)
def test_pins_are_exact_and_without_addresses(name: str) -> None:
    exact = re.compile(r"[a-z0-9-]+==[0-9][0-9A-Za-z.]*(; sys_platform == 'win32')?")
    assert [line for line in lines(name) if not exact.fullmatch(line)] == []


def test_every_dependency_is_pinned() -> None:
    pinned = {name_of(line) for name in PINS for line in lines(name)}
    groups = PROJECT["dependency-groups"]
    wanted = [*PROJECT["project"]["dependencies"], *groups["build"], *groups["dev"]]
    assert [requirement for requirement in wanted if name_of(requirement) not in pinned] == []


def test_make_help_lists_every_command() -> None:
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for command in ("help", "run", "test", "check", "bench", "clean", "lint", "format"):
        assert f"make {command} " in listed


def test_the_licence_is_apache() -> None:
    assert "Version 2.0, January 2004" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_the_index_has_every_document_and_each_heading_once() -> None:
    index = (ROOT / "docs/index.md").read_text(encoding="utf-8")
    linked = re.findall(r"\]\(([a-z]+/[a-z0-9-]+\.md)\)", index)
    assert sorted(linked) == sorted(path.relative_to(ROOT / "docs").as_posix() for path in ROOT.glob("docs/*/*.md"))
    headings = re.findall(r"^## .*", index, re.MULTILINE)
    assert len(headings) == len(set(headings))
