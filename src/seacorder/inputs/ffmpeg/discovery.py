"""Lists what can be recorded on this machine, with the address of each, for `seacorder inputs`.

Only the system is asked, and no capture is started, except that a screen is opened once for its size. On Linux: V4L2
devices by their ioctls, X screens by their sockets, sound devices by `/proc/asound`. Elsewhere: FFmpeg's own lists.
"""

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import av
import av.device
from av.error import FFmpegError

from seacorder.base.clock import SystemClock
from seacorder.base.errors import InputFailed
from seacorder.inputs.ffmpeg import v4l2
from seacorder.inputs.ffmpeg.device import DeviceInput, screen_capture
from seacorder.media.packets import switch_off_log
from seacorder.model.address.address import ScreenAddress

_CARD = re.compile(r"\s*(\d+) \[(\S+)\s*\]: ")
_PCM = re.compile(r"(?P<card>\d+)-(?P<device>\d+): (?P<name>[^:]*?) *:.*\bcapture \d")
_ELSEWHERE = {"win32": "dshow", "darwin": "avfoundation"}


@dataclass(frozen=True, slots=True)
class FoundInput:
    """Something that can be recorded."""

    address: str
    """As it is written in the settings."""
    name: str
    """The device's own name."""
    offers: tuple[v4l2.OfferedFormat, ...] = ()
    fault: str = ""
    """Why it cannot be recorded just now; empty when it can."""


@dataclass(frozen=True, slots=True)
class FoundInputs:
    cameras: tuple[FoundInput, ...]
    """For `input` of a channel, as `screens`."""
    screens: tuple[FoundInput, ...]
    sound: tuple[FoundInput, ...]
    """For `input` of `[audio]`."""


def find_inputs() -> FoundInputs:
    """All of them. Blocks for as long as the devices take to answer."""
    switch_off_log()
    elsewhere = _ELSEWHERE.get(sys.platform)
    if elsewhere is not None:
        return FoundInputs(_listed(elsewhere, "video"), (), _listed(elsewhere, "audio"))
    cameras = tuple(
        FoundInput(f"v4l2:{device.path}", device.name, device.formats, device.fault) for device in v4l2.devices()
    )
    sound = sound_inputs(_text_of(Path("/proc/asound/cards")), _text_of(Path("/proc/asound/pcm")))
    return FoundInputs(cameras, screens(), sound)


def screens(folder: Path = Path("/tmp/.X11-unix")) -> tuple[FoundInput, ...]:  # noqa: S108 - where X11 has its sockets
    """The X displays of this machine, and the one that the variable DISPLAY names, which may be elsewhere."""
    numbers = sorted(int(path.name[1:]) for path in folder.glob("X*") if path.name[1:].isdigit())
    displays = [f":{number}" for number in numbers]
    own = os.environ.get("DISPLAY")
    if own and own.partition(".")[0] not in displays:
        displays.append(own)
    return tuple(_screen(display) for display in displays)


def sound_inputs(cards: str, pcm: str) -> tuple[FoundInput, ...]:
    """The sound devices that can record, from the texts of `/proc/asound/cards` and `/proc/asound/pcm`.

    Addresses name a card and do not number it: its number changes when it is plugged into another socket.
    """
    names = {int(match[1]): match[2] for line in cards.splitlines() if (match := _CARD.match(line))}
    found = [match for line in pcm.splitlines() if (match := _PCM.match(line))]
    return tuple(
        FoundInput(f"alsa:plughw:CARD={names.get(card, card)},DEV={int(one['device'])}", one["name"])
        for one in found
        for card in (int(one["card"]),)
    )


def _screen(display: str) -> FoundInput:
    address = f"screen:?display={display}"
    source = DeviceInput(screen_capture(ScreenAddress(display)), SystemClock())
    try:
        picture = source.open().picture
    except InputFailed as failure:
        return FoundInput(address, "X11 screen", fault=failure.sentence)
    finally:
        source.close()
    return FoundInput(address, f"X11 screen, {picture.width}x{picture.height}")


def _listed(kind: str, medium: str) -> tuple[FoundInput, ...]:
    try:
        devices = av.device.enumerate_input_devices(kind)
    except (FFmpegError, ValueError):
        return ()
    return tuple(FoundInput(f"{kind}:{one.name}", one.description) for one in devices if medium in one.media_types)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
