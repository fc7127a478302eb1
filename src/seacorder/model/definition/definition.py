"""A definition: how one kind of record is recognised, which fields it has, and when it has no value."""

from dataclasses import dataclass
from enum import StrEnum

from seacorder.model.definition.formula import Formula


class RecordKind(StrEnum):
    """How a record is taken apart."""

    NMEA = "nmea"
    """`$`, a header, fields between commas, `*` and a checksum."""
    DELIMITED = "delimited"
    """Fields between delimiters; without a header, or with a first field that is one."""
    COLUMNS = "columns"
    """Each field has fixed columns."""
    EXPRESSION = "expression"
    """A regular expression whose groups are the fields."""


class ChecksumRule(StrEnum):
    """What becomes of the checksum of a sentence."""

    REQUIRED = "required"
    IF_PRESENT = "if_present"
    """A sentence without one is accepted, one with a wrong one is not."""
    IGNORED = "ignored"
    WITH_DOLLAR = "with_dollar"
    """Required, and computed over the `$` too, as some devices do."""
    WITH_STAR = "with_star"
    """Required, and computed over the `*` too."""


class FieldType(StrEnum):
    """What stands in a field."""

    NUMBER = "number"
    TEXT = "text"
    HEX = "hex"
    """A hexadecimal number."""
    SIGNED_HEX = "signed_hex"
    """The same in two's complement; its digits say how many bits."""
    LATITUDE = "latitude"
    """`ddmm.mmmm`, with the hemisphere in the field of the sign."""
    LONGITUDE = "longitude"
    TIME = "time"
    """`hhmmss.ss` or `hh:mm:ss.ss`, UTC. Like the following it gives the record's own time and no value."""
    DATE = "date"
    """Day, month and year in the definition's order, with or without separators, or ISO 8601 with a time."""
    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    DAY_OF_YEAR = "day_of_year"
    """`2014212.99355`: the year, the day of the year and its fraction."""


TIME_TYPES = (
    FieldType.TIME, FieldType.DATE, FieldType.YEAR, FieldType.MONTH, FieldType.DAY, FieldType.DAY_OF_YEAR,
)
"""Those that give the record's own time."""

DateOrder = tuple[str, ...]
DATE_ORDERS: dict[str, DateOrder] = {
    "ymd": ("year", "month", "day"), "dmy": ("day", "month", "year"), "mdy": ("month", "day", "year"),
}

BLANKS = "blanks"
"""The delimiter that is any run of blanks and tabs."""


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One field: where it stands, what it is, when it is no value."""

    name: str
    position: int = 0
    """Counted from 1 behind the header. Of columns, the first one; of an expression, the group. 0: nowhere, the value
    comes from the formula alone.
    """
    last: int = 0
    """Of columns: the last one, itself included."""
    type: FieldType = FieldType.NUMBER
    unit: str = ""
    sign_position: int = 0
    """Where a letter stands that says the sign: a hemisphere, `M` and `P` of a pitch. 0: nowhere."""
    positive: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()
    unit_position: int = 0
    """Where the unit's letter stands; a record with another one is refused. 0: it has none."""
    unit_letters: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    """What means that there is no value, besides an empty field and `NAN`. Numbers are compared as numbers."""
    least: float | None = None
    most: float | None = None
    formula: Formula | None = None
    """Its result is the value. `value` in it is the number that stands at the position."""
    transducers: tuple[str, ...] = ()
    """Of XDR: the names of the transducer, one of which stands in the record."""
    is_always: bool = False
    """It has its value also while the status says that there is none."""
    is_required: bool = False
    """An empty field is a mistake."""
    is_hidden: bool = False
    """Only for formulas of other fields."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A condition on one field of the record."""

    position: int
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Definition:
    """One kind of record. Several may have one name: together they are what the name means."""

    name: str
    kind: RecordKind
    fields: tuple[FieldRule, ...]
    header: str = ""
    """Of `nmea`: `GGA` for any talker, or `PSIMSSB`. Of `delimited`: what stands in the first field; empty: none."""
    talker: str = ""
    """Of a standard sentence; empty: any."""
    start: bytes = b""
    """What every record begins with, and that belongs to no field."""
    checksum: ChecksumRule = ChecksumRule.REQUIRED
    delimiter: str = ","
    expression: str = ""
    decimal: str = "."
    date_order: str = "dmy"
    least_fields: int = 1
    """How many fields stand behind the header. Of columns: how many characters a record has."""
    most_fields: int = 1000
    choices: tuple[Choice, ...] = ()
    """A record for which one of them does not hold is none of this definition."""
    good: tuple[Choice, ...] = ()
    """A record for which one of them does not hold has no values."""
    bad: tuple[Choice, ...] = ()
    """A record for which one of them holds has no values."""
    is_transducers: bool = False
    """Fields come in groups of four: type, value, unit, name of the transducer (XDR)."""
    example: str = ""
    """A record, for the reference page."""
    source: str = ""
    """Where the format is described, for the reference page."""

    @property
    def values(self) -> tuple[FieldRule, ...]:
        """The fields that become readings."""
        return tuple(rule for rule in self.fields if not rule.is_hidden and rule.type not in TIME_TYPES)

    @property
    def has_time(self) -> bool:
        """Its records give their own time."""
        return any(rule.type in TIME_TYPES for rule in self.fields)

    @property
    def has_date(self) -> bool:
        """Its records give the day with their time."""
        types = {rule.type for rule in self.fields}
        return bool(types & {FieldType.DATE, FieldType.DAY_OF_YEAR}) or types >= {
            FieldType.YEAR, FieldType.MONTH, FieldType.DAY,
        }
