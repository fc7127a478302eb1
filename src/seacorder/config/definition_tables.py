"""`[[definitions]]`: what records of instruments mean for which there is no ready definition.

A table either says everything itself, or takes a ready definition (`like`) and changes some of it.
"""

import re
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, model_validator

from seacorder.config.values import SettingsTable, Unaccepted, key, listed, parsed
from seacorder.model.definition.definition import (
    TIME_TYPES,
    ChecksumRule,
    Choice,
    Definition,
    FieldRule,
    FieldType,
    RecordKind,
)
from seacorder.model.definition.formula import Formula, parse_formula
from seacorder.model.definition.ready import READY
from seacorder.model.dive_context import CONTEXT_FIELDS
from seacorder.model.framing import unescaped
from seacorder.model.reading_fields import CLOCK_DIFFERENCE, FIELD_BY_NAME

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_TAKEN = {*CONTEXT_FIELDS, CLOCK_DIFFERENCE.name, "utc", "other_readings", "units"}
NAME_CHARACTERS_MAX = 40
"""Of a definition."""
_WORDS = 'a list such as ["A", "D"]'
_SWITCH = "true or false"
_PLACE = "a whole number from 0 to 200"
_ALLOWED_WITH_LIKE = {"name", "like", "talker", "checksum", "choose_position", "choose", "rename"}
_FORMS = ("header", "talker", "start", "delimiter", "expression")
_BELONGS = {
    RecordKind.NMEA: {"header", "talker"},
    RecordKind.DELIMITED: {"header", "start", "delimiter"},
    RecordKind.COLUMNS: {"start"},
    RecordKind.EXPRESSION: {"start", "expression"},
}
Texts = Annotated[tuple[str, ...], BeforeValidator(listed)]


def field_name(name: str) -> str:
    """A name that texts of the overlay can hold."""
    if not _NAME.fullmatch(name):
        raise Unaccepted(f"{name!r} is no name of a field.", "Write small letters, digits and _, such as cp_average.")
    return name


def reading_name(name: str) -> str:
    """A name that overlay lines, tables and framegrabs have for nothing else."""
    if name in _TAKEN:
        fact = f"{name!r} means something else in overlay lines, tables and framegrabs."
        raise Unaccepted(fact, f"Write another name, such as {name}_read.")
    return name


def unit_of(name: str, unit: str) -> str:
    """The unit of a field: of a standard field it is given."""
    known = FIELD_BY_NAME.get(name)
    if known is None or unit in {"", known.unit}:
        return unit if known is None else known.unit
    raise Unaccepted(
        f"{name} is always in {known.unit or 'plain numbers'}, not in {unit}.",
        'Convert it, such as formula = "value * 0.3048", or give the field another name.',
    )


def bytes_of(text: str) -> bytes:
    """The bytes that a text means in which `\\x02` and such stand for control characters."""
    return parsed(unescaped, text)


def text_of(text: str) -> str:
    """The same, as the text that those bytes are in a record."""
    return bytes_of(text).decode("latin-1")


def sentence_text(text: str) -> str:
    """Text that a sentence may begin with: each letter is one byte there."""
    try:
        text.encode("latin-1")
    except UnicodeEncodeError as error:
        raise Unaccepted(
            f"{text!r} has letters that are more than one byte.", "Write what stands in the record, such as GGA."
        ) from error
    return text


class DefinitionFieldTable(SettingsTable):
    """One field of a record."""

    name: Annotated[str, AfterValidator(field_name)] = key(
        ..., "What the reading is called: a standard field, or a name of your own.",
        "small letters, digits and `_`, such as `depth`"
    )
    position: int = key(
        0, "Where it stands, counted from 1 behind the header; of an expression, the group. 0: `formula` alone.",
        _PLACE, ge=0, le=200
    )
    columns: Annotated[tuple[int, ...], BeforeValidator(listed)] = key(
        (), "Of kind `columns`: its first and last character, counted from 1.", "two numbers such as [9, 13]"
    )
    type: Literal[
        "number", "text", "hex", "signed_hex", "latitude", "longitude", "time", "date", "year", "month", "day",
        "day_of_year",
    ] = key("number", "What stands there.", ", ".join(f'`"{one}"`' for one in FieldType))
    unit: str = key("", "Of the value; standard fields have theirs.", "text, such as `bar`", max_length=16)
    formula: str = key(
        "", "Computes the value; `value` is the number at the position, other fields are named.",
        "arithmetic such as `value * 0.3048`"
    )
    none: Texts = key((), "What means that there is no value, besides an empty field and NAN.", '`["9999.0"]` or such')
    min: float | None = key(None, "A smaller value is out of range.", "a number", allow_inf_nan=False)
    max: float | None = key(None, "A larger value is out of range.", "a number", allow_inf_nan=False)
    sign_position: int = key(0, "Where a letter stands that carries the sign; 0: nowhere.", _PLACE, ge=0, le=200)
    positive: Texts = key((), "Letters that make it positive.", '`["M"]` or such')
    negative: Texts = key((), "Letters that make it negative.", '`["P"]` or such')
    unit_position: int = key(0, "Where the unit stands, which is then checked; 0: nowhere.", _PLACE, ge=0, le=200)
    unit_letters: Texts = key((), "What may stand there.", '`["M"]` or such')
    transducers: Texts = key((), "Of XDR: names of the transducer, in place of a position.", '`["CP"]` or such')
    always: bool = key(False, "It has its value also while the status says that there is none.", _SWITCH)
    required: bool = key(False, "A record in which it is empty is refused.", _SWITCH)
    hidden: bool = key(False, "It is only for the formulas of other fields.", _SWITCH)

    @model_validator(mode="after")
    def _is_one(self) -> "DefinitionFieldTable":
        unit_of(self.name, "" if self.hidden else self.unit)
        if not self.hidden and FieldType(self.type) not in TIME_TYPES:
            reading_name(self.name)
        if self.formula:
            self.parsed_formula()
        if not (self.position or self.columns or self.formula or self.transducers):
            raise Unaccepted(f"it is not said where {self.name} stands.", "Write position, columns or formula.")
        if self.columns and not (len(self.columns) == 2 and 1 <= self.columns[0] <= self.columns[1] <= 4096):
            raise Unaccepted(f"{list(self.columns)} are no columns.", "Write the first and the last, such as [9, 13].")
        if self.type in {"latitude", "longitude"} and not self.sign_position:
            raise Unaccepted(
                f"a {self.type} needs the field of its hemisphere.",
                'Write sign_position; if it is a number of degrees with a sign, type = "number".',
            )
        if self.sign_position and self.type == "number" and not (self.positive and self.negative):
            raise Unaccepted("sign_position needs the letters.", 'Write positive = ["M"] and negative = ["P"] or such.')
        return self

    def parsed_formula(self) -> Formula | None:
        return parsed(parse_formula, self.formula) if self.formula else None

    def rule(self) -> FieldRule:
        """The field as a definition has it."""
        first, last = self.columns or (1 if self.transducers else self.position, 0)
        return FieldRule(
            name=self.name,
            position=first,
            last=last,
            type=FieldType(self.type),
            unit=self.unit if self.hidden else unit_of(self.name, self.unit),
            sign_position=self.sign_position,
            positive=self.positive,
            negative=self.negative,
            unit_position=self.unit_position,
            unit_letters=self.unit_letters,
            none=self.none,
            least=self.min,
            most=self.max,
            formula=self.parsed_formula(),
            transducers=self.transducers,
            is_always=self.always,
            is_required=self.required,
            is_hidden=self.hidden,
        )


class DefinitionTable(SettingsTable):
    """One definition."""

    name: str = key(..., "What [[telemetry]] calls it; a ready definition of that name is replaced.", "a unique name",
                    min_length=1, max_length=NAME_CHARACTERS_MAX)
    like: str = key("", "A ready definition that it begins from; the keys of the form are then its.",
                    "a ready definition's name, such as `DPT`")
    kind: Literal["nmea", "delimited", "columns", "expression"] = key(
        "nmea", "How a record is taken apart.", ", ".join(f'`"{one}"`' for one in RecordKind)
    )
    header: Annotated[str, AfterValidator(sentence_text)] = key(
        "", "Of `nmea`: `GGA`, or a maker's whole header. Of `delimited`: what the first field is.",
        "text; `\\x02` and such are bytes"
    )
    talker: Annotated[str, AfterValidator(sentence_text)] = key(
        "", "Of a standard sentence: the two letters before its name; empty: any.", "two letters", max_length=2
    )
    start: str = key("", "What every record begins with and belongs to no field.", "text; `\\x02` and such are bytes")
    delimiter: str = key(
        ",", "Of `delimited`: what stands between fields.",
        "text such as `;`, `\\t` or `\\x02`, or `blanks` for any run of them",
        min_length=1
    )
    expression: str = key("", "Of `expression`: it fits the whole record, its groups are the fields.",
                          "a regular expression of Python")
    checksum: Literal["", "required", "if_present", "ignored", "with_dollar", "with_star"] = key(
        "", "What becomes of the checksum of a sentence; empty: it is required.",
        ", ".join(f'`"{one}"`' for one in ChecksumRule)
    )
    decimal: Literal[".", ","] = key(".", "The decimal mark.", '`"."` or `","`')
    date_order: Literal["dmy", "mdy", "ymd"] = key("dmy", "The order in a date.", '`"dmy"`, `"mdy"` or `"ymd"`')
    field_count: Annotated[tuple[int, ...], BeforeValidator(listed)] = key(
        (), "The fewest and the most fields behind the header; of `columns`, characters. Empty: as the fields need.",
        "two numbers such as [5, 7]"
    )
    choose_position: int = key(0, "Only records with one of `choose` in this field are meant; 0: all.", _PLACE,
                               ge=0, le=200)
    choose: Texts = key((), "A beacon's name, for instance; `\\x02` and such are bytes.", '`["M17"]` or such')
    status_position: int = key(0, "Where a letter stands that says whether there are values; 0: nowhere.", _PLACE,
                               ge=0, le=200)
    status_good: Texts = key((), "With any other there is no value.", _WORDS)
    status_bad: Texts = key((), "With one of these there is no value.", _WORDS)
    rename: dict[str, Annotated[str, AfterValidator(field_name)]] = key(
        {}, 'With `like`: other names for its fields: `{ depth = "altitude" }`.', "names of fields, each with another"
    )
    fields: tuple[DefinitionFieldTable, ...] = key((), "What stands in a record.", "[[definitions.fields]] tables")

    @model_validator(mode="after")
    def _is_one(self) -> "DefinitionTable":
        if self.like:
            self._check_like()
        else:
            self._check_form()
            self._check_names()
        for text in self.choose:
            bytes_of(text)
        if bool(self.choose_position) != bool(self.choose):
            raise Unaccepted("choose and choose_position belong together.", "Write both or neither.")
        if bool(self.status_position) != bool(self.status_good or self.status_bad):
            raise Unaccepted(
                "status_position and its letters belong together.", 'Write status_position = 2 and status_good = ["A"].'
            )
        if self.field_count and not (len(self.field_count) == 2 and 1 <= self.field_count[0] <= self.field_count[1]):
            raise Unaccepted(f"{list(self.field_count)} is no field_count.", "Write two numbers such as [5, 7].")
        return self

    def _check_like(self) -> None:
        if self.like not in READY:
            raise Unaccepted(f"there is no ready definition {self.like!r}.", f"Write one of {', '.join(READY)}.")
        extra = sorted(self.model_fields_set - _ALLOWED_WITH_LIKE)
        if extra:
            raise Unaccepted(f"{extra[0]} cannot be changed with like.", "Write the definition without like.")
        known = {rule.name for one in READY[self.like] for rule in one.fields}
        for name, other in self.rename.items():
            if name not in known:
                raise Unaccepted(f"{self.like} has no field {name!r}.", f"It has {', '.join(sorted(known))}.")
            reading_name(other)
            first = FIELD_BY_NAME.get(name)
            unit_of(other, first.unit if first else "")

    def _check_form(self) -> None:
        kind = RecordKind(self.kind)
        if self.rename:
            raise Unaccepted("rename needs like.", "Give the fields their names themselves.")
        if not self.fields:
            raise Unaccepted("it has no fields.", "Write a [[definitions.fields]] table for each.")
        for name in _FORMS:
            if name in self.model_fields_set and name not in _BELONGS[kind]:
                raise Unaccepted(f"a definition of kind {self.kind!r} has no {name}.", "Omit it, or change the kind.")
        if kind is RecordKind.NMEA and not self.header:
            raise Unaccepted("a definition of kind 'nmea' needs a header.", 'Write header = "GGA" or such.')
        if kind is not RecordKind.NMEA and self.checksum not in {"", "ignored"}:
            raise Unaccepted(f"a definition of kind {self.kind!r} has no checksum.", "Omit it.")
        if kind is RecordKind.COLUMNS and not all(one.columns for one in self.fields):
            raise Unaccepted("with kind 'columns' every field needs columns.", "Write columns = [9, 13] or such.")
        if kind is RecordKind.EXPRESSION:
            self._check_expression()
        self._check_letters(kind)
        for text in (self.start, self.header, self.delimiter):
            bytes_of(text)

    def _check_letters(self, kind: RecordKind) -> None:
        """Letters of signs and units stand where a record has a field."""
        for one in self.fields:
            place = max(one.sign_position, one.unit_position)
            if place and any(other.transducers for other in self.fields):
                raise Unaccepted(f"{one.name} is in a record of transducers, which has no such letters.",
                                 "Omit sign_position and unit_position.")
            if kind is RecordKind.COLUMNS and place > len(self.fields):
                raise Unaccepted(f"{one.name} has a letter in field {place}, and there are {len(self.fields)} fields.",
                                 "With kind 'columns' count the [[definitions.fields]] tables.")

    def _check_expression(self) -> None:
        try:
            pattern = re.compile(self.expression)
        except (re.error, ValueError, RecursionError, OverflowError) as error:
            fact = f"{self.expression!r} is no regular expression ({error})."
            raise Unaccepted(fact, "Write one as Python has them.") from error
        highest = max(one.position for one in self.fields)
        if highest > pattern.groups:
            raise Unaccepted(
                f"the expression has {pattern.groups} groups, and a field has position {highest}.",
                "Put round brackets around each field.",
            )

    def _check_names(self) -> None:
        earlier: set[str] = set()
        for one in self.fields:
            formula = one.parsed_formula()
            allowed = earlier | ({"value"} if one.position or one.columns else set())
            unknown = sorted(formula.names - allowed) if formula else []
            if unknown:
                raise Unaccepted(
                    f"the formula of {one.name} names {unknown[0]!r}.",
                    "Write value for its own number, or a field that stands before it in the settings file.",
                )
            if one.type not in TIME_TYPES:  # a time is no number
                earlier.add(one.name)

    def definitions(self) -> tuple[Definition, ...]:
        """What the table means; several if the ready definition that it is like is several."""
        choices = (Choice(self.choose_position, tuple(map(text_of, self.choose))),) if self.choose else ()
        if self.like:
            return tuple(self._changed(one, choices) for one in READY[self.like])
        kind = RecordKind(self.kind)
        least, most = self.field_count or ((1, 4096) if kind is RecordKind.COLUMNS else (1, 1000))
        default = ChecksumRule.REQUIRED if kind is RecordKind.NMEA else ChecksumRule.IGNORED
        status = self.status_position
        return (Definition(
            name=self.name, kind=kind, fields=tuple(one.rule() for one in self.fields),
            header=text_of(self.header), talker=self.talker, start=bytes_of(self.start),
            checksum=ChecksumRule(self.checksum or default), delimiter=text_of(self.delimiter),
            expression=self.expression, decimal=self.decimal, date_order=self.date_order,
            least_fields=least, most_fields=most, choices=choices,
            good=(Choice(status, self.status_good),) if self.status_good else (),
            bad=(Choice(status, self.status_bad),) if self.status_bad else (),
            is_transducers=any(one.transducers for one in self.fields),
        ),)

    def _changed(self, ready: Definition, choices: tuple[Choice, ...]) -> Definition:
        """A ready definition with this table's changes."""
        fields = tuple(replace(rule, name=self.rename.get(rule.name, rule.name)) for rule in ready.fields)
        return replace(
            ready, name=self.name, fields=fields, talker=self.talker or ready.talker, choices=ready.choices + choices,
            checksum=ChecksumRule(self.checksum) if self.checksum else ready.checksum,
        )
