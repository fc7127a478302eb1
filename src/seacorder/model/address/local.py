"""Addresses of sources on this computer: files, picture files, test pattern, devices, screen. Options follow `?`.

    file:/path/dive.mp4?loop=1                           a file, played in real time
    images:/path/shot_%04d.png?rate=25&loop=1            pictures by number, or all of a folder, in the order of names
    test:?size=1280x720&rate=25&gop=25&codec=h264        a moving test pattern
    test:?codec=raw&depth=10&range=full&interlaced=1     the same, not compressed, as a capture card would send it
    v4l2:/dev/video0?size=1920x1080&rate=30&format=mjpeg a capture card or USB camera (Linux)
    dshow:HD Webcam?size=1280x720                        the same on Windows, by the device's name
    avfoundation:0?size=1280x720&rate=30                 the same on macOS, by the device's number or name
    screen:?display=:0&size=1280x720&offset=0,0&rate=25  an X11 screen, or a part of it
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from urllib.parse import unquote

from seacorder.base.message import Message
from seacorder.model.address.options import (
    RATE,
    SIZE,
    SIZE_MAX,
    SWITCH,
    Option,
    one_of,
    parse_options,
    refused,
)

SIZE_MIN = (320, 160)
"""Width and height of the smallest test pattern in H.264 or H.265; `raw` and `mjpeg` begin at 1x1."""
DEPTHS = (8, 10)
USUAL_RATE = Fraction(25)
_OPTION_TAIL = re.compile(r"\?(?:\w*(?:=[\w=&.,:/-]*)?)$")
_DEVICE_EXAMPLES = {
    "v4l2": "v4l2:/dev/video0?size=1920x1080&rate=30",
    "dshow": "dshow:HD Webcam?size=1280x720",
    "avfoundation": "avfoundation:0?size=1280x720&rate=30",
}
DEVICE_KINDS = tuple(_DEVICE_EXAMPLES)


@dataclass(frozen=True, slots=True)
class FileAddress:
    """A video file, played in real time."""

    path: str
    loop: bool = False
    """Start again when it ends; the times of its pictures continue."""

    @property
    def redacted(self) -> str:
        return f"file:{self.path}"


@dataclass(frozen=True, slots=True)
class ImagesAddress:
    """Picture files, shown one after the other, `rate` a second."""

    path: str
    """A folder, or a path whose name has a number in it, written as `%d` or `%04d`."""
    rate: Fraction = USUAL_RATE
    loop: bool = False

    @property
    def redacted(self) -> str:
        return f"images:{self.path}"


@dataclass(frozen=True, slots=True)
class PatternAddress:
    """The moving test pattern. Sizes in pixels, `rate` in frames a second."""

    width: int = 1280
    height: int = 720
    rate: Fraction = USUAL_RATE
    gop: int = 25
    """Frames from one keyframe to the next; with `raw` and `mjpeg` every frame is a keyframe."""
    codec: str = "h264"
    """`h264`, `hevc`, `raw` or `mjpeg`."""
    depth: int = DEPTHS[0]
    """Bits of one colour value of a pixel, 8 or 10."""
    is_full_range: bool = False
    """Black is 0 instead of 16. JPEG is always full range."""
    is_interlaced: bool = False
    """Each frame is two fields of different moments, the top field first."""

    @property
    def redacted(self) -> str:
        shown = f"test:?size={self.width}x{self.height}&rate={self.rate}&gop={self.gop}&codec={self.codec}"
        shown += f"&depth={self.depth}" if self.depth != DEPTHS[0] else ""
        shown += "&range=full" if self.is_full_range else ""
        return shown + ("&interlaced=1" if self.is_interlaced else "")


@dataclass(frozen=True, slots=True)
class DeviceAddress:
    """A capture card or a USB camera. None leaves the choice to the device."""

    kind: str
    """`v4l2`, `dshow` or `avfoundation`."""
    device: str
    """What its system calls it."""
    size: tuple[int, int] | None = None
    rate: Fraction | None = None
    format: str | None = None
    """FFmpeg's name of a pixel format or of a codec: `yuyv422`, `nv12`, `mjpeg`, `h264` …"""

    @property
    def redacted(self) -> str:
        return f"{self.kind}:{self.device}"


@dataclass(frozen=True, slots=True)
class ScreenAddress:
    """A screen, or a part of it: `size` pixels, from `offset` on."""

    display: str | None = None
    """X11's name of the screen, such as `:0`; None: the one in the environment variable DISPLAY."""
    size: tuple[int, int] | None = None
    """None: all of it."""
    offset: tuple[int, int] = (0, 0)
    rate: Fraction = USUAL_RATE
    cursor: bool = True
    """The mouse pointer is in the picture."""

    @property
    def redacted(self) -> str:
        return "screen:" + ("" if self.display is None else f"?display={self.display}")


def parse_file(rest: str) -> FileAddress:
    path, options = _path_and_options(rest, {"loop": SWITCH})
    if not path:
        raise refused("A file input needs a path.", "Write file:/path/dive.mp4, with ?loop=1 to repeat it.")
    return FileAddress(path, bool(options.get("loop", False)))


def parse_images(rest: str) -> ImagesAddress:
    path, options = _path_and_options(rest, {"rate": RATE, "loop": SWITCH})
    if not path:
        raise refused(
            "An images input needs a folder, or a path with a number.", "Write images:/path/shot_%04d.png?rate=25."
        )
    rate = options.get("rate")
    return ImagesAddress(path, rate if isinstance(rate, Fraction) else USUAL_RATE, bool(options.get("loop", False)))


def parse_test(rest: str) -> PatternAddress:
    if rest and not rest.startswith("?"):
        raise refused("This test input cannot be read.", "Write test:?size=1280x720&rate=25, or only test:")
    options = parse_options(rest[1:], "?", _PATTERN_OPTIONS, unquote)
    size, rate, gop = options.get("size"), options.get("rate"), options.get("gop")
    width, height = size if isinstance(size, tuple) else (1280, 720)
    frame_rate = rate if isinstance(rate, Fraction) else USUAL_RATE
    codec = str(options.get("codec", "h264"))
    pattern = PatternAddress(
        width,
        height,
        frame_rate,
        gop if isinstance(gop, int) else max(1, round(frame_rate)),
        codec,
        depth=DEPTHS[1] if options.get("depth") == DEPTHS[1] else DEPTHS[0],
        is_full_range=bool(options.get("range", codec == "mjpeg")),
        is_interlaced=bool(options.get("interlaced", False)),
    )
    if (wrong := _misfit(pattern)) is not None:
        raise refused(wrong.fact, wrong.action)
    return pattern


def parse_device(kind: str, rest: str) -> DeviceAddress:
    """A device's name may contain any characters, also `?`. What follows its last `?` counts as options only if it
    looks like options.
    """
    device, options = _path_and_options(rest, {"size": SIZE, "rate": RATE, "format": _FORMAT})
    if not device:
        raise refused(
            f"A {kind} input needs its device.", f"Write {_DEVICE_EXAMPLES[kind]}; `seacorder inputs` lists them."
        )
    size, rate, chosen = options.get("size"), options.get("rate"), options.get("format")
    return DeviceAddress(
        kind,
        device,
        (size[0], size[1]) if isinstance(size, tuple) else None,
        rate if isinstance(rate, Fraction) else None,
        chosen if isinstance(chosen, str) else None,
    )


def parse_screen(rest: str) -> ScreenAddress:
    if rest and not rest.startswith("?"):
        raise refused(
            "This screen input cannot be read.",
            "Write screen:?display=:0&size=1280x720&offset=0,0&rate=25, or only screen:",
        )
    options = parse_options(rest[1:], "?", _SCREEN_OPTIONS, unquote)
    display, size, offset, rate = (options.get(name) for name in ("display", "size", "offset", "rate"))
    return ScreenAddress(
        display if isinstance(display, str) else None,
        (size[0], size[1]) if isinstance(size, tuple) else None,
        (offset[0], offset[1]) if isinstance(offset, tuple) else (0, 0),
        rate if isinstance(rate, Fraction) else USUAL_RATE,
        bool(options.get("cursor", True)),
    )


def _path_and_options(rest: str, known: Mapping[str, Option]) -> tuple[str, dict[str, object]]:
    """The path, and the options behind its last `?`. A path may also be written as a URL, `file:///C:/x%20y.mp4`."""
    path, mark, option_text = rest.rpartition("?") if _OPTION_TAIL.search(rest) else (rest, "", "")
    if path.startswith("//"):
        path = unquote(path[2:])
        path = re.sub(r"^/(?=[A-Za-z]:[\\/])", "", path)
    return path, parse_options(option_text if mark else "", "?", known, unquote)


def _misfit(pattern: PatternAddress) -> Message | None:
    """What is said if one option contradicts another; else None."""
    (least_width, least_height), (most_width, most_height) = SIZE_MIN, SIZE_MAX
    is_odd = pattern.width % 2 or pattern.height % 2
    if pattern.codec in ("h264", "hevc"):
        if is_odd or pattern.width < least_width or pattern.height < least_height:
            return Message(
                "Input option size does not fit this codec.",
                f"Write two even numbers, {least_width}x{least_height} to {most_width}x{most_height}; codec=raw and "
                "codec=mjpeg take any size from 1x1.",
            )
        if pattern.codec == "hevc" and pattern.is_interlaced:
            return Message("Input option interlaced does not go with codec=h265.", "Choose h264 or raw.")
    plain = pattern.depth == DEPTHS[0] and pattern.is_full_range and not pattern.is_interlaced
    if pattern.codec == "mjpeg" and not plain:
        return Message(
            "A test pattern with codec=mjpeg has depth=8, range=full and interlaced=0.", "Use codec=raw for others."
        )
    return None


def _gop(value: str) -> int:
    if not re.fullmatch(r"\d{1,5}", value) or not 1 <= int(value) <= 10000:
        raise ValueError(value)
    return int(value)


def _offset(value: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,5}),(\d{1,5})", value)
    if match is None:
        raise ValueError(value)
    return int(match[1]), int(match[2])


def _display(value: str) -> str:
    if not re.fullmatch(r"[\w.-]*:\d+(\.\d+)?", value):
        raise ValueError(value)
    return value


def _format(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_]{1,24}", value):
        raise ValueError(value)
    return value.lower()


_CODECS = {"h264": "h264", "avc": "h264", "h265": "hevc", "hevc": "hevc", "raw": "raw", "mjpeg": "mjpeg"}
_FORMAT = Option(_format, "a pixel format or codec such as yuyv422, nv12, mjpeg or h264")
_PATTERN_OPTIONS = {
    "size": Option(SIZE.parse, f"{SIZE.expected}; even, from {SIZE_MIN[0]}x{SIZE_MIN[1]} for H.264 and H.265"),
    "rate": RATE,
    "gop": Option(_gop, "frames from keyframe to keyframe, 1 to 10000"),
    "codec": Option(one_of(**_CODECS), "h264, h265, raw or mjpeg"),
    "depth": Option(one_of(**{str(depth): depth for depth in DEPTHS}), "8 or 10"),
    "range": Option(one_of(full=True, limited=False), "limited or full"),
    "interlaced": SWITCH,
}
_SCREEN_OPTIONS = {
    "display": Option(_display, "an X11 display such as :0 or :0.1"),
    "size": SIZE,
    "offset": Option(_offset, "pixels from the left and from the top, such as 100,50"),
    "rate": RATE,
    "cursor": SWITCH,
}
