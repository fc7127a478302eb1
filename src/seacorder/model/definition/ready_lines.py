"""Ready definitions of text without a header: numbers alone, and the strings of survey programs."""

from seacorder.model.definition.definition import (
    ChecksumRule,
    Definition,
    FieldRule,
    FieldType,
    RecordKind,
)
from seacorder.model.definition.formula import parse_formula
from seacorder.model.definition.ready_nmea import UNPROVEN, field

_NUMBER = r"[ \t]*([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))[ \t]*[mM]?"
_SURVEY = (
    FieldRule("date", 1, type=FieldType.DATE), FieldRule("time", 2, type=FieldType.TIME), field("kp", 3),
    field("easting", 4), field("northing", 5), field("depth", 6, formula=parse_formula("abs(value)")),
    field("altitude", 7, none=("0",)), field("heading", 8), field("distance_off_line", 9),
)
_SURVEY_SOURCE = (
    "The order that survey programs are told in a public tutorial; date as day, month, year, time as UTC. "
    "The depth counts as positive, whatever its sign"
)


def _number(name: str, field_name: str, none: tuple[str, ...], what: str) -> Definition:
    return Definition(
        name, RecordKind.EXPRESSION, (field(field_name, 1, none=none),), expression=_NUMBER,
        checksum=ChecksumRule.IGNORED, example="64.10m", source=f"{UNPROVEN}; {what}",
    )


def _digiquartz(start: bytes, most: int, example: str) -> Definition:
    return Definition(
        "DIGIQUARTZ", RecordKind.DELIMITED, (field("pressure_reading", 1, is_required=True),), start=start,
        checksum=ChecksumRule.IGNORED, most_fields=most, example=example,
        source="Paroscientific Digiquartz; the unit is a setting of the sensor that it does not send",
    )


def _survey(name: str, delimiter: str, decimal: str, example: str) -> Definition:
    return Definition(
        name, RecordKind.DELIMITED, _SURVEY, checksum=ChecksumRule.IGNORED, delimiter=delimiter, decimal=decimal,
        least_fields=9, most_fields=9, example=example, source=_SURVEY_SOURCE,
    )


LINES = (
    _digiquartz(b"*0001V,", 2, "*0001V,934.512,12.05"),
    _digiquartz(b"*0001", 1, "*0001934.512"),
    _survey("SURVEY", ",", ".", "14/06/2026,09:30:12,12.345,450879.00,6243874.16,-64.1,1.8,208.5,-0.7"),
    _survey("SURVEY_SEMICOLON", ";", ",", "14/06/2026;09:30:12;12,345;450879,00;6243874,16;-64,1;1,8;208,5;-0,7"),
    _survey("SURVEY_TAB", "\t", ".", "14/06/2026\t09:30:12\t12.345\t450879.00\t6243874.16\t-64.1\t1.8\t208.5\t-0.7"),
    _number("ALTIMETER", "altitude", ("0",), "a line with one number, perhaps with m behind it; 0 is no value"),
    _number("DEPTH", "depth", (), "a line with one number, perhaps with m behind it"),
)
