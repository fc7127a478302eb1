"""The live view: what a worker sends of a channel while somebody looks at it, ready for a browser's player.

It is fragmented MP4 (ISO/IEC 14496-12, 8.8), in the form that browsers take piece by piece (Media Source Extensions).
The control process hands the bytes on and never looks into them.
"""

from enum import StrEnum
from typing import NamedTuple

from seacorder.base.message import Message
from seacorder.model.channel import ChannelState


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


LivePiece = LiveBegun | LiveFragment | LiveRefused


class LiveBurst(NamedTuple):
    """What comes of pictures that have come together: one message costs both processes less than several."""

    pieces: tuple[LivePiece, ...]
    """In their order."""


LiveReport = LivePiece | LiveBurst


class TileState(NamedTuple):
    """What a channel's input is doing; a viewer is told when it begins to look, and at each change."""

    tile: int
    channel: str
    stream: LiveStream
    state: ChannelState
    since_utc_ns: int
    why: Message | None
    """Why it is not live; None while it is."""


class TileFormat(NamedTuple):
    """The stream of a tile begins, or begins again in another format."""

    tile: int
    begun: LiveBegun


class TileFragment(NamedTuple):
    """The next picture of a tile."""

    tile: int
    lost_frames: int
    """How many pictures the viewer has lost in this tile so far because it did not take them in time."""
    fragment: LiveFragment


class TileUnplayable(NamedTuple):
    """What a tile asks for cannot be shown."""

    tile: int
    why: Message


class TileRefused(NamedTuple):
    """What the viewer has said cannot be done."""

    tile: int | None
    """None where it could not even be read."""
    why: Message


class NothingNew(NamedTuple):
    """Nothing else was to be sent for a second: so a viewer knows that its connection is alive."""

    tile: None = None


LiveMessage = TileState | TileFormat | TileFragment | TileUnplayable | TileRefused | NothingNew
"""What a viewer is sent. Its tiles are places on its page, with the numbers that it gives them."""
