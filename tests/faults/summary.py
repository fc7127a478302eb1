"""What docs/design/reliability.md says, compared with the table of docs/design/faults.md that `make faults` writes.

A figure of the summary is a figure of the table, and what it promises is the table's limit. So a run that is worse than
the summary is found out, and so is a summary that promises what no case holds.
"""

import re
from dataclasses import dataclass

from rig.pages import rows

SECONDS = r"([\d.]+ s)"
SHARE = r"(\d+) of (\d+)"


@dataclass(frozen=True, slots=True)
class Claim:
    """A line of the summary that rests on a row of the table."""

    line: str
    """How the line of the summary begins; a row of its table without the bar in front."""
    case: str
    """The row of the table: its case, behind that of the row above where it begins with an ellipsis."""
    figure: str
    """What of its worst result the line has: a pattern, each group of which stands in the line."""
    limit: str = ""
    """How the row's limit begins …"""
    promise: str = ""
    """… and the words in which the line promises it."""


_WORKER = "kill -9 of a channel's worker, a third of them inside a split: recorded frames lost"
_CONTROL = "kill -9 of the control process alone: recorded frames lost"
_ALL = "kill -9 of the program and all workers at once: recorded frames lost"
_NARRATOR = "kill -9 of the narrator: pictures lost"
_SECOND = "disk nearly full, with a second volume: frames lost by recordings; by clips; framegrabs not taken"
_STORM = "a storm of slow, greedy, garbled, foreign and idle clients beside a recording: frames missing"
_UNPLUGGED = "disk unplugged (EIO) and back: alarm; crashes; p99 of the API"
_FROZEN = "picture frozen, then black, in a steady stream of 1080p with 8 Mbit/s: alarm after"
_POWER = "power cut after each write, sync and name of a recording, over splits and while it is finished"
_CLOCK = "wall clock stepped +1 h and -1 h, and over the end of summer time, while recording"
_UNMOUNTED = "the volume under the root unmounted, and back: alarm; files on the disk below; frames in no account"
_CAMERA_ALARM = "camera away: its alarm is in status, WebSocket and log after"

CLAIMS = (
    Claim("The recording process of one camera crashes", _WORKER, SECONDS, "0.6 s", "at most the last 0.6 s"),
    Claim(
        "The recording process of one camera crashes", f"{_WORKER} … frames are stored again after", SECONDS,
        "5.0 s", "within 5 s",
    ),
    Claim("The main process crashes", _CONTROL, SECONDS, "0.6 s", "at most the last 0.6 s"),
    Claim(
        "The main process crashes", f"{_CONTROL} … frames are stored again, by itself, after", SECONDS,
        "5.0 s", "within 5 s",
    ),
    Claim("Everything is killed at once", _ALL, SECONDS),
    Claim(
        "Everything is killed at once", f"{_ALL} … started again by the test: frames are stored after", SECONDS,
        "5.0 s", "Within 5 s",
    ),
    Claim("Power cut", _POWER, SECONDS, "2.0 s", "at most the last 2 s"),
    Claim(
        "A camera or its cable fails", "Camera faults over: frames are stored again after", SECONDS,
        "3.48 s", "Within 3.5 s",
    ),
    Claim("The network loses packets", "Camera: UDP, 2 % of the packets lost", SHARE + r" missing, (\d+)"),
    Claim(
        "The disk is full", "disk fills up: alarm long before … room again: recording goes on by itself after",
        SECONDS, "2 s", "Within 2 s",
    ),
    Claim("The disk is full", f"{_SECOND} … it goes on there after", SECONDS),
    Claim("The disk is full", _SECOND, "0; 0; 0", "0; 0; 0", "With one: nothing"),
    Claim(
        "The disk hangs or is too slow", "disk hangs for 30 s: frames lost; memory a channel; p99 of the API",
        "0 frames;", "0 frames;", "nothing lost",
    ),
    Claim(
        "The disk is unplugged or fails", "dead disk with a second volume: frames lost; p99 of the API",
        r"(\d+ frames)", "4 s", "at most 4 s",
    ),
    Claim(
        "The file that is being recorded is deleted",
        "a file deleted while it is written: frames neither in the next part nor in a loss", "0 frames", "0 frames",
        "no other frame missing",
    ),
    Claim("The computer's clock is changed", _CLOCK, SHARE, "0", "Nothing"),
    Claim("The microphone's process crashes", _NARRATOR, SHARE, "0", "no frame"),
    Claim(
        "The microphone's process crashes", f"{_NARRATOR} … narration is heard again after", SECONDS,
        "5.0 s", "within 5 s",
    ),
    Claim(
        "One of 16 cameras hangs, floods", "one camera of sixteen hangs, floods, sends garbage: the fifteen others",
        SHARE, "0 frames", "nothing",
    ),
    Claim(
        "The list of recordings is deleted", "catalogue damaged: said so, set aside, rebuilt while the program runs",
        "(0 rows differ)", "0 rows",
    ),
    Claim("1,000 connections and hostile requests", _STORM, SHARE, "0", "Nothing"),
    Claim(
        "1,000 connections and hostile requests",
        "the same with 1000 idle connections: slowest answer to an operator", SECONDS,
    ),
    Claim(
        "The disk is unmounted, or another one is mounted", _UNMOUNTED, r"s; 0; (\d)", "3 s; 0; 0",
        "alarm within 3 s",
    ),
    Claim("**Alarms**", _CAMERA_ALARM, SECONDS),
    Claim("**Alarms**", "Camera silent: the status says stalled after", SECONDS),
    Claim("**Alarms**", _UNPLUGGED, SECONDS),
    Claim("**Alarms**", _FROZEN, r"frozen (\d+)"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What the table has of a case."""

    times: str
    worst: str
    limit: str


def cases(faults: str) -> dict[str, Found]:
    """Seacorder's rows of the table, by their case; of rows with one case the last one."""
    found: dict[str, Found] = {}
    head = ""
    for cells in rows(faults):
        if len(cells) != 7 or cells[2] != "Seacorder":
            continue
        case = cells[1] if not cells[1].startswith("…") else f"{head} {cells[1]}"
        head = head if cells[1].startswith("…") else cells[1]
        found[case] = Found(cells[3], cells[4], cells[5])
    return found


def line_of(summary: str, begin: str) -> str:
    """The row of the summary's table, or its paragraph, that begins so; empty if there is none."""
    blocks = [*summary.splitlines(), *(block.replace("\n", " ") for block in summary.split("\n\n"))]
    return next((one for one in reversed(blocks) if one.removeprefix("| ").startswith(begin)), "")


def disagreements(summary: str, faults: str) -> list[str]:
    """A sentence for each claim that the table does not hold up."""
    table = cases(faults)
    wrong = []
    for claim in CLAIMS:
        line, row = line_of(summary, claim.line), table.get(claim.case)
        if row is None or not line:
            wrong.append(f"{claim.line}: there is no such line, or no row {claim.case!r}")
            continue
        match = re.search(claim.figure, row.worst)
        if match is None or not all(_written(group) in line for group in match.groups()):
            wrong.append(f"{claim.line}: the worst result of {claim.case!r} is {row.worst!r}")
        if not row.limit.startswith(claim.limit) or claim.promise not in line:
            wrong.append(f"{claim.line}: the limit of {claim.case!r} is {row.limit!r}, promised is {claim.promise!r}")
    return wrong


def _written(figure: str) -> str:
    """A number of the table as the summary writes it."""
    return f"{int(figure):,}" if figure.isdigit() else figure
