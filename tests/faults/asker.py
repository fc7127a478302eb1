"""A client that asks again and again how it goes, from a process of its own: its clock is nobody else's.

The cases that use it run proxies and decoders in the test's process; a client in there would wait for those, too.
"""

import http.client
import multiprocessing
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from statistics import quantiles

PAUSE_SECONDS = 0.004
PATH = "/api/inspector/isrecording"


@dataclass(frozen=True, slots=True)
class Answers:
    """When each question was asked (monotonic seconds), and how long its answer took."""

    asked: list[float]
    seconds: list[float]
    refused: int
    """Answers that were not `true`, and questions without an answer."""

    def between(self, periods: list[tuple[float, float]]) -> list[float]:
        """How long answers took whose questions fall into one of the periods."""
        pairs = zip(self.asked, self.seconds, strict=True)
        return [took for asked, took in pairs if any(begin <= asked < end for begin, end in periods)]


@dataclass
class Asking:
    """What `asking` gives: the answers, once its block is over."""

    answers: Answers = field(default_factory=lambda: Answers([], [], 0))


@contextmanager
def asking(port: int) -> Iterator[Asking]:
    """Asks the service on `port` all along the block."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_ask, args=(port, theirs), daemon=True)
    process.start()
    assert ours.recv() == "asking"
    found = Asking()
    try:
        yield found
        ours.send("enough")
        found.answers = ours.recv()
    finally:
        process.terminate()
        process.join()


def p99(seconds: list[float]) -> float:
    """Of 100 answers, 99 took no longer."""
    return quantiles(seconds, n=100)[98]


def _ask(port: int, theirs: Connection) -> None:
    asked: list[float] = []
    seconds: list[float] = []
    refused = 0
    pause = threading.Event()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    theirs.send("asking")
    while not theirs.poll():
        begin = time.monotonic()
        try:
            connection.request("GET", PATH)
            refused += connection.getresponse().read() != b"true"
        except OSError:
            refused += 1
            connection.close()
        asked.append(begin)
        seconds.append(time.monotonic() - begin)
        pause.wait(PAUSE_SECONDS)
    theirs.send(Answers(asked, seconds, refused))
