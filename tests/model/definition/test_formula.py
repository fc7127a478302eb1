"""Arithmetic of the settings file: computed as written, and never more than arithmetic."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.base.errors import BadRequest
from seacorder.model.definition.formula import parse_formula


@pytest.mark.parametrize(("text", "result"), [
    ("value * 0.3048", 3.048), ("1 + 2 * 3 - 4 / 2", 5.0), ("-(value - 3) % 5", 3.0), ("2 - 3 - 4", -5.0),
    ("abs(-2.5) + sqrt(9) + min(1, 2, 3) + max(.5, 1e1)", 16.5), ("+-+value", -10.0), ("(180 + 190) % 360", 10.0),
])
def test_it_is_computed(text: str, result: float) -> None:
    assert parse_formula(text).value({"value": 10.0}) == pytest.approx(result)


@pytest.mark.parametrize("text", ["1 / 0", "value / (value - 10)", "sqrt(-1)", "5 % 0", "1e300 * 1e300", "1e999"])
def test_where_there_is_no_result_there_is_none(text: str) -> None:
    assert parse_formula(text).value({"value": 10.0}) is None


@pytest.mark.parametrize(("text", "said"), [
    ("", "something is missing at its end"), ("2 +", "something is missing at its end"),
    ("2 3", "'3' is not understood"),
    ("value.real", "'.real' is not understood"), ("__import__('os')", "there is no function '__import__'"),
    ("open(1)", "there is no function 'open'"), ("min(1)", "min does not take 1 numbers. Give it 2 to 8"),
    ("(" * 30 + "1" + ")" * 30, "too many brackets"), ("1+" * 200 + "1", "too long"), ("2 ** 3", "'* 3' is not"),
    ("a[0]", "'[0]' is not understood"), ("(1", "something is missing"),
])
def test_a_mistake_is_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(BadRequest) as refused:
        parse_formula(text)
    assert said in refused.value.sentence


@given(st.text("value0123456789.+-*/%()e _,abs", max_size=60) | st.text(max_size=30))
def test_any_text_is_a_formula_or_refused(text: str) -> None:
    try:
        formula = parse_formula(text)
    except BadRequest:
        return
    formula.value(dict.fromkeys(formula.names, 1.5))
    assert pickle.loads(pickle.dumps(formula)) == formula
