"""docs/reference/encoding.md says the same as the code."""

import re
from pathlib import Path

import pytest

from seacorder.model.encoding_decision import (
    BIT_RATE_MAX,
    BIT_RATE_MIN,
    MEGAPIXELS_PER_CORE,
    REFERENCE_BIT_RATE,
    USABLE_SHARE,
    bit_rate_for,
)

pytestmark = pytest.mark.docs

PAGE = (Path(__file__).parents[2] / "docs/reference/encoding.md").read_text("utf-8")
CODECS = {"H.264": "h264", "H.265": "hevc", "AV1": "av1"}


def test_the_bit_rates_are_those_of_the_code() -> None:
    head = re.search(r"^\| size \|(.*)\|$", PAGE, re.MULTILINE)
    assert head is not None
    columns = [re.fullmatch(r"(\S+), (\d+)/s", cell.strip()) for cell in head[1].split("|")]
    rows = re.findall(r"^\| (\d+)x(\d+) \|(.*)\|$", PAGE, re.MULTILINE)
    assert len(rows) >= 6
    for width, height, cells in rows:
        for column, cell in zip(columns, cells.split("|"), strict=True):
            assert column is not None
            assert bit_rate_for(CODECS[column[1]], int(width), int(height), int(column[2])) == float(cell) * 1e6


def test_the_limits_are_those_of_the_code() -> None:
    assert f"{REFERENCE_BIT_RATE / 1e6:g} Mbit/s for H.264 with 1920x1080" in PAGE
    assert f"At least {BIT_RATE_MIN / 1e6:g}, at most {BIT_RATE_MAX / 1e6:g} Mbit/s" in PAGE
    assert f"plans with {100 * USABLE_SHARE:g} %" in PAGE


def test_the_presets_are_those_of_the_code() -> None:
    rows = dict(re.findall(r"^\| `(lib\w+)` \| (.*) \|$", PAGE, re.MULTILINE))
    assert {
        name: {preset: float(speed) for preset, speed in re.findall(r"`(\w+)` ([\d.]+)", cells)}
        for name, cells in rows.items()
    } == MEGAPIXELS_PER_CORE
