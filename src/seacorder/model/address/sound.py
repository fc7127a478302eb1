"""Addresses of narration: the text of `[audio] input`, parsed once into typed values.

    alsa:default                     Linux's default input; alsa:hw:1,0 is device 0 of card 1
    dshow:Microphone (USB Audio)     a device on Windows, by its name
    avfoundation:0                   a device on macOS, by its number
    file:/path/talk.wav?loop=1       a file, played in real time
    tone:                            a test tone that encodes the time once a second
"""

from dataclasses import dataclass

from seacorder.model.address.address import FileAddress, parse_address
from seacorder.model.address.options import refused

DEVICE_KINDS = {"alsa": "Linux", "dshow": "Windows", "avfoundation": "macOS"}
"""For each kind of device, the operating system that has it."""
_KINDS = "alsa:, dshow:, avfoundation:, file: or tone:"


@dataclass(frozen=True, slots=True)
class SoundDeviceAddress:
    """A sound device. `name` is what its system calls it."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class ToneAddress:
    """The test tone."""


SoundAddress = SoundDeviceAddress | FileAddress | ToneAddress


def parse_sound_address(text: str) -> SoundAddress:
    """The address in `text`. Raises BadRequest if it cannot be one."""
    kind, colon, rest = text.strip().partition(":")
    kind = kind.lower()
    if not colon:
        raise refused("A sound input needs a kind in front.", f"Use {_KINDS}.")
    if kind == "file":
        address = parse_address(text)
        assert isinstance(address, FileAddress)  # noqa: S101 - its kind says so
        return address
    if kind == "tone":
        if rest:
            raise refused("A test tone is written tone: and nothing behind it.")
        return ToneAddress()
    if kind not in DEVICE_KINDS:
        raise refused(f"There is no sound input of the kind {kind[:40]!r}.", f"Use {_KINDS}.")
    if not rest:
        example = {"alsa": "alsa:default", "dshow": "dshow:Microphone", "avfoundation": "avfoundation:0"}[kind]
        raise refused("A sound device needs its name.", f"Write {example}.")
    return SoundDeviceAddress(kind, rest)
