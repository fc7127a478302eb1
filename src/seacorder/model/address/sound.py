"""Addresses of sound devices: text as it stands in `[audio] input`, parsed once into typed values.

    alsa:default                     what Linux calls its default input; alsa:hw:1,0 a card and device of it
    dshow:Microphone (USB Audio)     a device of Windows, by its name
    avfoundation:0                   a device of macOS, by its number
    file:/path/talk.wav?loop=1       a file, played in real time
    tone:                            a test tone that says the time once a second
"""

from dataclasses import dataclass

from seacorder.base.errors import BadRequest
from seacorder.model.address.address import FileAddress, parse_address

DEVICE_KINDS = {"alsa": "Linux", "dshow": "Windows", "avfoundation": "macOS"}
"""Kinds of devices and the system that has them."""
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
    """The address in `text`. BadRequest, in one sentence, when it cannot be one."""
    kind, colon, rest = text.strip().partition(":")
    kind = kind.lower()
    if not colon:
        raise BadRequest(f"A sound input needs a kind in front: {_KINDS}.", field="input")
    if kind == "file":
        address = parse_address(text)
        assert isinstance(address, FileAddress)  # noqa: S101 - its kind says so
        return address
    if kind == "tone":
        if rest:
            raise BadRequest("A test tone is written tone: and nothing behind it.", field="input")
        return ToneAddress()
    if kind not in DEVICE_KINDS:
        raise BadRequest(f"There is no sound input of the kind {kind[:40]!r}; use {_KINDS}.", field="input")
    if not rest:
        example = {"alsa": "alsa:default", "dshow": "dshow:Microphone", "avfoundation": "avfoundation:0"}[kind]
        raise BadRequest(f"A sound device needs its name: {example}.", field="input")
    return SoundDeviceAddress(kind, rest)
