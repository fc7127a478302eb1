"""All viewers, and the streams of all channels that somebody looks at.

A worker is told when the first viewer comes and when the last one goes. In between, the stream's newest group of
pictures is kept, so that a further viewer begins with it at once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from seacorder.base.clock import Clock
from seacorder.base.message import Message
from seacorder.control.live.viewer import Viewer, Watched, WatchHooks
from seacorder.model.channel import ChannelState, ChannelStatus
from seacorder.model.command import WatchLive
from seacorder.model.live import LiveBegun, LiveBurst, LiveFragment, LivePiece, LiveRefused, LiveReport, LiveStream

GROUP_BYTES_MAX = 16 * 1024 * 1024
"""Of a longer group of pictures nothing is kept: a further viewer waits for the next keyframe."""


@dataclass(slots=True)
class Stream:
    """One channel, in one form."""

    places: list[tuple[Viewer, int]] = field(default_factory=list)
    """The tiles that show it."""
    begun: LiveBegun | None = None
    refused: LiveRefused | None = None
    group: list[LiveFragment] = field(default_factory=list)
    """From the newest keyframe on."""
    group_bytes: int = 0

    def forget(self) -> None:
        """The worker that made it has ended."""
        self.begun = self.refused = None
        self.clear()

    def clear(self) -> None:
        self.group, self.group_bytes = [], 0

    def keep(self, fragment: LiveFragment) -> None:
        """The newest picture, for viewers who come later."""
        if fragment.is_keyframe:
            self.clear()
        elif not self.group:
            return
        self.group_bytes += len(fragment.content)
        self.group.append(fragment)
        if self.group_bytes > GROUP_BYTES_MAX:
            self.clear()


class LiveViews:
    """For the event loop alone; nothing waits."""

    def __init__(
        self,
        channels: Sequence[str],
        clock: Clock,
        status_of: Callable[[str], ChannelStatus],
        send: Callable[[str, WatchLive], object],
    ) -> None:
        """`status_of`: a channel's last heartbeat. `send`: sends a command to a channel's worker, if it runs."""
        self._channels = list(channels)
        """Viewers look into it too."""
        self._clock = clock
        self._status_of = status_of
        self._send = send
        self._streams: dict[Watched, Stream] = {}
        """Those that somebody looks at."""
        self._told: dict[str, tuple[object, ...]] = {}
        """By channel that somebody looks at: the state that viewers know."""

    def viewer(self) -> Viewer:
        """A new viewer, who looks at nothing yet."""
        return Viewer(self._channels, self._clock, WatchHooks(self._begun, self._ended))

    def channels_are(self, channels: Sequence[str]) -> None:
        """These channels can be looked at from now on. Who looks at another one is told."""
        self._channels[:] = channels
        for (watched, _), stream in tuple(self._streams.items()):
            for viewer, tile in tuple(stream.places) if watched not in self._channels else ():
                viewer.unwatch(tile)
                viewer.refuse(tile, Message(f"The channel {watched} was removed.", "Choose another one."))

    @property
    def watched(self) -> frozenset[Watched]:
        """What somebody looks at."""
        return frozenset(self._streams)

    # What viewers do.

    def _begun(self, viewer: Viewer, tile: int, watched: Watched) -> None:
        channel, _ = watched
        status = self._status_of(channel)
        self._told.setdefault(channel, _state_of(status))
        viewer.told_state(tile, status)
        stream = self._streams.get(watched)
        is_new = stream is None
        stream = self._streams.setdefault(watched, Stream())
        stream.places.append((viewer, tile))
        if stream.refused is not None:
            viewer.told_unplayable(tile, stream.refused.why)
        if stream.begun is not None:
            viewer.told_format(tile, stream.begun)
            # Of a channel that is not live the last pictures would look alive.
            for fragment in stream.group if status.state is ChannelState.LIVE else ():
                viewer.shown(tile, fragment)
        if is_new:
            self._tell_worker(channel)

    def _ended(self, viewer: Viewer, tile: int, watched: Watched) -> None:
        channel, _ = watched
        stream = self._streams[watched]
        stream.places.remove((viewer, tile))
        if stream.places:
            return
        del self._streams[watched]
        self._tell_worker(channel)
        if not any(one == channel for one, _ in self._streams):
            del self._told[channel]

    def _tell_worker(self, channel: str) -> None:
        streams = tuple(one for one in LiveStream if (channel, one) in self._streams)
        self._send(channel, WatchLive(streams))

    # What workers say.

    def take(self, channel: str, report: LiveReport) -> None:
        """Pieces of a stream. Those that nobody looks at any more are dropped."""
        for piece in report.pieces if isinstance(report, LiveBurst) else (report,):
            self._take(channel, piece)

    def _take(self, channel: str, piece: LivePiece) -> None:
        stream = self._streams.get((channel, piece.stream))
        if stream is None:
            return
        match piece:
            case LiveBegun():
                stream.forget()
                stream.begun = piece
                for viewer, tile in stream.places:
                    viewer.told_format(tile, piece)
            case LiveFragment():
                stream.keep(piece)
                for viewer, tile in stream.places:
                    viewer.shown(tile, piece)
            case LiveRefused():
                stream.forget()
                stream.refused = piece
                for viewer, tile in stream.places:
                    viewer.told_unplayable(tile, piece.why)

    def saw_status(self, status: ChannelStatus) -> None:
        """A heartbeat, or the end of a worker: viewers hear of a new state."""
        channel = status.channel
        told = self._told.get(channel)
        if told is None or told == (state := _state_of(status)):
            return
        self._told[channel] = state
        for (watched, _), stream in self._streams.items():
            if watched == channel:
                for viewer, tile in stream.places:
                    viewer.told_state(tile, status)

    def worker_started(self, channel: str) -> None:
        """A new worker has to be told who looks."""
        if channel in self._told:
            self._tell_worker(channel)

    def worker_lost(self, channel: str) -> None:
        """What it sent is of no use to later viewers."""
        for (watched, _), stream in self._streams.items():
            if watched == channel:
                stream.forget()
        self.saw_status(self._status_of(channel))


def _state_of(status: ChannelStatus) -> tuple[object, ...]:
    return status.state, status.since_utc_ns, status.why
