"""Colours in YCbCr, against the values of the recommendations."""

import pytest

from seacorder.channel.overlay.colour import Paint, Palette

BT709, BT601, BT2020 = 1, 6, 9


@pytest.mark.parametrize(
    ("matrix", "colour_range", "colour", "paint"),
    [
        (BT709, 1, "#ffffff", Paint(235, 128, 128, 255)),
        (BT709, 1, "#00000080", Paint(16, 128, 128, 128)),
        (BT709, 2, "#ffffff", Paint(255, 128, 128, 255)),
        (BT601, 1, "#ff0000", Paint(81, 90, 240, 255)),
        (BT601, 1, "#0000ff", Paint(41, 240, 110, 255)),
        (BT709, 1, "#ff0000", Paint(63, 102, 240, 255)),
        (BT709, 1, "#00ff00", Paint(173, 42, 26, 255)),
        (BT2020, 1, "#ff0000", Paint(74, 97, 240, 255)),
        (BT601, 2, "#ff0000", Paint(76, 85, 255, 255)),
    ],
)
def test_colours_have_the_values_of_the_recommendations(
    matrix: int, colour_range: int, colour: str, paint: Paint
) -> None:
    assert Palette.of(matrix, colour_range, 1080).paint(colour) == paint


def test_a_picture_that_says_nothing_is_taken_as_players_take_it() -> None:
    assert Palette.of(2, 0, 719) == Palette.of(BT601, 1, 719)
    assert Palette.of(2, 0, 720) == Palette.of(BT709, 1, 720)
