"""What a page gets over `/api/v1/live`, kept by tile, without a browser."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from websockets.sync.client import connect

from rig.frames import decoded_frames
from rig.program import DEADLINE_SECONDS
from seacorder.api.v1.live import HEAD, HEADER, KEYFRAME

LONGEST_MESSAGE = 32 * 1024 * 1024


@dataclass
class Picture:
    """One fragment."""

    is_keyframe: bool
    utc_us: int
    media_us: int
    content: bytes


@dataclass
class Shown:
    """What a player would be given between two headers."""

    format: dict[str, Any]
    header: bytes = b""
    pictures: list[Picture] = field(default_factory=list)

    def numbers(self) -> list[int]:
        """The frame numbers in the pictures, in the order in which they are shown."""
        frames = decoded_frames(self.header + b"".join(one.content for one in self.pictures))
        assert all(frame.reading is not None for frame in frames)
        return [frame.reading.number for frame in frames if frame.reading is not None]


@dataclass
class TileSeen:
    """All that one tile got."""

    states: list[dict[str, Any]] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    unplayable: list[dict[str, Any]] = field(default_factory=list)

    @property
    def state(self) -> str:
        return str(self.states[-1]["state"]) if self.states else ""

    @property
    def pictures(self) -> int:
        return len(self.shown[-1].pictures) if self.shown else 0


class LivePage:
    """A page that is looked at for the length of a `with` block."""

    def __init__(self, url: str) -> None:
        """`url`: the program's, as `http://127.0.0.1:13000`."""
        self._connecting = connect(url.replace("http:", "ws:") + "/api/v1/live", max_size=LONGEST_MESSAGE)
        self.tiles: dict[int, TileSeen] = {}

    def watch(self, tile: int, channel: str, stream: str = "main") -> TileSeen:
        """A tile shows a channel from now on."""
        self.tiles[tile] = TileSeen()
        self._socket.send(json.dumps({"watch": True, "tile": tile, "channel": channel, "stream": stream}))
        return self.tiles[tile]

    def unwatch(self, tile: int) -> None:
        self._socket.send(json.dumps({"watch": False, "tile": tile}))

    def read_until(self, what: Callable[[], bool], name: str, seconds: float = DEADLINE_SECONDS) -> None:
        """Takes messages until `what` is true."""
        end = time.monotonic() + seconds
        while not what():
            try:
                self._take(self._socket.recv(timeout=max(0.0, end - time.monotonic())))
            except TimeoutError:
                raise AssertionError(f"waited for {name}; got {self.tiles}") from None

    def _take(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            version, kind, tile, _, utc_us, media_us = HEAD.unpack_from(message)
            shown, content = self.tiles[tile].shown[-1], message[HEAD.size :]
            assert version == 1
            if kind == HEADER:
                shown.header = content
            else:
                shown.pictures.append(Picture(kind == KEYFRAME, utc_us, media_us, content))
            return
        said = json.loads(message)
        match said["kind"]:
            case "state":
                self.tiles[said["tile"]].states.append(said)
            case "format":
                self.tiles[said["tile"]].shown.append(Shown(said))
            case "unplayable":
                self.tiles[said["tile"]].unplayable.append(said)
            case "alive":
                pass
            case _:
                raise AssertionError(said)

    def __enter__(self) -> Self:
        self._socket = self._connecting.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connecting.__exit__(kind, error, trace)
