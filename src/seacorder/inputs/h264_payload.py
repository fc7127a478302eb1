"""H.264 out of RTP (RFC 6184): single NAL units, STAP-A and FU-A, packetization modes 0 and 1.

The interleaved mode (2) is refused where a camera announces it; a packet of it that comes all the same is damage.
"""

from seacorder.inputs.access_units import AccessUnits

_STAP_A, _FU_A = 24, 28
_SEI, _SPS, _PPS, _IDR = 6, 7, 8, 5
_RECOVERY_POINT = 6
_INTRA_SLICES = (2, 4, 7, 9)
"""I and SI (ITU-T H.264, table 7-6)."""


class H264Units(AccessUnits):
    """Pictures of one H.264 track. A keyframe is an IDR, or intra slices at a recovery point (open GOPs)."""

    _recovers = False

    def _unpack(self, view: memoryview, begin: int, end: int) -> None:
        if end - begin < 2:
            return
        first = view[begin]
        kind = first & 0x1F
        if kind == _FU_A:
            header = view[begin + 1]
            if header & 0x80:
                unit_header = bytes((first & 0xE0 | header & 0x1F,))
                self._start(header & 0x1F, unit_header, view, begin + 2, end)
                self.continuation = bytes((first, header & 0x1F))
            elif self._fragments:
                self._fragments.append(view[begin + 2 : end])
                self._fragment_bytes += end - begin - 2
            else:
                self._lose()
                return
            if header & 0x40:
                self._end()
        elif 1 <= kind < _STAP_A:
            self._whole(kind, view, begin, end, 1)
        elif kind == _STAP_A:
            self._aggregate(view, begin + 1, end)
        else:
            self._lose()

    def _aggregate(self, view: memoryview, at: int, end: int) -> None:
        while end - at > 2:
            stop = at + 2 + (view[at] << 8 | view[at + 1])
            if stop > end:
                self._lose()
                return
            self._whole(view[at + 2] & 0x1F, view, at + 2, stop, 1)
            at = stop

    def _note(self, kind: int, view: memoryview, begin: int, end: int) -> None:
        if 1 <= kind <= _IDR:
            is_first = kind in (3, 4) or (begin < end and view[begin] >= 0x80)
            is_key = kind == _IDR
            if self._recovers:
                self._recovers = False
                is_key = is_key or slice_type(bytes(view[begin : min(end, begin + 12)])) in _INTRA_SLICES
            self._slice_begins(is_first=is_first, is_key=is_key)
        elif kind == _SEI:
            self._recovers = self._recovers or has_recovery_point(bytes(view[begin : min(end, begin + 256)]))

    @staticmethod
    def _is_parameter_set(kind: int) -> bool:
        return kind in (_SPS, _PPS)


def has_recovery_point(message: bytes) -> bool:
    """True when an SEI unit, without its header, says that decoding can begin right here (H.264, D.1.8)."""
    at = 0
    while at + 2 < len(message):
        kind, at = _sum_of_bytes(message, at)
        size, at = _sum_of_bytes(message, at)
        if kind == _RECOVERY_POINT and at < len(message):
            return message[at] >= 0x80  # recovery_frame_cnt is 0
        at += size
    return False


def slice_type(header: bytes) -> int | None:
    """The slice type that a slice's first bytes tell (H.264, 7.3.3); None where they end before it."""
    bits = "".join(f"{byte:08b}" for byte in header.replace(b"\x00\x00\x03", b"\x00\x00"))
    at, value = 0, 0
    for _ in range(2):
        one = bits.find("1", at)
        stop = 2 * one - at + 1
        if one < 0 or stop > len(bits):
            return None
        value, at = int(bits[one:stop], 2) - 1, stop
    return value


def _sum_of_bytes(message: bytes, at: int) -> tuple[int, int]:
    value = 0
    while at < len(message) and message[at] == 0xFF:
        value, at = value + 255, at + 1
    return (value + message[at], at + 1) if at < len(message) else (value, at)
