"""Readers of single fields: functions from a record's parts to a value, made once for each rule of a definition.

They are called for every record, so each does only what its rule needs. A reader returns None for no value and raises
RecordFault for what cannot be one.
"""

import re
from collections.abc import Callable, Sequence

from seacorder.model.definition.definition import FieldRule, FieldType
from seacorder.model.reading import Value
from seacorder.model.reading_fields import FIELD_BY_NAME
from seacorder.telemetry.definitions.outcome import RecordFault, RefusalKind

Parts = Sequence[str]
"""A record's fields as they stand; the header, or nothing, is the first."""
Reader = Callable[[Parts], Value | None]
NumberReader = Callable[[Parts], float | None]

LARGEST = 1.7e308
"""Numbers that are not finite are beyond every limit."""
HEMISPHERES = {FieldType.LATITUDE: {"N": 1.0, "S": -1.0}, FieldType.LONGITUDE: {"E": 1.0, "W": -1.0}}
_HEX = re.compile(r"[0-9A-Fa-f]{1,8}")
_DEGREES = re.compile(r"[0-9]+(?:\.[0-9]*)?")


def limits(rule: FieldRule) -> tuple[float, float]:
    """What a field's value may be: as its rule says, else as its standard field says."""
    known = FIELD_BY_NAME.get(rule.name)
    least = known.least if rule.least is None and known else rule.least
    most = known.most if rule.most is None and known else rule.most
    return -LARGEST if least is None else least, LARGEST if most is None else most


def number_reader(rule: FieldRule, decimal: str) -> NumberReader:
    """Of a plain number, without sign letter and formula."""
    position, none = rule.position, frozenset(_numbers(rule.none, decimal))
    least, most = limits(rule)

    def read(parts: Parts) -> float | None:
        text = parts[position]
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            _be_none(rule, text)
            return None
        if least <= value <= most and "_" not in text and value not in none:
            return value
        if value in none:
            return None
        _be_nan(rule, text, value)
        return None

    if decimal == ".":
        return read
    return lambda parts: read(_with_points(parts, position, decimal))


def hex_reader(rule: FieldRule) -> NumberReader:
    """Of a hexadecimal number; its digits say how many bits two's complement has."""
    least, most = limits(rule)
    is_signed = rule.type is FieldType.SIGNED_HEX

    def read(parts: Parts) -> float | None:
        text = parts[rule.position].strip()
        if not text or text in rule.none:
            return None
        if not _HEX.fullmatch(text):
            raise wrong_type(rule, text, "no hexadecimal number")
        value = int(text, 16)
        if is_signed and value >> (4 * len(text) - 1):
            value -= 1 << 4 * len(text)
        if not least <= value <= most:
            raise out_of_range(rule, text)
        return float(value)

    return read


def angle_reader(rule: FieldRule) -> NumberReader:
    """Of a latitude or longitude as NMEA writes it: degrees and two digits of minutes in one number, the hemisphere
    beside it. Minutes may be 60, as some receivers round; more, or a minus sign, is a mistake and never mended.
    """
    position, sign_position = rule.position, rule.sign_position
    _, most = limits(rule)
    signs = HEMISPHERES[rule.type]

    def read(parts: Parts) -> float | None:
        text = parts[position]
        if not text or text.isspace():
            return None
        try:
            value = float(text)
        except ValueError:
            _be_none(rule, text)
            return None
        degrees = value // 100
        minutes = value - degrees * 100
        angle = degrees + minutes / 60
        if not (minutes <= 60 and 0 <= angle <= most) or text[0] == "-" or "_" in text:
            _be_no_angle(rule, text)
            return None
        sign = signs.get(parts[sign_position]) or signs.get(parts[sign_position].strip().upper())
        if sign is None:
            raise wrong_type(rule, parts[sign_position], "no hemisphere")
        return angle * sign

    return read


def text_reader(rule: FieldRule) -> Reader:
    """Of a text, without blanks around it."""

    def read(parts: Parts) -> Value | None:
        text = parts[rule.position].strip()
        return None if not text or text in rule.none else "".join(one if one.isprintable() else "?" for one in text)

    return read


def signed(rule: FieldRule, read: NumberReader) -> NumberReader:
    """The reader, with the sign of the letter that stands elsewhere in the record."""
    signs = {**dict.fromkeys(rule.positive, 1.0), **dict.fromkeys(rule.negative, -1.0)}

    def read_signed(parts: Parts) -> float | None:
        value = read(parts)
        if value is None:
            return None
        letter = parts[rule.sign_position].strip()
        if letter not in signs:
            if not value and not letter:
                return value  # zero has no sign: many compasses leave the letter out
            raise wrong_type(rule, letter, f"none of the letters {', '.join(signs)} for its sign")
        return value * signs[letter]

    return read_signed


def wrong_type(rule: FieldRule, text: str, what: str) -> RecordFault:
    return RecordFault(RefusalKind.WRONG_TYPE, f"{shown(rule, text)}, which is {what}.")


def out_of_range(rule: FieldRule, text: str) -> RecordFault:
    least, most = limits(rule)
    bounds = f"{least:g} to {most:g}" if abs(least) < LARGEST and most < LARGEST else (
        f"at least {least:g}" if most == LARGEST else f"at most {most:g}"
    )
    return RecordFault(RefusalKind.OUT_OF_RANGE, f"{shown(rule, text)}, out of its range: {bounds}.")


def shown(rule: FieldRule, text: str) -> str:
    where = f"Field {rule.position}, {rule.name}," if rule.position else f"{rule.name}"
    return f"{where} is {text[:40]!r}"


def _be_none(rule: FieldRule, text: str) -> None:
    """Raises RecordFault unless the text means that there is no value."""
    word = text.strip()
    if not word or word in rule.none:
        return
    raise wrong_type(rule, text, "no number")


def _be_nan(rule: FieldRule, text: str, value: float) -> None:
    """Raises RecordFault for what is beyond the limits or only looks like a number."""
    if value != value:  # noqa: PLR0124 - NAN is the only number that differs from itself
        return
    raise wrong_type(rule, text, "no number") if "_" in text or abs(value) > LARGEST else out_of_range(rule, text)


def _be_no_angle(rule: FieldRule, text: str) -> None:
    """Raises RecordFault unless the text means that there is no value."""
    if text.strip() in rule.none:
        return
    if not _DEGREES.fullmatch(text.strip()):
        raise wrong_type(rule, text, "not written as degrees and minutes")
    raise RecordFault(RefusalKind.OUT_OF_RANGE, f"{shown(rule, text)}: no {rule.type} can be that.")


def _numbers(words: Sequence[str], decimal: str) -> Sequence[float]:
    """Those that are numbers, written with this decimal mark or with a point."""
    found = []
    for word in words:
        try:
            found.append(float(word.replace(decimal, ".")))
        except ValueError:
            continue
    return found


def _with_points(parts: Parts, position: int, decimal: str) -> Parts:
    """The parts with this one's decimal mark made a point; a point in it makes it no number."""
    text = parts[position]
    if "." in text:
        text = text.replace(".", "?")
    return [*parts[:position], text.replace(decimal, "."), *parts[position + 1 :]]
