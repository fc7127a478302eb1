"""`telemetry try`: shows, record by record, what a definition makes of the bytes of a file."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from seacorder.base.clock import SystemClock
from seacorder.base.errors import BadRequest
from seacorder.config.faults import nearest
from seacorder.config.load import is_there, load
from seacorder.model.definition.definition import Definition
from seacorder.model.definition.ready import READY
from seacorder.model.framing import parse_framing
from seacorder.model.instant import Instant, iso_utc
from seacorder.model.reading import Value
from seacorder.telemetry.definitions.interpreter import Interpreter
from seacorder.telemetry.definitions.outcome import RefusalKind, Refused, Understood
from seacorder.telemetry.framing.framer import SILENCE_NS, Framer, Record
from seacorder.telemetry.framing.plain import framer_for

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
    framer = framer_for(parse_framing(framing))
    counts: Counter[str] = Counter()
    interpreter = Interpreter(definitions)
    for record in _records(sys.stdin.buffer, framer):
        outcome = interpreter.interpret(record)
        counts["understood" if isinstance(outcome, Understood) else outcome.kind.value] += 1
        print("\n".join(_lines(record, outcome)))
    print(_summary(counts, framer.noise_bytes))
    return counts["understood"] > 0


def _records(stream: BinaryIO, framer: Framer) -> Iterator[Record]:
    """All of a stream's records. They count as received now: that decides the date of times without one."""
    received = Instant.now(SystemClock())
    while data := stream.read(_READ_BYTES):
        yield from framer.feed(data, received)
    yield from framer.flush(received.monotonic_ns + SILENCE_NS)
    yield from framer.end()


def _lines(record: Record, outcome: Understood | Refused) -> Iterator[str]:
    yield shown(record.data)
    if isinstance(outcome, Refused):
        name = f"{outcome.definition}, " if outcome.definition else ""
        yield f"    refused ({name}{outcome.kind.value}): {outcome.sentence}"
        return
    time = "" if outcome.source_utc_ns is None else f"  time {iso_utc(outcome.source_utc_ns, digits=3)}"
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
