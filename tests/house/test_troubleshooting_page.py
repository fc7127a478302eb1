"""docs/sea/troubleshooting.md knows every message about a source or a disk, and quotes none that does not exist."""

import ast
import re
from pathlib import Path

import pytest

from rig.pages import sections
from rig.program_texts import texts_of
from seacorder.base.message import Message
from seacorder.inputs import failures
from seacorder.inputs.web import camera
from seacorder.storage import disk_faults

pytestmark = pytest.mark.docs

HOUSE = Path(__file__).parents[2]
PAGE = (HOUSE / "docs/sea/troubleshooting.md").read_text("utf-8")
WHAT_A_CHANNEL_IS_CALLED = "Bow"


def rows_of(table: str) -> list[str]:
    """The messages in the first column of the table below the heading `table`, with “…” for what changes."""
    cells = re.findall(r"^\| (.*?) \| .* \|$", sections(PAGE, 3)[table], re.MULTILINE)[1:]
    messages = [message for cell in cells for message in cell.split(" / ")]
    return [re.sub(r"\(\d+ …\)", "(…)", one.replace(WHAT_A_CHANNEL_IS_CALLED, "…")) for one in messages]


def shape(fact: str) -> str:
    """A text of the program with “…” for each of its placeholders."""
    return re.sub(r"\{[^}]*\}|%[sdr.]\w*", "…", fact)


def quotes(row: str, fact: str) -> bool:
    """True when `row` is the beginning of `fact`; its “…” may stand for more than one placeholder and for words."""
    parts = (".*" if part == "…" else re.escape(part) for part in re.split("(…)", row))
    return re.match("".join(parts), shape(fact)) is not None


TABLES = {
    "A camera says": failures._CAMERA.values(),
    "A stream says": [
        *failures._STREAM.values(),
        *(one for one in vars(camera).values() if isinstance(one, Message)),
    ],
    "A disk says": disk_faults._MESSAGES.values(),
}


@pytest.mark.parametrize("table", TABLES)
def test_every_message_is_on_the_page(table: str) -> None:
    rows = rows_of(table)
    messages = list(TABLES[table])
    assert len(messages) > 10
    missing = {message.fact for message in messages if not any(quotes(row, message.fact) for row in rows)}
    assert missing == set()


OF_FILES = ("inputs/ffmpeg/file.py", "inputs/ffmpeg/images.py", "inputs/ffmpeg/tracks.py", "inputs/pattern/input.py",
            "media/formats.py")
NEVER_SHOWN = re.compile(r"… (are|is) not open\.|The test pattern is not open\.")


def failures_in(module: str) -> set[str]:
    """What a module says when a source cannot be read, with “…” for what is put in."""
    told: list[ast.expr] = []
    for node in ast.walk(ast.parse((HOUSE / "src/seacorder" / module).read_text("utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "InputFailed":
            told.append(node.args[0])
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "fact":
            told.append(node.value)
    texts = {"".join(map(literal, node.values)) if isinstance(node, ast.JoinedStr) else literal(node) for node in told}
    return {text for text in texts if text != "…" and not NEVER_SHOWN.fullmatch(text)}


def literal(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else "…"


@pytest.mark.parametrize("module", OF_FILES)
def test_what_cannot_be_read_is_on_the_page(module: str) -> None:
    rows = [row for table in re.findall(r"^### (.* says)$", PAGE, re.MULTILINE) for row in rows_of(table)]
    said = failures_in(module)
    assert said
    assert {fact for fact in said if not any(quotes(row, fact) for row in rows)} == set()


def test_every_row_is_a_message_of_the_program() -> None:
    tables = re.findall(r"^### (.* says)$", PAGE, re.MULTILINE)
    assert len(tables) == 6
    texts = {text for path in (HOUSE / "src/seacorder").rglob("*.py") for text in texts_of(path)}
    rows = {row for table in tables for row in rows_of(table)}
    assert {row for row in rows if not any(quotes(row, text) for text in texts)} == set()
