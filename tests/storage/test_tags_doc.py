"""docs/programs/tags.md says what the code does."""

import re
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import pytest

from seacorder.model.recording import FileKind
from seacorder.storage.names import TAGS, TagValues, evaluate

pytestmark = pytest.mark.docs

DOC = (Path(__file__).parents[2] / "docs" / "programs" / "tags.md").read_text(encoding="utf-8")
MOMENT_NS = int(datetime(2024, 3, 7, 13, 5, 9, tzinfo=UTC).timestamp()) * 10**9 + 42_000_000
VALUES = TagValues(MOMENT_NS, "Bow", FileKind.RECORDING, UTC)
TAG_ROWS = dict(re.findall(r"^\| `\$\{(\w+)\}` \| .* \| `([^`]+)` \|$", DOC, re.MULTILINE))
EXAMPLES = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \|$", DOC.partition("## Examples")[2], re.MULTILINE)


def test_every_tag_has_its_entry_and_every_entry_its_tag() -> None:
    assert set(TAG_ROWS) == set(TAGS)


@pytest.mark.parametrize(("tag", "example"), TAG_ROWS.items())
def test_a_tags_example_holds(tag: str, example: str) -> None:
    assert TAGS[tag](VALUES) == example


@pytest.mark.parametrize(("template", "result"), EXAMPLES)
def test_an_example_holds(template: str, result: str) -> None:
    assert evaluate(template, VALUES) == PurePosixPath(result)


def test_there_are_examples_and_every_kind_is_named() -> None:
    assert len(EXAMPLES) >= 10
    assert all(f"`{kind.value}`" in DOC for kind in FileKind)
