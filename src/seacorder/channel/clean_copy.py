"""The untouched pictures of a channel that burns in its overlay, recorded beside the burned pictures.

The clean copy is a second `Channel` in the same worker, fed with the packets of the same connection, which it always
passes through. It has its own timeline, its own short backlog and its own losses, and reports its file and its losses
under a name of its own (`…_clean`). The state of the connection is reported once, by the channel itself.

It exists only while it is asked for. If it is asked for while a recording runs, it begins recording at once, and does
not wait for the split with which the channel begins to burn in.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from seacorder.base.message import Message, joined
from seacorder.channel.channel import Channel
from seacorder.channel.encoding.stage import Stage
from seacorder.channel.orders import Orders
from seacorder.channel.outputs import Slot
from seacorder.channel.reports_out import BothAnswers
from seacorder.model.channel import ChannelStatus, clean_name
from seacorder.model.command import ChangeEncoding, ChangeRecording, Command, StartRecording, StopRecording
from seacorder.model.encoding import EncodingSettings
from seacorder.model.encoding_decision import PASS_THROUGH_CODECS
from seacorder.model.event import Severity
from seacorder.model.instant import Instant
from seacorder.model.recording import FileStatus
from seacorder.model.report import Answer, EventNoted, Report
from seacorder.model.sample import SourceFormat, SourcePacket
from seacorder.sinks.context import OnOutcome, SinkContext

BACKLOG_SECONDS = 1.0
"""Enough to begin a recording with the newest keyframe at or before its start; the copy takes no clips."""
_UNASKED = -1
"""Request number of the copy's start. Nobody waits for its answer, because the channel's own start is answered."""


@dataclass(frozen=True, slots=True)
class RunningCopy:
    """The second channel and what carries out its commands."""

    channel: Channel
    orders: Orders


class CleanCopy:
    """Begins, feeds and ends the copy. Packets come on the ingest thread, commands on the worker's main thread, `tick`
    on the heartbeat's; `status` may be called from any."""

    def __init__(self, context: SinkContext, burned: Channel, answers: BothAnswers, wake: Callable[[], None]) -> None:
        """`context` is that of the burned pictures' sinks."""
        self._burned = burned
        self._answers = answers
        self._wake = wake
        name = clean_name(context.channel.name)
        self._settings = replace(
            context.channel, name=name, preroll_seconds=0.0, backlog_seconds=BACKLOG_SECONDS, narration_channels=0
        )
        lines = burned.lines
        self._context = replace(
            context, channel=self._settings, text_at=lines.at, has_lines=lambda: lines.has_fields
        )
        self._lock = threading.Lock()
        self._source: SourceFormat | None = None
        self._copy: RunningCopy | None = None
        self._order: StartRecording | None = None
        """The start of the recording that runs, for a copy that begins in the middle of it; `_changes`: its changes
        since."""
        self._changes: list[ChangeRecording] = []
        self._is_late = False
        """The copy was asked for after the recording that runs had begun."""
        self._is_asked = _asks(context.channel.encoding)
        self._refused = ""
        """The codec for which it has been reported that no file can hold it untouched."""
        self._follow()

    def connected(self, source: SourceFormat) -> None:
        """A connection has been made, or its format has changed."""
        with self._lock:
            had_copy, self._source = self._copy is not None, source
            self._follow()
            if self._copy is not None and had_copy:
                self._copy.channel.connected(source)

    def take(self, packet: SourcePacket) -> None:
        """One packet of the present connection; does nothing while there is no copy."""
        copy = self._copy
        if copy is not None:
            copy.channel.take(packet)

    def take_all(self, packets: Sequence[SourcePacket]) -> None:
        """As `take`, of packets that have come together."""
        copy = self._copy
        if copy is not None:
            copy.channel.take_all(packets)

    def disconnected(self, why: Message) -> None:
        """The connection is lost or could not be made."""
        copy = self._copy
        if copy is not None:
            copy.channel.disconnected(why)

    @property
    def is_writing(self) -> bool:
        """True while a file of the untouched pictures is being written."""
        copy = self._copy
        return copy is not None and bool(copy.channel.outputs)

    def carry_out(self, command: Command) -> None:
        """Must be called before the channel itself carries out the same command: whoever joins the two answers to a
        stop has to expect both by then."""
        with self._lock:
            self._remember(command)
            copy = self._copy
        if copy is None:
            return
        match command:
            case StartRecording():
                order = replace(command, request=_UNASKED, first_part=command.first_clean_part)
                copy.orders.carry_out(order)
            case StopRecording():
                self._answers.expect(command.request)
                copy.orders.carry_out(command)
            case ChangeRecording():
                copy.orders.carry_out(command)

    def _remember(self, command: Command) -> None:
        """Keeps what a copy that begins later has to know; begins or ends the copy where that is asked for."""
        match command:
            case ChangeEncoding():
                self._is_asked = _asks(command.encoding)
                self._follow()
            case StartRecording():
                self._order, self._changes, self._is_late = command, [], False
            case ChangeRecording():
                self._changes.append(command)
            case StopRecording():
                self._order = None

    def tick(self) -> None:
        """As `Channel.tick`; ends a copy that is no longer asked for and whose recording has ended."""
        copy = self._copy
        if copy is not None:
            copy.channel.tick()
            if not self._is_asked:
                with self._lock:
                    self._follow()

    def next_due_ns(self) -> int | None:
        """Monotonic time at which `tick` should be called at the latest; None when nothing waits for it."""
        copy = self._copy
        return None if copy is None else copy.channel.next_due_ns()

    def finish_all(self, instant: Instant, on_done: OnOutcome) -> int:
        """Finishes its file; `on_done` is called once for each. Returns how many there are."""
        copy = self._copy
        if copy is None:
            return 0
        return copy.channel.finish_all(instant, on_done)

    def status(self) -> tuple[bool, FileStatus | None]:
        """Whether the copy is kept, and its file. One that was asked for late counts as kept once it has a file.

        Takes no lock of its own, because the channel asks under its lock.
        """
        copy = self._copy
        if copy is None:
            return False, None
        output = copy.channel.outputs[Slot.RECORDING]
        file = None if output is None else output.sink.status()
        return not self._is_late or file is not None, file

    def _follow(self) -> None:
        """Begins the copy when it is asked for and ends it when it is not; one that records goes on until its recording
        ends. Where the source's codec cannot be stored untouched, it ends at once. Under the lock."""
        can_be = self._source is None or self._source.video.codec in PASS_THROUGH_CODECS
        if self._is_asked and self._source is not None and not can_be:
            self._refuse(self._source.video.codec)
        if self._copy is None and self._is_asked and can_be:
            # Also before the source is known: a restarted worker gets the command to record before it is connected.
            channel = Channel(self._settings, self._context.clock, self._heard)
            if self._source is not None:
                channel.connected(self._source)
            self._copy = RunningCopy(channel, Orders(channel, self._context, self._wake))
            if self._order is not None:
                self._take_up(self._copy, self._order)
        elif self._copy is not None and not can_be:
            _, file = self.status()
            if self._order is not None and file is not None:
                self._order = replace(self._order, first_clean_part=file.number + 1)
            self.finish_all(Instant.now(self._context.clock), lambda _: None)
            self._copy = None
        elif self._copy is not None and not self._is_asked and not len(self._copy.channel.outputs):
            self._copy = None

    def _take_up(self, copy: RunningCopy, order: StartRecording) -> None:
        """Records in the middle of a recording that runs, from the next keyframe on."""
        self._is_late = True
        instant = Instant.now(self._context.clock)
        copy.orders.carry_out(replace(order, request=_UNASKED, instant=instant, first_part=order.first_clean_part))
        for change in self._changes:
            copy.orders.carry_out(change)

    def _refuse(self, codec: str) -> None:
        """Reports once that no file can hold pictures of this codec untouched."""
        if self._refused != codec:
            self._refused = codec
            name = self._burned.settings.name
            fact = (
                f"{name} is recorded with the overlay only: its {codec} pictures cannot be stored unchanged as well."
            )
            action = "To keep them, choose H.264 or H.265 in the camera, or turn burn-in off."
            self._burned.note("clean_not_kept", Severity.WARNING, fact, action)

    def _heard(self, report: Report) -> None:
        """A report of the copy. Its state is the channel's own, so only its losses and answers go out."""
        match report:
            case Answer() if report.request != _UNASKED:
                self._burned.report(self._burned.status())  # the status goes first, as with the channel's own answers
                outcome = replace(report.outcome, channel=self._burned.settings.name, path=None)
                self._answers(Answer(report.request, outcome))
            case Answer() if not report.outcome.ok:
                why = report.outcome.reason
                name = self._burned.settings.name
                fact = f"{name}: its unchanged pictures are not being recorded yet. {why.fact}"
                action = joined(("They join by themselves.", why.action))
                self._burned.note("clean_not_recording", Severity.WARNING, fact, action)
            case Answer() | ChannelStatus() | EventNoted():
                pass
            case _:
                self._answers(report)


def _asks(encoding: EncodingSettings) -> bool:
    """Whether a clean copy is asked for."""
    return encoding.burn_in and encoding.keep_clean


class Tee:
    """Feeds each packet to the clean copy, while there is one, and to the stage; see `ingest.Feed`."""

    def __init__(self, stage: Stage, clean: CleanCopy) -> None:
        self._stage, self._clean = stage, clean

    def take(self, packet: SourcePacket) -> None:
        """One packet of the present connection."""
        self._clean.take(packet)
        self._stage.take(packet)

    def take_all(self, packets: Sequence[SourcePacket]) -> None:
        """Packets of the present connection that have come together, in order."""
        self._clean.take_all(packets)
        self._stage.take_all(packets)

    def connected(self, source: SourceFormat) -> None:
        """A connection has been made, or its format has changed; packets of that format follow."""
        self._clean.connected(source)
        self._stage.connected(source)

    def disconnected(self, why: Message) -> None:
        """The connection is lost or could not be made."""
        self._clean.disconnected(why)
        self._stage.disconnected(why)
