"""Minutes of a simulated dive, played faster than time beside pictures: cues, framegrabs and table, read by other
programs, say what was true at their instants.

What was true is the simulator's; when each value came says the raw log. A value may be shown late on a busy computer,
but never before it came, and after those that came before it.
"""

import csv
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rig.program import Program, running, wait_for
from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND
from seacorder.channel.overlay.fields import LEAD_NS
from seacorder.telemetry.logs.raw_form import pieces
from seacorder.telemetry.sources.dive import Dive, Truth
from seacorder.telemetry.sources.simulator import FAST

SEED, RATE, SPEED = 7, 0.1, 20
SINCE = timedelta(seconds=45)
"""So long before the test the dive began: the vehicle is at the pipeline."""
LINE = "D {depth:.2f} H {heading:.2f}"
FRAME_NS = NS_PER_SECOND // 10
MINUTES = 3
_SHOWN = re.compile(r"D (\S+) H ([^\s<]+)")
_SENT = re.compile(rb"HDT,([\d.]+),T.*XDR,D,([\d.]+),M,DEPTH", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What the simulator has sent together."""

    utc_ns: int
    truth: Truth
    """What was true when it was sent, by the simulator's own time."""

    @property
    def line(self) -> tuple[str, str]:
        """Depth and heading as they are shown."""
        return shown(self.truth)


def shown(truth: Truth) -> tuple[str, str]:
    return f"{truth.depth:.2f}", f"{truth.heading:.2f}"


@dataclass(frozen=True, slots=True)
class Files:
    """What a recording of some minutes of dive has left."""

    folder: Path
    arrivals: tuple[Arrival, ...]

    def one(self, suffix: str) -> Path:
        (path,) = self.folder.rglob(f"*{suffix}")
        return path

    def late_ns(self, line: tuple[str, str], utc_ns: int) -> int | None:
        """How long before an instant these values had been replaced; None when they had not even come."""
        nexts = [*(one.utc_ns for one in self.arrivals[1:]), utc_ns]
        came = zip(self.arrivals, nexts, strict=True)
        return min(
            (max(0, utc_ns - until) for one, until in came if one.line == line and one.utc_ns <= utc_ns), default=None
        )


def mostly_new(late_ns: list[int | None]) -> bool:
    """All had come; and half had not been replaced for a second: a busy computer may be late now and then."""
    known = sorted(one for one in late_ns if one is not None)
    return len(known) == len(late_ns) and known[len(known) // 2] < NS_PER_SECOND


@pytest.fixture(scope="module")
def dive(tmp_path_factory: pytest.TempPathFactory) -> Files:
    folder = tmp_path_factory.mktemp("dive")
    start = datetime.now(UTC) - SINCE
    address = f"sim:?seed={SEED}&rate={RATE}&speed={SPEED}&start={start:%Y-%m-%dT%H:%M:%SZ}"
    more = f'[[overlay.layers]]\nkind = "text"\ntext = "{LINE}"\n[[telemetry]]\nname = "ROV"\ninput = "{address}"\n'
    with running(folder, {"Bow": "test:?size=320x180&rate=10&codec=h264"}, more=more) as program:
        program.wait_live()
        wait_for(lambda: _has_depth(program), "the depth")
        program.post("/api/v1/recording/start")
        for seconds in (2, 5, 60 * MINUTES / SPEED):
            program.wait_recorded(seconds)
            program.post("/api/v1/framegrab")
        program.post("/api/v1/recording/stop")
    return Files(program.root, tuple(_arrivals(program.root)))


def _has_depth(program: Program) -> bool:
    return "depth" in {one["name"] for one in program.get("/api/v1/readings")["items"]}


def _arrivals(folder: Path) -> Iterator[Arrival]:
    """From the raw log; each has to be what was true, in the order of the dive."""
    (path,) = folder.rglob("*.raw")
    made, step = Dive(SEED), 1 / (RATE * FAST)
    found = [(piece, _SENT.search(piece.data)) for piece in pieces(path.read_bytes())]
    lines = [(one[2].decode(), one[1].decode()) for _, one in found if one is not None]
    assert len(lines) == len(found)
    truths = [made.at(number * step) for number in range(int(3600 / step) + len(lines))]
    shown_truths = [shown(one) for one in truths]
    # Two records in a row may say the same, so the first line alone does not tell which it was.
    begins = [at for at in range(int(3600 / step)) if shown_truths[at : at + len(lines)] == lines]
    assert begins, lines[:3]
    for (piece, _), truth in zip(found, truths[begins[0] :], strict=False):
        yield Arrival(ns_of(datetime.fromisoformat(piece.utc)), truth)


def ns_of(moment: datetime) -> int:
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1)) * 1000


def told(*command: str | Path) -> str:
    """What another program prints."""
    return subprocess.run([str(one) for one in command], capture_output=True, text=True, check=True).stdout


def cues(path: Path) -> list[tuple[int, tuple[str, str]]]:
    """Begin (ns on the file's time) and values of each cue, as ffmpeg reads them; one that goes on is one."""
    text = told("ffmpeg", "-v", "error", "-i", path, "-map", "0:s:0", "-f", "srt", "-")
    found: list[tuple[int, tuple[str, str]]] = []
    for block in text.strip().split("\n\n"):
        _, times, content = block.split("\n", 2)
        hours, minutes, seconds = times.partition(" --> ")[0].replace(",", ".").split(":")
        begin = round((int(hours) * 3600 + int(minutes) * 60 + float(seconds)) * 1000) * NS_PER_MS
        values = _SHOWN.search(content)
        assert values is not None, content
        if not found or found[-1][1] != (values[1], values[2]):
            found.append((begin, (values[1], values[2])))
    return found


def test_the_subtitle_track_shows_what_was_true_when_its_pictures_were_taken(dive: Files) -> None:
    video = dive.one(".mp4")
    note = json.loads(told("ffprobe", "-v", "error", "-show_entries", "format_tags=seacorder", "-of", "json", video))
    first_ns = json.loads(note["format"]["tags"]["seacorder"])["first_frame_utc_ns"]
    track = cues(video)
    asked = [(values, first_ns + begin_ns - LEAD_NS + FRAME_NS // 2) for begin_ns, values in track]
    logged_ns = dive.arrivals[0].utc_ns + NS_PER_SECOND  # what is shown before that may have come before the log began
    known = [one for one in asked if one[1] > logged_ns]
    assert mostly_new([dive.late_ns(*one) for one in known])
    assert in_order([values for values, _ in known], dive.arrivals)
    assert len(known) > 60 * MINUTES / SPEED, "more than one each second"
    assert cues(dive.one(".vtt")) == track


def in_order(lines: list[tuple[str, str]], arrivals: tuple[Arrival, ...]) -> bool:
    """Each comes after those before it."""
    coming = iter(one.line for one in arrivals)
    return all(line in coming for line in lines)


def test_framegrabs_have_what_was_true_when_they_were_taken(dive: Files) -> None:
    stills = json.loads(told("exiftool", "-json", "-n", "-G1", "-all", dive.folder, "-r", "-ext", "jpg"))
    assert len(stills) == 3
    late_ns = []
    for still in stills:
        utc_ns = json.loads(still["ExifIFD:UserComment"])["frame_utc_ns"] + NS_PER_MS
        depth, heading = f"{still['ExifIFD:WaterDepth']:.2f}", f"{still['GPS:GPSImgDirection']:.2f}"
        late_ns.append(dive.late_ns((depth, heading), utc_ns))
        assert (still["XMP-seacorder:Depth"], still["XMP-seacorder:Heading"]) == (float(depth), float(heading))
        distances = [
            abs(still["Composite:GPSLatitude"] - one.truth.latitude) for one in dive.arrivals if one.utc_ns <= utc_ns
        ]
        assert min(distances) < 1e-7
    assert mostly_new(late_ns)


def test_the_table_has_in_each_row_the_newest_that_had_come(dive: Files) -> None:
    rows = list(csv.DictReader(dive.one(".csv").read_text("utf-8").splitlines()))
    assert len(rows) >= 60 * MINUTES / SPEED
    for row in rows:
        begin_ns = ns_of(datetime.fromisoformat(row["utc"]))  # cut to milliseconds
        came = [one for one in dive.arrivals if one.utc_ns < begin_ns + NS_PER_MS]
        newest = {one.line for place, one in enumerate(came) if one is came[-1] or came[place + 1].utc_ns >= begin_ns}
        if came:
            assert (f"{float(row['depth (m)']):.2f}", f"{float(row['heading (deg)']):.2f}") in newest
