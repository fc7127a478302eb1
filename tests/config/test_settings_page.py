"""The reference page has every key with its default, what it takes and what it means; and none that is gone."""

import re
from pathlib import Path

import pytest

from rig.pages import sections
from seacorder.config.keys import every_key

pytestmark = pytest.mark.docs

PAGE = (Path(__file__).parents[2] / "docs/reference/settings.md").read_text("utf-8")
SECTIONS = sections(PAGE)


def test_every_key_has_its_line() -> None:
    for key in every_key():
        default = {"": "*required*", "unset": "unset"}.get(key.default, f"`{key.default}`")
        assert f"| `{key.name}` | {default} | {key.accepted} | {key.meaning} |" in SECTIONS[key.table], key


def test_no_line_is_of_a_key_that_is_gone() -> None:
    keys = {(key.table, key.name) for key in every_key()}
    for title, text in SECTIONS.items():
        if title.startswith("["):
            assert {(title, name) for name in re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)} <= keys


def test_every_key_says_what_it_means_and_takes() -> None:
    assert all(key.meaning and key.accepted for key in every_key())
