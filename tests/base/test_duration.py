"""Durations and counts in words."""

import pytest

from seacorder.base.duration import duration_text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.04, "0.0 s"),
        (0.94, "0.9 s"),
        (1.0, "1 s"),
        (59.4, "59 s"),
        (59.6, "1 min 0 s"),
        (250.0, "4 min 10 s"),
        (3600.0, "1 h 0 min 0 s"),
        (90_061.0, "25 h 1 min 1 s"),
        (172_800.0, "2 days"),
    ],
)
def test_a_duration_in_words(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text
