"""The EXIF block of a framegrab (CIPA DC-008, version 2.32), with every tag that the standard demands. Pure.

It is written byte by byte: each tag must have its right type (a comment is UNDEFINED, not BYTE), at which libraries
guess. `evidence.rebuild` reads the comment back when it makes a catalogue anew.
"""

import json
from fractions import Fraction
from types import MappingProxyType

from seacorder.model.dive_context import NO_CONTEXT, DiveContext
from seacorder.model.instant import iso_utc
from seacorder.model.recording import Framegrab
from seacorder.sinks.still.gps import Readings, gps_of, water_depth
from seacorder.sinks.still.tiff import Tag, long_, rational, short, tiff

_ASCII, _SHORT, _LONG, _RATIONAL, _UNDEFINED = 2, 3, 4, 5, 7
NOTHING: Readings = MappingProxyType({})
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_INCH = 2
_DPI = 72
_CENTERED = 1
"""The position of the chroma samples in the JPEG files that `media.jpeg` writes."""
_SRGB = 1
_YCBCR = bytes((1, 2, 3, 0))


def exif_of(
    grab: Framegrab, pixel_aspect: Fraction, context: DiveContext = NO_CONTEXT, readings: Readings = NOTHING
) -> bytes:
    """The EXIF block of a framegrab. `pixel_aspect` is a pixel's width divided by its height.

    `readings`: by field its value and unit, valid when the frame was taken.
    """
    moment = iso_utc(grab.frame_utc_ns, digits=3)
    stamp = _text(f"{moment[:10].replace('-', ':')} {moment[11:19]}")
    subsec, offset = _text(moment[20:23]), _text("+00:00")
    picture = [
        Tag(0x010E, _ASCII, grab.channel.encode() + b"\0"),  # ImageDescription
        Tag(0x011A, _RATIONAL, rational(Fraction(_DPI))),  # XResolution
        Tag(0x011B, _RATIONAL, rational(_DPI * pixel_aspect)),  # YResolution
        Tag(0x0128, _SHORT, short(_INCH)),  # ResolutionUnit
        Tag(0x0131, _ASCII, _text("Seacorder")),  # Software
        Tag(0x0132, _ASCII, stamp),  # DateTime
        Tag(0x0213, _SHORT, short(_CENTERED)),  # YCbCrPositioning
    ]
    details = [
        Tag(0x9000, _UNDEFINED, b"0232"),  # ExifVersion
        Tag(0x9003, _ASCII, stamp),  # DateTimeOriginal
        Tag(0x9010, _ASCII, offset),  # OffsetTime
        Tag(0x9011, _ASCII, offset),  # OffsetTimeOriginal
        Tag(0x9101, _UNDEFINED, _YCBCR),  # ComponentsConfiguration
        Tag(0x9286, _UNDEFINED, b"ASCII\0\0\0" + comment_of(grab, context).encode()),  # UserComment
        Tag(0x9290, _ASCII, subsec),  # SubSecTime
        Tag(0x9291, _ASCII, subsec),  # SubSecTimeOriginal
        *water_depth(readings),
        Tag(0xA000, _UNDEFINED, b"0100"),  # FlashpixVersion
        Tag(0xA001, _SHORT, short(_SRGB)),  # ColorSpace
        Tag(0xA002, _LONG, long_(grab.width)),  # PixelXDimension
        Tag(0xA003, _LONG, long_(grab.height)),  # PixelYDimension
        Tag(0xA420, _ASCII, _text(str(grab.frame))),  # ImageUniqueID
    ]
    others = {_EXIF_IFD: details, _GPS_IFD: gps_of(readings, grab.frame_utc_ns)}
    return b"Exif\0\0" + tiff(picture, others)


def comment_of(grab: Framegrab, context: DiveContext = NO_CONTEXT) -> str:
    """The JSON of the user comment, in ASCII."""
    return json.dumps(
        {
            "version": 1,
            "id": grab.id,
            "channel": grab.channel,
            "frame": grab.frame,
            "frame_utc_ns": grab.frame_utc_ns,
            "instant_utc_ns": grab.instant_utc_ns,
            "recording_id": grab.recording_id,
            **context.said,
        },
        separators=(",", ":"),
    )


def _text(text: str) -> bytes:
    return text.encode("ascii") + b"\0"
