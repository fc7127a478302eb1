"""H.265 out of RTP (RFC 7798): single NAL units, aggregation packets, fragmentation units; all without DON fields.
Pure.

`video_track.choose` refuses a camera that announces decoding order numbers (`sprop-max-don-diff` above 0).
"""

from seacorder.inputs.rtp.access_units import AccessUnits
from seacorder.inputs.rtp.nal_units import H265_ROLES
from seacorder.inputs.rtp.picture_assembly import Piece, SliceStart
from seacorder.inputs.rtp.recovery_points import h265_frames

_AP, _FU = 48, 49
_SEI = 39
_IRAP = range(16, 22)
_OTHER_LAYER = 63
"""Returned for all units that are not of the base layer; the type 63 itself means nothing here."""


class H265Units(AccessUnits):
    """Pictures of one H.265 track. A keyframe is any IRAP picture (IDR, CRA, BLA)."""

    codec = "hevc"
    roles = H265_ROLES
    header_bytes = 2
    may_be_field = False  # each field is a picture of its own

    def _unpack(self, view: memoryview, begin: int, end: int) -> None:
        if end - begin < 3:
            return
        kind = view[begin] >> 1 & 0x3F
        if kind == _FU:
            header = view[begin + 2]
            kind = header & 0x3F
            if header & 0x80:
                unit_header = bytes((view[begin] & 0x81 | kind << 1, view[begin + 1]))
                if not self._begin_unit(self._kind_at(unit_header, 0), unit_header, view, begin + 3, end):
                    return
                self.continuation = bytes((view[begin], view[begin + 1], kind))
            elif not self._continue_unit(kind, view, begin + 3, end):
                return
            if header & 0x40:
                self._end_unit()
        elif kind == _AP:
            self._take_aggregate(view, begin + 2, end)
        else:
            self._take_whole(view, begin, end)

    def _look_at_slice(self, kind: int, view: memoryview, begin: int, end: int) -> SliceStart:
        frames, self._recovery_frames = self._recovery_frames, None
        return begin < end and view[begin] >= 0x80, kind in _IRAP, frames

    def _look_at_set(self, unit: bytes) -> None:
        """Nothing in there matters here."""

    def _look_at_message(self, kind: int, view: memoryview, begin: int, end: int) -> None:
        if kind == _SEI and (frames := h265_frames(bytes(view[begin : min(end, begin + 256)]))) is not None:
            self._recovery_frames = frames

    def _kind_at(self, block: Piece, at: int) -> int:
        is_other_layer = block[at] & 1 or block[at + 1] & 0xF8
        return _OTHER_LAYER if is_other_layer else block[at] >> 1 & 0x3F
