"""The reference page of errors says for each kind what the program really does; exit codes are on that of commands."""

import re
from pathlib import Path

import pytest

import seacorder.client.errors
from rig.pages import rows
from seacorder.api.http import problems
from seacorder.base import errors
from seacorder.base.errors import SeacorderError, SettingsError
from seacorder.base.message import Message
from seacorder.cli import main as command_line

pytestmark = pytest.mark.docs

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "programs/errors.md").read_text("utf-8")
COMMANDS = (DOCS / "reference/commands.md").read_text("utf-8")
ROWS = {kind.strip("`"): cells for kind, *cells in rows(PAGE) if kind.startswith("`")}


def kinds(module) -> dict[str, type[SeacorderError]]:
    classes = [one for one in vars(module).values() if isinstance(one, type) and issubclass(one, SeacorderError)]
    return {one.kind: one for one in classes if one.__module__ == module.__name__ and "kind" in vars(one)}


INNER = kinds(errors) | kinds(seacorder.client.errors)


def exit_code(kind: str) -> int:
    """As the table of commands says it: 2 for the kinds that its row names, 1 for every other one."""
    (failed,) = re.findall(r"^\| 1 \| (.+) \|$", COMMANDS, re.MULTILINE)
    (refused,) = re.findall(r"^\| 2 \| (.+) \|$", COMMANDS, re.MULTILINE)
    assert "of any kind but those of 2" in failed
    named = set(re.findall(r"`(\w+)`", refused))
    assert named <= set(INNER)
    return 2 if kind in named else 1


def made(kind: type[SeacorderError]) -> SeacorderError:
    if kind is SettingsError:
        return SettingsError([Message("wrong")])
    if kind is problems.WrongMethod:
        return kind("wrong", allowed=("GET",))
    if kind is problems.TooManyTries:
        return kind("wrong", wait_seconds=8)
    return kind("wrong", size=8) if kind is problems.RangeOutside else kind("wrong")


def test_every_kind_has_its_line_and_none_is_gone() -> None:
    assert set(ROWS) == set(INNER) | set(kinds(problems))


@pytest.mark.parametrize("kind", INNER)
def test_status_and_exit_code(kind, monkeypatch, capsys) -> None:
    _, public, v1 = ROWS[kind]
    error = made(INNER[kind])
    if public:
        assert problems.status_of(error, "/api/inspector/startrecording") == int(public)
        assert problems.status_of(error, "/api/v1/status") == int(v1)

    def fails() -> None:
        raise error

    monkeypatch.setattr(command_line, "app", fails)
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    assert ended.value.code == exit_code(kind)
    assert capsys.readouterr().err == "seacorder: wrong\n"


@pytest.mark.parametrize("kind", kinds(problems))
def test_status_of_the_door(kind) -> None:
    _, status = ROWS[kind]
    public, _, v1 = status.partition("; ")
    error = made(kinds(problems)[kind])
    assert problems.status_of(error, "/api/inspector/startrecording") == int(public)
    assert problems.status_of(error, "/api/v1/status") == int(v1.split(" ")[0] or public)
