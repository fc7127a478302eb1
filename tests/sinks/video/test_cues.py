"""Subtitles: which text a player shows over which frame."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.channel.overlay.texts import Texts
from seacorder.sinks.video.cues import LONGEST_NS, Cue, Cues, srt, vtt

MS = 1_000_000
FRAME_NS = 40 * MS


def cues_of(texts: Texts, shown: list[int], reorder: int = 0) -> list[Cue]:
    """Frames captured 1 s after they are shown; sent in groups of `reorder` that end with the last shown."""
    cues = Cues(texts.at)
    order = list(shown)
    if reorder:
        groups = [order[k : k + reorder] for k in range(0, len(order), reorder)]
        order = [frame for group in groups for frame in (group[-1], *group[:-1])]
    found = []
    for number, frame in enumerate(order):
        decoded = shown[number] - reorder * FRAME_NS if reorder else frame
        found += cues.frame(frame, decoded, frame + 1000 * MS)
    return found + list(cues.end())


def shown_at(cues: list[Cue], at_ns: int) -> str:
    """What a player shows at a moment, from the written times."""
    for cue in cues:
        if cue.begin_ns // MS * MS <= at_ns < cue.end_ns // MS * MS:
            return cue.text
    return ""


@given(
    changes=st.lists(st.tuples(st.integers(0, 4_000_000_000), st.sampled_from(["", "a", "b", "c"])), max_size=20),
    reorder=st.sampled_from([0, 2, 4]),
    frame_ns=st.sampled_from([FRAME_NS, 33_366_667, 16_683_333]),
)
def test_every_frame_has_the_text_valid_at_its_capture(
    changes: list[tuple[int, str]], reorder: int, frame_ns: int
) -> None:
    texts = Texts()
    for at_ns, text in changes:
        texts.set(at_ns, text)
    shown = [number * frame_ns for number in range(100)]
    cues = cues_of(texts, shown, reorder)
    assert all(one.end_ns <= other.begin_ns for one, other in pairwise(cues))
    for at_ns in shown:
        assert shown_at(cues, at_ns) == texts.at(at_ns + 1000 * MS)


def test_a_text_that_stays_is_written_in_pieces_without_a_gap() -> None:
    texts = Texts()
    texts.set(0, "Job 12")
    cues = cues_of(texts, [number * FRAME_NS for number in range(200)])
    assert [cue.text for cue in cues] == ["Job 12"] * 4
    assert all(one.end_ns == other.begin_ns for one, other in pairwise(cues))
    assert all(cue.end_ns - cue.begin_ns <= LONGEST_NS for cue in cues)
    assert (cues[0].begin_ns, cues[-1].end_ns) == (0, 200 * FRAME_NS)


def test_without_a_text_there_is_no_cue() -> None:
    assert cues_of(Texts(), [number * FRAME_NS for number in range(200)]) == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [("Depth 12.3 m", "Depth 12.3 m"), ("a\n\nb", "a\nb"), ("x --> y", "x -> y"), ("Tiefe 3 °", "Tiefe 3 °")],
)
def test_a_cue_as_subrip_writes_it(text: str, lines: str) -> None:
    cue = Cue(3_723_004_999_999, 3_723_100_000_000, text)
    assert srt(7, cue) == f"7\n01:02:03,004 --> 01:02:03,100\n{lines}\n\n"
    assert re.fullmatch(r"\d+\n[\d:,]{12} --> [\d:,]{12}\n(.+\n)+\n", srt(7, cue))


def test_web_subtitles_have_points_in_their_times_and_no_markup() -> None:
    cue = Cue(3_723_004_999_999, 3_724_000_000_000, "Depth <b>3</b> & more\n\n--> 4")
    assert vtt(cue) == "01:02:03.004 --> 01:02:04.000\nDepth &lt;b&gt;3&lt;/b&gt; &amp; more\n--&gt; 4\n\n"
