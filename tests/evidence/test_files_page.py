"""docs/programs/files.md has an entry for everything that a file says of itself."""

import json
import re
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

from rig.pages import blocks
from seacorder.model.account import ACCOUNT_NAME
from seacorder.model.dive_context import CONTEXT_FIELDS, DiveContext
from seacorder.model.file_note import NOTE_KEY, FileNote
from seacorder.model.recording import FileKind, Framegrab
from seacorder.sinks.still.exif import comment_of, exif_of
from seacorder.sinks.video.mp4 import metadata_of
from seacorder.storage import account_file

pytestmark = pytest.mark.docs

PAGE = (Path(__file__).parents[2] / "docs" / "programs" / "files.md").read_text()
GRAB = Framegrab("G", "C", "", 0, 0, 0, 0, 0, 0)
_EXIF_IFD = 0x8769
CONTEXT = DiveContext(**dict.fromkeys(CONTEXT_FIELDS, "x"))
NOTE = FileNote(FileKind.RECORDING, "Büg", "R1", 1, 0, 0, context=CONTEXT)


@pytest.mark.parametrize("key", [*metadata_of(NOTE), *json.loads(NOTE.to_json()), NOTE_KEY])
def test_every_key_of_a_video_file_is_described(key: str) -> None:
    cells = re.findall(r"^\| (`[^|]+`) \|", PAGE, re.MULTILINE)
    assert any(f"`{key}`" in cell for cell in cells)


def test_every_key_of_a_framegrab_is_described() -> None:
    for key in json.loads(comment_of(GRAB)):
        assert f"| `{key}` |" in PAGE


def test_every_exif_tag_of_a_framegrab_is_described() -> None:
    exif = Image.Exif()
    exif.load(exif_of(GRAB, Fraction(1)))
    tags = {*exif, *exif.get_ifd(_EXIF_IFD)} - {_EXIF_IFD}
    assert tags
    assert [f"{tag:04X}" for tag in sorted(tags) if f"0x{tag:04X}" not in PAGE] == []


def test_a_note_survives_its_text() -> None:
    assert FileNote.from_json(NOTE.to_json()) == NOTE
    assert NOTE.to_json().isascii()


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", '{"kind":"x"}', '{"kind":"Clip"}', "x"])
def test_what_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="note"):
        FileNote.from_json(text)


def test_the_lines_of_an_account_are_those_that_are_written(tmp_path: Path) -> None:
    (shown,) = blocks(PAGE, "json")
    (tmp_path / ACCOUNT_NAME).write_text(shown, encoding="ascii")
    rows = account_file.read(tmp_path)
    assert len(rows) == 2
    written = tmp_path / "written"
    written.mkdir()
    account_file.append(written, rows.values())
    assert (written / ACCOUNT_NAME).read_text("ascii") == shown
