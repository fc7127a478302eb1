"""Whether frames are really reaching files: decided from bytes that the disk has taken, never from a flag."""

from collections.abc import Iterable

from seacorder.base.clock import NS_PER_SECOND
from seacorder.model.channel import ChannelStatus
from seacorder.model.recording import FaultKind, FileKind, FileStatus

FRESH_NS = 1_500_000_000
"""Half a second for a fragment, half a second to the next heartbeat (of a channel that writes a file), and half a
second for a busy disk."""
FRESH_FRAME_INTERVALS = 3
USUAL_PATIENCE_NS = 2_500_000_000
"""How long a channel usually waits for its next frame. One that waits longer has a slow source, or may have one."""


def fresh_limit_ns(frame_rate: float, patience_ns: int = 0) -> int:
    """How old the last stored bytes may be for the channel to count as recording, in nanoseconds.

    At least `FRESH_NS`, and three frame intervals of a slow source. `patience_ns` is how long the channel waits for its
    next frame: where frames come some seconds apart, the newest one reaches the disk only with the next, so that the
    limit is longer by this.
    """
    least_ns = FRESH_NS + patience_ns if patience_ns > USUAL_PATIENCE_NS else FRESH_NS
    if frame_rate <= 0:
        return least_ns
    return max(least_ns, round(FRESH_FRAME_INTERVALS * NS_PER_SECOND / frame_rate))


def file_of(status: ChannelStatus, kind: FileKind) -> FileStatus | None:
    """The file of this kind that the channel is writing."""
    if kind is FileKind.RECORDING:
        return status.recording
    return status.anomaly if kind is FileKind.ANOMALY else status.clip


class StoredBytes:
    """When each channel last stored video bytes of one recording or clip, on the monotonic clock."""

    def __init__(self, identifier: str, kind: FileKind) -> None:
        self._identifier = identifier
        self._kind = kind
        self._stored_ns: dict[str, int] = {}
        self._limit_ns: dict[str, int] = {}

    def saw_answer(self, channel: str, now_ns: int) -> None:
        """The worker answered that first bytes are on disk."""
        self._stored_ns[channel] = max(self._stored_ns.get(channel, 0), now_ns)

    def saw_status(self, status: ChannelStatus) -> None:
        """A heartbeat. A part that has just begun and has nothing on disk yet does not undo what the one before
        stored."""
        rate = status.picture.frame_rate if status.picture else 0.0
        self._limit_ns[status.channel] = fresh_limit_ns(rate, status.patience_ns)
        file = file_of(status, self._kind)
        if file is not None and file.fault_kind is FaultKind.EXCHANGED:
            # What is still written goes to a volume that is not mounted there any more: it does not count as stored.
            self.forget(status.channel)
        elif file is not None and file.id == self._identifier and file.last_stored_ns > 0:
            self._stored_ns[status.channel] = max(self._stored_ns.get(status.channel, 0), file.last_stored_ns)

    def forget(self, channel: str) -> None:
        """Nothing counts as stored any more, because the channel's worker has ended."""
        self._stored_ns.pop(channel, None)

    def is_fresh(self, channel: str, now_ns: int) -> bool:
        stored = self._stored_ns.get(channel)
        return stored is not None and now_ns - stored <= self._limit_ns.get(channel, FRESH_NS)

    def any_fresh(self, channels: Iterable[str], now_ns: int) -> bool:
        return any(self.is_fresh(channel, now_ns) for channel in channels)
