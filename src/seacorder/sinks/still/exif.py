"""The EXIF block of a framegrab (CIPA DC-008, version 2.32), with every tag that the standard demands. Pure.

It is written byte by byte: each tag must have its right type (a comment is UNDEFINED, not BYTE), at which libraries
guess. `evidence.rebuild` reads the comment back when it makes a catalogue anew.
"""

import json
from dataclasses import dataclass
from fractions import Fraction

from seacorder.model.dive_context import NO_CONTEXT, DiveContext
from seacorder.model.instant import iso_utc
from seacorder.model.recording import Framegrab

_ASCII, _SHORT, _LONG, _RATIONAL, _UNDEFINED = 2, 3, 4, 5, 7
_SIZES = {_ASCII: 1, _SHORT: 2, _LONG: 4, _RATIONAL: 8, _UNDEFINED: 1}
_EXIF_IFD = 0x8769
_INCH = 2
_DPI = 72
_CENTERED = 1
"""The position of the chroma samples in the JPEG files that `media.jpeg` writes."""
_SRGB = 1
_YCBCR = bytes((1, 2, 3, 0))


@dataclass(frozen=True, slots=True)
class _Tag:
    number: int
    kind: int
    content: bytes

    @property
    def count(self) -> int:
        return len(self.content) // _SIZES[self.kind]


def exif_of(grab: Framegrab, pixel_aspect: Fraction, context: DiveContext = NO_CONTEXT) -> bytes:
    """The EXIF block of a framegrab. `pixel_aspect` is a pixel's width divided by its height."""
    moment = iso_utc(grab.frame_utc_ns, digits=3)
    stamp = _text(f"{moment[:10].replace('-', ':')} {moment[11:19]}")
    subsec, offset = _text(moment[20:23]), _text("+00:00")
    picture = [
        _Tag(0x010E, _ASCII, grab.channel.encode() + b"\0"),  # ImageDescription
        _Tag(0x011A, _RATIONAL, _rational(Fraction(_DPI))),  # XResolution
        _Tag(0x011B, _RATIONAL, _rational(_DPI * pixel_aspect)),  # YResolution
        _Tag(0x0128, _SHORT, _short(_INCH)),  # ResolutionUnit
        _Tag(0x0131, _ASCII, _text("Seacorder")),  # Software
        _Tag(0x0132, _ASCII, stamp),  # DateTime
        _Tag(0x0213, _SHORT, _short(_CENTERED)),  # YCbCrPositioning
    ]
    details = [
        _Tag(0x9000, _UNDEFINED, b"0232"),  # ExifVersion
        _Tag(0x9003, _ASCII, stamp),  # DateTimeOriginal
        _Tag(0x9010, _ASCII, offset),  # OffsetTime
        _Tag(0x9011, _ASCII, offset),  # OffsetTimeOriginal
        _Tag(0x9101, _UNDEFINED, _YCBCR),  # ComponentsConfiguration
        _Tag(0x9286, _UNDEFINED, b"ASCII\0\0\0" + comment_of(grab, context).encode()),  # UserComment
        _Tag(0x9290, _ASCII, subsec),  # SubSecTime
        _Tag(0x9291, _ASCII, subsec),  # SubSecTimeOriginal
        _Tag(0xA000, _UNDEFINED, b"0100"),  # FlashpixVersion
        _Tag(0xA001, _SHORT, _short(_SRGB)),  # ColorSpace
        _Tag(0xA002, _LONG, _long(grab.width)),  # PixelXDimension
        _Tag(0xA003, _LONG, _long(grab.height)),  # PixelYDimension
        _Tag(0xA420, _ASCII, _text(str(grab.frame))),  # ImageUniqueID
    ]
    return b"Exif\0\0" + _tiff(picture, details)


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


def _tiff(picture: list[_Tag], details: list[_Tag]) -> bytes:
    """A TIFF file (revision 6.0, section 2) with two directories; the first one points to the second."""
    head = b"MM\0\x2a" + _long(8)
    length = len(_directory([*picture, _Tag(_EXIF_IFD, _LONG, _long(0))], len(head)))
    pointer = _Tag(_EXIF_IFD, _LONG, _long(len(head) + length))
    return head + _directory([*picture, pointer], len(head)) + _directory(details, len(head) + length)


def _directory(tags: list[_Tag], at: int) -> bytes:
    """A directory at offset `at`: entries of twelve bytes, then the values that do not fit into four bytes.

    `tags` are ordered by number.
    """
    entries, rest = b"", b""
    behind = at + 2 + 12 * len(tags) + 4
    for tag in tags:
        if len(tag.content) <= 4:
            value = tag.content.ljust(4, b"\0")
        else:
            value = _long(behind + len(rest))
            rest += tag.content + b"\0" * (len(tag.content) % 2)
        entries += _short(tag.number) + _short(tag.kind) + _long(tag.count) + value
    return _short(len(tags)) + entries + _long(0) + rest


def _text(text: str) -> bytes:
    return text.encode("ascii") + b"\0"


def _short(value: int) -> bytes:
    return value.to_bytes(2, "big")


def _long(value: int) -> bytes:
    return value.to_bytes(4, "big")


def _rational(value: Fraction) -> bytes:
    near = value.limit_denominator(1_000_000)
    return _long(near.numerator) + _long(near.denominator)
