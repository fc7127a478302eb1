"""Ready definitions of the standard sentences of NMEA 0183, IEC 61162-1."""

from seacorder.model.definition.definition import Choice, Definition, FieldRule, FieldType, RecordKind
from seacorder.model.definition.formula import parse_formula
from seacorder.model.reading_fields import FIELD_BY_NAME

_STANDARD = "IEC 61162-1 (NMEA 0183)"
UNPROVEN = "No public document proves it"
"""The source of a definition that rests on what other readers do."""


def field(name: str, position: int, **more: object) -> FieldRule:
    """A rule for a standard field, in its unit."""
    return FieldRule(name, position, unit=FIELD_BY_NAME[name].unit, **more)  # type: ignore[arg-type]


def time(position: int) -> FieldRule:
    return FieldRule("time", position, type=FieldType.TIME)


def date(position: int) -> FieldRule:
    return FieldRule("date", position, type=FieldType.DATE)


def place(position: int, type_: FieldType) -> FieldRule:
    """A latitude or longitude with its hemisphere behind it."""
    return field(type_.value, position, type=type_, sign_position=position + 1)


def measured(name: str, position: int, *letters: str) -> FieldRule:
    """A number with the letter of its unit behind it."""
    return field(name, position, unit_position=position + 1, unit_letters=letters)


def east_or_west(name: str, position: int) -> FieldRule:
    return field(name, position, sign_position=position + 1, positive=("E",), negative=("W",))


def sentence(
    name: str, counts: tuple[int, int], example: str, source: str, *fields: FieldRule, **more: object
) -> Definition:
    """A sentence whose header is its name, unless `more` gives another one. `counts`: its fewest and most fields."""
    least, most = counts
    given: dict[str, object] = {"header": name, **more}
    return Definition(
        name, RecordKind.NMEA, fields, least_fields=least, most_fields=most, example=example, source=source,
        **given,  # type: ignore[arg-type]
    )


def _sentence(header: str, counts: tuple[int, int], example: str, *fields: FieldRule, **more: object) -> Definition:
    return sentence(header, counts, example, _STANDARD, *fields, **more)


def _depth(header: str, example: str) -> Definition:
    """Depth in feet, metres and fathoms; metres count, feet where they are empty."""
    feet = field("depth", 1, formula=parse_formula("value * 0.3048"))
    return _sentence(header, (6, 6), example, measured("depth", 3, "M"), feet)


def _transducer(name: str, letters: tuple[str, ...], *names: str) -> FieldRule:
    return field(name, 1, transducers=names, unit_letters=letters)


_LATITUDE, _LONGITUDE = FieldType.LATITUDE, FieldType.LONGITUDE

STANDARD = (
    _sentence(
        "GGA", (13, 15), "$GPGGA,093012.40,5712.3406,N,00204.1180,W,2,11,0.8,12.4,M,47.1,M,3.0,0120*6D",
        time(1), place(2, _LATITUDE), place(4, _LONGITUDE), field("fix_quality", 6, is_always=True),
        field("satellites", 7, is_always=True), field("hdop", 8), measured("height", 9, "M"),
        bad=(Choice(6, ("0", "")),),
    ),
    _sentence(
        "GLL", (6, 7), "$GPGLL,5712.3406,N,00204.1180,W,093012.40,A,D*7D",
        place(1, _LATITUDE), place(3, _LONGITUDE), time(5), good=(Choice(6, ("A",)),), bad=(Choice(7, ("N",)),),
    ),
    _sentence(
        "RMC", (11, 13), "$GPRMC,093012.40,A,5712.3406,N,00204.1180,W,1.4,208.5,140626,1.2,W,D*3D",
        time(1), place(3, _LATITUDE), place(5, _LONGITUDE), field("speed", 7), field("course", 8), date(9),
        east_or_west("magnetic_variation", 10), good=(Choice(2, ("A",)),), bad=(Choice(12, ("N",)),),
    ),
    _sentence(
        "VTG", (8, 9), "$GPVTG,208.5,T,209.7,M,1.4,N,2.6,K,D*24",
        measured("course", 1, "T"), measured("course_magnetic", 3, "M"), measured("speed", 5, "N"),
        field("speed", 7, formula=parse_formula("value / 1.852")), bad=(Choice(9, ("N",)),),
    ),
    _sentence(
        "ZDA", (4, 7), "$GPZDA,093012.40,14,06,2026,00,00*6E",
        time(1), FieldRule("day", 2, type=FieldType.DAY), FieldRule("month", 3, type=FieldType.MONTH),
        FieldRule("year", 4, type=FieldType.YEAR),
    ),
    _sentence("HDT", (2, 2), "$HEHDT,208.5,T*20", measured("heading", 1, "T")),
    _sentence(
        "HDG", (5, 5), "$HCHDG,209.7,0.4,E,1.2,W*5B",
        field("heading_magnetic", 1), east_or_west("magnetic_deviation", 2), east_or_west("magnetic_variation", 4),
    ),
    _sentence("HDM", (2, 2), "$HCHDM,209.7,M*25", measured("heading_magnetic", 1, "M")),
    _sentence("ROT", (2, 2), "$HEROT,-3.5,A*00", field("rate_of_turn", 1), good=(Choice(2, ("A",)),)),
    _sentence(
        "VHW", (8, 8), "$VWVHW,208.5,T,209.7,M,1.1,N,2.0,K*55",
        measured("heading", 1, "T"), measured("heading_magnetic", 3, "M"), measured("water_speed", 5, "N"),
        field("water_speed", 7, formula=parse_formula("value / 1.852")),
    ),
    _depth("DBT", "$SDDBT,210.3,f,64.1,M,35.0,F*03"),
    _depth("DBS", "$SDDBS,216.9,f,66.1,M,36.1,F*08"),
    _sentence("DPT", (2, 3), "$SDDPT,64.1,2.0*66", field("depth", 1), field("depth_offset", 2)),
    _sentence("MTW", (2, 2), "$YXMTW,6.8,C*2C", measured("water_temperature", 1, "C")),
    _sentence(
        "XDR", (4, 1000), "$YXXDR,A,-1.5,D,PITCH,A,0.6,D,ROLL,U,-0.973,V,CP*25",
        _transducer("pitch", ("D",), "PITCH", "PTCH"), _transducer("roll", ("D",), "ROLL", "RLL"),
        _transducer("heading", ("D",), "HEADING", "HDG", "YAW"), _transducer("heave", ("M",), "HEAVE"),
        _transducer("depth", ("M",), "DEPTH"), _transducer("altitude", ("M",), "ALTITUDE", "ALT"),
        _transducer("cp", ("V",), "CP"),
        _transducer("water_temperature", ("C",), "TW", "WTEMP", "WATERTEMP", "WATER_TEMP", "SEATEMP"),
        is_transducers=True,
    ),
)
