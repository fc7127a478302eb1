"""Recovery points (H.264, D.1.8; H.265, D.2.8): a message says that decoding may begin right here, and after how many
pictures all is right. Pure.
"""

from seacorder.media.bits import Bits

_RECOVERY_POINT = 6


def h264_frames(message: bytes) -> int | None:
    """Pictures from here to the first that is right (`recovery_frame_cnt`), in an SEI unit without its header; None
    where it tells of none.
    """
    found = _payload(message)
    try:
        return None if found is None else Bits(found).unsigned()
    except EOFError:
        return None


def h265_frames(message: bytes) -> int | None:
    """The same for H.265 (`recovery_poc_cnt`), which counts in display order and may count back."""
    found = _payload(message)
    try:
        return None if found is None else max(0, Bits(found).signed())
    except EOFError:
        return None


def _payload(message: bytes) -> bytes | None:
    at = 0
    while at + 2 < len(message):
        kind, at = _sum_of_bytes(message, at)
        size, at = _sum_of_bytes(message, at)
        if kind == _RECOVERY_POINT:
            return message[at : at + size]
        at += size
    return None


def _sum_of_bytes(message: bytes, at: int) -> tuple[int, int]:
    value = 0
    while at < len(message) and message[at] == 0xFF:
        value, at = value + 255, at + 1
    return (value + message[at], at + 1) if at < len(message) else (value, at)
