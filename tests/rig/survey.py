"""Records of survey instruments for tests: sentences with their checksum, and what definitions make of a record."""

from datetime import datetime
from functools import reduce
from operator import xor

from seacorder.model.definition.ready import READY
from seacorder.model.instant import Instant
from seacorder.telemetry.definitions.interpreter import Interpreter
from seacorder.telemetry.definitions.outcome import Refused, Understood
from seacorder.telemetry.framing.framer import Record

EVENING = "2014-08-20T18:00:00"


def sentence(body: str) -> bytes:
    """With `$` and its checksum."""
    return f"${body}*{reduce(xor, body.encode('latin-1')):02X}".encode("latin-1")


def received_at(iso: str) -> int:
    """A time of UTC in nanoseconds since 1970."""
    return int(datetime.fromisoformat(f"{iso}+00:00").timestamp()) * 1_000_000_000


def interpreted(data: bytes, names: tuple[str, ...] = tuple(READY), received: str = EVENING) -> Understood | Refused:
    """What the ready definitions of these names make of a record that came then."""
    interpreter = Interpreter([one for name in names for one in READY[name]])
    return interpreter.interpret(Record(data, Instant(0, received_at(received))))
