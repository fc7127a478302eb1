"""The untouched pictures of a channel that burns in, recorded beside the burned ones from the same connection.

They are a channel of their own inside the same worker, which only ever passes through: it has its own timeline, its
own short backlog and its own account of losses, and reports what it records under a name of its own. What the
connection does is told once, by the channel itself. It is fed only while it is wanted. Where that begins in
mid-recording it takes the recording up at once, before the split with which pictures begin to be burned.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from seacorder.channel.channel import Channel
from seacorder.channel.encoding.stage import Stage
from seacorder.channel.orders import Orders
from seacorder.channel.outputs import Slot
from seacorder.channel.reports_out import BothAnswers
from seacorder.model.channel import clean_name
from seacorder.model.command import ChangeEncoding, ChangeRecording, Command, StartRecording, StopRecording
from seacorder.model.encoding import EncodingSettings
from seacorder.model.encoding_decision import PASS_THROUGH_CODECS
from seacorder.model.event import Severity
from seacorder.model.instant import Instant
from seacorder.model.recording import FileStatus
from seacorder.model.report import Answer, LossNoted, Report
from seacorder.model.sample import SourceFormat, SourcePacket
from seacorder.sinks.context import OnOutcome, SinkContext

BACKLOG_SECONDS = 1.0
"""A recording begins with the newest keyframe at or before its start; there are no clips of it."""
_UNASKED = -1
"""Request number of a start that nobody waits for: the channel's own start is what is answered."""


@dataclass(frozen=True, slots=True)
class RunningCopy:
    channel: Channel
    orders: Orders


class CleanCopy:
    """Packets come from the ingest thread, commands from the worker's main thread, the rest from any."""

    def __init__(self, context: SinkContext, burned: Channel, answers: BothAnswers, wake: Callable[[], None]) -> None:
        """`context` is that of the burned pictures' sinks."""
        self._burned = burned
        self._answers = answers
        self._wake = wake
        name = clean_name(context.channel.name)
        self._settings = replace(
            context.channel, name=name, preroll_seconds=0.0, backlog_seconds=BACKLOG_SECONDS, narration_channels=0
        )
        self._context = replace(context, channel=self._settings, text_at=burned.texts.at)
        self._lock = threading.Lock()
        self._source: SourceFormat | None = None
        self._copy: RunningCopy | None = None
        self._order: StartRecording | None = None
        """Of the recording that runs, for a copy that begins in the middle of it, with what was changed since."""
        self._changes: list[ChangeRecording] = []
        self._is_late = False
        """It began in mid-recording."""
        self._is_asked = _asks(context.channel.encoding)
        self._refused = ""
        """The codec of which it has been said that it cannot be kept."""
        self._follow()

    def connected(self, source: SourceFormat) -> None:
        """A connection stands, or its format changed."""
        with self._lock:
            had_copy, self._source = self._copy is not None, source
            self._follow()
            if self._copy is not None and had_copy:
                self._copy.channel.connected(source)

    def take(self, packet: SourcePacket) -> None:
        """One packet of the present connection."""
        copy = self._copy
        if copy is not None:
            copy.channel.take(packet)

    def disconnected(self, reason: str) -> None:
        """The connection is gone or could not be made."""
        copy = self._copy
        if copy is not None:
            copy.channel.disconnected(reason)

    def carry_out(self, command: Command) -> None:
        """To be called before the channel itself carries the same command out."""
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
        """Notices what did not happen."""
        copy = self._copy
        if copy is not None:
            copy.channel.tick()
            if not self._is_asked:
                with self._lock:
                    self._follow()

    def next_due_ns(self) -> int | None:
        """When `tick` should be called at the latest, where something waits for it."""
        copy = self._copy
        return None if copy is None else copy.channel.next_due_ns()

    def finish_all(self, instant: Instant, on_done: OnOutcome) -> int:
        """Ends its file; `on_done` is called once for each. Returns how many."""
        copy = self._copy
        if copy is None:
            return 0
        return copy.channel.finish_all(instant, on_done)

    def status(self) -> tuple[bool, FileStatus | None]:
        """Whether it is kept, and the file that is being written. Takes no lock: the channel asks under its own."""
        copy = self._copy
        if copy is None:
            return False, None
        output = copy.channel.outputs[Slot.RECORDING]
        file = None if output is None else output.sink.status()
        return not self._is_late or file is not None, file

    def _follow(self) -> None:
        """Begins or ends the copy as it is asked for; one that records goes on until its recording ends."""
        can_be = self._source is None or self._source.video.codec in PASS_THROUGH_CODECS
        if self._is_asked and self._source is not None and not can_be:
            self._refuse(self._source.video.codec)
        if self._copy is None and self._is_asked and can_be:
            # Also before the source is known: a restarted worker is told to record at once.
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
        """Begins with the first keyframe that comes now."""
        self._is_late = True
        instant = Instant.now(self._context.clock)
        copy.orders.carry_out(replace(order, request=_UNASKED, instant=instant, first_part=order.first_clean_part))
        for change in self._changes:
            copy.orders.carry_out(change)

    def _refuse(self, codec: str) -> None:
        if self._refused != codec:
            self._refused = codec
            sentence = f"{self._burned.settings.name} sends {codec}, which no file can hold untouched; "
            self._burned.note("clean_not_kept", Severity.WARNING, sentence + "only the burned pictures are recorded.")

    def _heard(self, report: Report) -> None:
        """What the copy says itself. Its state is the channel's, so only what it records and misses goes out."""
        if isinstance(report, LossNoted):
            self._answers(report)
        elif isinstance(report, Answer) and report.request != _UNASKED:
            self._burned.report(self._burned.status())  # it goes first, as with the channel's own answers
            outcome = replace(report.outcome, channel=self._burned.settings.name, path=None)
            self._answers(Answer(report.request, outcome))
        elif isinstance(report, Answer) and not report.outcome.ok:
            sentence = f"{self._settings.name} is not recorded yet. {report.outcome.sentence}"
            self._burned.note("clean_not_recording", Severity.WARNING, sentence)


def _asks(encoding: EncodingSettings) -> bool:
    return encoding.burn_in and encoding.keep_clean


class Tee:
    """Feeds each packet to the clean copy, while there is one, and to the stage; see `ingest.Feed`. Ingest thread."""

    def __init__(self, stage: Stage, clean: CleanCopy) -> None:
        self._stage, self._clean = stage, clean

    def take(self, packet: SourcePacket) -> None:
        """One packet of the present connection."""
        self._clean.take(packet)
        self._stage.take(packet)

    def connected(self, source: SourceFormat) -> None:
        """A connection has been made, or its format has changed; packets of that format follow."""
        self._clean.connected(source)
        self._stage.connected(source)

    def disconnected(self, reason: str) -> None:
        """The connection is lost or could not be made."""
        self._clean.disconnected(reason)
        self._stage.disconnected(reason)
