"""Where and in which direction a framegrab was taken: the GPS directory of EXIF (CIPA DC-008, 4.6.6), and the depth.
Pure.
"""

from collections.abc import Mapping
from fractions import Fraction

from seacorder.model.instant import iso_utc
from seacorder.model.reading import Value
from seacorder.sinks.still.tiff import Tag, long_, rational

_BYTE, _ASCII, _RATIONAL, _SRATIONAL = 1, 2, 5, 10
_WATER_DEPTH = 0x9403
_DEPTH_MAX = 100_000
_KNOTS, _TRUE, _MAGNETIC = b"N\0", b"T\0", b"M\0"
Readings = Mapping[str, tuple[Value, str]]


def gps_of(readings: Readings, utc_ns: int) -> list[Tag]:
    """Position, direction, course and speed, as far as they are known; `utc_ns` is the frame's. Empty without any."""
    latitude, longitude = number(readings, "latitude"), number(readings, "longitude")
    tags: list[Tag] = []
    if latitude is not None and longitude is not None and abs(latitude) <= 90 and abs(longitude) <= 180:
        tags += [
            Tag(0x01, _ASCII, b"N\0" if latitude >= 0 else b"S\0"),  # GPSLatitudeRef
            Tag(0x02, _RATIONAL, _angle(latitude)),
            Tag(0x03, _ASCII, b"E\0" if longitude >= 0 else b"W\0"),  # GPSLongitudeRef
            Tag(0x04, _RATIONAL, _angle(longitude)),
        ]
    has_position = bool(tags)
    tags += _measured(readings)
    if not tags:
        return []
    moment = iso_utc(utc_ns, digits=3)
    seconds = Fraction(moment[17:23])
    time = rational(Fraction(moment[11:13])) + rational(Fraction(moment[14:16])) + rational(seconds)
    tags += [Tag(0x07, _RATIONAL, time), Tag(0x1D, _ASCII, moment[:10].replace("-", ":").encode() + b"\0")]
    if has_position:
        tags.append(Tag(0x12, _ASCII, b"WGS-84\0"))  # GPSMapDatum
    return sorted([Tag(0x00, _BYTE, bytes((2, 3, 0, 0))), *tags], key=lambda tag: tag.number)


def water_depth(readings: Readings) -> list[Tag]:
    """WaterDepth, in metres below the surface."""
    depth = number(readings, "depth")
    if depth is None or abs(depth) > _DEPTH_MAX:
        return []
    near = Fraction(depth).limit_denominator(10_000)
    return [Tag(_WATER_DEPTH, _SRATIONAL, near.numerator.to_bytes(4, "big", signed=True) + long_(near.denominator))]


def number(readings: Readings, name: str) -> float | None:
    """The number of a field; None if it has none."""
    value = readings.get(name, (None, ""))[0]
    return value if isinstance(value, float | int) else None


def _measured(readings: Readings) -> list[Tag]:
    """Speed, course and the direction in which the picture was taken: the vehicle's heading, true if it is known."""
    tags: list[Tag] = []
    speed, course = number(readings, "speed"), number(readings, "course")
    if speed is not None and 0 <= speed < _DEPTH_MAX:
        tags += [Tag(0x0C, _ASCII, _KNOTS), Tag(0x0D, _RATIONAL, rational(Fraction(speed)))]  # GPSSpeed
    if course is not None:
        tags += [Tag(0x0E, _ASCII, _TRUE), Tag(0x0F, _RATIONAL, rational(Fraction(course % 360)))]  # GPSTrack
    for name, reference in (("heading", _TRUE), ("heading_magnetic", _MAGNETIC)):
        if (heading := number(readings, name)) is not None:
            tags += [Tag(0x10, _ASCII, reference), Tag(0x11, _RATIONAL, rational(Fraction(heading % 360)))]
            break
    return tags


def _angle(degrees: float) -> bytes:
    """Degrees, minutes and seconds, to a hundred-thousandth of a second: a third of a millimetre."""
    units = round(abs(degrees) * 3600 * 100_000)
    whole, rest = divmod(units, 3600 * 100_000)
    minutes, seconds = divmod(rest, 60 * 100_000)
    return rational(Fraction(whole)) + rational(Fraction(minutes)) + long_(seconds) + long_(100_000)
