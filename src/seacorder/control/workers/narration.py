"""Narration as control knows it: tells channels' workers where to hear it, and shows how it is doing."""

from seacorder.base.redaction import redact_address
from seacorder.control.workers.commands import ChannelWorkers
from seacorder.control.workers.heartbeats import ChannelWatch
from seacorder.model.channel import ChannelStatus
from seacorder.model.command import HearNarration
from seacorder.model.narration import NarrationView, NarratorStatus, SoundState

_QUIET_DB = -120.0


class NarratorWatch:
    """For the event loop alone; nothing blocks. Does nothing where there is no narrator."""

    def __init__(self, workers: ChannelWorkers, watch: ChannelWatch) -> None:
        self._workers = workers
        self._watch = watch
        self._port = 0

    @property
    def _listeners(self) -> tuple[str, ...]:
        return tuple(channel.name for channel in self._workers.channels if channel.narration_channels)

    def saw_status(self, status: ChannelStatus) -> None:
        """A heartbeat. A new process of the narrator listens on another port, which the channels' workers are told."""
        if status.narrator is not None and status.narrator.port != self._port:
            self._port = status.narrator.port
            for name in self._listeners:
                self.worker_started(name)

    def worker_started(self, channel: str) -> None:
        """A channel's worker has begun: tells it where to hear the narration, if that is known by now."""
        narrator = self._workers.narrator
        if self._port and channel in self._listeners and narrator is not None and narrator.narrator is not None:
            self._workers.send(channel, HearNarration(self._port, narrator.narrator.token))

    def worker_lost(self, channel: str) -> None:
        """A worker has ended. If it was the narrator, its port is not valid any more."""
        if channel == self._workers.narrator_name:
            self._port = 0

    def view(self) -> NarrationView | None:
        """As status shows it; None without narration."""
        narrator = self._workers.narrator
        if narrator is None or narrator.narrator is None:
            return None
        status = self._watch[narrator.name]
        return NarrationView(
            name=narrator.name,
            address=redact_address(narrator.address),
            into=narrator.narrator.into,
            narrator=narrator_of(status, is_lost=narrator.name in self._watch.lost),
            restarts=self._workers.restarts(narrator.name),
            path=status.recording.path if status.recording is not None else None,
        )


def narrator_of(status: ChannelStatus, *, is_lost: bool) -> NarratorStatus:
    """What the narrator's last heartbeat says. Before the first one, and after its worker has ended, why there is none.
    """
    if status.narrator is not None and not is_lost:
        return status.narrator
    return NarratorStatus(SoundState.FAILED if is_lost else SoundState.CONNECTING, status.why, 0, _QUIET_DB, _QUIET_DB)
