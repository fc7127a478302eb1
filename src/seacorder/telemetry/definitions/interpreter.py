"""What records mean, by the definitions of a source.

A sentence of NMEA is looked up by its header, one of a certain talker before one of any. What is no such sentence, or
has a header that no definition names, is tried with the definitions that have other forms, in the order in which the
settings list them. The first that understands it wins.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence

from seacorder.model.definition.definition import ChecksumRule, Definition, RecordKind
from seacorder.telemetry.definitions.checksum import ABSENT, complaint, exclusive_or, given_sum
from seacorder.telemetry.definitions.compiled import AROUND, CompiledDefinition, splitter
from seacorder.telemetry.definitions.outcome import RecordFault, RefusalKind, Refused, Understood
from seacorder.telemetry.framing.framer import Record

_HEADERS_MAX = 256
"""So many different headers are remembered; noise can hold any number of them."""


class Interpreter:
    """Says what records mean. Not for several threads."""

    def __init__(self, definitions: Sequence[Definition], on_expression: Callable[[str], None] | None = None) -> None:
        """`on_expression` is called with the definition's name before a regular expression is tried on a record, and
        with an empty text after it.
        """
        self.evaluating = ""
        """The definition whose regular expression is being tried now; empty at other times."""
        self._on_expression = on_expression
        self._by_header: dict[bytes, list[CompiledDefinition]] = defaultdict(list)
        self._others: list[_Other] = []
        for definition in definitions:
            compiled = CompiledDefinition(definition)
            if definition.kind is RecordKind.NMEA:
                self._by_header[(definition.talker + definition.header).encode("latin-1")].append(compiled)
            else:
                self._others.append(_Other(compiled))
        self._found: dict[bytes, tuple[CompiledDefinition, ...]] = {}

    def interpret(self, record: Record) -> Understood | Refused:
        """What a record means, or why it is refused. Never raises, whatever the record holds."""
        data = record.data
        if data[:1] != b"$":
            if data[:1] == b"\\":
                data = data[data.find(b"\\", 1) + 1 :]  # the tag block
            if data[:1] not in {b"$", b"!"}:
                return self._other(record) or _nothing(data)
        star = data.rfind(b"*")
        body = data[1:star] if star > 0 else data[1:].rstrip()
        comma = body.find(b",")
        header = body if comma < 0 else body[:comma]
        found = self._found.get(header)
        if found is None:
            found = self._look_up(header)
        given = given_sum(data[star + 1 :]) if star > 0 else ABSENT
        if not found:
            return self._unnamed(record, header, body, given)
        return self._sentence(found, body, given, record)

    def _sentence(
        self, found: tuple[CompiledDefinition, ...], body: bytes, given: int, record: Record
    ) -> Understood | Refused:
        """A sentence with a header that definitions name."""
        computed = exclusive_or(body)
        parts: list[str] = []
        bad_sum: Refused | None = None
        refused: Refused | None = None
        for one in found:
            if given != computed or not one.must_have_sum:
                wrong = complaint(one.definition.checksum, given, computed)
                if wrong is not None:
                    bad_sum = bad_sum or Refused(RefusalKind.BAD_CHECKSUM, one.name, wrong)
                    continue
            if not parts:
                parts = body.decode("latin-1").split(",")
            try:
                understood = one.read(parts, record.received.utc_ns)
            except RecordFault as fault:
                refused = refused or Refused(fault.kind, one.name, fault.sentence)
                continue
            if understood is not None:
                return understood if given != ABSENT else _without_sum(understood)
        return refused or bad_sum or Refused(
            RefusalKind.UNKNOWN_RECORD, None, f"{_names(found)} takes other records with this header than this one."
        )

    def _unnamed(self, record: Record, header: bytes, body: bytes, given: int) -> Understood | Refused:
        """A sentence whose header no definition names. If its sum is wrong, the header may be wrong too."""
        other = self._other(record)
        if isinstance(other, Understood) or (other is not None and given == ABSENT):
            return other
        wrong = complaint(ChecksumRule.IF_PRESENT, given, exclusive_or(body))
        if wrong is not None:
            return Refused(RefusalKind.BAD_CHECKSUM, None, wrong)
        shown = header[:20].decode("latin-1")
        return Refused(RefusalKind.UNKNOWN_RECORD, None, f"No definition has the header {shown!r}.")

    def _look_up(self, header: bytes) -> tuple[CompiledDefinition, ...]:
        """The definitions for a header: those of its talker first."""
        known = list(self._by_header.get(header, ()))
        if len(header) == 5:
            known += self._by_header.get(header[2:], ())
        found = tuple(known)
        if len(self._found) < _HEADERS_MAX:
            self._found[header] = found
        return found

    def _other(self, record: Record) -> Understood | Refused | None:
        """What a record of another form means; None if no definition fits, or several might."""
        text = ""
        refused: list[Refused] = []
        for other in self._others:
            compiled = other.compiled
            if other.start and not record.data.startswith(other.start):
                continue
            text = record.data[len(other.start) :].decode("latin-1").strip(AROUND)
            try:
                parts = self._tried(other, text) if other.is_expression else other.split(text)
                understood = None if parts is None else compiled.read(parts, record.received.utc_ns)
            except RecordFault as fault:
                refused.append(Refused(fault.kind, compiled.name, fault.sentence))
                continue
            if understood is not None:
                return understood
        sure = [one for one in refused if one.kind not in {RefusalKind.WRONG_FIELDS, RefusalKind.UNKNOWN_RECORD}]
        return next(iter(sure), None) or (refused[0] if len(refused) == 1 else None)

    def _tried(self, other: "_Other", text: str) -> list[str] | None:
        """Tries a regular expression. It may take for ever: who watches must know which."""
        self.evaluating = other.compiled.name
        if self._on_expression is not None:
            self._on_expression(self.evaluating)
        try:
            return other.split(text)
        finally:
            self.evaluating = ""
            if self._on_expression is not None:
                self._on_expression("")


class _Other:
    """A definition of records that are no NMEA."""

    def __init__(self, compiled: CompiledDefinition) -> None:
        self.compiled = compiled
        self.start = compiled.definition.start
        self.split = splitter(compiled.definition)
        self.is_expression = compiled.definition.kind is RecordKind.EXPRESSION


def _nothing(data: bytes) -> Refused:
    begin = data[:40].decode("latin-1")
    return Refused(RefusalKind.UNKNOWN_RECORD, None, f"No definition fits {begin!r}.")


def _without_sum(understood: Understood) -> Understood:
    return understood._replace(notes=(*understood.notes, "It has no checksum."))


def _names(found: Sequence[CompiledDefinition]) -> str:
    return ", ".join(dict.fromkeys(one.name for one in found))
