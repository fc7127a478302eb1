"""What layers show, and lettering."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.base.clock import NS_PER_SECOND
from seacorder.channel.overlay.layers import Stamp, in_order, painter_of, tidied
from seacorder.channel.overlay.lettering import RUNS_BYTES, WIDEST, Lettering
from seacorder.model.overlay import Layer, LayerAnchor, LayerKind

NOON_UTC_NS = 1_764_072_000 * NS_PER_SECOND


@pytest.mark.parametrize(
    ("pattern", "shown"),
    [
        ("%Y-%m-%d %H:%M:%S", "2025-11-25 12:00:00"),
        ("%H:%M:%S.%3f", "12:00:00.123"),
        ("%S.%1f", "00.1"),
        ("%S.%f", "00.123456"),
        ("100 %%", "100 %"),
    ],
)
def test_a_time_is_shown_by_its_pattern(pattern: str, shown: str) -> None:
    assert Stamp(pattern, use_utc=True).text(NOON_UTC_NS + 123_456_789) == shown


@pytest.mark.parametrize(("pattern", "changes"), [("%H:%M", 1), ("%H:%M:%S", 4), ("%S.%1f", 40), ("%S.%2f", 100)])
def test_a_time_changes_no_oftener_than_its_pattern(pattern: str, changes: int) -> None:
    stamp = Stamp(pattern, use_utc=True)
    shown = [stamp.text(NOON_UTC_NS + number * NS_PER_SECOND // 25) for number in range(100)]
    assert 1 + sum(one != other for one, other in pairwise(shown)) == changes


def test_a_text_layer_shows_its_own_text_or_the_clients() -> None:
    own = painter_of(Layer(LayerKind.TEXT, text="Job 7"), 720, "Bow", use_utc=True)
    clients = painter_of(Layer(LayerKind.TEXT), 720, "Bow", use_utc=True)
    name = painter_of(Layer(LayerKind.CHANNEL), 720, "Bow", use_utc=True)
    assert [one.value("Depth 3", 0) for one in (own, clients, name)] == ["Job 7", "Depth 3", "Bow"]


def test_a_text_layer_shows_the_values_of_its_fields() -> None:
    own = painter_of(Layer(LayerKind.TEXT, text="Depth {depth:.1f} m"), 720, "Bow", use_utc=True)
    assert own.value("", 0, {"depth": 12.34}.get) == "Depth 12.3 m"
    assert own.value("", 0) == "Depth --- m"


@given(st.text())
def test_any_text_can_be_measured_and_drawn(text: str) -> None:
    lettering = Lettering(None, 12, is_outlined=True)
    shown = tidied(text)
    size = lettering.size(shown)
    ink, ring = lettering.draw(shown, size, 0.5)
    assert ink.size == ring.size == size
    assert size[1] == (shown.count("\n") + 1) * 12 + 2 * lettering.margin


def test_lines_are_as_high_as_asked_whatever_the_font() -> None:
    lettering = Lettering(None, 43, is_outlined=False)
    ink, _ = lettering.draw("Ågjq|", lettering.size("Ågjq|"), 0.0)
    top, bottom = ink.getbbox()[1], ink.getbbox()[3]
    assert 36 <= bottom - top <= 45


def test_digits_are_drawn_from_few_kept_runs_and_look_like_a_whole_line() -> None:
    lettering = Lettering(None, 40, is_outlined=True)
    for number in range(200):
        lettering.draw(f"Depth {number / 7:.3f} m", (400, 60), 0.0)
    assert len(lettering._runs) <= 10 + len(("Depth ", ".", " m"))
    whole = lettering._font.getlength("Depth 27.142 m")
    assert abs(lettering.size("Depth 27.142 m")[0] - 2 * lettering.margin - whole) < 3


def test_what_is_kept_of_ever_new_texts_is_bounded() -> None:
    lettering = Lettering(None, 80, is_outlined=True)
    for number in range(40):
        lettering.size("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[number % 26] * (200 + number))
    assert 0 < lettering.kept_bytes <= RUNS_BYTES
    assert lettering.kept_bytes == sum(run.size for run in lettering._runs.values())


@pytest.mark.parametrize("letters", ["W", "i", "i" * 300 + "W"])
@pytest.mark.parametrize("line_height", [54, 2160])
def test_a_text_of_any_length_is_drawn_as_far_as_a_picture_reaches(letters: str, line_height: int) -> None:
    lettering = Lettering(None, line_height, is_outlined=True)
    text = (letters * 1000)[:1000]
    width = lettering.size(text)[0] - 2 * lettering.margin
    whole = lettering._font.getlength(text)
    assert min(whole, 3840) <= width <= WIDEST + 1


def test_a_line_from_right_to_left_keeps_its_order() -> None:
    lettering = Lettering(None, 40, is_outlined=False)
    line = "שלום 123"
    whole, _ = lettering.draw(line, lettering.size(line), 0.0)
    assert list(lettering._runs) == [line]
    digits = Lettering(None, 40, is_outlined=False).size("123")[0]
    assert whole.crop((0, 0, digits // 2, whole.height)).getbbox() is not None


@pytest.mark.parametrize(
    "words",
    ["Größe Übergang ąęłżźć ñ ø å", "Βάθος αβγδεζηθικλμνξοπρστυφχψω", "Глубина АБВГДЕЖЗ ыэюяїєґ", "°±µ²³½€′″→↑"],
)
def test_the_font_that_comes_with_the_program_has_these_letters(words: str) -> None:
    lettering = Lettering(None, 40, is_outlined=False)
    missing = lettering._drawn("\U000fffff").ink.tobytes()
    for letter in words.replace(" ", ""):
        assert lettering._drawn(letter).ink.tobytes() != missing, letter


def test_layers_of_one_place_stand_together_and_higher_ones_come_later() -> None:
    over = Layer(LayerKind.TEXT, LayerAnchor.TOP, z=2)
    first, second = Layer(LayerKind.TIME, LayerAnchor.TOP), Layer(LayerKind.CHANNEL, LayerAnchor.TOP)
    other = Layer(LayerKind.IMAGE, LayerAnchor.LEFT, z=1)
    assert [layers for _, layers in in_order([over, first, other, second])] == [[first, second], [other], [over]]


def test_a_font_that_is_no_font_is_an_error(tmp_path: Path) -> None:
    font = tmp_path / "font.ttf"
    font.write_bytes(b"no font")
    with pytest.raises(OSError, match=r"font|format"):
        Lettering(font, 40, is_outlined=False)
