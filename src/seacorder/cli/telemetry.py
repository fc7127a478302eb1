"""`telemetry try`: shows, record by record, what a definition makes of the bytes of a file.

The file is what came out of the cable, or a log with the times at which it came: a raw log of ours, of which the bytes
are taken out as they were received, or sentences of NMEA behind a time on each line.
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from seacorder.base.clock import SystemClock
from seacorder.base.errors import BadRequest
from seacorder.config.faults import nearest
from seacorder.config.load import is_there, load
from seacorder.model.definition.definition import Definition
from seacorder.model.definition.ready import READY
from seacorder.model.framing import FramingKind, parse_framing
from seacorder.model.instant import Instant, iso_utc
from seacorder.model.reading import Value
from seacorder.model.source_clock import difference_text
from seacorder.telemetry.definitions.outcome import RefusalKind, Refused, Understood
from seacorder.telemetry.framing.framer import SILENCE_NS, Framer, Record
from seacorder.telemetry.framing.plain import framer_for
from seacorder.telemetry.line_trial import trial_of
from seacorder.telemetry.logs.raw_form import HEAD, RawPiece, pieces
from seacorder.telemetry.sources.replay import stamped

ALL = "all"
_READ_BYTES = 65_536
_SHOWN_CHARACTERS = 120


def definitions_of(name: str, own: Iterable[Definition] = ()) -> tuple[Definition, ...]:
    """The definitions that a name means; `all`: the settings file's, then the ready ones. Raises BadRequest."""
    mine = tuple(own)
    if name == ALL:
        return (*mine, *(one for several in READY.values() for one in several))
    found = tuple(one for one in mine if one.name == name) or READY.get(name, ())
    if not found:
        known = [*dict.fromkeys(one.name for one in mine), *READY, ALL]
        raise BadRequest(f"There is no definition {name!r}.", nearest(name, known), field="definition")
    return found


def own_definitions(config: Path | None) -> tuple[Definition, ...]:
    """The definitions of the settings file; none if there is no file. Raises SettingsError."""
    return load(config).own_definitions() if is_there(config) else ()


def try_definition(definitions: tuple[Definition, ...], framing: str) -> bool:
    """Reads standard input to its end and prints what comes of it. True if a record was understood."""
    wanted = parse_framing(framing)
    framers: defaultdict[str, Framer] = defaultdict(lambda: framer_for(wanted))
    counts: Counter[str] = Counter()
    interpretation = trial_of(definitions)
    records, has_times = _records(sys.stdin.buffer, framers, is_nmea=wanted.kind is FramingKind.NMEA)
    for record in records:
        outcome = interpretation.interpret(record)
        counts["understood" if isinstance(outcome, Understood) else outcome.kind.value] += 1
        print("\n".join(_lines(record, outcome, has_times=has_times)))
    print(_summary(counts, sum(one.noise_bytes for one in framers.values())))
    return counts["understood"] > 0


def _records(
    stream: BinaryIO, framers: Mapping[str, Framer], *, is_nmea: bool
) -> tuple[Iterator[Record], bool]:
    """All of a stream's records, and whether it says when they came. `framers`: one for each source, made when it is
    asked for.
    """
    first = stream.read(len(HEAD))
    if first == HEAD:
        return _logged(first + stream.read(), framers), True
    # Only before a sentence of NMEA is a time surely no part of the record.
    if is_nmea and stamped(first)[0] is not None:
        return _stamped(first, stream, framers[""]), True
    return _plain(first, stream, framers[""]), False


def _plain(first: bytes, stream: BinaryIO, framer: Framer) -> Iterator[Record]:
    """All count as received now: that decides the date of times without one."""
    received = Instant.now(SystemClock())
    data = first + stream.read(_READ_BYTES)
    while data:
        yield from framer.feed(data, received)
        data = stream.read(_READ_BYTES)
    yield from framer.flush(received.monotonic_ns + SILENCE_NS)
    yield from framer.end()


def _stamped(first: bytes, stream: BinaryIO, framer: Framer) -> Iterator[Record]:
    """Lines that begin with the time at which they came; one without a time came with the one before it."""
    received = Instant(0, 0)
    begin = (first + stream.readline(_READ_BYTES)).splitlines(keepends=True)
    for line in chain(begin, iter(partial(stream.readline, _READ_BYTES), b"")):
        seconds, data = stamped(line)
        if seconds is not None:
            utc_ns = round(seconds * 1e6) * 1_000
            received = Instant(utc_ns, utc_ns)
        yield from framer.feed(data, received)
    yield from framer.flush(received.monotonic_ns + SILENCE_NS)
    yield from framer.end()


def _logged(log: bytes, framers: Mapping[str, Framer]) -> Iterator[Record]:
    """The records of a raw log, of all its sources, each with the instant at which it came. Raises BadRequest."""
    known: dict[str, Framer] = {}
    try:
        for piece in pieces(log):
            framer = known[piece.source] = framers[piece.source]
            yield from framer.feed(piece.data, _received(piece))
            yield from framer.datagram_ended()
    except ValueError as error:
        raise BadRequest(f"The raw log is damaged ({error}).", "Cut it off in front of that byte.") from error
    for framer in known.values():
        yield from framer.flush(framer.silence_ends_ns or 0)
        yield from framer.end()


def _received(piece: RawPiece) -> Instant:
    microseconds = round(datetime.fromisoformat(piece.utc).timestamp() * 1e6)
    return Instant(piece.monotonic_ns, microseconds * 1_000)


def _lines(record: Record, outcome: Understood | Refused, *, has_times: bool) -> Iterator[str]:
    yield shown(record.data)
    if isinstance(outcome, Refused):
        name = f"{outcome.definition}, " if outcome.definition else ""
        yield f"    refused ({name}{outcome.kind.value}): {outcome.sentence}"
        return
    utc_ns = outcome.source_utc_ns
    time = "" if utc_ns is None else f"  time {iso_utc(utc_ns, digits=3)}"
    if utc_ns is not None and has_times:
        time += f", clock {difference_text(utc_ns - record.received.utc_ns)}"
    yield f"    {outcome.definition}{time}"
    for (name, unit), value in zip(outcome.fields, outcome.values, strict=True):
        yield f"      {name:<20} {_written(value)}{unit and ' ' + unit if value is not None else ''}"
    for note in outcome.notes:
        yield f"      {note}"


def shown(data: bytes) -> str:
    """A record on one line; what cannot be printed is written as `\\x02`."""
    text = "".join(chr(one) if 32 <= one < 127 else f"\\x{one:02x}" for one in data)
    return text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"


def _written(value: Value | None) -> str:
    if value is None:
        return "no value"
    return f"{value:.10g}" if isinstance(value, float) else value


def _summary(counts: Counter[str], noise_bytes: int) -> str:
    refused = ", ".join(f"{counts[kind.value]} {kind.value}" for kind in RefusalKind)
    return f"{counts.total()} records: {counts['understood']} understood, {refused}; {noise_bytes} noise bytes"
