"""The README: its two commands are there, and its table says in few words what is tested."""

import re

import pytest

from rig.pages import sections
from tools.tree import ROOT

pytestmark = pytest.mark.docs

README = (ROOT / "README.md").read_text(encoding="utf-8")
TESTED = sections(README)["What is tested, and what is not"]
LIMITS = sections((ROOT / "HELP.md").read_text(encoding="utf-8"))["Known limits"]
WORDS = ("**tested**", "not tested", "not there", "no driver", "does not work")


def test_the_two_commands_are_in_the_makefile() -> None:
    targets = re.findall(r"^make (\w+)", sections(README)["Two commands"], re.MULTILINE)
    rules = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert targets == ["run", "test"]
    assert all(f"\n{target}:" in rules for target in targets)


def test_each_source_is_said_to_be_tested_or_not_on_each_system() -> None:
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", TESTED, re.MULTILINE)
    assert len(rows[1:]) >= 9
    for source, *cells in rows[1:]:
        assert [cell for cell in cells if not any(word in cell for word in WORDS)] == [], source


@pytest.mark.parametrize("never", ["USB cameras and capture cards", "sound card", "graphics card", "Windows", "macOS"])
def test_what_was_never_tried_is_in_the_table_and_in_help(never: str) -> None:
    assert never in TESTED
    assert never in LIMITS.partition("**Does not work.**")[0]


def test_its_picture_is_there_and_small() -> None:
    (path,) = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    picture = (ROOT / path).read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 300_000


def test_it_fits_on_a_screen_or_two() -> None:
    assert len(README.split()) < 700
