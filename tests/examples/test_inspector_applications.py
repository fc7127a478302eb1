"""The guide's commands, curl and Python, do what it says when they are run in its order."""

import re
import subprocess
from pathlib import Path

import pytest

from rig.pages import blocks
from rig.program import running

GUIDE = (Path(__file__).parents[2] / "docs/programs/guide.md").read_text("utf-8")
PUBLIC = "http://127.0.0.1:13000"
PATTERN = "test:?size=320x180&rate=25&gop=10"


@pytest.fixture
def program(tmp_path):
    with running(tmp_path, {"Bow": PATTERN, "Stern": PATTERN}) as started:
        started.wait_live(backlog_seconds=1)
        yield started


def test_curl(program) -> None:
    script = "\n".join(blocks(GUIDE, "sh")).replace("curl -s", "curl -sS --fail-with-body").replace(PUBLIC, program.url)
    ended = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, timeout=90, check=False)
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout
    answers = re.sub(r"\s", "", ended.stdout)
    assert answers.startswith('{"Ping":true}{"FilenameTemplate":"${channelname}_${hh}${mm}${ss}"')
    assert answers.endswith("}truetruetruefalse"), "recording, still, clip, stopped"
    stored = {file.suffix for file in (program.root / "Dive 12").rglob("*.*")}
    stored -= {".html", ".json", ".txt", ".minisig", ".pub"}  # some seconds later the folder is made complete
    assert stored == {".mp4", ".jpg", ".jsonl"}, "videos, stills, and the account beside them"


def test_python(program) -> None:
    exec(compile("\n".join(blocks(GUIDE, "python")).replace(PUBLIC, program.url), "the guide", "exec"), {})
    assert len(list((program.root / "Dive 12").rglob("*.mp4"))) == 4


def test_all_seventeen_commands_are_in_the_guide() -> None:
    for command in (
        "stats/ping", "recordersettings/apply", "inspector/createdirectory", "inspector/recordingdirectory",
        "inspector/inspectiondirectory", "inspector/splittime/", "inspector/reevaluatetags/", "inspector/pathtemplate",
        "inspector/startrecording", "inspector/stoprecording", "inspector/isrecording", "encoderrunning",
        "inspector/takeframegrab", "inspector/startclip", "inspector/stopclip", "inspector/iscliprecording",
    ):
        assert command in GUIDE
