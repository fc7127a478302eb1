"""Sound out of RTP: AAC (RFC 3640), AAC in LATM (RFC 6416), MPEG audio (RFC 2250), and what needs no taking apart:
Opus (RFC 7587), G.711, G.726 and L16 (RFC 3551).

Never raises for what a camera sends; what cannot be read is dropped.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from seacorder.inputs.access_units import MARKER
from seacorder.inputs.sdp import OfferedTrack

_FRAME_LIMIT = 1024 * 1024
_AAC_SAMPLES = 1024


@dataclass(frozen=True, slots=True)
class Sound:
    """One packet as a decoder takes it, at RTP's own time (32 bits)."""

    content: bytes
    timestamp: int


class SoundUnits(ABC):
    """Takes payloads in sequence; whole packets are in `ready`."""

    def __init__(self) -> None:
        self.ready: list[Sound] = []
        self.continuation = b""

    def take_run(self, payloads: Sequence[bytes]) -> None:
        """Sound has no `continuation`, so this never comes."""
        raise NotImplementedError

    def has_just_taken(self, block: bytes) -> bool:
        """Whether `block` came just before is not remembered: it may have."""
        return True

    def begin_anew(self, *, is_other_sender: bool) -> None:
        """What comes next does not follow on what came last."""
        self.continuation = b""

    @abstractmethod
    def take(self, view: memoryview, begin: int, end: int, second: int, timestamp: int, lost: int) -> None:
        """One packet's payload; as `AccessUnits.take`."""


class PlainUnits(SoundUnits):
    """A payload is a packet."""

    def take(self, view: memoryview, begin: int, end: int, second: int, timestamp: int, lost: int) -> None:
        if end > begin:
            self.ready.append(Sound(bytes(view[begin:end]), timestamp))


class MpegAudioUnits(SoundUnits):
    """Four bytes in front say where a fragment belongs (RFC 2250, 3.5)."""

    def __init__(self) -> None:
        super().__init__()
        self._parts = b""

    def take(self, view: memoryview, begin: int, end: int, second: int, timestamp: int, lost: int) -> None:
        if end - begin <= 4:
            return
        offset = view[begin + 2] << 8 | view[begin + 3]
        part = bytes(view[begin + 4 : end])
        if offset == 0:
            self._parts = part
        elif not lost and len(self._parts) == offset:
            self._parts += part
        else:
            self._parts = b""
            return
        size = mpeg_frame_bytes(self._parts)
        if size is None or len(self._parts) >= size:
            self._take_frames(self._parts, timestamp)
            self._parts = b""

    def _take_frames(self, block: bytes, timestamp: int) -> None:
        """Small frames come several to a packet, and the packet's time is that of the first."""
        ticks, at, number = mpeg_frame_ticks(block), 0, 0
        while at < len(block):
            size = mpeg_frame_bytes(block[at : at + 4])
            frame = block[at : at + size] if size else block[at:]
            if size is not None and len(frame) < size:
                return
            self.ready.append(Sound(frame, timestamp + number * ticks & 0xFFFF_FFFF))
            at, number = at + len(frame), number + 1


class AacUnits(SoundUnits):
    """Access units behind a section of headers with their sizes (RFC 3640, 3.2)."""

    def __init__(self, parameters: dict[str, str]) -> None:
        super().__init__()
        self._size_bits = _number(parameters, "sizelength", 13)
        self._index_bits = _number(parameters, "indexlength", 3)
        self._delta_bits = _number(parameters, "indexdeltalength", 3)
        self._samples = _number(parameters, "constantduration", _AAC_SAMPLES)
        self._part = b""

    def take(self, view: memoryview, begin: int, end: int, second: int, timestamp: int, lost: int) -> None:
        if lost:
            self._part = b""
        if end - begin < 2 or not self._size_bits:
            return
        header_bits = view[begin] << 8 | view[begin + 1]
        at = begin + 2 + (header_bits + 7) // 8
        if at > end:
            return
        sizes = self._sizes(bytes(view[begin + 2 : at]), header_bits)
        if len(sizes) == 1 and (self._part or sizes[0] > end - at):
            self._take_part(view[at:end], sizes[0], timestamp)
            return
        for number, size in enumerate(sizes):
            if at + size > end:
                return
            if size:
                self.ready.append(Sound(bytes(view[at : at + size]), timestamp + number * self._samples & 0xFFFF_FFFF))
            at += size

    def _sizes(self, headers: bytes, bits: int) -> list[int]:
        value, left, sizes = int.from_bytes(headers, "big"), len(headers) * 8, []
        rest = len(headers) * 8 - bits
        width = self._size_bits + self._index_bits
        while left - rest >= width > 0:
            left -= self._size_bits
            sizes.append(value >> left & (1 << self._size_bits) - 1)
            left -= self._delta_bits if len(sizes) > 1 else self._index_bits
            width = self._size_bits + self._delta_bits
        return sizes

    def _take_part(self, part: memoryview, size: int, timestamp: int) -> None:
        """An access unit that is longer than a packet comes in several; each says the size of the whole."""
        self._part += bytes(part)
        if len(self._part) >= size:
            self.ready.append(Sound(self._part[:size], timestamp))
            self._part = b""


class LatmUnits(SoundUnits):
    """AAC in a multiplex whose configuration stands in the description (RFC 6416, 6; ISO/IEC 14496-3, 1.7)."""

    def __init__(self) -> None:
        super().__init__()
        self._parts = b""

    def take(self, view: memoryview, begin: int, end: int, second: int, timestamp: int, lost: int) -> None:
        self._parts = b"" if lost or len(self._parts) > _FRAME_LIMIT else self._parts
        self._parts += bytes(view[begin:end])
        if not second & MARKER:
            return
        block, self._parts, at, number = self._parts, b"", 0, 0
        while at < len(block):
            size = 0
            while at < len(block) and block[at] == 0xFF:
                size, at = size + 255, at + 1
            if at >= len(block):
                return
            size, at = size + block[at], at + 1
            if 0 < size <= len(block) - at:
                self.ready.append(Sound(block[at : at + size], timestamp + number * _AAC_SAMPLES & 0xFFFF_FFFF))
            at, number = at + size, number + 1


def sound_units(track: OfferedTrack) -> SoundUnits | None:
    """What takes the payloads of a track apart; None for sound that is not known."""
    parameters = track.parameters
    match track.encoding:
        case "MPEG4-GENERIC" if parameters.get("mode", "").upper() in ("AAC-HBR", "AAC-LBR"):
            return AacUnits(parameters)
        case "MP4A-LATM" if parameters.get("cpresent", "1") == "0":
            return LatmUnits()
        case "MPA":
            return MpegAudioUnits()
        case "OPUS" | "PCMU" | "PCMA" | "L16" | "G722" | "GSM" | "G726-16" | "G726-24" | "G726-32" | "G726-40":
            return PlainUnits()
    return None


def mpeg_frame_bytes(head: bytes) -> int | None:
    """How long the MPEG audio frame is that begins with `head` (ISO/IEC 11172-3, 2.4.2.3); None when it is none."""
    if len(head) < 4 or head[0] != 0xFF or head[1] < 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
    bits, rate = head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or layer == 4 or rate == 3 or bits in (0, 15):
        return None
    hertz = _hertz(head)
    kilobits = _BIT_RATES[(version == 3, layer)][bits - 1]
    if layer == 1:
        return (12_000 * kilobits // hertz + (head[2] >> 1 & 1)) * 4
    factor = 72_000 if layer == 3 and version != 3 else 144_000
    return factor * kilobits // hertz + (head[2] >> 1 & 1)


def mpeg_frame_ticks(head: bytes) -> int:
    """How long the MPEG audio frame lasts that begins with `head`, by RTP's clock of 90 kHz; 0 when it is none."""
    if mpeg_frame_bytes(head) is None:
        return 0
    layer = 4 - (head[1] >> 1 & 3)
    samples = 384 if layer == 1 else 576 if layer == 3 and head[1] >> 3 & 3 != 3 else 1152
    return round(samples * 90_000 / _hertz(head))


def _hertz(head: bytes) -> int:
    version = head[1] >> 3 & 3
    return (44100, 48000, 32000)[head[2] >> 2 & 3] >> (0 if version == 3 else 1 if version == 2 else 2)


_LOW_RATES = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_BIT_RATES = {
    (True, 1): tuple(range(32, 449, 32)),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): _LOW_RATES,
    (False, 3): _LOW_RATES,
}


def _number(parameters: dict[str, str], name: str, otherwise: int) -> int:
    text = parameters.get(name, "")
    return min(32 if name != "constantduration" else 1 << 20, int(text)) if text.isdecimal() else otherwise
