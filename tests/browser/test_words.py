"""What docs/sea/page.md and the card say of the page is on the page, and the page's states are all explained there."""

import re

import pytest
from PIL import Image

from rig.page_texts import all_english, english
from rig.pages import rows
from tools.tree import ROOT

pytestmark = pytest.mark.docs

SEA = ROOT / "docs/sea"
PICTURES = ("page", "fault", "channel", "review", "data", "settings", "phone")
PICTURE_BYTES_MAX = 300_000
PAGE = (SEA / "page.md").read_text("utf-8")
IN_ONE_LINE = " ".join(PAGE.split())
SHOWN = "\n".join(all_english())
LINKED = re.compile(r"\[([^\]]*)\]\([^)]*\)")
LOOKS = {"dashed amber frame", "amber seconds beside the time", "kinds of observations"}
"""What is seen and not read."""
HEADS = {"it says", "on a tile", "button", "view"}
STATES = ("RECORDING", "NOT RECORDING", "CONNECTING", "REC", "disk left", "nothing heard since …", "Hold to stop")


def pieces(text: str) -> list[str]:
    """What of a text is always there."""
    return [piece for part in text.split("…") if (piece := part.strip(" ,.|:"))]


def named() -> list[str]:
    """The words of the page that the page of documents names: first cells, what is in quotes, and what is bold."""
    cells = [cells[0] for cells in rows(PAGE) if not set(cells[0]) <= {"-", " "} and cells[0] not in HEADS]
    words = [word for cell in cells for word in re.sub(r" \([^)]*\)|: .*", "", cell).split(", ")]
    words += re.findall(r"“([^”]+)”", IN_ONE_LINE) + re.findall(r"\*\*([^*]+)\*\*", LINKED.sub(r"\1", PAGE))
    return [word for word in words if word not in {"–", "?", *LOOKS}]


def on_the_card() -> list[str]:
    """Its bold words, but for what begins a paragraph, and what it quotes of alarms, which is held to the program."""
    card = re.sub(r"^\| (?:…|The).*$", "", (SEA / "card.md").read_text("utf-8"), flags=re.MULTILINE)
    return [one for one in re.findall(r"\*\*([^*]+)\*\*", card) if one not in {"bold", "An alarm"} and one[-1] != "."]


def states() -> list[str]:
    """Every state of the bar, of a tile, of the narration, and the buttons."""
    bar, live, actions = (english(name) for name in ("bar", "live", "actions"))
    narration = [text for text in english("frame") if text in {"connecting", "not working", "too loud"}]
    words = [text for text in (*bar, *live) if text.isupper() and text[0].isalpha()]
    return [*words, *narration, *(text for text in actions if text in {"Start", "Stop", "Still", "Clip", "End clip"})]


@pytest.mark.parametrize("words", ["The bar", "Tiles", *named()])
def test_what_is_explained_is_on_the_page(words: str) -> None:
    headings = {"The bar", "Tiles", "Buttons", "One channel", "On a phone", "in bold", "words"}
    assert words in headings or [piece for piece in pieces(words) if piece not in SHOWN] == []


@pytest.mark.parametrize("words", on_the_card())
def test_what_the_card_names_is_on_the_page(words: str) -> None:
    assert [piece for piece in pieces(words) if piece not in SHOWN] == []


@pytest.mark.parametrize("words", states())
def test_what_the_page_says_is_explained(words: str) -> None:
    assert [piece for piece in pieces(words) if piece not in IN_ONE_LINE] == []


def test_enough_is_found() -> None:
    assert set(STATES) - {"Hold to stop"} <= set(named())
    assert {"RECORDING", "Still", "Hold to stop"} <= set(on_the_card())
    assert len(named()) > 25
    assert len(states()) > 15


@pytest.mark.parametrize("name", PICTURES)
def test_the_pictures_are_there_and_small(name: str) -> None:
    path = SEA / f"{name}.png"
    assert path.stat().st_size < PICTURE_BYTES_MAX
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        assert picture.width > (1000 if name != "phone" else 300)


def test_the_text_shows_its_pictures() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [name for name in PICTURES if f"({name}.png)" not in PAGE and f"sea/{name}.png)" not in readme] == []
