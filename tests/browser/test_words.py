"""What docs/sea/page.md says of the page is on the page, and the page's states and buttons are all explained there."""

import re
from pathlib import Path

import pytest
from PIL import Image

from browser.places import PLACES

pytestmark = pytest.mark.docs

ROOT = Path(__file__).parents[2]
SEA = ROOT / "docs/sea"
STATIC = ROOT / "src/seacorder/api/static"
PICTURE_BYTES_MAX = 300_000
EXAMPLES = re.compile(r"\b(Stern|00:12:30)\b")
"""A channel and a time, for which the page has what is true."""


def plain(text: str) -> str:
    """The text with one sign for whatever is filled in."""
    return EXAMPLES.sub("…", re.sub(r"\$\{[^}]*\}", "…", text))


EXPLAINED = plain((SEA / "page.md").read_text("utf-8"))
IN_ONE_LINE = " ".join(EXPLAINED.split())
SHOWN = plain("\n".join((STATIC / name).read_text("utf-8") for name in ("page.html", "page.js", "status.js")))
HTML, STATUS = (STATIC / "page.html").read_text("utf-8"), (STATIC / "status.js").read_text("utf-8")


def pieces(text: str) -> list[str]:
    """What of a text is always there."""
    return [piece for part in text.split("…") if (piece := part.strip(" ,.|"))]


def named() -> list[str]:
    """The words of the page that the page of documents names: first cells, what is in quotes, and figures in bold."""
    rows = re.findall(r"^\| ([^|]+) \|", EXPLAINED, re.MULTILINE)
    cells = [one for row in rows if row not in {"it says", "button", "on a channel"} for one in words_of(row)]
    figures = re.findall(r"\*\*([A-Z][A-Za-z ]+)\*\*(?=:)", EXPLAINED)
    return [one for one in (*cells, *re.findall(r"“([^”]+)”", IN_ONE_LINE), *figures) if one != "–"]


def words_of(row: str) -> list[str]:
    """The cell as it is; one that lists buttons names each."""
    return row.split(", ") if re.fullmatch(r"(Start|Stop)[a-z ]+, (Start|Stop)[a-z ]+", row) else [row]


def states() -> list[str]:
    """Every state, headline and level that status.js can say, the buttons, and the names of the figures."""
    said = re.findall(r"""words: [`"]([^`"]+)[`"]""", plain(STATUS))
    tables = re.findall(r"const (?:INPUT|SOUND) = \{([^}]+)\}", STATUS)
    called = [word for table in tables for word in re.findall(r'"([^"]+)"', table)]
    return [
        *said, *called, *re.findall(r"<button[^>]*>([^<]+)</button>", HTML), *re.findall(r"<dt>([^<]+)</dt>", HTML),
        *re.findall(r'severity: .* \? "(\w+)" : "(\w+)"', STATUS)[0],
    ]


@pytest.mark.parametrize("words", named())
def test_what_is_explained_is_on_the_page(words: str) -> None:
    assert [piece for piece in pieces(words) if piece not in SHOWN] == []


@pytest.mark.parametrize("words", states())
def test_what_the_page_says_is_explained(words: str) -> None:
    assert [piece for piece in pieces(words) if piece not in IN_ONE_LINE] == []


def test_enough_is_found() -> None:
    some = {"Take framegrab", "live", "NOT recording", "nothing heard since …", "No picture now"}
    assert some <= {*named(), *states()}
    assert len(named()) > 20
    assert len(states()) > 15


def test_the_numbers_of_the_text_are_those_that_are_drawn() -> None:
    explained = re.findall(r"^\*\*(\d) \[?(?:[\w ]+: )?(\w+)", EXPLAINED, re.MULTILINE)
    assert [(int(number), word) for number, word in explained] == [(number, word) for number, word, _ in PLACES]


@pytest.mark.parametrize("name", ["page", "numbers"])
def test_the_pictures_are_there_and_small(name: str) -> None:
    path = SEA / f"{name}.png"
    assert path.stat().st_size < PICTURE_BYTES_MAX
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        assert picture.width > 1000


def test_the_text_shows_its_picture() -> None:
    assert "(numbers.png)" in EXPLAINED
