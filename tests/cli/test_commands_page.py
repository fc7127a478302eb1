"""The reference page has every command and every option, and none that is gone."""

import re
from pathlib import Path

import pytest
import typer.main

from rig.pages import sections
from seacorder.cli.main import app

pytestmark = pytest.mark.docs

PAGE = (Path(__file__).parents[2] / "docs/reference/commands.md").read_text("utf-8")
SECTIONS = sections(PAGE, 3)
TALKS_TO_A_RECORDER = {"--url", "-u"}


def commands() -> dict[str, list[str]]:
    """Each command by its words, with its options and arguments."""
    found: dict[str, list[str]] = {}

    def walk(command, words: str) -> None:
        inner = getattr(command, "commands", None)
        if inner is None or (command.invoke_without_command and words != "seacorder"):  # a group that does something
            found[words] = [name for one in command.params for name in one.opts]
        for name, one in (inner or {}).items():
            if not one.hidden:
                walk(one, f"{words} {name}")

    walk(typer.main.get_command(app), "seacorder")
    return found


@pytest.mark.parametrize("command", commands())
def test_every_command_and_option_has_its_entry(command) -> None:
    text = SECTIONS[command]
    for option in set(commands()[command]) - TALKS_TO_A_RECORDER:
        if option.startswith("-"):
            assert re.search(rf"`{option}[ `]", text), f"{command} {option}"


def test_no_entry_is_of_something_that_is_gone() -> None:
    known = commands()
    for title, text in SECTIONS.items():
        if not title.startswith("seacorder"):
            continue
        assert title in known
        for option in re.findall(r"^\| `(--[\w-]+)", text, re.MULTILINE):
            assert option in known[title], f"{title} {option}"


def test_all_that_talk_to_a_recorder_take_its_url() -> None:
    takes_url = {command for command, options in commands().items() if "--url" in options}
    last = PAGE.split("## A running Seacorder")[1]
    assert takes_url == {title for title in SECTIONS if f"### `{title}`" in last}


def test_every_command_says_what_it_does() -> None:
    command = typer.main.get_command(app)
    assert all(one.help for one in command.commands.values())
    assert all(getattr(one, "help", "x") for group in command.commands.values() for one in group.params)
