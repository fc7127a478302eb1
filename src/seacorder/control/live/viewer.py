"""One viewer: the tiles that it looks at, and what waits to be sent to it.

A viewer that cannot follow loses its own pictures and nobody else's: what waits is dropped, and each of its tiles goes
on with its next keyframe.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.errors import BadRequest, NotKnown
from seacorder.base.message import Message
from seacorder.model.channel import ChannelStatus
from seacorder.model.live import (
    LiveBegun,
    LiveFragment,
    LiveMessage,
    LiveStream,
    NothingNew,
    TileFormat,
    TileFragment,
    TileRefused,
    TileState,
    TileUnplayable,
)

LIMIT_BYTES = 32 * 1024 * 1024
OLDEST_NS = 3 * NS_PER_SECOND
"""A viewer whose oldest picture has waited for so long, or for which more bytes wait, cannot follow."""
REFUSALS_MAX = 32
"""Of what a viewer has said wrong, so many answers wait at most; more are left out."""
TILES_MAX = 64
QUIET_SECONDS = 1.0
"""A viewer hears at least so often that its connection is alive."""
Watched = tuple[str, LiveStream]
"""A channel, and in which form it is looked at."""


@dataclass(slots=True)
class Tile:
    """One place of a viewer's page."""

    watched: Watched
    wants_keyframe: bool = True
    lost_frames: int = 0
    """How many it has not been sent because the viewer could not follow."""


@dataclass(frozen=True, slots=True)
class WatchHooks:
    """What a viewer calls when it looks at something else."""

    begun: Callable[["Viewer", int, Watched], None]
    """A tile shows this from now on."""
    ended: Callable[["Viewer", int, Watched], None]


class Viewer:
    """For the event loop alone; only `messages` waits."""

    def __init__(self, channels: Sequence[str], clock: Clock, changes: WatchHooks) -> None:
        """`channels`: those that there are; they may change."""
        self._channels = channels
        self._clock = clock
        self._changes = changes
        self._tiles: dict[int, Tile] = {}
        self._waiting: deque[tuple[int, LiveMessage]] = deque()
        """With the monotonic time since which each has waited."""
        self._waiting_bytes = 0
        self._something = asyncio.Event()

    # What the viewer says.

    def watch(self, tile: int, channel: str, stream: LiveStream) -> None:
        """A tile shows a channel from now on, instead of what it showed. Raises BadRequest, and changes nothing, where
        there is no such channel, or no room."""
        watched = (channel, stream)
        if tile not in self._tiles and len(self._tiles) >= TILES_MAX:
            raise BadRequest(f"{TILES_MAX} tiles are shown already.", "Close one of them first.", field="tile")
        if channel not in self._channels:
            known = ", ".join(self._channels)
            raise NotKnown(f"There is no channel {channel[:60]!r}.", f"The channels are {known}.", field="channel")
        before = self._tiles.get(tile)
        self._drop(lambda message: message.tile == tile)
        self._tiles[tile] = Tile(watched)
        self._changes.begun(self, tile, watched)
        if before is not None:
            self._changes.ended(self, tile, before.watched)

    def unwatch(self, tile: int) -> None:
        """A tile shows nothing any more. Harmless where it shows nothing."""
        gone = self._tiles.pop(tile, None)
        if gone is not None:
            self._drop(lambda message: message.tile == tile)
            self._changes.ended(self, tile, gone.watched)

    def close(self) -> None:
        """It looks at nothing any more."""
        for tile in tuple(self._tiles):
            self.unwatch(tile)

    async def messages(self) -> AsyncIterator[LiveMessage]:
        """What it is sent, without end."""
        while True:
            while self._waiting:
                _, message = self._waiting.popleft()
                self._waiting_bytes -= _bytes_of(message)
                yield message
            self._something.clear()
            try:
                async with asyncio.timeout(QUIET_SECONDS):
                    await self._something.wait()
            except TimeoutError:
                yield NothingNew()

    # What it is told.

    def told_state(self, tile: int, status: ChannelStatus) -> None:
        """The channel of a tile is live, or why not."""
        channel, stream = self._tiles[tile].watched
        self._put(TileState(tile, channel, stream, status.state, status.since_utc_ns, status.why))

    def told_format(self, tile: int, begun: LiveBegun) -> None:
        """A stream begins, or begins again in another format. What waits of the one before is not needed any more."""
        self._drop(lambda message: message.tile == tile and isinstance(message, TileFormat | TileFragment))
        self._tiles[tile].wants_keyframe = True
        self._put(TileFormat(tile, begun))

    def refuse(self, tile: int | None, why: Message) -> None:
        """It has said something that cannot be done."""
        if sum(isinstance(one, TileRefused) for _, one in self._waiting) < REFUSALS_MAX:
            self._put(TileRefused(tile, why))

    def told_unplayable(self, tile: int, why: Message) -> None:
        self._put(TileUnplayable(tile, why))

    def shown(self, tile: int, fragment: LiveFragment) -> None:
        """The next picture of a tile."""
        place = self._tiles[tile]
        if self._is_behind(len(fragment.content)):
            self._drop_pictures()
        if place.wants_keyframe and not fragment.is_keyframe:
            place.lost_frames += 1
            return
        place.wants_keyframe = False
        self._put(TileFragment(tile, place.lost_frames, fragment))

    def _is_behind(self, more_bytes: int) -> bool:
        oldest_ns = next((since for since, one in self._waiting if isinstance(one, TileFragment)), None)
        is_late = oldest_ns is not None and self._clock.monotonic_ns() - oldest_ns > OLDEST_NS
        return is_late or self._waiting_bytes + more_bytes > LIMIT_BYTES

    def _drop_pictures(self) -> None:
        for _, message in self._waiting:
            if isinstance(message, TileFragment):
                self._tiles[message.tile].lost_frames += 1
        self._drop(lambda message: isinstance(message, TileFragment))
        for tile in self._tiles.values():
            tile.wants_keyframe = True

    def _drop(self, is_dropped: Callable[[LiveMessage], bool]) -> None:
        self._waiting = deque(one for one in self._waiting if not is_dropped(one[1]))
        self._waiting_bytes = sum(_bytes_of(message) for _, message in self._waiting)

    def _put(self, message: LiveMessage) -> None:
        self._waiting.append((self._clock.monotonic_ns(), message))
        self._waiting_bytes += _bytes_of(message)
        self._something.set()


def _bytes_of(message: LiveMessage) -> int:
    return len(message.fragment.content) if isinstance(message, TileFragment) else 0
