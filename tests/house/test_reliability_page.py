"""The page of results promises what the faults were tested with, and shows the worst that was found."""

import re

import pytest

from faults.results import SUBJECTS
from faults.summary import CLAIMS, cases, disagreements, line_of
from rig.pages import rows
from tools.tree import ROOT

pytestmark = pytest.mark.docs

SUMMARY = (ROOT / "docs/design/reliability.md").read_text("utf-8")
FAULTS = (ROOT / "docs/design/faults.md").read_text("utf-8")


def test_it_says_what_the_table_found() -> None:
    assert disagreements(SUMMARY, FAULTS) == []


def test_every_line_of_it_rests_on_a_case() -> None:
    lines = re.findall(r"^\| (.+?) \|", SUMMARY, re.MULTILINE)[2:]
    told = [line for line in lines if any(line.startswith(claim.line) for claim in CLAIMS)]
    assert [line for line in lines if line not in told and "no figure yet" not in line_of(SUMMARY, line)] == []


PROMISES = [
    ("README.md", "A crash of Seacorder costs at most the last {crash} seconds of each file; a power cut,"),
    ("README.md", "a crash of the whole computer, at most the last {cut}. Added to this is"),
    ("HELP.md", "goes on recording, mostly within {back} seconds."),
    ("HELP.md", "at most the last {crash} seconds of each file"),
    ("CHANGELOG.md", "a crash costs at most the last {crash} seconds, a power cut at most the last {cut},"),
    ("docs/sea/powercut.md", "at most the last {cut} seconds of each open file"),
    ("docs/sea/powercut.md", "A crash of Seacorder itself costs at most the last {crash} seconds of each file"),
    ("docs/sea/powercut.md", "comes until it records again: mostly less than {back} seconds."),
    ("docs/sea/alarms.md", "mostly within {back} s; the last {crash} s before it stopped"),
    ("docs/reference/commands.md", "as after a crash: their last {crash} s may be missing"),
]
"""What other pages say of a crash and a power cut."""


def limits() -> dict[str, str]:
    """What the page of results promises: seconds lost by a crash and by a power cut, and seconds until it goes on."""
    (crash, back), cut = [
        re.findall(r"(?:at most the last|[Ww]ithin) ([\d.]+) s", line_of(SUMMARY, line))
        for line in ("The main process crashes", "Power cut")
    ]
    return {"crash": crash, "back": back, "cut": cut[0]}


def words_of(page: str) -> str:
    return re.sub(r"\s+", " ", (ROOT / page).read_text("utf-8").replace("**", ""))


@pytest.mark.parametrize(("page", "sentence"), PROMISES)
def test_other_pages_promise_the_same(page: str, sentence: str) -> None:
    assert sentence.format_map(limits()) in words_of(page)


@pytest.mark.parametrize("page", sorted({page for page, _ in PROMISES} | {
    "docs/sea/card.md", "docs/sea/after.md", "docs/sea/troubleshooting.md"
}))
def test_no_page_names_another_figure(page: str) -> None:
    named = set(re.findall(r"\blast (\d[\d.]*) s(?:econds)?\b", words_of(page)))
    assert named <= {limits()["crash"], limits()["cut"]}


@pytest.mark.parametrize(
    ("before", "after"),
    [("| 140 | 0.44 s |", "| 140 | 0.59 s |"), ("| 1.12 s lost", "| 1.98 s lost"), ("| 2.0 s, 0 |", "| 3.0 s, 0 |")],
)
def test_a_run_that_is_worse_is_found_out(before: str, after: str) -> None:
    assert before in FAULTS
    assert len(disagreements(SUMMARY, FAULTS.replace(before, after))) == 1


def test_others_are_quoted_as_they_were_found() -> None:
    paragraph = line_of(SUMMARY, "**Compared with others.**")
    worst = {(cells[2], cells[1]): cells[4] for cells in rows(FAULTS) if len(cells) == 7}
    for recorder in ("ffmpeg -f segment", "GStreamer splitmuxsink"):
        assert worst[recorder, "kill -9: recorded frames lost"] in paragraph
    kills = re.findall(r"\| kill -9: recorded.*\n.*\n.*\n.*?\| … account: .*?\| 10 \| (\d+ of \d+) \|", FAULTS)
    assert len(kills) == 2
    assert [account for account in kills if account not in paragraph] == []


def test_whether_every_limit_was_kept_is_said_above_the_table() -> None:
    missed = [line for line in FAULTS.splitlines() if "| Seacorder |" in line and not line.endswith("| yes |")]
    assert (missed == []) == ("In this table Seacorder kept every limit" in FAULTS)


def test_what_has_no_row_yet_is_named() -> None:
    """The page says which faults are younger than its table."""
    untold = [subject for subject, _ in SUBJECTS if f"\n| {subject} |" not in FAULTS]
    after = FAULTS.partition("end of what make faults writes")[2].replace("\n", " ")
    named = after.partition("have no row yet: ")[2].partition("\n\n")[0]
    assert [subject for subject in untold if f"“{subject}”" not in named] == []
    assert bool(untold) == ("have no row yet" in after)


def test_rows_are_read() -> None:
    assert len(cases(FAULTS)) > 90
