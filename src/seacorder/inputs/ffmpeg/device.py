"""Devices that FFmpeg captures from: capture cards, USB cameras, screens. One `DeviceInput` for all of them.

Pictures come as the device has them: uncompressed, as JPEG, or as H.264. Reading waits for the device without a time
limit: a read that hangs in a driver cannot be cancelled, and the supervisor ends the process then.
"""

import errno
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import av
from av.error import FFmpegError

from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.errors import InputFailed
from seacorder.inputs.ffmpeg.tracks import Tracks
from seacorder.model.address.address import DeviceAddress, ScreenAddress
from seacorder.model.sample import SourceFormat, SourcePacket

_FORMATS = {"v4l2": "video4linux2,v4l2", "dshow": "dshow", "avfoundation": "avfoundation"}
_SYSTEMS = {"v4l2": "Linux", "dshow": "Windows", "avfoundation": "macOS"}
_PIXELS = ("yuyv422", "uyvy422", "nv12", "yuv420p", "bgr24", "rgb24", "bgr0", "gray", "yuvj420p")
_GENERATE_PTS = 0x0001
_ANOTHER_KIND = "Choose another kind of input; `seacorder inputs` lists those of this computer."
_ASK_LESS = "Omit size, rate and format, or choose others; `seacorder inputs` lists what it offers."
_NO_STUDY = {"fpsprobesize": "0", "analyzeduration": "1", "probesize": "32"}
"""FFmpeg reads no pictures before it hands the first one over: the device itself tells the format, and they would be
late."""


@dataclass(frozen=True, slots=True)
class CaptureRequest:
    """What FFmpeg is asked for, and what the operator is told when it fails."""

    source: str
    """How sentences name the device."""
    format: str
    """FFmpeg's name of the kind of device."""
    name: str
    options: dict[str, str] = field(default_factory=dict)
    offers: Callable[[], str] = lambda: ""
    """Makes the sentence that tells what the device can do instead, empty where nobody knows; may open the device."""
    keeps_own_times: bool = True
    """False where its times are of the wall clock, which may be set: a picture's time is then its arrival."""


class DeviceInput:
    """One opening of one device; see `contract.Input`."""

    def __init__(self, capture: CaptureRequest, clock: Clock) -> None:
        self._capture = capture
        self._clock = clock
        self._container: Any = None
        self._tracks: Tracks | None = None
        self._time_base = Fraction(1, 1_000_000)

    def open(self) -> SourceFormat:
        capture = self._capture
        if capture.format not in av.formats_available:
            raise InputFailed(
                f"{capture.source} cannot be read: the FFmpeg of this system knows no such devices.", _ANOTHER_KIND
            )
        try:
            self._container = av.open(capture.name, format=capture.format, options=_NO_STUDY | capture.options)
            self._container.flags &= ~_GENERATE_PTS
            self._tracks = Tracks(self._container, capture.source, self._clock, wants_audio=False)
            found = self._tracks.open()
        except FFmpegError as error:
            raise _failure(error, capture) from None
        self._time_base = found.video.time_base
        return found

    def packets(self) -> Iterator[SourcePacket | SourceFormat]:
        if self._tracks is None:
            raise InputFailed(f"{self._capture.source} is not open.")
        try:
            items = self._tracks.packets()
            yield from items if self._capture.keeps_own_times else self._timed_by_arrival(items)
        except FFmpegError as error:
            raise _failure(error, self._capture) from None
        raise InputFailed(f"{self._capture.source} gives no more pictures.", "Check that it is still connected.")

    def close(self) -> None:
        container, tracks = self._container, self._tracks
        self._container = self._tracks = None
        if tracks is not None:
            tracks.close()
        if container is not None:
            container.close()

    def _timed_by_arrival(self, items: Iterator[SourcePacket | SourceFormat]) -> Iterator[SourcePacket | SourceFormat]:
        begin_ns: int | None = None
        for item in items:
            if isinstance(item, SourceFormat):
                yield item
                continue
            begin_ns = item.arrived_ns if begin_ns is None else begin_ns
            base = self._time_base
            ticks = (item.arrived_ns - begin_ns) * base.denominator // (base.numerator * NS_PER_SECOND)
            yield item._replace(pts=ticks, dts=ticks)


def device_capture(address: DeviceAddress) -> CaptureRequest:
    """The capture of a card or a camera. InputFailed when this system has no such devices."""
    options: dict[str, str] = {}
    if address.size is not None:
        options["video_size"] = f"{address.size[0]}x{address.size[1]}"
    if address.rate is not None:
        options["framerate"] = str(address.rate)
    if address.format is not None:
        is_pixels = address.format in _PIXELS
        name = {"v4l2": "input_format", "dshow": "pixel_format" if is_pixels else "vcodec"}
        options[name.get(address.kind, "pixel_format")] = address.format
    source = f"Device {address.redacted}"
    if _FORMATS[address.kind] not in av.formats_available:
        where = _SYSTEMS[address.kind]
        raise InputFailed(
            f"{source} cannot be read on this system; {address.kind}: inputs are those of {where}.", _ANOTHER_KIND
        )
    device, offers = address.device, _nothing_offered
    if address.kind == "dshow":
        device = f"video={device}"
    elif address.kind == "v4l2":
        from seacorder.inputs.ffmpeg.v4l2 import offered_by

        def offers() -> str:
            return offered_by(address.device)

    return CaptureRequest(source, _FORMATS[address.kind], device, options, offers)


def screen_capture(address: ScreenAddress) -> CaptureRequest:
    """The capture of an X11 screen. InputFailed when there is none to choose."""
    source = f"Screen {address.redacted}"
    display = address.display or os.environ.get("DISPLAY")
    if sys.platform in ("win32", "darwin"):
        raise InputFailed(f"{source} cannot be read: screen: is for X11.", _ANOTHER_KIND)
    if not display:
        raise InputFailed(
            f"{source} is not known: the variable DISPLAY is not set.",
            "Write screen:?display=:0, and start Seacorder as the user whose screen it is.",
        )
    left, top = address.offset
    options = {"framerate": str(address.rate), "draw_mouse": str(int(address.cursor)), "show_region": "0"}
    if address.size is not None:
        options["video_size"] = f"{address.size[0]}x{address.size[1]}"
    return CaptureRequest(source, "x11grab", f"{display}+{left},{top}", options, keeps_own_times=False)


def _nothing_offered() -> str:
    return ""


def _failure(error: FFmpegError, capture: CaptureRequest) -> InputFailed:
    source, is_screen = capture.source, capture.format == "x11grab"
    number = error.errno
    if is_screen:
        return _screen_failure(number, source)
    if number in (errno.ENOENT, errno.ENXIO):
        action = "Check its cable; `seacorder inputs` lists the devices that are there."
        return InputFailed(f"{source} is not there.", action)
    if number in (errno.EACCES, errno.EPERM):
        action = "Add the user to the group video; then restart the service between dives, or log in again."
        return InputFailed(f"{source} may not be opened by this user.", action)
    if number == errno.EBUSY:
        return InputFailed(
            f"{source} is in use by another program, or by another channel.",
            "End that program, or give the device to one channel only.",
        )
    if number == errno.ENODEV:
        return InputFailed(f"{source} is gone.", "Check its cable.")
    if number in (errno.EINVAL, errno.ENOTTY):
        return InputFailed(f"{source} does not do what its address asks for.", capture.offers() or _ASK_LESS)
    return InputFailed(f"{source} cannot be read ({error.strerror}).", capture.offers())


def _screen_failure(number: int | None, source: str) -> InputFailed:
    if number == errno.EINVAL:
        return InputFailed(f"{source} is smaller than its address asks for.", "Correct size and offset.")
    return InputFailed(
        f"{source} cannot be read.",
        "Check that X11 runs there, that Seacorder may look at it (xhost, XAUTHORITY), and that size and offset lie "
        "within it.",
    )
