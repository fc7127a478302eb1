"""Each channel's last heartbeat; changes from one heartbeat to the next become events."""

from collections.abc import Iterable
from dataclasses import replace

from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.message import Message
from seacorder.control.events.journal import Journal
from seacorder.control.events.log import EventKind
from seacorder.control.workers.freshness import USUAL_PATIENCE_NS, file_of
from seacorder.model.channel import ChannelState, ChannelStatus, burned_name
from seacorder.model.encoding import COPY
from seacorder.model.event import Severity
from seacorder.model.recording import FileKind
from seacorder.supervisor.worker import STARTED_AGAIN

OVERLOAD_OVER_NS = 10 * NS_PER_SECOND
"""How long a channel counts as overloaded after the last frame that was left out."""

_KINDS = {
    ChannelState.CONNECTING: EventKind.CHANNEL_CONNECTING,
    ChannelState.LIVE: EventKind.CHANNEL_LIVE,
    ChannelState.STALLED: EventKind.CHANNEL_STALLED,
    ChannelState.FAILED: EventKind.CHANNEL_FAILED,
}


class ChannelWatch:
    """For the event loop alone; nothing blocks."""

    def __init__(
        self, clock: Clock, journal: Journal, channels: Iterable[str], narrator: str | None = None
    ) -> None:
        self._clock = clock
        self._journal = journal
        self._narrator = narrator
        self._statuses: dict[str, ChannelStatus] = {}
        self._leaving: set[str] = set()
        """Channels whose worker is being ended, because their settings have changed or they are removed. Who has been
        removed stays in both, for whoever still waits for something of it."""
        self._overload_ns: dict[str, int] = {}
        """By channel: when frames were last left out because the machine was too slow, monotonic."""
        self.lost: dict[str, str] = {}
        """By channel whose worker has ended and whose next one has not reported yet: how it ended, in words that stand
        in a bracket: `signal 9`."""
        for name in (*channels, *([] if narrator is None else [narrator])):
            self.begins(name)

    def begins(self, channel: str) -> None:
        """A channel is new, or its worker is another one from now on: nothing is known of it."""
        starting = Message("Its recording process is starting.", "Nothing to do; this takes a few seconds.")
        self._statuses[channel] = ChannelStatus(channel, ChannelState.CONNECTING, self._clock.utc_ns(), starting)
        self._leaving.discard(channel)

    def leaves(self, channel: str) -> ChannelStatus:
        """Its worker is about to be ended for good: what it still says of its state is not heard, and the channel
        counts as being connected. Returns its last heartbeat."""
        last = self._statuses[channel]
        self.begins(channel)
        self._leaving.add(channel)
        self.lost.pop(channel, None)
        self._overload_ns.pop(channel, None)
        return last

    def is_leaving(self, channel: str) -> bool:
        return channel in self._leaving

    def __getitem__(self, channel: str) -> ChannelStatus:
        return self._statuses[channel]

    @property
    def live(self) -> tuple[str, ...]:
        """The channels that have a picture."""
        return tuple(
            name
            for name, status in self._statuses.items()
            if status.state is ChannelState.LIVE and name != self._narrator
        )

    @property
    def overloaded(self) -> frozenset[str]:
        """The channels of which frames were left out lately because the machine was too slow."""
        now_ns = self._clock.monotonic_ns()
        return frozenset(name for name, last_ns in self._overload_ns.items() if now_ns - last_ns < OVERLOAD_OVER_NS)

    def waits_for_encoder(self, channel: str) -> bool:
        """True while a live channel's recording has no file, or nothing in it yet, because its encoder is slow.

        The first pictures are in the encoder then, or are listed as lost. Once the encoder has given a second's worth
        of frames and nothing is stored, it is the disk that is slow.
        """
        status = self._statuses[channel]
        if status.state is not ChannelState.LIVE or status.encoding is None or status.encoding.encoder == COPY:
            return False
        file = status.recording
        if file is None:
            return True
        has_few = file.frames < max(1.0, self.frame_rate(channel))
        return has_few and not file.newest_stored_ns and file.why is None

    def waits_for_picture(self, channel: str, kind: FileKind = FileKind.RECORDING) -> bool:
        """True while a slow source's first picture waits for the next one to come.

        A picture is written when its duration is known, that is when the next one has come.
        """
        status = self._statuses[channel]
        file = file_of(status, kind)
        is_slow = status.state is ChannelState.LIVE and status.patience_ns > USUAL_PATIENCE_NS
        return is_slow and (file is None or (not file.newest_stored_ns and file.why is None))

    def is_coming(self, channel: str) -> bool:
        """True when the running recording has nothing of the channel yet, but will have."""
        return self.waits_for_encoder(channel) or self.waits_for_picture(channel)

    def frame_rate(self, channel: str) -> float:
        """Frames a second, of a channel or of its untouched pictures; 0 when unknown."""
        known = channel if channel in self._statuses else burned_name(channel)
        picture = self._statuses[known].picture
        return picture.frame_rate if picture else 0.0

    def why(self, channel: str, otherwise: Message | None = None) -> Message:
        """Why the channel is not live; `otherwise` when it is."""
        return self._statuses[channel].why or otherwise or Message(f"{channel} has no picture.")

    def saw_status(self, status: ChannelStatus) -> None:
        """A heartbeat."""
        before = self._statuses[status.channel]
        self._statuses[status.channel] = status
        self.lost.pop(status.channel, None)
        if _dropped(status) > _dropped(before):
            self._overload_ns[status.channel] = self._clock.monotonic_ns()
        if status.state is not before.state and status.channel != self._narrator:
            self._note_state(status)
        self._note_encoding(before, status)

    def worker_lost(self, channel: str, fault: str) -> ChannelStatus:
        """The channel's worker has ended: its state is FAILED until the next one reports. Returns its last
        heartbeat."""
        last = self._statuses[channel]
        self.lost[channel] = fault
        self._statuses[channel] = replace(
            last,
            state=ChannelState.FAILED,
            since_utc_ns=self._clock.utc_ns(),
            why=Message(f"Its recording process stopped unexpectedly ({fault}).", STARTED_AGAIN),
            bits_per_second=0,
            backlog_seconds=0.0,
            backlog_bytes=0,
            queued_bytes=0,
            recording=None,
            clean=None,
            clip=None,
            anomaly=None,
            blackbox=None,
            narrator=None,
        )
        return last

    def _note_encoding(self, before: ChannelStatus, status: ChannelStatus) -> None:
        """Notes what was decided about encoding, unless the channel passed through from the beginning."""
        encoding = status.encoding
        was = before.encoding.sentence if before.encoding is not None else ""
        if encoding is None or encoding.sentence == was or (not was and encoding.encoder == COPY):
            return
        self._journal.note(EventKind.ENCODING_DECIDED, encoding.sentence, channel=status.channel)

    def _note_state(self, status: ChannelStatus) -> None:
        severity = Severity.INFO if status.state in {ChannelState.LIVE, ChannelState.CONNECTING} else Severity.WARNING
        why = status.why or Message(f"{status.channel} {_state_text(status)}.")
        self._journal.note(_KINDS[status.state], why.fact, why.action, channel=status.channel, severity=severity)


def _dropped(status: ChannelStatus) -> int:
    return status.encoding.dropped_frames if status.encoding is not None else 0


def _state_text(status: ChannelStatus) -> str:
    picture = status.picture
    if status.state is not ChannelState.LIVE:
        return "has no picture"
    if picture is None:
        return "has a picture"
    size = f"{picture.codec} {picture.width}x{picture.height}"
    return f"has a picture: {size}, {picture.frame_rate:g} frames per second"
