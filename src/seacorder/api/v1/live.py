"""`/api/v1/live`: a WebSocket over which a page gets the live pictures of all its tiles.

The page says in JSON which channel each tile shows. It gets JSON about the states and formats of its tiles, and binary
messages with pieces of MP4 for the browser's player (Media Source Extensions), each behind a head of 24 bytes. See
docs/programs/live.md.
"""

import struct
from collections.abc import AsyncIterator

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.websockets import WebSocket

from seacorder.api.recorder_protocol import LiveViewer, Recorder
from seacorder.api.v1.listeners import WebSocketListeners
from seacorder.api.v1.view import MessageView, Utc, View, shown
from seacorder.base.errors import BadRequest
from seacorder.base.message import Message
from seacorder.model.channel import ChannelState
from seacorder.model.live import (
    LiveMessage,
    LiveStream,
    NothingNew,
    TileFormat,
    TileFragment,
    TileRefused,
    TileState,
    TileUnplayable,
)

HEAD = struct.Struct(">BBHIqq")
"""Version, kind, tile, lost frames, capture time in µs since 1970, and when it is shown, in µs of the stream's time."""
VERSION = 1
HEADER, KEYFRAME, FRAME = 1, 2, 3
"""Kinds: with what the MP4 begins; a fragment with a keyframe; another fragment."""
TILE_MAX = 0xFFFF


class TileWish(BaseModel):
    """What a page says."""

    model_config = ConfigDict(extra="forbid")

    watch: bool
    """False: the tile shows nothing any more."""
    tile: int = Field(ge=0, le=TILE_MAX)
    """The page's own number for one of its places."""
    channel: str = ""
    stream: LiveStream = LiveStream.MAIN


class StateView(View):
    """What the channel of a tile is doing; said when the tile begins to show it, and at each change."""

    kind: str = "state"
    tile: int
    channel: str
    stream: LiveStream
    state: ChannelState
    since_utc: Utc
    why: MessageView | None
    """Why it is not live; null while it is."""


class FormatView(View):
    """A stream begins, or begins again in another format; its header follows as a binary message."""

    kind: str = "format"
    tile: int
    codecs: str
    """As `MediaSource.isTypeSupported` takes it (RFC 6381)."""
    width: int
    height: int


class UnplayableView(View):
    """What a tile asks for cannot be shown in a browser."""

    kind: str = "unplayable"
    tile: int
    why: MessageView


class RefusedView(View):
    """A message of the page was not understood, or names a channel that does not exist."""

    kind: str = "refused"
    tile: int | None
    why: MessageView


class LiveFeed:
    """Serves all pages."""

    def __init__(self, recorder: Recorder) -> None:
        self._live = recorder.live
        self._listeners = WebSocketListeners("the live view")

    async def serve(self, socket: WebSocket) -> None:
        """Serves one page until it disconnects."""
        viewer = self._live.viewer()
        try:
            await self._listeners.serve(socket, _packed(viewer), lambda text: _obey(viewer, text))
        finally:
            viewer.close()


def _obey(viewer: LiveViewer, text: str) -> None:
    """Carries out one message of the page; where that cannot be done, the page is told."""
    try:
        wanted = TileWish.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the message"
        action = 'Accepted is {"watch": true, "tile": 1, "channel": "Bow", "stream": "main"}.'
        viewer.refuse(None, Message(f"{place} is not accepted: {first['msg']}.", action))
        return
    try:
        if wanted.watch:
            viewer.watch(wanted.tile, wanted.channel, wanted.stream)
        else:
            viewer.unwatch(wanted.tile)
    except BadRequest as error:
        viewer.refuse(wanted.tile, error.message)


async def _packed(viewer: LiveViewer) -> AsyncIterator[str | bytes]:
    async for message in viewer.messages():
        for one in packed(message):
            yield one


def packed(message: LiveMessage) -> tuple[str | bytes, ...]:
    """The messages on the wire that one message makes."""
    match message:
        case TileFragment(tile, lost, fragment):
            kind = KEYFRAME if fragment.is_keyframe else FRAME
            head = HEAD.pack(VERSION, kind, tile, lost, fragment.utc_ns // 1000, fragment.media_us)
            return (head + fragment.content,)
        case TileFormat(tile, begun):
            view = FormatView(tile=tile, codecs=begun.codecs, width=begun.width, height=begun.height)
            return view.model_dump_json(), HEAD.pack(VERSION, HEADER, tile, 0, 0, 0) + begun.content
        case TileState():
            why = None if message.why is None else shown(MessageView, message.why)
            return (shown(StateView, message, kind="state", why=why).model_dump_json(),)
        case TileUnplayable(tile, reason):
            return (UnplayableView(tile=tile, why=shown(MessageView, reason)).model_dump_json(),)
        case NothingNew():
            return ('{"kind":"alive"}',)
        case TileRefused(number, reason):
            return (RefusedView(tile=number, why=shown(MessageView, reason)).model_dump_json(),)
