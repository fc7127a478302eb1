"""Clips of one kind, beside the recording: started and stopped on all live channels at one instant."""

import asyncio
from dataclasses import replace

from seacorder.control.context import Context
from seacorder.control.events.log import EventKind
from seacorder.control.files.examination import Examination
from seacorder.control.recording.open_files import note_left_open, note_not_closed, with_figures
from seacorder.control.recording.outcomes import in_order, nothing_to_stop
from seacorder.control.recording.recordings import Recordings
from seacorder.control.recording.session import RecordingSession
from seacorder.control.settings.given_names import GivenName
from seacorder.control.workers.commands import MakeCommand
from seacorder.control.workers.freshness import StoredBytes, file_of
from seacorder.model.channel import ChannelStatus
from seacorder.model.command import StartClip, StopClip
from seacorder.model.file_name import Naming
from seacorder.model.instant import Instant
from seacorder.model.outcome import CommandFailed, CommandOutcome
from seacorder.model.recording import Clip, FileKind, FileState

CLIP_KINDS = (FileKind.CLIP, FileKind.ANOMALY)
"""One of each can run at a time."""
BRING_BACK = "Bring a camera back, then try again."


class ClipSession:
    """One clip from its start to its stop, over the channels that take part."""

    def __init__(self, identifier: str, kind: FileKind, instant: Instant) -> None:
        self.id = identifier
        self.stored = StoredBytes(identifier, kind)
        self.outcome = CommandOutcome(instant, identifier, ())
        self.open: dict[str, Clip] = {}
        """By channel: the files that are not closed."""
        self.coming: set[str] = set()
        """Slow channels whose first frame is stored with their next one."""
        self.lost: set[str] = set()
        """Channels whose worker has ended since the start."""

    def owns(self, clip: Clip) -> bool:
        """True for files of this clip. A channel's second file bears the clip's id with a number behind it."""
        return clip.id == self.id or clip.id.startswith(f"{self.id}-")

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels that write it."""
        took_part = (one.channel for one in self.outcome.channels if one.ok or one.channel in self.coming)
        return tuple(channel for channel in took_part if channel not in self.lost)


class Clips:
    """At most one clip of its kind runs. For the event loop alone.

    `start` and `stop` wait for the workers' answers and for each other; nothing else waits.
    """

    def __init__(
        self, kind: FileKind, context: Context, recordings: Recordings, examination: Examination
    ) -> None:
        self._kind = kind
        self._context = context
        self._recordings = recordings
        self._examination = examination
        self._lock = asyncio.Lock()
        self._session: ClipSession | None = None
        self._is_on = False

    @property
    def running(self) -> ClipSession | None:
        return self._session if self._is_on else None

    @property
    def is_commanded(self) -> bool:
        """True while a start or a stop is being carried out."""
        return self._lock.locked()

    def is_recording(self) -> bool:
        """True while video bytes of the running clip reach a file on any channel."""
        session = self.running
        if session is None:
            return False
        return session.stored.any_fresh(self._context.workers.names, self._context.clock.monotonic_ns())

    def path_of(self, channel: str) -> str:
        """The file that a channel is writing; empty when it writes none."""
        session, file = self.running, file_of(self._context.watch[channel], self._kind)
        if session is None:
            return ""
        if (clip := session.open.get(channel)) is not None:
            return with_figures(clip, file).path
        return file.path if file is not None and file.id == session.id else ""

    async def start(self) -> CommandOutcome:
        """Starts a clip on all live channels; the running one when there is one. Raises CommandFailed when no channel
        can."""
        instant = Instant.now(self._context.clock)
        async with self._lock:
            if (running := self.running) is not None:
                return running.outcome
            live = self._context.watch.live
            if not live:
                outcome = CommandOutcome(instant, "", in_order(self._context, ()))
                raise CommandFailed("No clip was started: no channel has a picture.", outcome, BRING_BACK)
            session = ClipSession(self._context.ids.next(instant.utc_ns), self._kind, instant)
            self._session, self._is_on = session, True
            limit = self._context.timeouts.start_seconds
            given = self._context.names.take(self._kind)
            answered = await self._context.workers.ask(live, self._command(session, instant, given), limit)
            unanswered = (one.channel for one in answered if one.is_unanswered)
            session.coming = {name for name in unanswered if self._context.watch.waits_for_picture(name, self._kind)}
            answered = tuple(replace(one, is_coming=one.channel in session.coming) for one in answered)
            session.outcome = CommandOutcome(instant, session.id, in_order(self._context, answered))
            if not session.outcome.ok:
                self._context.names.give_back(self._kind, given)
                self._withdraw()
                raise CommandFailed("No clip was started.", session.outcome)
            for channel in session.channels:
                if channel in session.coming:
                    continue
                session.stored.saw_answer(channel, self._context.clock.monotonic_ns())
            fact = f"{self._kind} {session.id} has started: {', '.join(session.channels)}."
            self._context.journal.note(EventKind.CLIP_STARTED, fact)
            return session.outcome

    async def stop(self) -> CommandOutcome:
        """Ends the clip at the moment of this call; returns when every file is whole, or after the time limit."""
        instant = Instant.now(self._context.clock)
        async with self._lock:
            session = self.running
            if session is None:
                return nothing_to_stop(self._context, instant)
            self._is_on = False
            answered = await self._context.workers.ask(
                session.channels,
                lambda request, _: StopClip(request, self._kind, instant),
                self._context.timeouts.stop_seconds,
            )
            self._context.journal.note(EventKind.CLIP_STOPPED, f"{self._kind} {session.id} has been stopped.")
            return CommandOutcome(instant, session.id, answered)

    # What workers say.

    def saw_status(self, status: ChannelStatus) -> None:
        if self._session is not None:
            self._session.stored.saw_status(status)

    def opened(self, clip: Clip) -> None:
        self._take(clip)

    def closed(self, clip: Clip) -> None:
        self._take(clip)
        if clip.state is FileState.INTERRUPTED:
            note_not_closed(self._context.journal, clip)

    def worker_lost(self, last: ChannelStatus) -> None:
        """A worker ended: its clip is interrupted, and the next worker does not go on with it."""
        session = self._session
        if session is None:
            return
        session.lost.add(last.channel)
        session.stored.forget(last.channel)
        clip = session.open.pop(last.channel, None)
        if clip is not None:
            clip = replace(with_figures(clip, file_of(last, clip.kind)), state=FileState.INTERRUPTED)
            self._context.catalogue.record(clip)
            note_left_open(self._context.journal, clip)
            self._examination.clip(clip, repair_now=self._recordings.running is None)
        # No channel writes the clip any more, so the next start begins a new one. While the start still waits for its
        # answers, the outcome has no channels yet.
        if self._is_on and session.outcome.channels and not session.channels:
            self._is_on = False

    # Inside.

    def _command(self, session: ClipSession, instant: Instant, name: GivenName) -> MakeCommand:
        recording = self._recordings.running
        naming = naming_beside(self._context, self._kind, instant, recording)
        naming = name.applied(naming, len(self._context.workers.names), self._context.settings.base)
        recording_id = recording.id if recording else None
        return lambda request, _: StartClip(request, session.id, self._kind, instant, naming, recording_id)

    def _withdraw(self) -> None:
        self._is_on = False
        instant = Instant.now(self._context.clock)
        for name in self._context.workers.names:
            stop = StopClip(self._context.workers.next_request(), self._kind, instant, is_withdrawn=True)
            self._context.workers.send(name, stop)

    def _take(self, clip: Clip) -> None:
        session = self._session
        if session is not None and session.owns(clip):
            session.open.pop(clip.channel, None)
            if clip.state is FileState.OPEN:
                session.open[clip.channel] = clip
        self._context.catalogue.record(clip)


def naming_beside(context: Context, kind: FileKind, instant: Instant, recording: RecordingSession | None) -> Naming:
    """How a clip or still of this instant is named; during a recording its directory has the recording's time tags."""
    start_utc_ns = recording.directory_utc_ns if recording else None
    return context.settings.base.naming(
        kind,
        context.settings.settings,
        directory_utc_ns=context.directory.at(instant.utc_ns, start_utc_ns),
        file_utc_ns=instant.utc_ns,
    )
