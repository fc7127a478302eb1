"""How long a GGA sentence takes from bytes to numbers: Seacorder, pynmea2 and pynmeagps over the same bytes, in turn.

Each finds the sentences in the same batches, checks their sums and gives latitude, longitude, quality, satellites,
dilution, height and time. pynmea2 turns a field into a number only when it is asked for, so it is asked for these.
"""

import gc
import time
from collections.abc import Callable, Iterator
from functools import cache
from io import BytesIO
from statistics import median

from pynmea2 import NMEASentence, NMEAStreamReader
from pynmeagps import NMEAReader

from bench.figures import Figure, at_most, stated
from seacorder.model.definition.ready import READY
from seacorder.model.instant import Instant
from seacorder.telemetry.definitions.interpreter import Interpreter
from seacorder.telemetry.definitions.outcome import Understood
from seacorder.telemetry.framing.nmea import NmeaFramer
from seacorder.telemetry.sources.dive import Dive
from seacorder.telemetry.sources.sentences import slow_sentences

PYNMEA2_MOST, PYNMEAGPS_MOST = 0.5, 0.1
AT_ONCE = 20
"""Sentences of a batch: what a read every 20 ms finds of a thousand a second."""
BATCHES, ROUNDS = 50, 9
BEGIN_UTC_NS = 1_777_863_600_000_000_000
Place = tuple[float, float]
Reads = Callable[[list[bytes]], list[Place]]


def batches() -> list[bytes]:
    """The positions of a dive."""
    dive = Dive(1)
    lines = [_gga(dive, number) for number in range(600, 600 + AT_ONCE * BATCHES)]
    return [b"".join(lines[begin : begin + AT_ONCE]) for begin in range(0, len(lines), AT_ONCE)]


def _gga(dive: Dive, second: int) -> bytes:
    sentences = slow_sentences(dive.at(second), BEGIN_UTC_NS + second * 1_000_000_000)
    return next(one for one in sentences if one.startswith(b"$GPGGA"))


@cache
def _interpreter() -> Interpreter:
    """With all ready definitions, as a source has that names none. Made once, as the program does when it starts."""
    return Interpreter([one for ready in READY.values() for one in ready])


def seacorder(data: list[bytes]) -> list[Place]:
    framer, interpreter = NmeaFramer(), _interpreter()
    received = Instant(0, BEGIN_UTC_NS)
    found = []
    for batch in data:
        for record in framer.feed(batch, received):
            outcome = interpreter.interpret(record)
            if isinstance(outcome, Understood):
                latitude, longitude = outcome.values[0], outcome.values[1]
                found.append((latitude, longitude))
    return found


def pynmea2(data: list[bytes]) -> list[Place]:
    reader = NMEAStreamReader()
    return [_fields(message) for batch in data for message in reader.next(batch.decode("ascii"))]


def _fields(message: NMEASentence) -> Place:
    others = (message.gps_qual, int(message.num_sats), float(message.horizontal_dil), message.altitude)
    _ = (others, message.timestamp)
    return message.latitude, message.longitude


def pynmea2_without_fields(data: list[bytes]) -> list[Place]:
    """No number is made, so no place is known."""
    reader = NMEAStreamReader()
    for batch in data:
        for _ in reader.next(batch.decode("ascii")):
            pass
    return []


def pynmeagps(data: list[bytes]) -> list[Place]:
    return [(message.lat, message.lon) for _, message in NMEAReader(BytesIO(b"".join(data)))]


READERS: dict[str, Reads] = {
    "Seacorder": seacorder,
    "pynmea2": pynmea2,
    "pynmeagps": pynmeagps,
    "pynmea2, no field asked for": pynmea2_without_fields,
}


def agree(data: list[bytes]) -> None:
    """Raises SystemExit where two of them give different places: then their times are not to be compared."""
    own, *others = (READERS[name](data) for name in ("Seacorder", "pynmea2", "pynmeagps"))
    for other in others:
        pairs = zip(own, other, strict=True)
        if max(abs(ours - theirs) for pair in pairs for ours, theirs in zip(*pair, strict=True)) > 1e-9:
            raise SystemExit("The programs do not give the same positions.")


def _microseconds(read: Reads, data: list[bytes]) -> float:
    """Of processor time, for one sentence."""
    begun = time.process_time_ns()
    read(data)
    return (time.process_time_ns() - begun) / 1000 / (AT_ONCE * len(data))


def measure() -> list[Figure]:
    """All in turn, several times; ratios are taken round by round, so that a slow spell affects both.

    Python's collector of cycles, which would look through all that the bench has in memory, is off meanwhile for all;
    in Seacorder's processes it leaves alone what was there at their start.
    """
    data = batches()
    agree(data)
    gc.disable()
    try:
        rounds = [{name: _microseconds(read, data) for name, read in READERS.items()} for _ in range(ROUNDS)]
    finally:
        gc.enable()
    return list(_figures(rounds))


def _figures(rounds: list[dict[str, float]]) -> Iterator[Figure]:
    name = "A GGA sentence: framing, checksum and fields, Seacorder"
    for other, most in (("pynmea2", PYNMEA2_MOST), ("pynmeagps", PYNMEAGPS_MOST)):
        yield at_most(f"{name} / {other}", [one["Seacorder"] / one[other] for one in rounds], most, "{:.2f}")
    for reader in sorted(READERS, key=lambda one: median(taken[one] for taken in rounds)):
        yield stated(f"… {reader}", [one[reader] for one in rounds], "{:.1f} µs")
