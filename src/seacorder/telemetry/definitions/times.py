"""The time that a record itself gives, in nanoseconds since 1970. What cannot be a time is a note, never a refusal:
the rest of the record is as good as it was.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from seacorder.base.clock import NS_PER_SECOND
from seacorder.model.definition.definition import DATE_ORDERS, TIME_TYPES, Definition, FieldType
from seacorder.telemetry.definitions.numbers import Parts

NS_PER_DAY = 86_400 * NS_PER_SECOND
_CLOCK = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{2})(?:[.,]([0-9]*))?")
_WITH_COLONS = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]*))?)?")
_DATE = re.compile(r"([0-9]{1,4})[-/. ]([0-9]{1,2})[-/. ]([0-9]{1,4})")
_ISO = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ](.+?)(?:Z|([-+])([0-9]{2}):?([0-9]{2}))?")
_DAY_OF_YEAR = re.compile(r"([0-9]{4})([0-9]{3})(\.[0-9]*)?")
_MINUTES = {f"{minute // 60:02}{minute % 60:02}": minute * 60 * NS_PER_SECOND for minute in range(24 * 60)}
"""`hhmm`, in nanoseconds since midnight."""
_SECONDS = {f"{second:02}": second * NS_PER_SECOND for second in range(61)}
_SHARES: dict[str, int] = {"": 0, ".": 0} | {
    f".{number:0{digits}}": number * 10 ** (9 - digits) for digits in (1, 2, 3) for number in range(10**digits)
}
"""What stands behind the seconds, in nanoseconds: nearly every device sends at most three digits."""
_YEARS = range(1970, 2262)
"""Of other years no time fits into 64 bits of nanoseconds; an instrument that says one has no time."""
_FIRST_SHORT_YEAR = 80
"""Of two digits: 80 to 99 are of the last century; no such record is older than satellite navigation."""

SourceTime = Callable[[Parts, int], int | None]
"""From a record's parts and the time it came, both UTC, the time it gives; raises ValueError for what is none."""


def time_reader(definition: Definition) -> SourceTime | None:
    """How the records of a definition give their time; None if they do not."""
    places = {rule.type: rule.position for rule in definition.fields if rule.type in TIME_TYPES}
    if not places:
        return None
    if FieldType.DAY_OF_YEAR in places:
        position = places[FieldType.DAY_OF_YEAR]
        return lambda parts, _: day_of_year_ns(parts[position])
    date = _date_reader(places, DATE_ORDERS[definition.date_order])
    clock = places.get(FieldType.TIME)
    if date is None:
        return None if clock is None else lambda parts, received: nearest_ns(parts[clock], received)

    def read(parts: Parts, _received: int) -> int | None:
        begin, rest = date(parts)
        text = rest if clock is None else parts[clock]
        within = clock_ns(text) if text.strip() else None
        return None if begin is None or within is None else begin + within

    return read


def clock_ns(text: str) -> int:
    """Nanoseconds since midnight. Second 60 is the first of the next minute. Raises ValueError."""
    try:
        return _MINUTES[text[:4]] + _SECONDS[text[4:6]] + _SHARES[text[6:]]
    except KeyError:
        return _unusual_clock_ns(text)


def _unusual_clock_ns(text: str) -> int:
    """The same of a time that is written with colons, blanks or very many digits."""
    found = _CLOCK.fullmatch(text.strip()) or _WITH_COLONS.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    hours, minutes, seconds = int(found[1]), int(found[2]), int(found[3] or 0)
    within = int((found[4] or "0")[:9].ljust(9, "0"))
    if hours > 23 or minutes > 59 or seconds > 60:
        raise ValueError(text)
    return (hours * 3600 + minutes * 60 + seconds) * NS_PER_SECOND + within


def nearest_ns(text: str, received_ns: int) -> int | None:
    """A time without a date: of the day on which it is nearest to the time when it came. None if it is empty."""
    if not text or text.isspace():
        return None
    ahead_ns = (clock_ns(text) - received_ns) % NS_PER_DAY
    return received_ns + (ahead_ns if ahead_ns <= NS_PER_DAY // 2 else ahead_ns - NS_PER_DAY)


def day_of_year_ns(text: str) -> int | None:
    """`2014212.99355`: noon of 1 January is 001.5. Raises ValueError."""
    found = _DAY_OF_YEAR.fullmatch(text.strip())
    if found is None:
        if not text.strip():
            return None
        raise ValueError(text)
    year, day = int(found[1]), int(found[2])
    begin = midnight_ns(year, 1, 1) + (day - 1) * NS_PER_DAY
    if not 1 <= day <= 366 or begin >= midnight_ns(year + 1, 1, 1):
        raise ValueError(text)
    digits = (found[3] or ".")[1:][:15]
    return begin + (int(digits) * NS_PER_DAY // 10 ** len(digits) if digits else 0)


def midnight_ns(year: int, month: int, day: int) -> int:
    """The beginning of a day. Raises ValueError for a day that is none."""
    if year not in _YEARS:
        raise ValueError(year)
    return int(datetime(year, month, day, tzinfo=UTC).timestamp()) * NS_PER_SECOND


def _date_reader(
    places: Mapping[FieldType, int], order: tuple[str, ...]
) -> Callable[[Parts], tuple[int | None, str]] | None:
    """From a record's parts to the beginning of its day, and the time of the day where both stand in one field."""
    if FieldType.DATE in places:
        position = places[FieldType.DATE]
        return lambda parts: _date_ns(parts[position].strip(), order)
    three = tuple(places.get(kind, 0) for kind in (FieldType.YEAR, FieldType.MONTH, FieldType.DAY))
    if not all(three):
        return None

    def read(parts: Parts) -> tuple[int | None, str]:
        words = [parts[place].strip() for place in three]
        if not all(words):
            return None, ""
        if not all(word.isdecimal() for word in words):
            raise ValueError(words)
        year, month, day = map(int, words)
        return midnight_ns(_full_year(year, words[0]), month, day), ""

    return read


def _date_ns(text: str, order: tuple[str, ...]) -> tuple[int | None, str]:
    if not text:
        return None, ""
    rest, zone_ns = "", 0
    if iso := _ISO.fullmatch(text):
        text, rest = iso[1], iso[2]
        if iso[3]:
            zone_ns = int(f"{iso[3]}1") * (int(iso[4]) * 60 + int(iso[5])) * 60 * NS_PER_SECOND
    found = _DATE.fullmatch(text)
    if found is not None and len(found[1]) == 4:
        words, order = list(found.groups()), DATE_ORDERS["ymd"]
    elif found is not None:
        words = list(found.groups())
    elif text.isdecimal() and text.isascii() and len(text) in {6, 8}:
        words = _undivided(text, order)
    else:
        raise ValueError(text)
    by_name = dict(zip(order, words, strict=True))
    year = _full_year(int(by_name["year"]), by_name["year"])
    return midnight_ns(year, int(by_name["month"]), int(by_name["day"])) - zone_ns, rest


def _undivided(text: str, order: tuple[str, ...]) -> list[str]:
    """`220899` or `20140822` in its three words."""
    words, begin = [], 0
    for name in order:
        width = len(text) - 4 if name == "year" else 2
        words.append(text[begin : begin + width])
        begin += width
    return words


def _full_year(year: int, word: str) -> int:
    if len(word) > 2:
        return year
    return year + (1900 if year >= _FIRST_SHORT_YEAR else 2000)
