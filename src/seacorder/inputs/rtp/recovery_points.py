"""Where decoding, and so a file, may begin: at keyframes, and in intra-refresh streams at recovery points. Pure.

A stream with intra refresh has no keyframe after its first. Instead a column of intra blocks moves across the picture,
and a message (SEI) says: decoding may begin right here, and after so many pictures every block has been refreshed.
"""

from seacorder.media.bits import Bits

KEYFRAME_TICKS = 10 * 90_000
"""Recovery points are used once no keyframe has come for so long (10 s)."""
FIRST_TICKS = 2 * 90_000
"""The same at the beginning of a connection (2 s), when it is not known yet whether keyframes come at all."""
_RECOVERY_POINT = 6


class Beginnings:
    """One connection's decision, for each picture, whether a file may begin with it.

    A keyframe always qualifies. A recovery point qualifies where keyframes stay away: after `KEYFRAME_TICKS` without
    one; and at the beginning of a connection at its second recovery point, or after `FIRST_TICKS`.
    Times are RTP's, in ticks of 1/90000 s, unwrapped.
    """

    def __init__(self) -> None:
        self._first: int | None = None
        self._keyframe: int | None = None
        self._points = 0

    def take(self, time: int, *, is_keyframe: bool, recovery_frames: int | None) -> int | None:
        """After how many pictures everything is right in a file that begins with this one: 0 for a keyframe, None where
        no file may begin. `recovery_frames`: what the picture's recovery point says; None without one.
        """
        if self._first is None:
            self._first = time
        if is_keyframe:
            self._keyframe = time
            return 0
        if not recovery_frames:
            return None
        self._points += 1
        if self._keyframe is not None:
            return recovery_frames if abs(time - self._keyframe) >= KEYFRAME_TICKS else None
        return recovery_frames if self._points > 1 or abs(time - self._first) >= FIRST_TICKS else None


def h264_frames(message: bytes) -> int | None:
    """`recovery_frame_cnt` (H.264, D.1.8) in an SEI unit without its header: after how many pictures all is right. None
    where the unit has no recovery point.
    """
    found = _payload(message)
    try:
        return None if found is None else Bits(found).unsigned()
    except EOFError:
        return None


def h265_frames(message: bytes) -> int | None:
    """The same for H.265 (`recovery_poc_cnt`, D.2.8). It counts in display order and may be negative: then 0."""
    found = _payload(message)
    try:
        return None if found is None else max(0, Bits(found).signed())
    except EOFError:
        return None


def _payload(message: bytes) -> bytes | None:
    """The recovery point's payload; an SEI unit holds several messages, each with its type and size in front."""
    at = 0
    while at + 2 < len(message):
        kind, at = _sum_of_bytes(message, at)
        size, at = _sum_of_bytes(message, at)
        if kind == _RECOVERY_POINT:
            return message[at : at + size]
        at += size
    return None


def _sum_of_bytes(message: bytes, at: int) -> tuple[int, int]:
    """(number, where it ends): types and sizes are written as a sum of bytes, 255 meaning that another one follows."""
    value = 0
    while at < len(message) and message[at] == 0xFF:
        value, at = value + 255, at + 1
    return (value + message[at], at + 1) if at < len(message) else (value, at)
