"""What a framegrab says of itself, as EXIF (CIPA DC-008, version 2.32)."""

import json
from fractions import Fraction

from seacorder.model.recording import Framegrab
from seacorder.sinks.moments import iso_utc

_IMAGE_DESCRIPTION, _SOFTWARE, _X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT = 0x010E, 0x0131, 0x011A, 0x011B, 0x0128
_EXIF_IFD = 0x8769
_DATE_TIME_ORIGINAL, _OFFSET_TIME_ORIGINAL, _SUBSEC_TIME_ORIGINAL = 0x9003, 0x9011, 0x9291
_USER_COMMENT, _IMAGE_UNIQUE_ID = 0x9286, 0xA420
_DATE_TIME, _OFFSET_TIME, _SUBSEC_TIME = 0x0132, 0x9010, 0x9290
_INCH = 2
_DPI = 72


def exif_of(grab: Framegrab, pixel_aspect: Fraction) -> bytes:
    """The EXIF block of a framegrab. `pixel_aspect` is a pixel's width by its height."""
    from PIL import Image
    from PIL.TiffImagePlugin import IFDRational

    moment = iso_utc(grab.frame_utc_ns, digits=3)
    stamp = f"{moment[:10].replace('-', ':')} {moment[11:19]}"
    exif = Image.Exif()
    exif[_IMAGE_DESCRIPTION] = grab.channel.encode()
    exif[_SOFTWARE] = "Seacorder"
    exif[_DATE_TIME] = stamp
    exif[_X_RESOLUTION] = IFDRational(_DPI * pixel_aspect.denominator, pixel_aspect.denominator)
    exif[_Y_RESOLUTION] = IFDRational(_DPI * pixel_aspect.numerator, pixel_aspect.denominator)
    exif[_RESOLUTION_UNIT] = _INCH
    details = exif.get_ifd(_EXIF_IFD)
    details[_DATE_TIME_ORIGINAL] = stamp
    for subsec, offset in ((_SUBSEC_TIME, _OFFSET_TIME), (_SUBSEC_TIME_ORIGINAL, _OFFSET_TIME_ORIGINAL)):
        details[subsec] = moment[20:23]
        details[offset] = "+00:00"
    details[_IMAGE_UNIQUE_ID] = str(grab.frame)
    details[_USER_COMMENT] = b"ASCII\0\0\0" + comment_of(grab).encode()
    return exif.tobytes()


def comment_of(grab: Framegrab) -> str:
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
        },
        separators=(",", ":"),
    )
