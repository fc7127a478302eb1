"""Passes each report of a worker, and the news that a worker started or ended, to the parts of control it concerns."""

from dataclasses import dataclass

from seacorder.control.alarms.alarms import Alarms
from seacorder.control.alarms.rules import signs_of
from seacorder.control.blackbox.blackbox import Blackbox
from seacorder.control.context import Context
from seacorder.control.events.log import EventKind
from seacorder.control.live.live_views import LiveViews
from seacorder.control.observations.made import MadeFiles
from seacorder.control.observations.places import Places
from seacorder.control.recording.clips import Clips
from seacorder.control.recording.encoding_orders import EncodingOrders
from seacorder.control.recording.framegrabs import Framegrabs
from seacorder.control.recording.recordings import Recordings
from seacorder.control.settings.dive_context import DiveContexts
from seacorder.control.telemetry.shown_fields import ShownFields
from seacorder.control.telemetry.telemetry import TelemetryCallbacks
from seacorder.control.workers.overlay_text import OverlayTexts
from seacorder.model.channel import ChannelStatus
from seacorder.model.live import LiveBegun, LiveBurst, LiveFragment, LiveRefused
from seacorder.model.recording import FileKind
from seacorder.model.report import (
    ClipClosed,
    ClipOpened,
    EventNoted,
    FramegrabStored,
    PartClosed,
    PartOpened,
)
from seacorder.supervisor.worker import STARTED_AGAIN, Callbacks


@dataclass(frozen=True, slots=True)
class Listeners:
    """The parts that hear reports."""

    recordings: Recordings
    clips: dict[FileKind, Clips]
    framegrabs: Framegrabs
    alarms: Alarms
    overlay: OverlayTexts
    encodings: EncodingOrders
    dive: DiveContexts
    places: Places
    made: MadeFiles
    live: LiveViews
    blackbox: Blackbox | None = None


class WorkerReports:
    """`callbacks` are what the supervisor calls, in the event loop; nothing blocks."""

    def __init__(self, context: Context, listeners: Listeners) -> None:
        self._context = context
        self._listeners = listeners
        self._fields = ShownFields(context.telemetry, context.workers.send_all)

    @property
    def callbacks(self) -> Callbacks:
        return Callbacks(
            on_report=self._report, on_started=self._started, on_lost=self._lost, proves=has_brought_frames
        )

    @property
    def telemetry_callbacks(self) -> TelemetryCallbacks:
        """What the worker that reads the instruments calls."""
        return TelemetryCallbacks(
            on_started=self._telemetry_started, on_news=self._listeners.alarms.look_soon, on_readings=self._fields.take
        )

    def _report(self, channel: str, report: object) -> None:
        if self._listeners.blackbox is not None and self._listeners.blackbox.takes(report):
            return
        match report:
            case ChannelStatus():
                self._status(report)
            case PartOpened(part):
                self._listeners.recordings.part_opened(part)
                self._listeners.places.saw_part(part)
            case PartClosed(part):
                self._listeners.recordings.part_closed(part)
                self._listeners.places.saw_part(part)
            case LiveBurst() | LiveFragment() | LiveBegun() | LiveRefused():
                self._listeners.live.take(channel, report)
            case EventNoted(event):
                self._context.journal.take(event)
            case ClipOpened() | ClipClosed() | FramegrabStored():
                self._extra_file(report)
            case _:
                # Losses are for the book. What is left is an answer after its time limit: whoever asked has given up,
                # and the heartbeats say the same.
                self._listeners.recordings.book.take(report)

    def _extra_file(self, report: ClipOpened | ClipClosed | FramegrabStored) -> None:
        match report:
            case ClipOpened(clip):
                self._listeners.clips[clip.kind].opened(clip)
                self._listeners.made.saw_clip(clip)
            case ClipClosed(clip):
                self._listeners.clips[clip.kind].closed(clip)
                self._listeners.made.saw_clip(clip)
            case FramegrabStored(framegrab):
                self._listeners.framegrabs.stored(framegrab)
                self._listeners.made.saw_framegrab(framegrab)

    def _status(self, status: ChannelStatus) -> None:
        watch = self._context.watch
        if watch.is_leaving(status.channel):
            return
        has_news = status.channel in watch.lost or signs_of(status) != signs_of(watch[status.channel])
        watch.saw_status(status)
        self._listeners.recordings.saw_status(status)
        for clips in self._listeners.clips.values():
            clips.saw_status(status)
        self._context.narration.saw_status(status)
        self._listeners.encodings.saw_status(status)
        self._listeners.places.saw_status(status)
        self._listeners.live.saw_status(status)
        if self._listeners.blackbox is not None:
            self._listeners.blackbox.saw_status(status)
        if has_news:
            self._listeners.alarms.look_soon()

    def _started(self, channel: str) -> None:
        if self._context.workers.restarts(channel):
            fact = f"{channel}: its recording process runs again."
            self._context.journal.note(EventKind.WORKER_BACK, fact, channel=channel)
        self._listeners.dive.worker_started(channel)
        if channel in self._context.workers.names:
            self._listeners.overlay.worker_started(channel)
            if (fields := self._fields.of_all()) is not None:
                self._context.workers.send(channel, fields)
            self._context.narration.worker_started(channel)
            self._listeners.encodings.worker_started(channel)
            self._listeners.live.worker_started(channel)
        if channel in self._context.workers.recording_names:
            self._listeners.recordings.worker_started(channel)
        if self._listeners.blackbox is not None:
            self._listeners.blackbox.worker_started(channel)

    def _telemetry_started(self) -> None:
        self._listeners.dive.telemetry_started()
        self._listeners.recordings.telemetry_started()
        if self._listeners.blackbox is not None:
            self._listeners.blackbox.telemetry_started()

    def _lost(self, channel: str, fault: str) -> None:
        stopped = f"recording process stopped unexpectedly ({fault})."
        self._context.journal.alarm(EventKind.WORKER_LOST, f"{channel}: its {stopped}", STARTED_AGAIN, channel=channel)
        last = self._context.watch.worker_lost(channel, fault)
        self._context.narration.worker_lost(channel)
        self._listeners.live.worker_lost(channel)
        self._listeners.recordings.worker_lost(last, f"Its {stopped}")
        for clips in self._listeners.clips.values():
            clips.worker_lost(last)
        if self._listeners.blackbox is not None:
            self._listeners.blackbox.worker_lost(last)
        self._listeners.alarms.look_soon()


def has_brought_frames(report: object) -> bool:
    """True for the heartbeat of a worker that has received pictures; then its run counts as good (`supervisor`)."""
    return isinstance(report, ChannelStatus) and report.frames_received > 0
