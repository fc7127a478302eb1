"""Tries a definition on one line: `python -m seacorder.telemetry.line_trial`.

The reading is that of a source's records, in a process of its own: a regular expression that runs away disturbs nothing
else, and the limit of its time needs a main thread.
"""

from collections.abc import Sequence

from seacorder.base import log
from seacorder.base.clock import SystemClock
from seacorder.base.pipe import Link
from seacorder.model.command import TryLine
from seacorder.model.definition.definition import Definition, RecordKind
from seacorder.model.framing import RECORD_BYTES_MAX, Framing, FramingKind
from seacorder.model.instant import Instant
from seacorder.model.report import LineTried
from seacorder.telemetry.definitions.outcome import Refused
from seacorder.telemetry.framing.framer import Record
from seacorder.telemetry.framing.plain import framer_for
from seacorder.telemetry.interpretation import Interpretation
from seacorder.telemetry.time_limit import TimeLimit


def trial_of(definitions: Sequence[Definition]) -> Interpretation:
    """Reads records that come from no source. For the main thread of a process."""
    return Interpretation(definitions, TimeLimit("", SystemClock()), (), lambda _: None)


def read_line(order: TryLine) -> LineTried:
    """What the definition makes of the line, or why nothing. For the main thread of a process."""
    if (record := _record_in(order)) is None:
        return LineTried(refusal=_no_record(order))
    interpretation = trial_of(order.definitions)
    outcome = interpretation.interpret(record)
    if interpretation.refused:
        return LineTried(refusal="The regular expression takes too long over this line.")
    if isinstance(outcome, Refused):
        return LineTried(refusal=outcome.sentence)
    return LineTried(outcome.fields, outcome.values, outcome.source_utc_ns, outcome.notes)


def _is_nmea(order: TryLine) -> bool:
    return all(one.kind is RecordKind.NMEA for one in order.definitions)


def _record_in(order: TryLine) -> Record | None:
    """The first record of the line, as its source would cut it; None if there is none."""
    received = Instant.now(SystemClock())
    framer = framer_for(Framing(FramingKind.NMEA if _is_nmea(order) else FramingKind.LINE))
    records = framer.feed(order.line.encode() + b"\r\n", received)
    return records[0] if records else None


def _no_record(order: TryLine) -> str:
    if not order.line.strip():
        return "The line is empty."
    if len(order.line.encode()) > RECORD_BYTES_MAX:
        return f"The line is too long: a record has at most {RECORD_BYTES_MAX} bytes."
    return "No NMEA sentence is in this line: one begins with $ or !, and ends with * and its checksum."


def main() -> None:
    """Reads the one line that the first message has."""
    link = Link.from_stdio()
    log.set_up_worker("line trial")
    order = next(link.messages(), None)
    if not isinstance(order, TryLine):
        raise SystemExit("This tries definitions for `seacorder serve`.")
    link.send(read_line(order))


if __name__ == "__main__":
    main()
