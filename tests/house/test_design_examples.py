"""The worked examples in the design papers: each number is what the code makes of the example's inputs."""

import re
from fractions import Fraction

import pytest

from seacorder.base.clock import NS_PER_MS
from seacorder.channel.timing.clock_offset import ClockOffset
from seacorder.channel.timing.track_times import Step, TrackTimes
from seacorder.model.capture_time import AGREEMENT_NS, Captured, distance
from tools.tree import ROOT

pytestmark = pytest.mark.docs

TIME = (ROOT / "docs/design/time.md").read_text("utf-8")
FRAME_NS = 40 * NS_PER_MS
WORDS = {Step.KEPT: "", Step.MISSING: "missing", Step.REPEATED: "repeated", Step.BACKWARD: "backward",
         Step.JUMPED: "jumped"}  # fmt: skip


def table(text: str, head: str) -> list[list[str]]:
    """The cells of the table whose header row begins so."""
    rows = text[text.index(f"| {head}") :].split("\n\n", maxsplit=1)[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_the_least_delayed_frames() -> None:
    offset = ClockOffset()
    rows = [list(map(int, row)) for row in table(TIME, "media time | captured")]
    assert len(rows) == 6
    for media, captured, delay, arrived, apart, given, told, error in rows:
        assert (arrived, apart) == (captured + delay, arrived - media)
        assert offset.learn(media * NS_PER_MS, arrived * NS_PER_MS) == given * NS_PER_MS
        assert (told, error) == (media + given, media + given - captured)


@pytest.mark.parametrize("side", [0, 1])
def test_two_lines(side: int) -> None:
    times, last = TrackTimes(Fraction(1, 1000), 40), 0
    rows = table(TIME, "arrived | timestamp | step")
    assert len(rows) == 5
    for row in rows:
        arrived, (stamp, step, word) = int(row[0]), row[1 + 4 * side :][:3]
        if step == "first":
            last = times.begin(0, int(stamp), arrived * NS_PER_MS)
            continue
        out = times.take(int(stamp), arrived * NS_PER_MS)
        assert (out - last, WORDS[times.kind]) == (int(step), word)
        last = out


def test_a_hole_of_12_frames() -> None:
    by_arrivals, by_camera = table(TIME, "count | last frame before")
    before, after = (Captured(ns_of(by_arrivals[at]), ns_of(by_camera[at])) for at in (1, 2))
    estimate, exact = distance(Captured(before.instant_ns), Captured(after.instant_ns)), distance(before, after)
    assert (estimate.is_by_camera, exact.is_by_camera) == (False, True)
    for row, length, word in ((by_arrivals, estimate, "an estimate"), (by_camera, exact, "exact")):
        assert length.ns == ns_of(row[3])
        missing = length.frames_between(FRAME_NS)
        assert row[4] == f"{length.ns // NS_PER_MS} / 40 − 1 = {missing}, {word}"
    assert "differ over the hole by 240 ms, less than 0.25 s" in TIME
    assert estimate.ns - exact.ns == 240 * NS_PER_MS < AGREEMENT_NS == 250 * NS_PER_MS


def test_the_drawing_of_the_hole_has_as_many_frames() -> None:
    drawing = re.search(r"camera captures +([│× ]+)\n", TIME)
    assert drawing is not None
    assert drawing[1].count("×") == 12


def test_the_rounding_remainder() -> None:
    told = re.search(r"(\d+) ms are (\d+) frames, and \1 − (\d+) × 40 = (\d+) ms", TIME)
    assert told is not None
    hole, frames, steps, rest = map(int, told.groups())
    found = distance(Captured(0), Captured(hole * NS_PER_MS)).frames_between(FRAME_NS)
    assert (found, steps, rest) == (frames, frames + 1, hole - steps * 40)


def ns_of(cell: str) -> int:
    return int(cell.removesuffix(" ms")) * NS_PER_MS
