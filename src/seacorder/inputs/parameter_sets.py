"""Parameter sets of H.264 (ITU-T H.264, 7.3.1) and H.265 (ITU-T H.265, 7.3.1): found by their NAL headers alone.

A byte stream (Annex B of both) separates NAL units by 00 00 01. Parameter sets stand in front of the first slice of
a keyframe, so its head is all that is ever looked at. What is inside of them is FFmpeg's business.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

HEAD_BYTES = 4096
"""Parameter sets and the messages beside them end well before this."""

_START_CODE = b"\x00\x00\x01"


@dataclass(frozen=True, slots=True)
class ParameterSets:
    """Whole NAL units, without start codes, in the order in which they came."""

    all: tuple[bytes, ...]
    sequence: frozenset[bytes]
    """Those on which size and format depend: SPS, and VPS for H.265."""

    @property
    def is_complete(self) -> bool:
        return bool(self.sequence) and len(self.all) > len(self.sequence)

    def as_byte_stream(self) -> bytes:
        return b"".join(b"\x00" + _START_CODE + unit for unit in self.all)


def find(head: bytes, codec: str) -> ParameterSets:
    """Parameter sets in front of the first slice in a byte stream; none when there are none."""
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
    """False for the length-prefixed form of ISO/IEC 14496-15, whose parameter sets travel outside the packets."""
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
