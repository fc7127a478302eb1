"""The value of a field is the one that was valid at the instant that is asked for."""

from hypothesis import given
from hypothesis import strategies as st

from seacorder.base.clock import NS_PER_SECOND
from seacorder.channel.overlay.fields import FIELDS_MAX, KEPT, LEAD_NS, Fields
from seacorder.channel.overlay.lines import ShownLines
from seacorder.channel.overlay.texts import ShownTexts
from seacorder.model.dive_context import DiveContext
from seacorder.model.overlay import Layer, LayerKind, ShownField

STALE_NS = 5 * NS_PER_SECOND


def _depth(at_ns: int, value: float | None) -> ShownField:
    return ShownField("depth", value, "m", at_ns, None if value is None else at_ns + STALE_NS)


@given(
    st.dictionaries(st.integers(0, 40), st.none() | st.integers(0, 3).map(float)), st.integers(-1, 60)
)
def test_the_newest_at_or_before_an_instant_counts(values: dict[int, float | None], asked: int) -> None:
    fields = Fields()
    fields.take(_depth(second * NS_PER_SECOND, value) for second, value in sorted(values.items()))
    before = [(second, value) for second, value in sorted(values.items()) if second <= asked]
    expected = None if not before or asked - before[-1][0] >= 5 else before[-1][1]
    found = fields.at(asked * NS_PER_SECOND).get("depth")
    assert (None if found is None else found[0]) == expected


def test_a_picture_shows_a_value_from_a_tenth_of_a_second_after_it_came_until_it_is_stale() -> None:
    fields = Fields()
    fields.take([_depth(0, 3.0)])
    assert fields.over_picture(LEAD_NS - 1)("depth") is None
    assert fields.over_picture(LEAD_NS)("depth") == 3.0
    assert fields.over_picture(LEAD_NS + STALE_NS - 1)("depth") == 3.0
    assert fields.over_picture(LEAD_NS + STALE_NS)("depth") is None
    assert fields.over_picture(LEAD_NS)("heading") is None


def test_none_takes_the_value_away_at_once() -> None:
    fields = Fields()
    fields.take([_depth(0, 3.0), _depth(7, None)])
    assert fields.at(6) == {"depth": (3.0, "m")}
    assert fields.at(7) == {}


def test_a_source_that_has_no_value_any_more_leaves_none_of_its_numbers_behind() -> None:
    fields = Fields()
    fields.take([_depth(900, 3.0), _depth(950, 3.1)])
    fields.take([_depth(800, 7.0)])  # of the other source: it is the field's value since the first one said none
    assert fields.at(949)["depth"] == (3.0, "m")
    assert fields.at(1000)["depth"] == fields.at(950)["depth"] == (7.0, "m")
    assert fields.at(800 + STALE_NS - 1)["depth"] == (7.0, "m")
    assert fields.at(800 + STALE_NS) == {}
    fields.take([_depth(1200, 3.2)])
    assert fields.at(1199)["depth"] == (7.0, "m")
    assert fields.at(1200)["depth"] == (3.2, "m")


def test_memory_does_not_grow() -> None:
    fields = Fields()
    fields.take(_depth(number, float(number)) for number in range(3 * KEPT))
    assert fields.at(2 * KEPT - 1) == {}
    assert fields.at(2 * KEPT) == {"depth": (float(2 * KEPT), "m")}
    fields.take(ShownField(f"f{number}", 1.0, "", 0) for number in range(2 * FIELDS_MAX))
    assert len(fields.at(0)) == FIELDS_MAX - 1


def test_lines_beside_the_picture_have_values_text_and_context() -> None:
    texts, fields = ShownTexts(), Fields()
    layers = (Layer(LayerKind.TEXT), Layer(LayerKind.TIME), Layer(LayerKind.TEXT, text="Depth {depth:.1f} m, {dive}"))
    lines = ShownLines(layers, texts, fields)
    second = 10 * NS_PER_SECOND
    assert lines.at(second) == "Depth --- m, ---"
    texts.set(0, "Weld {depth:.0f}")
    fields.take([_depth(second - LEAD_NS, 3.0)])
    fields.take_context(DiveContext(dive="12"), 0)
    assert lines.beside(second) == "Weld 3\nDepth 3.0 m, 12"
    assert fields.at(second) == {"depth": (3.0, "m")}
    texts.is_burned_in = True
    assert (lines.beside(second), lines.clients(second)) == ("", "Weld 3")


def test_without_a_field_in_any_layer_only_the_clients_text_stands_beside() -> None:
    texts = ShownTexts()
    lines = ShownLines((Layer(LayerKind.TEXT, text="Survey Ltd"), Layer(LayerKind.TEXT)), texts, Fields())
    assert lines.at(5) == ""
    texts.set(5, "Job 12 {x!}")
    assert lines.at(5) == "Job 12 {x!}"
