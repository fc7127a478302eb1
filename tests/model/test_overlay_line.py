"""Lines with fields: what is shown, and which mistakes are refused with a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.base.errors import BadRequest
from seacorder.model.overlay_line import DASHES, line_of, line_or_text, no_values
from seacorder.model.reading import Value

VALUES: dict[str, Value] = {"depth": 123.456, "heading": 7.4, "roll": -1.25, "beacon": "ROV 914", "kp": 12.0}


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("Depth {depth:.1f} m", "Depth 123.5 m"),
        ("KP {kp:.3f}\nHdg {heading:03.0f}", "KP 12.000\nHdg 007"),
        ("{depth}", "123.456"),
        ("{kp}", "12"),
        ("{roll:+.1f}/{roll:8.2f}", "-1.2/   -1.25"),
        ("{heading:03d}", "007"),
        ("{beacon}: {beacon:>9}", "ROV 914:   ROV 914"),
        ("{beacon:.1f}", "ROV 914"),
        ("{depth:s}", "123.456"),
        ("{{depth}} {depth:.0f}", "{depth} 123"),
        ("no field", "no field"),
        ("", ""),
        ("{altitude:.1f} m", f"{DASHES} m"),
        ("{kp:5.2d}", "   12"),
    ],
)
def test_a_line_shows_its_values(line: str, shown: str) -> None:
    assert line_of(line).text(VALUES.get) == shown


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("Depth {depth", "{ alone"),
        ("depth}", "} alone"),
        ("{}", "{} is no field"),
        ("{Depth}", "{Depth} is no field"),
        ("{depth.real}", "is no field"),
        ("{depth!r}", "is no field"),
        ("{0}", "is no field"),
        ("{depth:.1x}", "number form"),
        ("{depth:{width}}", "alone"),
        ("{depth:999f}", "number form"),
        ("{depth:%H}", "number form"),
    ],
)
def test_a_mistake_is_refused_with_a_sentence(line: str, named: str) -> None:
    with pytest.raises(BadRequest) as refused:
        line_of(line)
    assert named in refused.value.message.fact
    assert refused.value.message.action
    assert line_or_text(line).text(VALUES.get) == line


NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@given(st.text(), NUMBERS | st.text())
def test_any_text_and_any_value_can_be_shown(text: str, value: float | str) -> None:
    assert isinstance(line_or_text(text).text(lambda _: value), str)


@given(st.from_regex(r"[<>^=]?[-+ ]?0?(7|12)?(\.[03])?[fFeEgGds]?", fullmatch=True), NUMBERS | st.text())
def test_every_form_that_is_accepted_can_be_written(form: str, value: float | str) -> None:
    line = "{depth:" + form + "}"
    assert line_of(line).text(lambda _: value)
    assert line_of(line).text(no_values) == DASHES
