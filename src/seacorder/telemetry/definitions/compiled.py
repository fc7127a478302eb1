"""A definition made ready for many records: which field is read by which function, decided once."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from seacorder.model.definition.definition import (
    BLANKS,
    TIME_TYPES,
    ChecksumRule,
    Choice,
    Definition,
    FieldRule,
    FieldType,
    RecordKind,
)
from seacorder.model.definition.formula import Formula
from seacorder.model.reading import Value
from seacorder.telemetry.definitions.numbers import (
    LARGEST,
    NumberReader,
    Parts,
    Reader,
    angle_reader,
    hex_reader,
    limits,
    number_reader,
    out_of_range,
    signed,
    text_reader,
    wrong_type,
)
from seacorder.telemetry.definitions.outcome import RecordFault, RefusalKind, Understood
from seacorder.telemetry.definitions.quick import QuickReader
from seacorder.telemetry.definitions.times import SourceTime, time_reader

AROUND = "\r\n\x00\x01\x02\x03\x04"
"""What may stand around a record that is no NMEA, and belongs to no field of it."""
_GROUP = 4
"""Fields of one transducer: type, value, unit, name."""


class CompiledDefinition:
    """Reads the parts of records of one definition."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.name = definition.name
        self.must_have_sum = definition.checksum is ChecksumRule.REQUIRED
        """A record counts if its checksum is the ordinary one, and only then."""
        definition = _by_index(definition)
        self._most = definition.most_fields
        self._least = max(definition.least_fields, _highest(definition))
        if definition.kind is RecordKind.COLUMNS:
            self._least, self._most = len(definition.fields), len(definition.fields)
        self._choices = _fitting(definition.choices)
        self._states = tuple(
            (position, words, is_good)
            for choices, is_good in ((definition.good, True), (definition.bad, False))
            for position, words in _fitting(choices)
        )
        self._notes: list[str] = []
        self._time = time_reader(definition)
        has_mark = bool(definition.header or definition.start)
        self._is_known_by_time = definition.kind is RecordKind.DELIMITED and not has_mark
        """Records have nothing else that shows whose they are."""
        readers = _Readers(definition, self._notes)
        shown = [rule for rule in readers.rules if not rule.is_hidden]
        names = list(dict.fromkeys(rule.name for rule in shown))
        self._fields = tuple((name, next(rule.unit for rule in shown if rule.name == name)) for name in names)
        self._readers = tuple(readers.by_name[name] for name in names)
        always = {rule.name for rule in shown if rule.is_always}
        self._always = tuple(name in always for name in names)
        self._quick = QuickReader([(readers.single(name), readers.by_name[name]) for name in names])
        self._position = _indices(names, "latitude", "longitude")
        self._transducers = {
            word.upper(): ((rule.name, rule.unit), rule, readers.by_rule[id(rule)])
            for rule in shown
            for word in rule.transducers
        }

    def read(self, parts: Parts, received_ns: int) -> Understood | None:
        """What the record means; None if it is none of this definition. Raises RecordFault."""
        if self._notes:
            self._notes.clear()  # of a record that was refused after all
        count = len(parts) - 1
        for position, words in self._choices:
            if position > count or parts[position].strip() not in words:
                return None
        if not self._least <= count <= self._most:
            raise RecordFault(RefusalKind.WRONG_FIELDS, f"It has {count} fields; {self._wanted()}.")
        if self._transducers:
            return self._read_transducers(parts)
        header = parts[0]
        for position, words, is_good in self._states:
            if (position <= count and parts[position].strip() in words) is not is_good:
                return self._understood(self._fields, self._without_values(parts), None, header)
        source_ns = None if self._time is None else self._source_time(self._time, parts, received_ns)
        values = self._quick.values(parts) or tuple([read(parts) for read in self._readers])
        if self._position is not None and values[self._position[0]] == 0.0 == values[self._position[1]]:
            self._notes.append("Latitude and longitude are both 0, which is hardly meant.")
        if not self._notes:
            return Understood(self.name, self._fields, values, source_ns, (), header)
        return self._understood(self._fields, values, source_ns, header)

    def _understood(
        self, fields: tuple[tuple[str, str], ...], values: tuple[Value | None, ...], source_ns: int | None, header: str
    ) -> Understood:
        if not self._notes:
            return Understood(self.name, fields, values, source_ns, (), header)
        notes = tuple(self._notes)
        self._notes.clear()
        return Understood(self.name, fields, values, source_ns, notes, header)

    def _without_values(self, parts: Parts) -> tuple[Value | None, ...]:
        """By its status it has no values, whatever stands in it: no time either, since a receiver without a position
        may give the date of its making.
        """
        return tuple(
            read(parts) if always else None for read, always in zip(self._readers, self._always, strict=True)
        )

    def _source_time(self, read: SourceTime, parts: Parts, received_ns: int) -> int | None:
        try:
            return read(parts, received_ns)
        except (ValueError, OverflowError) as error:
            if self._is_known_by_time:
                fact = f"Its date or time is none ({str(error)[:40]!r}), so it may be another kind of record."
                raise RecordFault(RefusalKind.UNKNOWN_RECORD, fact) from error
            self._notes.append("Its date or time is none; the rest of it is used.")
            return None

    def _read_transducers(self, parts: Parts) -> Understood | None:
        """Of each transducer that the definition names, its value; None if it names none of them."""
        count = len(parts) - 1
        if count % _GROUP:
            raise RecordFault(RefusalKind.WRONG_FIELDS, f"It has {count} fields, which are no groups of {_GROUP}.")
        fields: dict[tuple[str, str], Value | None] = {}
        for begin in range(1, count, _GROUP):
            word, letter = parts[begin + 3], parts[begin + 2]
            known = self._transducers.get(word) or self._transducers.get(word.strip().upper())
            if known is None:
                continue
            field, rule, read = known
            if letter not in rule.unit_letters:
                _same_unit(rule, letter.strip())
            fields[field] = read(("", parts[begin + 1]))
        return self._understood(tuple(fields), tuple(fields.values()), None, parts[0]) if fields else None

    def _wanted(self) -> str:
        if self._least == self._most:
            return f"{self._least} are expected"
        most = "" if self._most >= 1000 else f" and at most {self._most}"
        return f"at least {self._least}{most} are expected"


class _Readers:
    """The functions that read a definition's fields."""

    def __init__(self, definition: Definition, notes: list[str]) -> None:
        self.rules = [rule for rule in definition.fields if rule.type not in TIME_TYPES]
        self.by_name: dict[str, Reader] = {}
        """Of several rules of one name, the first that has a value counts."""
        self.by_rule: dict[int, Reader] = {}
        self._definition, self._notes = definition, notes
        for rule in self.rules:
            reader = self._reader(rule)
            self.by_rule[id(rule)] = reader
            earlier = self.by_name.get(rule.name)
            self.by_name[rule.name] = reader if earlier is None else _first(earlier, reader)

    def single(self, name: str) -> FieldRule | None:
        """The rule of a field, if it has one alone and its numbers are written with a point."""
        rules = [rule for rule in self.rules if rule.name == name]
        return rules[0] if len(rules) == 1 and self._definition.decimal == "." else None

    def _reader(self, rule: FieldRule) -> Reader:
        """Of one rule: its number or text, its sign, its formula, and the checks around them."""
        own = self._own(rule)
        if rule.formula is not None:
            return self._computed(rule, rule.formula, own)
        if rule.unit_position:
            own = _with_unit(rule, own)
        return _required(rule, own) if rule.is_required else own

    def _own(self, rule: FieldRule) -> Reader:
        if rule.type is FieldType.TEXT:
            return text_reader(rule)
        if rule.type in {FieldType.LATITUDE, FieldType.LONGITUDE}:
            return angle_reader(rule)
        plain = rule if rule.formula is None and not rule.sign_position else _unlimited(rule)
        read: NumberReader
        if rule.type in {FieldType.HEX, FieldType.SIGNED_HEX}:
            read = hex_reader(plain)
        else:
            read = number_reader(plain, self._definition.decimal)
        if not rule.sign_position:
            return read
        return signed(rule, read) if rule.formula else _limited(rule, signed(rule, read))

    def _computed(self, rule: FieldRule, formula: Formula, own: Reader) -> Reader:
        sources = {name: own if name == "value" else self.by_name[name] for name in formula.names}
        least, most = limits(rule)

        def read(parts: Parts) -> Value | None:
            numbers: dict[str, float] = {}
            for name, source in sources.items():
                value = source(parts)
                if not isinstance(value, float):
                    return None
                numbers[name] = value
            result = formula.value(numbers)
            if result is None:
                self._notes.append(f"The formula {formula.text!r} of {rule.name} has no result: it divides by zero, "
                                   "takes a root of a negative number, or is too large.")
            elif not least <= result <= most:
                raise out_of_range(rule, f"{result:g}")
            return result

        return _required(rule, read) if rule.is_required else read


def splitter(definition: Definition) -> Callable[[str], list[str] | None]:
    """From the text of a record that is no NMEA, without what stands around it, to its parts, the first of which is the
    header or nothing; None if it is no record of this definition.
    """
    if definition.kind is RecordKind.EXPRESSION:
        pattern = re.compile(definition.expression)
        return lambda text: None if (found := pattern.fullmatch(text)) is None else ["", *found.groups("")]
    if definition.kind is RecordKind.COLUMNS:
        return _columns(definition)
    header = definition.header.strip(AROUND)
    divide = str.split if definition.delimiter == BLANKS else lambda text: text.split(definition.delimiter)

    def split(text: str) -> list[str] | None:
        if not header:
            return ["", *divide(text)]
        if not text.lstrip().startswith(header):
            return None
        parts = divide(text)
        return parts if parts and parts[0].strip() == header else None

    return split


def _columns(definition: Definition) -> Callable[[str], list[str] | None]:
    slices = [slice(rule.position - 1, rule.last) for rule in definition.fields]
    least, most = definition.least_fields, definition.most_fields

    def split(text: str) -> list[str] | None:
        if not least <= len(text) <= most:
            raise RecordFault(
                RefusalKind.WRONG_FIELDS, f"It has {len(text)} characters; {least} to {most} are expected."
            )
        return ["", *(text[one].strip() for one in slices)]

    return split


def _fitting(choices: Sequence[Choice]) -> tuple[tuple[int, frozenset[str]], ...]:
    return tuple((choice.position, frozenset(choice.words)) for choice in choices)


def _highest(definition: Definition) -> int:
    """The last position that a record must have, whatever number of fields it may have."""
    if definition.is_transducers or definition.kind is RecordKind.COLUMNS:
        return definition.least_fields
    places = [place for rule in definition.fields for place in (rule.position, rule.sign_position, rule.unit_position)]
    return max(places + [choice.position for choice in definition.good], default=1)


def _indices(names: list[str], *wanted: str) -> tuple[int, int] | None:
    found = [names.index(name) for name in wanted if name in names]
    return (found[0], found[1]) if len(found) == 2 else None


def _first(one: Reader, other: Reader) -> Reader:
    def read(parts: Parts) -> Value | None:
        value = one(parts)
        return other(parts) if value is None else value

    return read


def _required(rule: FieldRule, read: Reader) -> Reader:
    def read_required(parts: Parts) -> Value | None:
        value = read(parts)
        if value is None:
            raise wrong_type(rule, parts[rule.position] if rule.position else "", "no value, though it must have one")
        return value

    return read_required


def _with_unit(rule: FieldRule, read: Reader) -> Reader:
    """The unit's letter may be left out where the value is; another letter is another kind of record."""
    letters = frozenset(rule.unit_letters)

    def read_with_unit(parts: Parts) -> Value | None:
        value = read(parts)
        letter = parts[rule.unit_position].strip()
        if letter not in letters and (letter or value is not None):
            raise _other_unit(rule, letter)
        return value

    return read_with_unit


def _same_unit(rule: FieldRule, letter: str) -> None:
    if letter and rule.unit_letters and letter not in rule.unit_letters:
        raise _other_unit(rule, letter)


def _other_unit(rule: FieldRule, letter: str) -> RecordFault:
    wanted = " or ".join(rule.unit_letters)
    return RecordFault(RefusalKind.WRONG_FIELDS, f"The unit of {rule.name} is {letter!r}; {wanted} is expected.")


def _limited(rule: FieldRule, read: NumberReader) -> Reader:
    least, most = limits(rule)

    def read_limited(parts: Parts) -> Value | None:
        value = read(parts)
        if value is not None and not least <= value <= most:
            raise out_of_range(rule, f"{value:g}")
        return value

    return read_limited


def _unlimited(rule: FieldRule) -> FieldRule:
    """The rule of a number before its sign or formula: limits hold for what comes of it."""
    return replace(rule, least=-LARGEST, most=LARGEST)


def _by_index(definition: Definition) -> Definition:
    """With columns: each field's place in the list, which is where `splitter` puts it."""
    if definition.kind is not RecordKind.COLUMNS:
        return definition
    fields = (replace(rule, position=index) for index, rule in enumerate(definition.fields, start=1))
    return replace(definition, fields=tuple(fields))
