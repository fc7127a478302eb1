"""H.264 out of RTP (RFC 6184): single NAL units, STAP-A and FU-A, which are packetization modes 0 and 1. Pure.

`video_track.choose` refuses a camera that announces the interleaved mode (2); its packets are ignored here.
"""

from seacorder.inputs.rtp.access_units import AccessUnits
from seacorder.inputs.rtp.nal_units import H264_ROLES
from seacorder.inputs.rtp.picture_assembly import Piece, SliceStart
from seacorder.inputs.rtp.recovery_points import h264_frames
from seacorder.media.bits import Bits
from seacorder.media.h264_sequence import may_have_fields

_STAP_A, _FU_A = 24, 28
_SEI, _SPS, _IDR = 6, 7, 5
_PARTITIONS = (3, 4)
"""Data partitions B and C; they do not tell whether they are of a picture's first slice."""
_INTRA_SLICES = (2, 4, 7, 9)
"""I and SI (ITU-T H.264, table 7-6)."""


class H264Units(AccessUnits):
    """Pictures of one H.264 track. A keyframe is an IDR, or intra slices at a recovery point (open GOPs)."""

    codec = "h264"
    roles = H264_ROLES
    header_bytes = 1
    _newest_sequence = b""
    """The newest sequence parameter set."""

    def _unpack(self, view: memoryview, begin: int, end: int) -> None:
        if end - begin < 2:
            return
        first = view[begin]
        kind = first & 0x1F
        if kind == _FU_A:
            header = view[begin + 1]
            kind = header & 0x1F
            if header & 0x80:
                if not self._begin_unit(kind, bytes((first & 0xE0 | kind,)), view, begin + 2, end):
                    return
                self.continuation = bytes((first, kind))
            elif not self._continue_unit(kind, view, begin + 2, end):
                return
            if header & 0x40:
                self._end_unit()
        elif kind == _STAP_A:
            self._take_aggregate(view, begin + 1, end)
        else:
            self._take_whole(view, begin, end)

    def _look_at_slice(self, kind: int, view: memoryview, begin: int, end: int) -> SliceStart:
        is_first = None if kind in _PARTITIONS else begin < end and view[begin] >= 0x80
        is_key = kind == _IDR
        frames, self._recovery_frames = self._recovery_frames, None
        if frames == 0 and not is_key:
            is_key = slice_type(bytes(view[begin : min(end, begin + 12)])) in _INTRA_SLICES
        return is_first, is_key, frames

    def _look_at_set(self, unit: bytes) -> None:
        if unit[0] & 0x1F == _SPS and unit != self._newest_sequence:  # it comes again with each keyframe
            self._newest_sequence = unit
            self.may_be_field = may_have_fields(unit[1:])

    def _look_at_message(self, kind: int, view: memoryview, begin: int, end: int) -> None:
        if kind == _SEI and (frames := h264_frames(bytes(view[begin : min(end, begin + 256)]))) is not None:
            self._recovery_frames = frames

    def _kind_at(self, block: Piece, at: int) -> int:
        return block[at] & 0x1F


def slice_type(header: bytes) -> int | None:
    """The slice type (H.264, 7.3.3) out of a slice's first bytes, without its header; None where they are too short."""
    bits = Bits(header)
    try:
        bits.unsigned()
        return bits.unsigned()
    except EOFError:
        return None
