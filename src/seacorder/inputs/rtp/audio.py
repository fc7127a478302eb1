"""Sound out of RTP: AAC (RFC 3640), AAC in LATM (RFC 6416), MPEG audio (RFC 2250), and what needs no taking apart:
Opus (RFC 7587), G.711, G.722, G.726, GSM and L16 (RFC 3551).

Each packet's duration is read from its content, not from the camera's timestamps, which may be wrong. Nothing that a
camera sends raises; what cannot be read is dropped. Pure.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from seacorder.inputs.rtp.access_units import MARKER
from seacorder.inputs.rtp.adts import AacShape, adts_bytes, configuration_of, shape_in_multiplex, shape_of, without_adts
from seacorder.inputs.rtp.sdp import OfferedTrack

_FRAME_LIMIT = 1024 * 1024
_AAC_SAMPLES = 1024
_BITS_PER_TICK: dict[str, Fraction] = {
    "PCMU": Fraction(8),
    "PCMA": Fraction(8),
    "L16": Fraction(16),
    "G722": Fraction(8),
    "GSM": Fraction(33 * 8, 160),
    "G726-16": Fraction(2),
    "G726-24": Fraction(3),
    "G726-32": Fraction(4),
    "G726-40": Fraction(5),
}
"""Of one channel, by RTP's clock (RFC 3551, 4.5), which runs at half the sampling rate of G.722."""


NO_TYPE = -1
"""A packet's payload type, where it does not matter."""


@dataclass(frozen=True, slots=True)
class Sound:
    """One packet as a decoder takes it, at RTP's own time (32 bits)."""

    content: bytes
    timestamp: int
    seconds: Fraction = Fraction(0)
    """How long it lasts; 0 where that is not known."""
    missing: int = 0
    """Packets of about that length that are lost right before it."""
    payload_type: int = NO_TYPE


class SoundUnits(ABC):
    """Takes payloads in sequence; whole packets are in `ready`."""

    def __init__(self) -> None:
        self.ready: list[Sound] = []
        self.continuation = b""

    def take_run(self, payloads: Sequence[memoryview]) -> None:
        """Sound has no `continuation`, so this never comes."""
        raise NotImplementedError

    def has_just_taken(self, block: bytes) -> bool:
        """True: payloads of sound are not remembered, so `block` may be a copy."""
        return True

    def begin_anew(self, *, is_other_sender: bool) -> None:
        """What comes next does not follow on what came last."""
        self.continuation = b""

    def settle(self) -> None:  # noqa: B027 - there is nothing to do, for any of them
        """Sound is copied as it comes: nothing of it lies in the receive buffer."""

    @abstractmethod
    def take(self, view: memoryview, begin: int, end: int, second: int, timestamp: int, lost: int) -> None:
        """One packet's payload; as `AccessUnits.take`."""


class PlainUnits(SoundUnits):
    """A payload is a packet."""

    def __init__(self, length_of: Callable[[bytes], Fraction] = lambda _: Fraction(0)) -> None:
        """`length_of`: how many seconds a payload lasts."""
        super().__init__()
        self._length_of = length_of

    def take(self, view: memoryview, begin: int, end: int, second: int, timestamp: int, lost: int) -> None:
        if end > begin:
            content = bytes(view[begin:end])
            self.ready.append(Sound(content, timestamp, self._length_of(content), lost, second & ~MARKER))


class MpegAudioUnits(SoundUnits):
    """Four bytes in front say where a fragment belongs (RFC 2250, 3.5)."""

    def __init__(self) -> None:
        super().__init__()
        self._parts = b""
        self._lost = 0

    def take(self, view: memoryview, begin: int, end: int, second: int, timestamp: int, lost: int) -> None:
        self._lost += lost
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
            self._put(frame, timestamp + number * ticks & 0xFFFF_FFFF)
            at, number = at + len(frame), number + 1

    def _put(self, frame: bytes, timestamp: int) -> None:
        self.ready.append(Sound(frame, timestamp, mpeg_frame_seconds(frame), self._lost))
        self._lost = 0


class AacUnits(SoundUnits):
    """Access units behind a section of headers with their sizes (RFC 3640, 3.2), each with an ADTS header or none."""

    def __init__(self, parameters: dict[str, str], clock_rate: int = 48_000) -> None:
        super().__init__()
        bits = (6, 2, 2) if parameters.get("mode", "").upper() == "AAC-LBR" else (13, 3, 3)
        self._size_bits = _number(parameters, "sizelength", bits[0])
        self._index_bits = _number(parameters, "indexlength", bits[1])
        self._delta_bits = _number(parameters, "indexdeltalength", bits[2])
        shape = shape_of(configured(parameters)) or AacShape(clock_rate, _AAC_SAMPLES)
        self._seconds = Fraction(shape.samples, shape.rate)
        self._ticks = self._seconds * clock_rate
        self._part = b""
        self._per_packet = 1
        """Frames in the newest packet: a lost packet is taken to have had as many."""
        self.configuration = b""
        """What the ADTS headers say of the sound, where there are some."""

    def take(self, view: memoryview, begin: int, end: int, second: int, timestamp: int, lost: int) -> None:
        if lost:
            self._part = b""
        frames = self._frames(bytes(view[begin:end]))
        missing = lost * self._per_packet
        for number, frame in enumerate(frames):
            time = timestamp + round(number * self._ticks) & 0xFFFF_FFFF
            self.ready.append(Sound(frame, time, self._seconds, missing))
            missing = 0
        self._per_packet = max(1, len(frames))

    def _frames(self, payload: bytes) -> list[bytes]:
        """The whole frames of a payload, as a decoder takes them."""
        if (frames := self._bare(payload)) is not None:
            return frames  # some cameras send ADTS frames alone, without RFC 3640's headers
        if len(payload) < 2 or not self._size_bits:
            return []
        header_bits = payload[0] << 8 | payload[1]
        at = 2 + (header_bits + 7) // 8
        if at > len(payload):
            return []
        sizes = self._sizes(payload[2:at], header_bits)
        if len(sizes) == 1 and (self._part or sizes[0] > len(payload) - at):
            whole = self._joined(payload[at:], sizes[0])
            return [] if whole is None else self._bare(whole) or [whole]
        found: list[bytes] = []
        for size in sizes:
            header = adts_bytes(payload[at:])
            # Some cameras leave the ADTS header out of the size.
            stop = at + (header[1] if header is not None and header[1] - header[0] == size else size)
            if stop > len(payload):
                break
            if size:
                found += self._bare(payload[at:stop]) or [payload[at:stop]]
            at = stop
        return found

    def _bare(self, block: bytes) -> list[bytes] | None:
        frames = without_adts(block)
        if frames is not None and not self.configuration:
            self.configuration = configuration_of(block)
        return frames

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

    def _joined(self, part: bytes, size: int) -> bytes | None:
        """An access unit that is longer than a packet comes in several; each says the size of the whole."""
        self._part += part
        if len(self._part) < size:
            return None
        whole, self._part = self._part[:size], b""
        return whole


class LatmUnits(SoundUnits):
    """AAC in a multiplex whose configuration stands in the description (RFC 6416, 6; ISO/IEC 14496-3, 1.7)."""

    def __init__(self, configuration: bytes = b"") -> None:
        super().__init__()
        self._parts = b""
        self._lost = 0
        shape = shape_in_multiplex(configuration)
        self._seconds = Fraction(0) if shape is None else Fraction(shape.samples, shape.rate)

    def take(self, view: memoryview, begin: int, end: int, second: int, timestamp: int, lost: int) -> None:
        self._lost += lost
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
                time = timestamp + number * _AAC_SAMPLES & 0xFFFF_FFFF
                self.ready.append(Sound(block[at : at + size], time, self._seconds, self._lost))
                self._lost = 0
            at, number = at + size, number + 1


def sound_units(track: OfferedTrack) -> SoundUnits | None:
    """What takes the payloads of a track apart; None for sound that is not known."""
    parameters = track.parameters
    match track.encoding:
        case "MPEG4-GENERIC" if parameters.get("mode", "AAC-HBR").upper() in ("AAC-HBR", "AAC-LBR"):
            return AacUnits(parameters, track.clock_rate)
        case "MP4A-LATM" if parameters.get("cpresent", "1") == "0":
            return LatmUnits(configured(parameters))
        case "MPA":
            return MpegAudioUnits()
        case "OPUS":
            return PlainUnits(opus_seconds)
        case encoding if encoding in _BITS_PER_TICK:
            bits = _BITS_PER_TICK[encoding] * track.channels
            return PlainUnits(lambda payload: Fraction(len(payload) * 8) / (bits * track.clock_rate))
    return None


def configured(parameters: dict[str, str]) -> bytes:
    """The AudioSpecificConfig in `fmtp` parameters; empty where there is none."""
    text = parameters.get("config", "")
    return bytes.fromhex(text) if re.fullmatch(r"(?:[0-9a-fA-F]{2}){2,}", text) else b""


def opus_seconds(packet: bytes) -> Fraction:
    """How long an Opus packet lasts (RFC 6716, 3.1)."""
    kind, code = packet[0] >> 3, packet[0] & 3
    if kind < 12:
        milliseconds = Fraction((10, 20, 40, 60)[kind & 3])
    elif kind < 16:
        milliseconds = Fraction((10, 20)[kind & 1])
    else:
        milliseconds = Fraction((5, 10, 20, 40)[kind & 3], 2)
    count = 1 if code == 0 else 2 if code < 3 else packet[1] & 0x3F if len(packet) > 1 else 0
    return milliseconds * count / 1000


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
    return round(_samples(head) * 90_000 / _hertz(head))


def mpeg_frame_seconds(head: bytes) -> Fraction:
    """The same exactly."""
    if mpeg_frame_bytes(head) is None:
        return Fraction(0)
    return Fraction(_samples(head), _hertz(head))


def _samples(head: bytes) -> int:
    layer = 4 - (head[1] >> 1 & 3)
    return 384 if layer == 1 else 576 if layer == 3 and head[1] >> 3 & 3 != 3 else 1152


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
