"""Finds the parameter sets of H.264 (ITU-T H.264, 7.3.1) and H.265 (ITU-T H.265, 7.3.1). Pure.

They come in two forms:

* In a byte stream (Annex B of both), where 00 00 01 separates NAL units. `find` looks for them in front of the first
  slice of a keyframe, by their NAL headers.
* In a configuration record (ISO/IEC 14496-15: avcC 5.3.3.1, hvcC 8.3.3.1) beside length-prefixed packets: `of_record`.

`CurrentSets` keeps the newest ones of a stream. Of their contents only the number is read here, by FFmpeg the rest.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from seacorder.media.bits import Bits

HEAD_BYTES = 4096
"""Parameter sets and the SEI messages between them end well before this many bytes."""

_START_CODE = b"\x00\x00\x01"
_H264_SPS, _H265_VPS, _H265_SPS = 7, 32, 33
_AVC_FIXED, _HEVC_FIXED = 5, 22
"""Bytes of avcC and hvcC that stand before the parameter sets."""


@dataclass(frozen=True, slots=True)
class ParameterSets:
    """Whole NAL units, without start codes, in the order in which they came."""

    all: tuple[bytes, ...]
    sequence: frozenset[bytes]
    """Those that tell size and format: SPS, and VPS of H.265."""

    @property
    def is_complete(self) -> bool:
        return bool(self.sequence) and len(self.all) > len(self.sequence)

    def as_byte_stream(self) -> bytes:
        return b"".join(b"\x00" + _START_CODE + unit for unit in self.all)


def find(head: bytes, codec: str) -> ParameterSets:
    """The parameter sets in front of the first slice of a byte stream; empty when there are none."""
    kind_of, sequence_kinds, picture_kind, is_slice = _RULES[codec]
    found: list[bytes] = []
    sequence: set[bytes] = set()
    for unit in _units(head):
        kind = kind_of(unit[0])
        if is_slice(kind):
            break
        if kind in sequence_kinds:
            sequence.add(unit)
        elif kind != picture_kind:
            continue
        found.append(unit)
    return ParameterSets(tuple(found), frozenset(sequence))


def is_byte_stream(extradata: bytes | None) -> bool:
    """Whether packets with this extradata are a byte stream.

    False for length-prefixed NAL units (ISO/IEC 14496-15), whose parameter sets are not in the packets.
    """
    return not extradata or extradata[0] != 1


def _units(head: bytes) -> Iterator[bytes]:
    begin = head.find(_START_CODE)
    while begin >= 0:
        begin += 3
        end = head.find(_START_CODE, begin)
        # Trailing zeros belong to the next start code, never to a NAL unit.
        unit = (head[begin:] if end < 0 else head[begin:end]).rstrip(b"\x00")
        if unit:
            yield unit
        begin = end


_RULES: dict[str, tuple[Callable[[int], int], frozenset[int], int, Callable[[int], bool]]] = {
    "h264": (lambda first: first & 0x1F, frozenset({7}), 8, lambda kind: 1 <= kind <= 5),
    "hevc": (lambda first: (first >> 1) & 0x3F, frozenset({32, 33}), 34, lambda kind: kind < 32),
}
"""For each codec: the NAL unit type by a unit's first byte; the types of sequence parameter sets (and VPS); the type of
picture parameter sets; whether a type is a slice."""


class CurrentSets:
    """The newest parameter set of each kind and number: what a decoder has at this point of a stream."""

    def __init__(self, codec: str) -> None:
        self._number_of = _h264_number if codec == "h264" else _h265_number
        self._units: dict[tuple[int, int], bytes] = {}

    def put(self, units: Iterable[bytes]) -> None:
        """Adds NAL units that have come; one that cannot be read is left out."""
        for unit in units:
            with contextlib.suppress(EOFError, IndexError):
                self._units[self._number_of(unit)] = unit

    @property
    def all(self) -> tuple[bytes, ...]:
        """In the order in which a decoder needs them: first those to which others refer (VPS, SPS, PPS)."""
        return tuple(self._units[key] for key in sorted(self._units))


def _h264_number(unit: bytes) -> tuple[int, int]:
    kind, bits = unit[0] & 0x1F, Bits(unit[1:64])
    if kind == _H264_SPS:
        bits.number(24)
    return kind, bits.unsigned()


def _h265_number(unit: bytes) -> tuple[int, int]:
    kind, bits = unit[0] >> 1 & 0x3F, Bits(unit[2:128])
    if kind == _H265_VPS:
        return kind, bits.number(4)
    if kind == _H265_SPS:
        # Profile, tier and level of all sub-layers stand in front of the number (H.265, 7.3.3).
        sub_layers = bits.number(7) & 7
        bits.number(1 + 96)
        present = [bits.number(2) for _ in range(8 if sub_layers else 0)][:sub_layers]
        bits.number(sum(88 * (one >> 1) + 8 * (one & 1) for one in present))
    return kind, bits.unsigned()


def of_record(record: bytes, codec: str) -> tuple[bytes, ...]:
    """The NAL units of a configuration record, in its order; empty when the record cannot be read."""
    reader = _Record(record)
    try:
        return tuple(_avc(reader) if codec == "h264" else _hevc(reader))
    except IndexError:
        return ()


class _Record:
    def __init__(self, record: bytes) -> None:
        self._record = record
        self.at = 0

    def number(self, length: int) -> int:
        return int.from_bytes(self.take(length), "big")

    def take(self, length: int) -> bytes:
        """The next `length` bytes. IndexError when fewer are left."""
        taken = self._record[self.at : self.at + length]
        if len(taken) < length:
            raise IndexError
        self.at += length
        return taken


def _avc(reader: _Record) -> list[bytes]:
    reader.take(_AVC_FIXED)
    found = [reader.take(reader.number(2)) for _ in range(reader.number(1) & 0x1F)]
    return found + [reader.take(reader.number(2)) for _ in range(reader.number(1))]


def _hevc(reader: _Record) -> list[bytes]:
    reader.take(_HEVC_FIXED)
    found: list[bytes] = []
    for _ in range(reader.number(1)):
        reader.take(1)
        found += [reader.take(reader.number(2)) for _ in range(reader.number(2))]
    return found
