"""One word for each thing, in the documents of users: not the code's word beside the user's."""

import re
from pathlib import Path

import pytest

from tools.tree import ROOT

pytestmark = pytest.mark.docs

FOLDERS = ("sea", "setup", "programs", "reference")
PAGES = [
    *(ROOT / name for name in ("README.md", "HELP.md", "SECURITY.md", "docs/index.md")),
    *(path for folder in FOLDERS for path in sorted((ROOT / "docs" / folder).glob("*.md"))),
]
OTHER_WORDS = {
    "still": r"\bstills\b|\b(?:a|one|take|each|every) still\b(?! picture)",
    "hole": r"\bholes?\b",
    "worker": r"\bworkers?\b",
    "guardian": r"\bguardian\b",
    "control process": r"\bcontrol process\b",
    "machine": r"\bthis machine\b",
}
"""Not for users, who read framegrab, loss, recording process, watchdog, Seacorder, this computer."""
CODE = re.compile(r"^( *)```.*?^ *```|`[^`\n]*`", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_words_of_the_code_stay_in_the_code(path: Path) -> None:
    text = CODE.sub("", path.read_text("utf-8"))
    found = [match[0] for word in OTHER_WORDS.values() for match in re.finditer(word, text, re.IGNORECASE)]
    assert found == []
