"""Ready definitions of sentences and records of makers: gyros, motion sensors, acoustic positions, altimeters, DVLs."""

from seacorder.model.definition.definition import (
    ChecksumRule,
    Choice,
    Definition,
    FieldRule,
    FieldType,
    RecordKind,
)
from seacorder.model.definition.formula import parse_formula
from seacorder.model.definition.ready_nmea import UNPROVEN, field, place, sentence, time

_MILLIMETRES = parse_formula("value * 0.001")
_CENTI = parse_formula("value * 0.01")
_NONE_PD6 = ("-32768",)
_LATITUDE, _LONGITUDE = FieldType.LATITUDE, FieldType.LONGITUDE
_ZERO = ("0",)
"""What an altimeter sends without an echo."""


def _beacon(frame: str, x: str, y: str, example: str, source: str) -> Definition:
    """A position of HiPAP and alike; its frame says what x and y are."""
    return sentence(
        "PSIMSSB", (11, 14), example, source,
        time(1), field("beacon", 2, type=FieldType.TEXT, is_always=True), field(x, 8), field(y, 9),
        field("beacon_depth", 10), field("beacon_accuracy", 11, is_always=True),
        checksum=ChecksumRule.IF_PRESENT,
        choices=(Choice(5, ("C",)), Choice(6, (frame,))), good=(Choice(3, ("A",)), Choice(4, ("",))),
    )


def _valeport(letters: tuple[str, ...], name: str, example: str) -> Definition:
    return sentence(
        "PRVAT", (4, 5), example, f"{UNPROVEN}; read as public readers do",
        field("altitude", 1, unit_position=2, unit_letters=("M", "m"), none=_ZERO), field(name, 3),
        choices=(Choice(4, letters),), checksum=ChecksumRule.IF_PRESENT,
    )


def _pd6(header: str, counts: tuple[int, int], example: str, *fields: FieldRule, **more: object) -> Definition:
    least, most = counts
    return Definition(
        "PD6", RecordKind.DELIMITED, fields, header=header, checksum=ChecksumRule.IGNORED, least_fields=least,
        most_fields=most, example=example, source="Teledyne RD Instruments, output format PD6",
        **more,  # type: ignore[arg-type]
    )


def _velocity(header: str, example: str, *names: str) -> Definition:
    """Three velocities in mm/s and a letter that says whether the bottom was seen."""
    fields = (field(name, at, none=_NONE_PD6, formula=_MILLIMETRES) for at, name in enumerate(names, start=1))
    return _pd6(header, (4, 4), example, *fields, good=(Choice(4, ("A",)),))


_HIPAP = "Kongsberg HiPAP telegram, as public readers take it"

MAKERS = (
    sentence(
        "PHTRO", (4, 4), "$PHTRO,0.42,P,1.10,T*53", "iXblue Octans and Hydrins; letters as in public readers",
        field("pitch", 1, sign_position=2, positive=("M",), negative=("P",)),
        field("roll", 3, sign_position=4, positive=("T",), negative=("B",)),
    ),
    sentence(
        "PRDID", (3, 3), "$PRDID,-0.42,1.10,208.50*5D", "RD Instruments, pitch, roll and heading",
        field("pitch", 1), field("roll", 2), field("heading", 3),
    ),
    sentence(
        "PASHR", (10, 12), "$PASHR,093012.400,208.50,T,1.10,-0.42,0.05,0.020,0.021,0.050,1,0*39",
        "Applanix POS MV and others; makers order its fields differently, this is the commonest order",
        time(1), field("heading", 2), field("roll", 4), field("pitch", 5), field("heave", 6),
        choices=(Choice(3, ("T",)),),
    ),
    sentence(
        "PSXN,23", (5, 6), "$PSXN,23,1.10,-0.42,208.50,0.05*19", "Kongsberg Seapath",
        field("roll", 2), field("pitch", 3), field("heading", 4), field("heave", 5),
        header="PSXN", choices=(Choice(1, ("23",)),),
    ),
    _beacon("N", "beacon_north", "beacon_east",
            "$PSIMSSB,093012.400,M17,A,,C,N,F,41.200,-3.150,64.100,1.200,T,0.031,*42", _HIPAP),
    _beacon("E", "beacon_east", "beacon_north",
            "$PSIMSSB,093012.400,M17,A,,C,E,F,-3.150,41.200,64.100,1.200,T,0.031,*49", _HIPAP),
    _beacon("H", "beacon_forward", "beacon_starboard",
            "$PSIMSSB,093012.400,M17,A,,C,H,M,12.400,39.400,64.100,1.200,N,,*6D",
            f"{UNPROVEN} that x is forward in the frame H"),
    sentence(
        "PSONLLD", (9, 16), "$PSONLLD,093012.40,ROV 12,A,57.205676,-2.068633,64.10,1.20,1.10,45.0,0.60,,,,*70",
        "Sonardyne Ranger, as public readers take it",
        time(1), field("beacon", 2, type=FieldType.TEXT, is_always=True), field("latitude", 4), field("longitude", 5),
        field("depth", 6), good=(Choice(3, ("A",)),), checksum=ChecksumRule.IF_PRESENT,
    ),
    sentence(
        "PTSAG", (14, 14), "$PTSAG,#00120,093012.40,14,06,2026,01,5712.3406,N,00204.1180,W,F,64.1,0,9999.0*34",
        f"{UNPROVEN}; iXblue Posidonia and its kin, as public readers take them",
        time(2), FieldRule("day", 3, type=FieldType.DAY), FieldRule("month", 4, type=FieldType.MONTH),
        FieldRule("year", 5, type=FieldType.YEAR), field("beacon", 6, type=FieldType.TEXT), place(7, _LATITUDE),
        place(9, _LONGITUDE), field("depth", 14, none=("9999.0",)), field("depth", 12, none=("9999.0",)),
        checksum=ChecksumRule.IF_PRESENT,
    ),
    _valeport(("dBar", "dbar", "DBAR", "dB"), "pressure", "$PRVAT,01.250,M,0064.560,dBar*3E"),
    _valeport(("Metres", "metres", "M", "m"), "depth", "$PRVAT,01.250,M,0064.100,Metres*31"),
    sentence(
        "PVRND", (6, 6), "$PVRND,06/14/2026,09:30:12.4,64.1,208.5,-0.4,1.1*5D",
        "VideoRay, settings export; its date and time are local and not used",
        field("depth", 3), field("heading", 4), field("pitch", 5), field("roll", 6),
        checksum=ChecksumRule.IF_PRESENT,
    ),
    Definition(
        "TSS1", RecordKind.COLUMNS, (
            FieldRule("acceleration_x", 1, 2, type=FieldType.HEX, unit="m/s²", formula=parse_formula("value * 0.0383")),
            FieldRule("acceleration_z", 3, 6, type=FieldType.SIGNED_HEX, unit="m/s²",
                      formula=parse_formula("value * 0.000625")),
            FieldRule("heave", 8, 12, unit="m", formula=_CENTI),
            FieldRule("status", 13, 13, type=FieldType.TEXT, is_always=True),
            FieldRule("roll", 14, 18, unit="°", formula=_CENTI),
            FieldRule("pitch", 19, 26, unit="°", formula=_CENTI),
        ),
        start=b":", checksum=ChecksumRule.IGNORED, least_fields=24, most_fields=26, bad=(Choice(4, tuple("ugfh")),),
        example=":00FFCA -0005F 0110 -0042", source="Teledyne TSS; the form with two more blanks is read too",
    ),
    _pd6(":SA", (3, 3), ":SA, -0.42, +1.10,208.50", field("pitch", 1), field("roll", 2), field("heading", 3)),
    _pd6(
        ":TS", (6, 6), ":TS,26061409301240,35.0,  +6.8,  64.1,1482.5,  0",
        field("salinity", 2), field("water_temperature", 3), field("depth", 4), field("sound_speed", 5),
    ),
    _velocity(":BS", ":BS,   +12,  +410,    -3,A", "velocity_starboard", "velocity_forward", "velocity_up"),
    _velocity(":BE", ":BE,  -195,  -361,    -3,A", "velocity_east", "velocity_north", "velocity_up"),
    _pd6(
        ":BD", (5, 5), ":BD,      +10.20,      -41.30,       -0.10,   1.25,  0.10", field("altitude", 4, none=_ZERO),
    ),
)
"""Where several have one name, each reads another kind of record."""
