"""H.265 out of RTP (RFC 7798): single NAL units, aggregation packets and fragmentation units, without DON fields.

Decoding order numbers (`sprop-max-don-diff` above 0) are refused where a camera announces them.
"""

from seacorder.inputs.access_units import AccessUnits

_AP, _FU = 48, 49
_VPS, _PPS = 32, 34
_FIRST_OTHER = 32
"""Below that, all kinds are slices."""
_IRAP = range(16, 24)


class H265Units(AccessUnits):
    """Pictures of one H.265 track. A keyframe is any IRAP picture (IDR, CRA, BLA)."""

    def _unpack(self, view: memoryview, begin: int, end: int) -> None:
        if end - begin < 3:
            return
        kind = view[begin] >> 1 & 0x3F
        if kind == _FU:
            header = view[begin + 2]
            if header & 0x80:
                unit_header = bytes((view[begin] & 0x81 | (header & 0x3F) << 1, view[begin + 1]))
                self._start(header & 0x3F, unit_header, view, begin + 3, end)
                self.continuation = bytes((view[begin], view[begin + 1], header & 0x3F))
            elif self._fragments:
                self._fragments.append(view[begin + 3 : end])
                self._fragment_bytes += end - begin - 3
            else:
                self._lose()
                return
            if header & 0x40:
                self._end()
        elif kind < _AP:
            self._whole(kind, view, begin, end, 2)
        elif kind == _AP:
            self._aggregate(view, begin + 2, end)
        else:
            self._lose()

    def _aggregate(self, view: memoryview, at: int, end: int) -> None:
        while end - at > 2:
            stop = at + 2 + (view[at] << 8 | view[at + 1])
            if stop > end:
                self._lose()
                return
            self._whole(view[at + 2] >> 1 & 0x3F, view, at + 2, stop, 2)
            at = stop

    def _note(self, kind: int, view: memoryview, begin: int, end: int) -> None:
        if kind < _FIRST_OTHER:
            self._slice_begins(is_first=begin < end and view[begin] >= 0x80, is_key=kind in _IRAP)

    @staticmethod
    def _is_parameter_set(kind: int) -> bool:
        return _VPS <= kind <= _PPS
