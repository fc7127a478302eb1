"""Observations: how soon one is entered while eight cameras record, and how soon a hundred thousand are searched.

A thousand are in the list before. A process of its own (`python -m bench.observations PORT`) lists them again and
again, so that reading its answers takes no time from what is measured.
"""

import asyncio
import random
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench.cameras import Cameras
from bench.figures import Figure, latency
from bench.plan import Plan
from bench.recorder import HERE, Recorder, recorder
from seacorder.base.clock import SystemClock
from seacorder.catalogue.catalogue import Catalogue
from seacorder.model.instant import Instant, iso_utc
from seacorder.model.observation import (
    Changes,
    EnteredBy,
    Followed,
    Observation,
    ObservationClass,
    Place,
    Revision,
    RevisionKind,
    noted,
)
from seacorder.model.observation_text import document_of, row_of
from seacorder.model.reading import Reading, ReadingState

ENTERED_P95_MS = 50
SEARCHED_P95_MS = 100
LISTED = 1000
PAGE = 100
CHANNELS = 8
READINGS = 12
EACH_NS = 10_000_000_000
"""Between two observations of the list."""
BEGIN_UTC_NS = 1_760_000_000_000_000_000
STORED_AT_ONCE = 2000
WORDS = [f"{first}{last}" for first in ("weld", "coat", "pipe", "rock", "span", "mat", "wire", "bolt")
         for last in ("end", "ing", "er", "line", "head", "work", "age", "less")]  # fmt: skip
COMMON = "anode"
"""A word that every observation has."""
INSTRUMENTS = '\n[[telemetry]]\nname = "ROV"\ninput = "sim:?seed=1"\n'
SMALL_CHANNEL = "test:?size=320x180&rate=10&codec=h264"


def observed(number: int) -> Observation:
    """One of many, with readings, and places in the files of eight channels."""
    start = Instant(number * EACH_NS, BEGIN_UTC_NS + number * EACH_NS)
    readings = [Reading(f"reading_{n}", number / 8 + n, "m", ReadingState.FRESH, start, "ROV") for n in range(READINGS)]
    places = (
        Place(f"Camera {n}", "r1", 1 + number // 60, f"/data/DATA/{n}_{number // 60}.mp4", number / 4, number * 30)
        for n in range(CHANNELS)
    )
    chance = random.Random(number)
    text = f"{chance.choice(WORDS)} {chance.choice(WORDS)} at KP {number / 100:.2f}"
    return Observation(
        f"o{number:06}", number, "AN", "Anode", ObservationClass.FINDING, False, start, EnteredBy.KEY,
        (("dive", f"{1 + number // 5000}"),), noted(readings, start), "r1",
        (Revision(1, RevisionKind.ENTERED, start.utc_ns, "Ann", "", Changes(text)),), Followed(tuple(places)),
    )  # fmt: skip


async def fill(path: Path, count: int) -> None:
    """A list of recordings that has so many observations; their files are nowhere."""
    catalogue = Catalogue(path, SystemClock())
    catalogue.open()
    for number in range(1, count + 1):
        one = observed(number)
        catalogue.record(row_of(one, f"/nowhere/{one.id}.json"))
        catalogue.record(document_of(one))
        if number % STORED_AT_ONCE == 0:
            await catalogue.flush(60)
    await catalogue.flush(60)
    catalogue.close()


@dataclass(slots=True)
class Entered:
    """Answer times in seconds."""

    alone: list[float] = field(default_factory=list)
    beside_lists: list[float] = field(default_factory=list)


def enter(running: Recorder, count: int) -> list[float]:
    """At any place within a group of pictures. Raises SystemExit for an answer that lacks something."""
    times = []
    for number in range(count):
        time.sleep(random.uniform(0.05, 0.25))
        begun = time.perf_counter()
        one = running.post("/api/v1/observations", {"code": "FJ", "text": f"{WORDS[number % len(WORDS)]} tape"})
        times.append(time.perf_counter() - begun)
        if len(one["places"]) != CHANNELS or not one["readings"]:
            raise SystemExit(f"An observation has {len(one['places'])} places and {len(one['readings'])} readings.")
    return times


@contextmanager
def listing(port: int) -> Iterator[None]:
    """A thousand observations are listed again and again meanwhile."""
    command = [sys.executable, "-m", "bench.observations", str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as lister:
        assert lister.stdout is not None
        assert lister.stdin is not None
        lister.stdout.readline()  # the first page is there
        yield
        lister.stdin.close()
    if lister.returncode:
        raise SystemExit("The process that lists observations has failed.")


def entered(addresses: list[str], folder: Path, count: int) -> Entered:
    """While the channels record."""
    done = Entered()
    made = {"tables": INSTRUMENTS, "prepare": lambda files: asyncio.run(fill(files / "seacorder.db", LISTED))}
    with recorder(addresses, folder, **made) as running:
        running.wait_for("there are readings", lambda: bool(running.get("/api/v1/readings")["items"]))
        running.start_recording()
        done.alone = enter(running, count)
        with listing(running.port):
            done.beside_lists = enter(running, count)
        running.stop_recording()
    return done


def searches(count: int, observations: int) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Questions by time, each with one by text."""
    chance = random.Random(1)
    for _ in range(count):
        begin_ns = BEGIN_UTC_NS + chance.randrange(observations) * EACH_NS
        newest_first = str(chance.random() < 0.5).lower()
        text = chance.choice([COMMON, chance.choice(WORDS), f"{chance.choice(WORDS)} {chance.choice(WORDS)[:4]}"])
        by_time = {"from": iso_utc(begin_ns, digits=3), "newest_first": newest_first, "limit": PAGE}
        yield by_time, {"text": text, "newest_first": newest_first, "limit": PAGE}


def searched(folder: Path, observations: int, count: int) -> tuple[list[float], list[float]]:
    """Answer times by time, and by text."""
    by_time, by_text = list[float](), list[float]()
    prepare = lambda files: asyncio.run(fill(files / "seacorder.db", observations))  # noqa: E731
    with recorder([SMALL_CHANNEL], folder, prepare=prepare) as running:
        for times, texts in searches(count, observations):
            by_time.append(running.timed(f"/api/v1/observations?{urlencode(times)}"))
            by_text.append(running.timed(f"/api/v1/observations?{urlencode(texts)}"))
    return by_time, by_text


def figures(done: Entered, observations: int, by_time: list[float], by_text: list[float]) -> list[Figure]:
    many = f"{observations:,} observations in the list: {PAGE} of them"
    return [
        latency(f"An observation with readings and {CHANNELS} places", done.alone, 0.95, ENTERED_P95_MS),
        latency(f"… while {LISTED:,} more are listed", done.beside_lists, 0.95, ENTERED_P95_MS),
        latency(f"{many} by time", by_time, 0.95, SEARCHED_P95_MS),
        latency(f"{many} by text", by_text, 0.95, SEARCHED_P95_MS),
    ]


def measure(cameras: Cameras, folder: Path, plan: Plan) -> list[Figure]:
    """Both, one after the other."""
    done = entered(cameras.addresses, folder / "entered", plan.observations)
    by_time, by_text = searched(folder / "searched", plan.observations_listed, plan.observations)
    return figures(done, plan.observations_listed, by_time, by_text)


def _list_again_and_again(port: int) -> None:
    """Until standard input ends."""
    connection = HTTPConnection(HERE, port, timeout=60)
    is_first = True
    while not select.select([sys.stdin], [], [], 0)[0]:
        connection.request("GET", f"/api/v1/observations?limit={LISTED}")
        answer = connection.getresponse()
        if answer.status != 200 or not answer.read():
            raise SystemExit(f"The list was answered with {answer.status}.")
        if is_first:
            print("ready", flush=True)
            is_first = False


if __name__ == "__main__":
    _list_again_and_again(int(sys.argv[1]))
