"""Asks V4L2 devices by ioctl for their names, formats, sizes and frame rates (linux/videodev2.h). Linux only.

Nothing here starts a device or changes its settings.
"""

import contextlib
import os
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_QUERYCAP = 0x80685600
_ENUM_FMT = 0xC0405602
_ENUM_FRAMESIZES = 0xC02C564A
_ENUM_FRAMEINTERVALS = 0xC034564B
_CAPTURES = 1
"""V4L2_BUF_TYPE_VIDEO_CAPTURE."""
_CAPABILITY = struct.Struct("<16s32s32s3I12x")
_FORMAT = struct.Struct("<3I32sI4I")
_SIZE = struct.Struct("<3I6I2I")
_INTERVAL = struct.Struct("<5I6I2I")
"""The structures v4l2_capability, v4l2_fmtdesc, v4l2_frmsizeenum and v4l2_frmivalenum."""
_DISCRETE = 1
"""The type of an entry that is a single size or rate, not a range."""
_VIDEO_CAPTURE, _VIDEO_CAPTURE_PLANES, _DEVICE_CAPS = 0x1, 0x1000, 0x8000_0000
_MOST = 256
"""How many entries of one list are read, at most."""
_NAMES = {
    "YUYV": "yuyv422", "UYVY": "uyvy422", "NV12": "nv12", "YU12": "yuv420p", "MJPG": "mjpeg", "JPEG": "mjpeg",
    "H264": "h264", "HEVC": "hevc", "RGB3": "rgb24", "BGR3": "bgr24", "GREY": "gray", "422P": "yuv422p",
    "BGR4": "bgr0", "Y16 ": "gray16le", "MPG4": "mpeg4", "VP80": "vp8",
}  # fmt: skip
"""V4L2's four-letter codes of pixel formats, and their names in an address (`format=`)."""

Ioctl = Callable[[int, int, bytearray], object]


@dataclass(frozen=True, slots=True)
class OfferedSize:
    width: int
    height: int
    rates: tuple[float, ...]
    """Frames a second, highest first; empty when the device does not say."""

    def __str__(self) -> str:
        rate = f" up to {self.rates[0]:g} a second" if self.rates else ""
        return f"{self.width}x{self.height}{rate}"


@dataclass(frozen=True, slots=True)
class OfferedFormat:
    name: str
    """As in an address; V4L2's four letters where there is no such name."""
    sizes: tuple[OfferedSize, ...]


@dataclass(frozen=True, slots=True)
class Device:
    path: str
    name: str
    formats: tuple[OfferedFormat, ...]
    fault: str = ""
    """Why it cannot be asked, as the end of a sentence; empty when it can."""


def devices(folder: Path = Path("/dev")) -> list[Device]:
    """The devices that capture pictures, in the order of their numbers. Empty on other systems than Linux."""
    paths = sorted(folder.glob("video*"), key=lambda path: (len(path.name), path.name))
    found = [device_at(str(path)) for path in paths]
    return [device for device in found if device is not None and (device.formats or device.fault)]


def device_at(path: str) -> Device | None:
    """The device at `path`; None when there is none, or when it does not capture pictures."""
    if sys.platform != "linux":
        return None
    import fcntl

    try:
        handle = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    except PermissionError:
        return Device(path, _name_of(path), (), "may not be opened by this user; add the user to the group video")
    except OSError:
        return None
    try:
        return describe(path, handle, fcntl.ioctl)
    except OSError:
        return None
    finally:
        os.close(handle)


def _name_of(path: str) -> str:
    """The kernel's name of a device that this user may not open."""
    with contextlib.suppress(OSError):
        return Path("/sys/class/video4linux", Path(path).name, "name").read_text(encoding="utf-8").strip()
    return ""


def offered_by(path: str) -> str:
    """A sentence that lists what the device offers; empty when it tells nothing. Opens the device."""
    device = device_at(path)
    if device is None or not device.formats:
        return ""
    offers = "; ".join(f"{one.name} {', '.join(map(str, one.sizes))}".strip() for one in device.formats)
    return f"It offers {offers}."


def describe(path: str, handle: int, ioctl: Ioctl) -> Device | None:
    """Asks the open device `handle`. None when it does not capture pictures; OSError when it is not a V4L2 device."""
    answer = bytearray(_CAPABILITY.size)
    ioctl(handle, _QUERYCAP, answer)
    _, card, _, _, capabilities, own = _CAPABILITY.unpack(answer)
    if not (own if capabilities & _DEVICE_CAPS else capabilities) & (_VIDEO_CAPTURE | _VIDEO_CAPTURE_PLANES):
        return None
    return Device(path, card.split(b"\0")[0].decode("utf-8", "replace"), tuple(_formats(handle, ioctl)))


def _formats(handle: int, ioctl: Ioctl) -> list[OfferedFormat]:
    found: list[OfferedFormat] = []
    with contextlib.suppress(OSError):
        for index in range(_MOST):
            answer = bytearray(_FORMAT.pack(index, _CAPTURES, 0, b"", 0, 0, 0, 0, 0))
            ioctl(handle, _ENUM_FMT, answer)
            code = _FORMAT.unpack(answer)[4]
            letters = struct.pack("<I", code & 0x7FFF_FFFF).decode("latin-1")
            found.append(OfferedFormat(_NAMES.get(letters, letters.strip()), tuple(_sizes(handle, ioctl, code))))
    return found


def _sizes(handle: int, ioctl: Ioctl, code: int) -> list[OfferedSize]:
    found: list[OfferedSize] = []
    with contextlib.suppress(OSError):
        for index in range(_MOST):
            answer = bytearray(_SIZE.pack(index, code, 0, *(0,) * 8))
            ioctl(handle, _ENUM_FRAMESIZES, answer)
            _, _, kind, *values = _SIZE.unpack(answer)
            # A device may offer a range of sizes in steps, in place of single ones; then only the largest is listed.
            width, height = (values[0], values[1]) if kind == _DISCRETE else (values[1], values[4])
            found.append(OfferedSize(width, height, tuple(_rates(handle, ioctl, code, (width, height)))))
            if kind != _DISCRETE:
                break
    return found


def _rates(handle: int, ioctl: Ioctl, code: int, size: tuple[int, int]) -> list[float]:
    found: list[float] = []
    with contextlib.suppress(OSError):
        for index in range(_MOST):
            answer = bytearray(_INTERVAL.pack(index, code, *size, 0, *(0,) * 8))
            ioctl(handle, _ENUM_FRAMEINTERVALS, answer)
            *_, kind, numerator, denominator = _INTERVAL.unpack(answer)[:7]
            if numerator:
                found.append(denominator / numerator)
            if kind != _DISCRETE:
                break
    return sorted(found, reverse=True)
