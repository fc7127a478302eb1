"""docs/programs/files.md: the command that shows what a file says of itself."""

import re
import subprocess
from pathlib import Path

import pytest

from rig.program import running
from seacorder.model.file_note import FileNote

PAGE = (Path(__file__).parents[2] / "docs/programs/files.md").read_text("utf-8")


@pytest.mark.slow
def test_the_note_is_shown_by_the_command_of_the_page(tmp_path: Path) -> None:
    (command,) = re.findall(r"`(ffprobe -v error [^`]+) FILE`", PAGE)
    with running(tmp_path, {"Bow": "test:?size=320x180&rate=25&gop=10"}) as program:
        program.record(1.0)
        program.get("/api/inspector/stoprecording")
        (part,) = program.rows("parts")
    shown = subprocess.run([*command.split(), part["path"]], capture_output=True, text=True, check=True).stdout
    note = FileNote.from_json(shown.strip().strip('"').replace('""', '"'))
    assert (note.channel, note.id) == ("Bow", part["recording_id"])
