"""Whatever the terminal, the state of each channel can be read; names are cut, and stay apart."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from cli.status_answers import CHANNEL, STATUS
from seacorder.cli.fitting import FILE, GAP, NAME, cut, fit
from seacorder.cli.status_table import picture_of
from seacorder.client.answers import StatusAnswer, read

STATES = ("live", "connecting", "stalled", "failed")
NAMES = st.text(alphabet="aé側面Борт -.@", min_size=1, max_size=64)
WIDTHS = st.integers(60, 200)


def channel(name: str, state: str, *, is_recording: bool = True) -> dict:
    return CHANNEL | {
        "name": name, "state": state, "is_recording": is_recording, "recording_seconds": 360_000, "losses": 1_234,
        "bits_per_second": 123_456_789, "recording": CHANNEL["recording"] | {"frames": 1_234_567},
        "picture": CHANNEL["picture"] | {"width": 16384, "height": 16384, "frame_rate": 29.97},
    }


def shown(channels: list[dict], width: int, height: int | None = None) -> list[str]:
    status = STATUS | {"channels": channels}
    console = Console(width=width, color_system=None)
    with console.capture() as captured:
        console.print(picture_of(read(StatusAnswer, status), width=width, height=height))
    return captured.get().splitlines()


@given(
    names=st.lists(NAMES, min_size=1, max_size=6),
    states=st.lists(st.sampled_from(STATES), min_size=6),
    width=WIDTHS,
)
def test_state_and_recording_are_never_cut(names: list[str], states: list[str], width: int) -> None:
    rows = shown([channel(name, state) for name, state in zip(names, states, strict=False)], width)
    assert all(cell_len(row) <= width for row in rows)
    told = [row for row in rows if "100:00:00" in row]
    assert len(told) == len(names)
    for row, state in zip(told, states, strict=False):
        assert re.search(rf"\b{state}\b", row)


@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
def test_two_long_names_that_differ_at_their_ends_stay_apart(width: int) -> None:
    names = [f"Camera on the aft crane of the support vessel, {side}" for side in ("port", "starboard")]
    rows = [row for row in shown([channel(name, "live") for name in names], width) if " live " in row]
    assert len({row.split("  ")[0] for row in rows}) == 2


def test_the_file_gives_way_before_the_name_and_the_rate_before_the_picture() -> None:
    natural = {NAME: 30, "state": 10, "picture": 19, "Mbit/s": 6, "recording": 9, "frames": 6, "losses": 6, FILE: 60}
    assert fit(natural, 250) == natural
    assert fit(natural, 150) == natural | {FILE: 150 - (30 + 10 + 19 + 6 + 9 + 6 + 6) - 7 * GAP}
    assert fit(natural, 110)[NAME] < 30
    assert FILE not in fit(natural, 99)
    assert "Mbit/s" not in fit(natural, 78)
    assert "picture" in fit(natural, 78)
    assert list(fit(natural, 30)) == [NAME, "state", "recording"]


@given(text=NAMES, width=st.integers(4, 70))
def test_a_cut_text_fits_and_keeps_both_ends(text: str, width: int) -> None:
    found = cut(text, width)
    assert cell_len(found) <= width
    if found != text:
        head, tail = found.split("\u2026")
        assert text.startswith(head)
        assert text.endswith(tail)
        assert cell_len(text) > width


def test_in_a_low_terminal_those_that_need_somebody_stand_first() -> None:
    channels = [channel(f"Camera {number}", "live") for number in range(40)]
    channels[30]["state"] = "failed"
    channels[20]["is_recording"] = False
    rows = shown(channels, 120, height=20)
    assert any("40 channels: 39 live, 1 failed" in row for row in rows)
    table = [row for row in rows if row.startswith("Camera")]
    assert [row[:9] for row in table[:3]] == ["Camera 20", "Camera 30", "Camera 0 "]
    assert next(row[:9] for row in shown(channels, 120) if row.startswith("Camera")) == "Camera 0 "


def test_columns_stand_apart() -> None:
    widths = fit({NAME: 5, "state": 10, "recording": 9}, 60)
    assert sum(widths.values()) + GAP * 2 == 28
