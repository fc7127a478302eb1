"""Conditions on readings: what holds, what cannot be said, and mistakes that are named."""

import pytest

from seacorder.base.errors import BadRequest
from seacorder.model.observation_rule import parse_condition


@pytest.mark.parametrize(
    ("text", "numbers", "holds"),
    [
        ("cp_mv > -800 or cp_mv < -1100", {"cp_mv": -790}, True),
        ("cp_mv > -800 or cp_mv < -1100", {"cp_mv": -900}, False),
        ("cp_mv > -800 or cp_mv < -1100", {"cp_mv": -1200}, True),
        ("cp_mv > -800", {}, None),
        ("kp >= 1 and kp <= 2", {"kp": 2}, True),
        ("kp >= 1 and kp <= 2", {"kp": 2.5}, False),
        ("kp > 1 and cp > 0", {"kp": 0}, False),
        ("kp > 1 and cp > 0", {"kp": 2}, None),
        ("kp > 1 or cp > 0", {"kp": 2}, True),
        ("depth - altitude * 2 == 4", {"depth": 10, "altitude": 3}, True),
        ("depth / altitude > 1", {"depth": 10, "altitude": 0}, None),
        ("order != 3 or android < 2", {"order": 3, "android": 1}, True),
    ],
)
def test_what_a_condition_says(text: str, numbers: dict[str, float], holds: bool | None) -> None:
    assert parse_condition(text).holds(numbers) is holds


@pytest.mark.parametrize(
    "text", ["", "cp", "cp >", "> 3", "1 < cp < 3", "cp > 1 or", "cp > 1 xor kp > 2", "__import__('os') > 1", "x" * 500]
)
def test_a_mistake_is_named(text: str) -> None:
    with pytest.raises(BadRequest) as refused:
        parse_condition(text)
    assert refused.value.action
