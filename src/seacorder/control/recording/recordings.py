"""Master start and stop, and a recording's life between them: parts, and workers that come and go."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from seacorder.base.duration import count_text, duration_text
from seacorder.control.context import Context
from seacorder.control.events.log import EventKind
from seacorder.control.files.examination import Examination, OnPart
from seacorder.control.losses.loss_book import LossBook
from seacorder.control.losses.worker_gaps import Gap
from seacorder.control.recording.data_logs import DataLogs
from seacorder.control.recording.first_bytes import FirstBytes
from seacorder.control.recording.open_files import note_left_open, note_not_closed, with_figures
from seacorder.control.recording.outcomes import StartOutcomes, nothing_to_stop, stopped_outcome
from seacorder.control.recording.session import (
    FilePlan,
    RecordingSession,
    anchor_of,
    change_command,
    finished,
    new_recording,
    schedule_from,
)
from seacorder.control.settings.given_names import GivenName
from seacorder.model.capture_time import Anchor, PartAnchor
from seacorder.model.channel import ChannelStatus, as_clean
from seacorder.model.command import StopRecording
from seacorder.model.instant import Instant, SplitSchedule
from seacorder.model.outcome import CommandFailed, CommandOutcome
from seacorder.model.recording import FileKind, FileState, Part, Recording
from seacorder.model.report import FileExamined

NOTHING_RECORDED = "Nothing is being recorded."
START_AGAIN = "Put one of these right, then start again."


class Recordings:
    """At most one recording runs. For the event loop alone.

    `start` and `stop` wait for the workers' answers and for each other; nothing else waits. Methods under "What workers
    say" are called by `worker_reports`, `examined` by `Examination`, those under "Now and then" by
    `housekeeping`.
    """

    def __init__(
        self,
        context: Context,
        examination: Examination,
        book: LossBook,
        first_bytes: FirstBytes,
        logs: DataLogs,
    ) -> None:
        self._context = context
        self._examination = examination
        self._lock = asyncio.Lock()
        self._session: RecordingSession | None = None
        """The running recording, or the last one, whose parts may still be closing."""
        self._is_on = False
        self._interrupted: dict[str, Recording] = {}
        """By id: recordings that an unexpected end of the program left behind. Their end is known once files are
        examined."""
        self.book = book
        """What recordings miss."""
        self._exchanged: set[str] = set()
        """Channels whose worker was ended because their settings have changed: the next one joins the recording."""
        self._first_bytes = first_bytes
        self._outcomes = StartOutcomes(context)
        self._logs = logs

    @property
    def running(self) -> RecordingSession | None:
        """The recording that is on."""
        return self._session if self._is_on else None

    @property
    def is_commanded(self) -> bool:
        """True while a start or a stop is being carried out."""
        return self._lock.locked()

    def is_recording(self) -> bool:
        """True while video bytes of the running recording reach a file on any channel."""
        session = self.running
        if session is None:
            return False
        return session.stored.any_fresh(self._context.workers.names, self._context.clock.monotonic_ns())

    @property
    def folders(self) -> tuple[str, str | None]:
        """Where recordings go, and where on the second volume: the folder that a client has named for the running one,
        else that of the settings."""
        base, named = self._context.settings.base, None if self.running is None else self.running.name.folder
        return (base.recording_folder, base.fallback_folder) if named is None else (named, base.fallback_of(named))

    def path_of(self, channel: str) -> str:
        """The file that a channel is writing; empty when it writes none."""
        return "" if self.running is None else self.running.path_of(self._context.watch[channel])

    async def start(self) -> CommandOutcome:
        """Records on all channels from one instant, the moment of this call; see `Recorder.start_recording`."""
        instant = Instant.now(self._context.clock)
        async with self._lock:
            if (running := self.running) is not None:
                return self._outcomes.by_now(running)
            session = self._begin(instant)
            self._first_bytes.expect(session.id, lambda: self._record(session))
            session.outcome = await self._outcomes.ask(session, instant)
            if not session.outcome.ok:
                self._context.names.give_back(FileKind.RECORDING, session.name)
                refused = CommandFailed(NOTHING_RECORDED, session.outcome, START_AGAIN)
                self._withdraw(session)
                self._context.journal.alarm(EventKind.RECORDING_REFUSED, *refused.message.both)
                raise refused
            session.outcome = self._outcomes.with_outlook(session.outcome)
            for name in self._context.workers.sound_names:
                self._send_start(session, name, instant)
            self._logs.begins(session, instant)
            self._note_start(session)
            return session.outcome

    async def stop(self) -> CommandOutcome:
        """Ends the recording at the moment of this call; returns when every file is whole, or after the time limit."""
        instant = Instant.now(self._context.clock)
        async with self._lock:
            session, workers, watch = self.running, self._context.workers, self._context.watch
            if session is None:
                return nothing_to_stop(self._context, instant)
            self._is_on = False
            session.stopped = instant
            asked = workers.ask(
                [name for name in workers.recording_names if not watch.is_leaving(name)],  # they finish by themselves
                lambda request, _: StopRecording(request, instant),
                self._context.timeouts.stop_seconds,
            )
            outcomes, _ = await asyncio.gather(asked, self._logs.ends(instant))
            self._end(session, instant)
            # The narrator is no channel: it is told of only where it failed.
            shown = (one for one in outcomes if one.channel in workers.names or not one.ok)
            outcomes = tuple(stopped_outcome(session, one) for one in shown)
            for one in outcomes:
                if not one.ok:
                    self._context.journal.warn(EventKind.CHANNEL_NOT_STOPPED, *one.reason.both, channel=one.channel)
            return CommandOutcome(instant, session.id, outcomes)

    def left_behind(self, interrupted: Recording) -> None:
        """An earlier run of the program ended in the middle of this recording."""
        self._interrupted[interrupted.id] = interrupted
        self._context.catalogue.record(interrupted)
        fact = (
            f"Recording {interrupted.id} was cut off: Seacorder, or the computer, ended unexpectedly. At most the last "
            "two seconds of each file are missing."
        )
        action = "The files are examined and repaired by themselves. Nothing to do."
        self._context.journal.alarm(EventKind.RECORDING_INTERRUPTED, fact, action)

    def resume(self, interrupted: Recording, gaps: list[Gap]) -> None:
        """Begins a recording that continues one of an earlier run of the program; each channel joins when its worker
        starts.

        `gaps`: what is missing between the two, one a channel.
        """
        session = self._begin(Instant.now(self._context.clock), continues=interrupted.id)
        session.carried_on = frozenset(gap.recording_id for gap in gaps)
        self._record(session)
        self._logs.begins(session, session.instant)
        self.book.recording_goes_on(gaps)
        fact = (
            f"Recording again after an unexpected end: {session.id} continues {interrupted.id}. The time in between is "
            "missing and is listed as a loss."
        )
        self._context.journal.warn(EventKind.RECORDING_RESUMED, fact, "Nothing to do.")

    def settings_changed(self) -> None:
        """The settings in force have changed: the running recording follows them from the next common split on, or at
        once (`RecordingSession.change_from_ns`)."""
        session = self.running
        if session is None:
            return
        now_ns = self._context.clock.monotonic_ns()
        from_ns, schedule = session.change_from_ns(now_ns), session.plan_at(now_ns).schedule
        plan = self._plan(session.instant, session.directory_utc_ns, from_ns, schedule)
        plan = self._named(plan, session.name)
        session.change(plan)
        for name in self._context.workers.recording_names:
            self._context.workers.send(name, change_command(plan))
        self._logs.changed(plan)

    # What workers say.

    def saw_status(self, status: ChannelStatus) -> None:
        """A heartbeat."""
        file = status.recording
        if file is not None and file.newest_stored_ns > 0:
            self._first_bytes.came(file.id)
        self.book.saw_status(status)
        if self._session is not None:
            self._session.saw_status(status)
            if status.keeps_clean:
                self._session.saw_status(as_clean(status))
            if self._session.tells_anchor(status, self.book.rounding_remainder_ns(status.channel)):
                self._record_anchor(self._session, status)
        self._outcomes.connecting.heard(status.channel)

    def part_opened(self, part: Part) -> None:
        if self._must_wait(part, lambda: self.part_opened(part)):
            return
        self._take_part(part)
        self.book.part_opened(part)
        sentence = f"{part.channel} records into {part.path}."
        self._context.journal.note(EventKind.PART_OPENED, sentence, channel=part.channel)

    def part_closed(self, part: Part) -> None:
        if self._must_wait(part, lambda: self.part_closed(part)):
            return
        before = self._session.path_before(part) if self._session is not None else part.path
        self._take_part(part)
        self.book.part_closed(part, before)
        if part.state is FileState.INTERRUPTED:
            note_not_closed(self._context.journal, part)
            return
        fact = f"{part.path} is finished: {count_text(part.frames, 'frame')}, {part.bytes} bytes."
        if before != part.path:
            fact += f" It was moved while it was being recorded; it was begun as {before}."
        self._context.journal.note(EventKind.PART_CLOSED, fact, channel=part.channel)

    def worker_started(self, channel: str) -> None:
        """A worker runs again, or for the first time: it joins the running recording."""
        session = self.running
        is_wanted = channel in self._exchanged or self._context.settings.settings.restart_on_failure
        self._exchanged.discard(channel)
        if session is None:
            return
        if session.has_part(channel) and not is_wanted:
            off = "Its recording process stopped, and `restart_on_failure` is off."
            fact = f"{channel} is no longer being recorded. {off}"
            action = (
                f"Seacorder does not continue by itself. To include {channel} again, stop the recording and start it "
                "again."
            )
            self._context.journal.warn(EventKind.CHANNEL_NOT_RECORDING, fact, action, channel=channel)
            return
        instant = Instant.now(self._context.clock)
        workers = self._context.workers
        self._send_start(session, channel, instant)
        for change in session.changes_after(instant.monotonic_ns):
            workers.send(channel, change)

    def telemetry_started(self) -> None:
        """The worker that reads the instruments runs again, or for the first time: it logs beside the running
        recording."""
        if self.running is not None:
            self._logs.begins(self.running, Instant.now(self._context.clock))

    def worker_leaves(self, last: ChannelStatus, why: str) -> None:
        """A worker is about to be ended, and another one follows it: what the recording misses in between is a hole."""
        self._outcomes.connecting.lost(last.channel)
        self._exchanged.add(last.channel)
        self._begin_hole(last, why)

    def worker_left(self, last: ChannelStatus, why: str, *, is_followed: bool) -> None:
        """It has ended. It may have begun a file after its last heartbeat; or was killed before it had finished one."""
        for one in (last, as_clean(last)):
            part = None if self._session is None else self._session.newest_part(one.channel)
            if part is not None and part.state is FileState.OPEN:
                self._channel_lost(one, why)
        if is_followed:
            self._begin_hole(last, why)

    def _begin_hole(self, last: ChannelStatus, why: str) -> None:
        session = self.running
        for one in (last, as_clean(last)) if session is not None else ():
            if session is not None and (part := session.newest_part(one.channel)) is not None:
                is_open = part.state is FileState.OPEN
                part = with_figures(part, one.recording) if is_open else part
                anchors = (self._anchor_of(one, part), self._anchor_of(one, replace(part, number=part.number - 1)))
                self.book.worker_exchanged(part, why, path=part.path if is_open else None, anchors=anchors)

    def worker_lost(self, last: ChannelStatus, sentence: str) -> None:
        """A worker ended: the parts that it was writing are interrupted, and gaps begin."""
        self._outcomes.connecting.lost(last.channel)
        self._channel_lost(last, sentence)
        self._channel_lost(as_clean(last), sentence)

    def _channel_lost(self, last: ChannelStatus, sentence: str) -> None:
        session = self._session
        if session is None:
            return
        session.stored.forget(last.channel)
        if session.stopped is None and self._first_bytes.has_reports(session.id):
            # The worker may have stored bytes that nobody will report any more; the examination of its file will show.
            self._first_bytes.came(session.id)
        part = session.newest_part(last.channel)
        if part is None:
            return
        for unfinished in session.take_unfinished(last.channel):
            self._interrupt_split_off(unfinished, part, sentence)
        path = None
        if part.state is FileState.OPEN:
            part, path = with_figures(part, last.recording), part.path
            part = self._interrupt(part, self.examined)
        if session.stopped is not None and path is None:
            return  # the recording is over and the channel's file was closed: nothing is missing
        # The last heartbeat tells the anchor of one part only: the newest or, just after a split, the one before it.
        anchors = (self._anchor_of(last, part), self._anchor_of(last, replace(part, number=part.number - 1)))
        self.book.worker_lost(part, sentence, path=path, anchors=anchors, before=session.part_before(part))
        if session.stopped is not None:
            self.book.recording_stopped(session.ids, session.stopped.utc_ns)

    def _interrupt(self, part: Part, examined: OnPart) -> Part:
        part = replace(part, state=FileState.INTERRUPTED)
        self._take_part(part)
        note_left_open(self._context.journal, part)
        self._examination.part(part, examined, repair_now=self.running is None)
        return part

    def _interrupt_split_off(self, part: Part, newest: Part, sentence: str) -> None:
        """The worker ended while it was still closing the part before its newest one."""
        rate = self._context.watch.frame_rate(part.channel)

        def examined(part: Part, found: Part | None, report: FileExamined | None) -> None:
            self.examined(part, found, report)
            self.book.split_off_examined(found, newest, rate, sentence)

        self._interrupt(part, examined)

    def examined(self, part: Part, found: Part | None, report: FileExamined | None) -> None:
        """An interrupted file has been examined: `found` is the part as the file shows it, None when that did not
        work."""
        if found is not None:
            self._take_part(found)
            recording = self._interrupted.get(found.recording_id)
            if recording is not None and (found.end_utc_ns or 0) > (recording.end_utc_ns or 0):
                self._interrupted[recording.id] = replace(recording, end_utc_ns=found.end_utc_ns)
                self._context.catalogue.record(self._interrupted[recording.id])
        self.book.part_examined(part, found, report)

    # Now and then.

    def look_for_files(self) -> None:
        """Begins to look whether interrupted files that were absent, because their volume was, are there again."""
        self._examination.look(repair_now=self.running is None)

    def record_figures(self) -> None:
        """Stores the figures of open parts in the catalogue: what is known of them should the program end
        unexpectedly."""
        session = self.running
        if session is None:
            return
        heartbeats = [self._context.watch[name] for name in self._context.workers.recording_names]
        for status in [*heartbeats, *map(as_clean, heartbeats)]:
            part = session.newest_part(status.channel)
            if part is not None and part.state is FileState.OPEN:
                self._take_part(with_figures(part, status.recording))
                self._record_anchor(session, status)

    # Inside.

    def _send_start(self, session: RecordingSession, channel: str, instant: Instant) -> None:
        """Orders a worker to record and does not wait for its answer: the narrator, or a worker that has just started.

        The narrator begins once a channel records, but at the same instant as the channels, from its backlog.
        """
        workers = self._context.workers
        workers.send(channel, session.start_command(workers.next_request(), channel, instant))

    def _begin(self, instant: Instant, continues: str | None = None) -> RecordingSession:
        identifier = self._context.ids.next(instant.utc_ns)
        plan = self._plan(instant, instant.utc_ns, instant.monotonic_ns)
        names = self._context.names
        name = names.carry_on(continues, identifier) if continues else names.take(FileKind.RECORDING, identifier)
        plan = self._named(plan, name)
        recording = new_recording(identifier, instant.utc_ns, continues)
        session = RecordingSession(recording, instant, plan)
        session.name = name
        self._session, self._is_on = session, True
        self.book.recording_begins(recording)
        return session

    def _plan(
        self, start: Instant, directory_utc_ns: int, from_ns: int, before: SplitSchedule | None = None
    ) -> FilePlan:
        settings = self._context.settings.settings
        naming = self._context.settings.base.naming(
            FileKind.RECORDING, settings, directory_utc_ns=directory_utc_ns, file_utc_ns=start.utc_ns
        )
        schedule = schedule_from(from_ns, settings.split_time_minutes, before)
        return FilePlan(from_ns, naming, schedule, settings.reevaluate_tags_on_split)

    def _named(self, plan: FilePlan, name: GivenName) -> FilePlan:
        channels, base = len(self._context.workers.names), self._context.settings.base
        return replace(plan, naming=name.applied(plan.naming, channels, base))

    def _record(self, session: RecordingSession) -> None:
        session.is_stored = True
        self._context.catalogue.record(session.recording)

    def _note_start(self, session: RecordingSession) -> None:
        self._first_bytes.came(session.id)
        now_ns = self._context.clock.monotonic_ns()
        recording = [one.channel for one in session.outcome.channels if one.ok]
        for one in session.outcome.channels:
            if one.ok:
                session.stored.saw_answer(one.channel, now_ns)
            else:
                self._context.journal.warn(EventKind.CHANNEL_NOT_RECORDING, *one.reason.both, channel=one.channel)
        fact, action = f"Recording {session.id} has started: {', '.join(recording)}.", ""
        if not recording:
            fact = f"Recording {session.id} has started; no channel has a picture yet."
            action = "Every channel joins by itself with its first picture."
        self._context.journal.note(EventKind.RECORDING_STARTED, fact, action)

    def _withdraw(self, session: RecordingSession) -> None:
        self._is_on = False
        session.stopped = Instant.now(self._context.clock)
        for name in self._context.workers.names:
            order = StopRecording(self._context.workers.next_request(), session.stopped, is_withdrawn=True)
            self._context.workers.send(name, order)
        session.recording = finished(session.recording, session.stopped.utc_ns)
        if session.is_stored:
            self._record(session)

    def _end(self, session: RecordingSession, instant: Instant) -> None:
        self.book.recording_stopped(session.ids, instant.utc_ns)
        session.recording = finished(session.recording, instant.utc_ns)
        self._record(session)
        self._examination.recording_is_over()
        length = duration_text(session.seconds(instant.monotonic_ns))
        names = self._context.workers.names
        without = [name for name in names if not session.has_part(name)]
        fact = f"Recording {session.id} has been stopped after {length}."
        if without:
            had = f"{len(names) - len(without)} of {count_text(len(names), 'channel')} had files"
            fact += f" {had}; no frame of {', '.join(without)} was recorded."
        self._context.journal.note(EventKind.RECORDING_STOPPED, fact)

    def _record_anchor(self, session: RecordingSession, status: ChannelStatus) -> None:
        """Stores the part's anchor: should the program end unexpectedly, the gap behind the part is measured by it."""
        part = session.newest_part(status.channel)
        if part is not None and (anchor := self._anchor_of(status, part)) is not None:
            base = self._context.clock.timebase()
            row = PartAnchor(
                recording_id=session.id,
                channel=part.channel,
                number=part.number,
                monotonic_ns=anchor.monotonic_ns,
                camera_ns=anchor.camera_ns,
                boot=base.boot,
                asleep_ns=base.asleep_ns,
                is_unconfirmed=anchor.is_unconfirmed,
            )
            self._context.catalogue.record(row)

    def _anchor_of(self, status: ChannelStatus, part: Part) -> Anchor | None:
        anchor = anchor_of(status, part)
        return None if anchor is None else anchor.earlier(self.book.rounding_remainder_ns(part.channel))

    def _must_wait(self, part: Part, again: Callable[[], None]) -> bool:
        """True for a report about a recording of which nothing is in a file yet: `again` is called once something
        is."""
        if part.frames > 0:
            self._first_bytes.came(part.recording_id)
        return self._first_bytes.keeps(part.recording_id, again)

    def _take_part(self, part: Part) -> None:
        session = self._session
        if session is not None and session.id == part.recording_id:
            if not session.is_stored:
                self._record(session)
            session.saw_part(part)
        self._context.catalogue.record(part)

