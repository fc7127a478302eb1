"""Survey data: a thousand sentences a second over UDP while a recording logs them, and how soon a value is with a
program that listens.

The sentences come from a process of their own (`python -m bench.telemetry PORT COUNT UTC_NS`), each in a datagram, so
that sending takes no time from what is measured.
"""

import json
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from bench import parsers, processes
from bench.figures import Figure, at_most, latency
from bench.plan import Plan
from bench.recorder import Recorder, recorder
from rig.ports import free_port
from seacorder.telemetry.logs.raw_form import pieces
from seacorder.telemetry.sources.dive import Dive
from seacorder.telemetry.sources.sentences import fast_sentences, sentence, slow_sentences

A_SECOND = 1000
SHARE_MOST = 10
WEBSOCKET_P95_MS = 50
WINDOWS = 6
"""The load is divided into so many parts; the share of a core is taken of each."""
LOAD, PROBE = "Load", "Probe"
HERE = "127.0.0.1"
GIVEN_UP_SECONDS = 10.0
STATUS_SECONDS = 2.5
"""Two heartbeats of the worker: by then its counters have what came."""
REFUSED = ("bad_checksums", "wrong_fields", "wrong_types", "out_of_range", "unknown_records")


def sentences(count: int, utc_ns: int) -> list[bytes]:
    """Those of the simulator's instruments, all kinds in turn, as if each spoke 143 times a second."""
    dive = Dive(1)
    made: list[bytes] = []
    while len(made) < count:
        seconds = len(made) / A_SECOND
        truth = dive.at(600 + seconds)
        made += [*slow_sentences(truth, utc_ns + int(seconds * 1e9)), *fast_sentences(truth)]
    return made[:count]


def send(port: int, data: list[bytes]) -> None:
    """A thousand a second; one that is late is followed by the next at its time. Blocks until all are sent."""
    begun = time.monotonic()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for number, one in enumerate(data):
            wait = begun + number / A_SECOND - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            sender.sendto(one, (HERE, port))


class Listener:
    """A program that listens to readings, and sends a sentence of its own now and then."""

    def __init__(self, running: Recorder, port: int) -> None:
        self._address = (HERE, port)
        self._number = 0
        self._sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._link: ClientConnection = connect(f"ws://{HERE}:{running.port}/api/v1/readings", max_size=None)

    def close(self) -> None:
        self._link.close()
        self._sender.close()

    def delay(self) -> float:
        """Seconds from the last byte of a record, which is sent now, to its value."""
        self._number += 1
        value = self._number / 10
        data = sentence(f"TIROT,{value:.1f},A")
        begun = time.perf_counter()
        self._sender.sendto(data, self._address)
        while value not in self._values():
            if time.perf_counter() - begun > GIVEN_UP_SECONDS:
                raise SystemExit("A value has not come to the WebSocket.")
        return time.perf_counter() - begun

    def _values(self) -> list[float]:
        items = json.loads(self._link.recv(timeout=GIVEN_UP_SECONDS))["items"]
        return [one["value"] for one in items if one["source"] == PROBE]

    def pause(self) -> None:
        """Between two sentences, at any place within what the program does regularly. What comes is read."""
        until = time.monotonic() + random.uniform(0.05, 0.25)
        while (left := until - time.monotonic()) > 0:
            try:
                self._link.recv(timeout=left)
            except TimeoutError:
                return


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of the load has shown."""

    sent: bytes
    count: int
    logged: bytes
    source: dict[str, Any]
    """As `/api/v1/telemetry` has it."""
    shares: list[float]
    """Of a core in percent, by window."""
    delays: list[float]


def run(folder: Path, count: int) -> Run:
    """A recorder with one small camera, which records while the sentences come."""
    ports = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_DGRAM)
    named = zip((LOAD, PROBE), ports, strict=True)
    tables = "".join(f'\n[[telemetry]]\nname = "{name}"\ninput = "udp://{HERE}:{port}"\n' for name, port in named)
    utc_ns = time.time_ns()
    with recorder(["test:?size=320x180&rate=10&codec=h264"], folder, tables=tables) as running:
        running.wait_for("its ports are open", lambda: all(_is_open(one) for one in _sources(running)))
        running.start_recording()
        listener = Listener(running, ports[1])
        try:
            command = [sys.executable, "-m", "bench.telemetry", str(ports[0]), str(count), str(utc_ns)]
            with subprocess.Popen(command, stdout=subprocess.PIPE) as sender:
                assert sender.stdout is not None
                sender.stdout.readline()  # it has its sentences ready, and begins
                shares, delays = _watched(running, sender, listener, count / A_SECOND / WINDOWS)
        finally:
            listener.close()
        time.sleep(STATUS_SECONDS)
        source = next(one for one in _sources(running) if one["name"] == LOAD)
        running.stop_recording()
        logged = b"".join(_logged(running.root))
    return Run(b"".join(sentences(count, utc_ns)), count, logged, source, shares, delays)


def _watched(
    running: Recorder, sender: subprocess.Popen[bytes], listener: Listener, window: float
) -> tuple[list[float], list[float]]:
    """Until the sender ends: the worker's share of a core in each window, and how late values came."""
    shares, delays = list[float](), list[float]()
    (pid,) = [pid for pid in running.pids()[0] if "-m seacorder.telemetry" in processes.command_line(pid)]
    since, before = time.monotonic(), processes.cpu_seconds([pid])
    while sender.poll() is None:
        delays.append(listener.delay())
        listener.pause()
        now = time.monotonic()
        if now - since >= window:
            after = processes.cpu_seconds([pid])
            shares.append(100 * (after - before) / (now - since))
            since, before = now, after
    if sender.returncode:
        raise SystemExit("The process that sends sentences has failed.")
    return shares, delays


def _sources(running: Recorder) -> list[dict[str, Any]]:
    return list(running.get("/api/v1/telemetry")["items"])


def _is_open(source: dict[str, Any]) -> bool:
    return bool(source["why"] and source["why"]["fact"].startswith("It is open."))


def _logged(root: Path) -> Iterator[bytes]:
    """What the recording's raw log has of the load."""
    for path in sorted(root.rglob("*.raw")):
        yield from (piece.data for piece in pieces(path.read_bytes()) if piece.source == LOAD)


def lost(done: Run) -> Figure:
    """Sentences that were not understood, and whether the raw log is what was sent."""
    refused = sum(done.source[name] for name in REFUSED)
    missing = done.count - (done.source["records"] - refused)
    is_same = done.logged == done.sent
    log = "its raw log is what was sent, byte for byte" if is_same else "**its raw log is not what was sent**"
    return Figure(
        f"{A_SECOND} sentences a second over UDP for {done.count // A_SECOND} s: lost",
        f"{missing} of {done.count} sentences", log, "none", missing == 0 and is_same,
    )  # fmt: skip


def figures(done: Run) -> list[Figure]:
    return [
        lost(done),
        at_most("… CPU of the process that reads the instruments", done.shares, SHARE_MOST, "{:.1f} % of a core"),
        latency("… from the last byte of a record to its value in the WebSocket", done.delays, 0.95, WEBSOCKET_P95_MS),
    ]


def measure(folder: Path, plan: Plan) -> list[Figure]:
    """The load, and then the comparison with other programs."""
    return figures(run(folder, A_SECOND * plan.telemetry_seconds)) + parsers.measure()


if __name__ == "__main__":
    made = sentences(int(sys.argv[2]), int(sys.argv[3]))
    print("ready", flush=True)
    send(int(sys.argv[1]), made)
