"""The live view: what a worker sends of a channel while somebody looks at it, ready for a browser's player.

It is fragmented MP4 (ISO/IEC 14496-12, 8.8), in the form that browsers take piece by piece (Media Source Extensions).
The control process hands the bytes on and never looks into them.
"""

from enum import StrEnum
from typing import NamedTuple

from seacorder.base.message import Message


class LiveStream(StrEnum):
    """In which form a channel is looked at."""

    MAIN = "main"
    """The pictures that are recorded, as they are."""
    PREVIEW = "preview"
    """Small pictures in H.264, encoded for players that cannot play the others."""


class LiveBegun(NamedTuple):
    """What a player needs before the fragments that follow: their format, and the header of the MP4 file."""

    stream: LiveStream
    codecs: str
    """As a player is asked whether it can play them (RFC 6381): `avc1.640028`."""
    width: int
    height: int
    content: bytes


class LiveFragment(NamedTuple):
    """One picture."""

    stream: LiveStream
    is_keyframe: bool
    utc_ns: int
    """Its capture time."""
    media_us: int
    """When it is shown, in microseconds of the stream's own time, which has no holes."""
    content: bytes


class LiveRefused(NamedTuple):
    """The stream cannot be shown; another `LiveBegun` takes it back."""

    stream: LiveStream
    why: Message


LiveReport = LiveBegun | LiveFragment | LiveRefused
