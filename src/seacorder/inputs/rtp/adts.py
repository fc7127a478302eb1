"""AAC as it describes itself: ADTS headers and AudioSpecificConfig (ISO/IEC 14496-3, 1.A.2.2 and 1.6.2.1). Pure.

Some cameras put an ADTS header in front of each AAC frame, which neither RTP nor MP4 allows. It cannot be mistaken for
the frame: no AAC frame begins with the 12 set bits of an ADTS header, as they would mean the end of the frame.
"""

from dataclasses import dataclass

_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
_PLAIN_HEADER, _WITH_CRC = 7, 9
_SPECTRAL_BAND = (5, 29)
_LOW_DELAY = {23: (512, 480), 39: (512, 480)}
_EXPLICIT_RATE = 15
_ESCAPE = 31


@dataclass(frozen=True, slots=True)
class AacShape:
    """What AAC frames are like."""

    rate: int
    """Samples a second of the core coder, before any spectral band replication."""
    samples: int
    """Of the core coder, in one frame."""


def adts_bytes(block: bytes) -> tuple[int, int] | None:
    """(bytes of the header, bytes of the frame with it) where `block` begins with an ADTS frame; None where not."""
    if len(block) < _PLAIN_HEADER or block[0] != 0xFF or block[1] & 0xF6 != 0xF0:
        return None
    header = _PLAIN_HEADER if block[1] & 1 else _WITH_CRC
    size = (block[3] & 3) << 11 | block[4] << 3 | block[5] >> 5
    # Several frames behind one header cannot be separated without decoding them.
    is_one = not block[6] & 3
    return (header, size) if size > header and is_one and block[2] >> 2 & 15 < len(_RATES) else None


def without_adts(block: bytes) -> list[bytes] | None:
    """The frames in `block`, where it is ADTS frames and nothing else; None where it is not."""
    frames, at = [], 0
    while at < len(block):
        found = adts_bytes(block[at:])
        if found is None or at + found[1] > len(block):
            return None
        frames.append(block[at + found[0] : at + found[1]])
        at += found[1]
    return frames or None


def configuration_of(block: bytes) -> bytes:
    """The AudioSpecificConfig that says the same as the ADTS header at the beginning of `block`."""
    kind, rate = (block[2] >> 6) + 1, block[2] >> 2 & 15
    channels = (block[2] & 1) << 2 | block[3] >> 6
    return configuration(kind, rate, channels)


def guessed_configuration(rate: int, channels: int) -> bytes | None:
    """AAC of low complexity with that rate; None where AAC has no such rate."""
    return configuration(2, _RATES.index(rate), channels) if rate in _RATES and 0 < channels <= 2 else None


def configuration(kind: int, rate_index: int, channels: int) -> bytes:
    return (kind << 11 | rate_index << 7 | channels << 3).to_bytes(2, "big")


def shape_of(configuration_bytes: bytes) -> AacShape | None:
    """What an AudioSpecificConfig says; None where it cannot be read."""
    return _shape(_Bits(configuration_bytes)) if len(configuration_bytes) >= 2 else None


def shape_in_multiplex(configuration_bytes: bytes) -> AacShape | None:
    """What a StreamMuxConfig says (ISO/IEC 14496-3, 1.7.3.1); None where it cannot be read."""
    bits = _Bits(configuration_bytes)
    version, _, _ = bits.take(1), bits.take(1), bits.take(6)
    is_plain = len(configuration_bytes) >= 4 and not version and not bits.take(4) and not bits.take(3)
    return _shape(bits) if is_plain else None


def _shape(bits: "_Bits") -> AacShape | None:
    kind = bits.kind()
    rate = bits.rate()
    bits.take(4)
    if kind in _SPECTRAL_BAND:
        bits.rate()
        kind = bits.kind()
    is_short = bits.take(1)
    samples = _LOW_DELAY.get(kind, (1024, 960))[is_short]
    return AacShape(rate, samples) if 7000 <= rate <= 96_000 else None


class _Bits:
    """Reads from the front; zeros behind the end."""

    def __init__(self, block: bytes) -> None:
        self._value = int.from_bytes(block[:16].ljust(16, b"\0"), "big")
        self._left = 128

    def take(self, count: int) -> int:
        self._left -= count
        return self._value >> max(0, self._left) & (1 << count) - 1 if self._left >= 0 else 0

    def kind(self) -> int:
        kind = self.take(5)
        return 32 + self.take(6) if kind == _ESCAPE else kind

    def rate(self) -> int:
        index = self.take(4)
        if index == _EXPLICIT_RATE:
            return self.take(24)
        return _RATES[index] if index < len(_RATES) else 0
