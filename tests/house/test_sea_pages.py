"""The pages for the watch: short, without the words of programmers, and in the words that the program says."""

import re
from functools import cache

import pytest

from rig.page_texts import all_english
from rig.pages import rows, sections
from rig.program_texts import texts_of
from tools.tree import ROOT

pytestmark = pytest.mark.docs

FOLDER = ROOT / "docs/sea"
PAGES = ("card", "page", "alarms", "after", "powercut")
"""All that a watch reads beforehand. Troubleshooting is searched, not read; observations are for the inspector."""
WORDS_MAX = 1500
FOR_PROGRAMMERS = re.compile(r"\b(workers?|guardian|TOML|JSON|endpoint|backlog|timeline)\b", re.IGNORECASE)
CHANGES = re.compile(r"…|72 frames \(2\.9 s\)|\bBow\b|\bStern\b|\bNarration\b|\bSurvey\b|‘[^’]*’|\b\d[\d.]*\b")
"""What stands on the page for a name, an address, a button or a number."""
SYMPTOMS = {
    "It stutters", "It is black, but was not on the page", "The screen of a computer is recorded black",
    "An old depth is shown, or none", "There is no sound, or it is earlier than the picture", "A file does not open",
    "Files are in another folder than I expected", "After a power cut there are two recordings",
    "The time in the names is wrong", "seacorder check says that a file is missing", "A camera says", "A stream says",
    "A capture card, USB camera or screen says", "A film or a folder of pictures says", "A disk says",
    "A microphone says", "It is called black, but the picture is there",
    "minutes of recording are left",
    "the browser finds nothing, on another computer", "a changed setting has no effect", "it says",
}
"""Of the page on troubleshooting: what somebody sees that is no text of the program, or that the page puts together."""


def text_of(name: str) -> str:
    return (FOLDER / f"{name}.md").read_text("utf-8")


def words_in(text: str) -> list[str]:
    """Words that are read: no targets of links, no marks of Markdown."""
    return re.sub(r"[|*#`☐_●✓–…/]", " ", re.sub(r"\]\([^)]*\)", "", text)).replace("- ", " ").split()


def own(name: str) -> str:
    """A page without the column of alarms that repeats the program word for word; a test holds that to the code."""
    text = re.sub(r"^```\w+$", "```", text_of(name), flags=re.MULTILINE)
    return re.sub(r"^(\| `\w+` \| .+ \|) .+ \|$", r"\1", text, flags=re.MULTILINE) if name == "alarms" else text


@cache
def said() -> str:
    """Every text of the program and of its page, with … in the place of values."""
    texts = [text for path in (ROOT / "src/seacorder").rglob("*.py") for text in texts_of(path)]
    texts += all_english()
    return re.sub(r"\s+", " ", "\n".join(texts))


def unsaid(quoted: str) -> list[str]:
    """Pieces of what a page quotes that the program says nowhere."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)|\*\*|`", lambda link: link[1] or "", quoted)
    pieces = (piece.strip(" .,:;()") for piece in CHANGES.split(plain))
    return [piece for piece in pieces if len(piece) > 3 and piece not in SYMPTOMS and piece not in said()]


def quotes() -> list[str]:
    """Headings and first columns of troubleshooting."""
    text = text_of("troubleshooting")
    found = re.findall(r"^### (.+)$", text, re.MULTILINE) + re.findall(r"^\| (.+?) \| .+ \|$", text, re.MULTILINE)
    return [one for cell in found for one in cell.split(" / ")]


def test_a_watch_reads_little() -> None:
    assert sum(len(words_in(own(name))) for name in PAGES) <= WORDS_MAX


@pytest.mark.parametrize("name", [*PAGES, "observations", "troubleshooting"])
def test_it_is_told_without_the_words_of_programmers(name: str) -> None:
    assert FOR_PROGRAMMERS.findall(own(name)) == []


def refusals() -> list[str]:
    """Of observations."""
    table = sections(text_of("observations"))["When it is refused"]
    return [cells[0] for cells in rows(table)[1:]]


@pytest.mark.parametrize("quoted", [*quotes(), *refusals()])
def test_what_the_page_quotes_is_what_the_program_says(quoted: str) -> None:
    assert unsaid(quoted) == []


def test_something_else_is_noticed() -> None:
    assert unsaid("… does not answer at all, ever.") == ["does not answer at all, ever"]
    assert len(quotes()) > 100


@pytest.mark.parametrize("quoted", re.findall(r"^\| `\w+` \| (.+?) \|", text_of("alarms"), re.MULTILINE))
def test_each_alarm_is_quoted(quoted: str) -> None:
    ours = r", with \[one of many reasons\].*|42 minutes (?=of recording)| are left \(ALARM .*\)"
    assert unsaid(re.sub(ours, "", quoted)) == []
