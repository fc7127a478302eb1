"""From the bytes of one source to what is known: framed, interpreted, counted. Runs on the main thread."""

from collections import deque
from collections.abc import Callable, Sequence

from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.message import Message
from seacorder.model.definition.definition import Definition
from seacorder.model.instant import Instant
from seacorder.model.reading import Reading
from seacorder.model.reading_fields import CLOCK_DIFFERENCE
from seacorder.model.telemetry import SourceCounters, SourceLine, SourceState, SourceStatus, TelemetrySource
from seacorder.telemetry.chunk import Chunk
from seacorder.telemetry.clock_difference import ClockDifference
from seacorder.telemetry.definitions.outcome import RefusalKind, Refused, Understood
from seacorder.telemetry.framing.framer import SILENCE_NS, Framer, Record
from seacorder.telemetry.interpretation import Interpretation
from seacorder.telemetry.latest import Latest

SENDERS_MAX = 64
"""Of one source. With more, what the one has begun that has been silent for longest is given up."""
LINES_KEPT = 100
"""The newest records, for whoever looks at what really comes."""
LINE_BYTES_MAX = 512
_COUNTED = {
    RefusalKind.BAD_CHECKSUM: "bad_checksums",
    RefusalKind.WRONG_FIELDS: "wrong_fields",
    RefusalKind.WRONG_TYPE: "wrong_types",
    RefusalKind.OUT_OF_RANGE: "out_of_range",
    RefusalKind.UNKNOWN_RECORD: "unknown_records",
}
"""By kind of refusal: the counter."""
_OPENING = Message("It is being opened.")
_NOTHING_YET = Message("It is open. Nothing has come yet.", "Check the cable, and that the instrument sends.")
_SILENT = Message("Nothing comes any more.", "Check the cable, and that the instrument sends.")
_BAD_CHECKSUMS = Message(
    "Something comes, but its checksums are wrong or missing.",
    "Check baud rate, parity and cable. If `seacorder telemetry show` says that there is no checksum, write a "
    'definition with checksum = "if_present".',
)
_NO_RECORDS = Message(
    "Something comes, but no records are found in it.",
    "Check baud rate, parity and cable, and compare its framing with what the instrument sends.",
)
_NOT_UNDERSTOOD = Message(
    "Something comes, but none of it is understood.",
    "Compare its definitions, framing and speed with the instrument's settings; `seacorder telemetry show` says what "
    "was wrong with the newest record.",
)


class Intake:
    """One source. `latest` is shared with the others."""

    def __init__(
        self,
        index: int,
        source: TelemetrySource,
        make_framer: Callable[[], Framer],
        interpretation: Interpretation,
        latest: Latest,
        clock: Clock,
    ) -> None:
        self.source = source
        self._index = index
        self._make_framer = make_framer
        self._interpretation = interpretation
        self._latest = latest
        self._difference = ClockDifference(source.clock_alarm_ns)
        self._difference_due_ns = 0
        self._with_date = frozenset(one.name for one in source.definitions if one.has_date)
        self._clock = clock
        self._is_line = source.address.startswith("serial:")
        """It may be opened while the instrument is speaking."""
        self._framers: dict[str, Framer] = {}
        """By sender, the one that has been silent for longest first."""
        self._counts = dict.fromkeys(("bytes", "records", "dropped_datagrams", *_COUNTED.values()), 0)
        self._noise_bytes = 0
        """Of framers that are gone."""
        self._state, self._why = SourceState.CONNECTING, _OPENING
        self._since_utc_ns = clock.utc_ns()
        self._opened_ns: int | None = None
        self._came_ns: int | None = None
        """When bytes came last, monotonic."""
        self._understood: Instant | None = None
        self._refusal = ""
        self._lines: deque[tuple[Record, Understood | Refused]] = deque(maxlen=LINES_KEPT)
        """The newest of all that were counted."""
        self._well_at: Instant | None = None
        self._well = self._counters()
        """What had been counted when something was understood last."""

    # What happens to it.

    def opened(self) -> None:
        """Its connection is open."""
        self._opened_ns = self._clock.monotonic_ns()
        self._understood = self._came_ns = None
        self._move(SourceState.CONNECTING, _NOTHING_YET)

    def failed(self, why: Message) -> list[Reading]:
        """Its connection has failed. What waits for its end is given out as far as it is complete."""
        self._opened_ns = None
        self._move(SourceState.FAILED, why)
        given: list[Reading] = []
        for framer in self._framers.values():
            given += self._interpret(framer.end())
            self._noise_bytes += framer.noise_bytes
        self._framers.clear()
        return given

    def take(self, chunks: Sequence[Chunk]) -> list[Reading]:
        """What one read has given, one piece at least. What it changes."""
        self._counts["bytes"] += sum([len(one.data) for one in chunks])
        self._counts["dropped_datagrams"] += sum([one.dropped_before for one in chunks])
        self._came_ns = chunks[-1].received.monotonic_ns
        return self._interpret(self._framed(chunks))

    def flush(self, now_ns: int) -> list[Reading]:
        """Gives out records that silence has ended."""
        return self._interpret([record for framer in self._framers.values() for record in framer.flush(now_ns)])

    def look(self, now_ns: int) -> None:
        """Notices that nothing comes any more."""
        if self._understood is not self._well_at:
            self._well_at, self._well = self._understood, self._counters()
        if self._opened_ns is None:
            return
        heard_ns = self._opened_ns if self._understood is None else self._understood.monotonic_ns
        if now_ns - heard_ns > self.source.stale_ns:
            is_silent = self._came_ns is None or now_ns - self._came_ns > self.source.stale_ns
            silence = _NOTHING_YET if self._came_ns is None else _SILENT
            self._move(SourceState.STALE, silence if is_silent else self._why_not_understood())

    def use(self, definitions: Sequence[Definition], refused: Sequence[str]) -> None:
        """Its records are read with these definitions from now on. Connection, framing and counts go on."""
        self._interpretation.use(definitions, refused)
        self._latest.use(self._index, self._interpretation.names)

    # What is known of it.

    @property
    def next_flush_ns(self) -> int | None:
        """When `flush` is due, monotonic; None while nothing waits."""
        return min((ns for one in self._framers.values() if (ns := one.silence_ends_ns) is not None), default=None)

    @property
    def state(self) -> SourceState:
        return self._state

    def status(self) -> SourceStatus:
        return SourceStatus(
            name=self.source.name,
            state=self._state,
            since_utc_ns=self._since_utc_ns,
            why=None if self._state is SourceState.LIVE else self._why,
            counters=self._counters(),
            newest_utc_ns=None if self._understood is None else self._understood.utc_ns,
            refusal=self._refusal,
            clock_difference_ns=self._difference.newest_ns,
            clock_is_wrong=self._difference.is_wrong,
            definitions_refused=self._interpretation.refused,
        )

    def lines(self, after: int) -> tuple[SourceLine, ...]:
        """The newest records whose number is higher, the oldest first."""
        return tuple(
            SourceLine(
                number=number,
                utc_ns=record.received.utc_ns,
                data=record.data[:LINE_BYTES_MAX],
                definition=outcome.definition or "",
                refusal=outcome.sentence if isinstance(outcome, Refused) else "",
            )
            for number, (record, outcome) in enumerate(self._lines, self._counts["records"] - len(self._lines))
            if number > after
        )

    # Inside.

    def _counters(self) -> SourceCounters:
        noise = self._noise_bytes + sum(framer.noise_bytes for framer in self._framers.values())
        return SourceCounters(noise_bytes=noise, time_steps_back=self._difference.steps_back, **self._counts)

    def _why_not_understood(self) -> Message:
        """By what most records were that came since something was understood last."""
        well, now = self._well, self._counters()
        if 2 * (now.bad_checksums - well.bad_checksums) > now.records - well.records:
            return _BAD_CHECKSUMS
        return _NO_RECORDS if now.records == well.records else _NOT_UNDERSTOOD

    def _framed(self, chunks: Sequence[Chunk]) -> list[Record]:
        """The records that these bytes complete."""
        records: list[Record] = []
        sender, framer = "", None
        for data, received, of, is_datagram, _ in chunks:
            if framer is None or of != sender:
                sender, framer = of, self._framers.pop(of, None) or self._new_framer(received)
                self._framers[sender] = framer  # at the end: the first one has been silent for longest
            records += framer.feed(data, received)
            if is_datagram:
                records += framer.datagram_ended()
        return records

    def _interpret(self, records: Sequence[Record]) -> list[Reading]:
        interpret, take, remember = self._interpretation.interpret, self._latest.take, self._lines.append
        given: list[Reading] = []
        understood: Instant | None = None
        self._counts["records"] += len(records)
        for record in records:
            outcome = interpret(record)
            remember((record, outcome))
            if isinstance(outcome, Refused):
                self._refuse(outcome)
                continue
            understood = received = record.received
            utc_ns = outcome.source_utc_ns
            if utc_ns is not None:
                name = outcome.definition
                self._difference.take(utc_ns, received, name, has_date=name in self._with_date)
                if received.monotonic_ns >= self._difference_due_ns:
                    given += self._difference_reading(received)
            given += take(self._index, outcome, received)
        if understood is not None:
            self._understood = understood
            if self._state is not SourceState.LIVE:
                self._move(SourceState.LIVE, None)
        return given

    def _difference_reading(self, received: Instant) -> list[Reading]:
        """How far its clock is from this machine's, as a value like those of its records, once a second."""
        every_ns = min(NS_PER_SECOND, self.source.stale_ns // 3)  # so that it is not stale in between
        self._difference_due_ns = received.monotonic_ns + every_ns
        seconds = round((self._difference.newest_ns or 0) / NS_PER_SECOND, 1) + 0.0  # no minus before a zero
        field = (CLOCK_DIFFERENCE.name, CLOCK_DIFFERENCE.unit)
        return self._latest.take(self._index, Understood("", (field,), (seconds,), None), received)

    def _refuse(self, outcome: Refused) -> None:
        self._refusal = outcome.sentence
        self._counts[_COUNTED[outcome.kind]] += 1

    def _new_framer(self, received: Instant) -> Framer:
        """For a sender whose first bytes came then."""
        if len(self._framers) >= SENDERS_MAX:
            oldest = self._framers.pop(next(iter(self._framers)))
            oldest.end()
            self._noise_bytes += oldest.noise_bytes
        framer = self._make_framer()
        silence_ns = received.monotonic_ns - (self._opened_ns or received.monotonic_ns)
        if self._is_line and silence_ns < SILENCE_NS:
            framer.begin_in_the_middle()
        return framer

    def _move(self, state: SourceState, why: Message | None) -> None:
        if state is not self._state:
            self._state, self._since_utc_ns = state, self._clock.utc_ns()
        self._why = why or _OPENING
