"""The recorder: everything that an operator can do, for `api` and `cli`."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial

import seacorder
from seacorder.base.clock import Clock
from seacorder.base.errors import CatalogueFailed
from seacorder.base.message import Message
from seacorder.catalogue.catalogue import Catalogue
from seacorder.catalogue.queries import Unfinished
from seacorder.control.alarms.alarms import Alarms
from seacorder.control.alarms.volumes import VolumeWatch
from seacorder.control.blackbox.door import BlackboxDoor
from seacorder.control.channel_changes import ChannelChanges, Holders
from seacorder.control.context import Context
from seacorder.control.copies.copying import Copying
from seacorder.control.events.journal import Journal
from seacorder.control.events.log import EventKind, EventLog
from seacorder.control.files.completion import FolderSettings
from seacorder.control.files.examination import Examination
from seacorder.control.files.exports import Exports
from seacorder.control.files.frames import FileFrames
from seacorder.control.files.rebuilding import Rebuilding
from seacorder.control.housekeeping import Housekeeping
from seacorder.control.kept_files import KeptFiles, KeptSettings
from seacorder.control.live.live_views import LiveViews
from seacorder.control.losses.loss_book import LossBook
from seacorder.control.observations.automatic import AutomaticObservations
from seacorder.control.observations.book import ObservationBook
from seacorder.control.observations.kinds import Kinds
from seacorder.control.observations.made import MadeFiles
from seacorder.control.observations.shelf import Shelf
from seacorder.control.observations.sources import SurveyReadings
from seacorder.control.options import RecorderOptions, settings_store
from seacorder.control.recording.clips import CLIP_KINDS, Clips
from seacorder.control.recording.data_logs import DataLogs
from seacorder.control.recording.encoding_orders import EncodingOrders, Sharing
from seacorder.control.recording.first_bytes import FirstBytes
from seacorder.control.recording.framegrabs import Framegrabs
from seacorder.control.recording.recordings import Recordings
from seacorder.control.recording.recovery import Recovery
from seacorder.control.settings import rules as settings_rules
from seacorder.control.settings.change_sentence import change_sentence
from seacorder.control.settings.client_definitions import ClientDefinitions
from seacorder.control.settings.dive_context import DiveContexts
from seacorder.control.settings.given_names import GivenNames, name_of
from seacorder.control.settings.naming import DirectoryInstant, Ids
from seacorder.control.status import Overview
from seacorder.control.telemetry.telemetry import Telemetry
from seacorder.control.worker_reports import Listeners, WorkerReports
from seacorder.control.workers.commands import ChannelWorkers
from seacorder.control.workers.encoder_probe import EncoderProbe
from seacorder.control.workers.heartbeats import ChannelWatch
from seacorder.control.workers.narration import NarratorWatch
from seacorder.control.workers.overlay_text import OverlayTexts
from seacorder.model.alarm import Alarm, AlarmKind
from seacorder.model.channel import ChannelSettings
from seacorder.model.command import ReadFrame
from seacorder.model.dive_context import ContextChange, DiveContext
from seacorder.model.instant import Instant
from seacorder.model.outcome import CommandOutcome
from seacorder.model.overlay import OverlayText
from seacorder.model.recording import FileKind
from seacorder.model.report import FrameRead, JpegPicture
from seacorder.model.settings import ChannelSettingsView, Override, RecorderSettings, SettingsChange
from seacorder.model.status import RecorderStatus
from seacorder.storage.allowed_folders import AllowedFolders
from seacorder.storage.volumes import MarkedFolders
from seacorder.supervisor.supervisor import Supervisor

_ENDING = ("Seacorder is ending and finishes its files.", "Do not switch the computer off yet.")


class Recorder:
    """Use it from the event loop only. No method blocks the loop; those that are not `async` answer at once.

    `start` opens the catalogue and starts the workers, `stop` does the reverse. The supervisor must have no workers yet
    and the catalogue must be closed: the recorder owns both from here on.
    """

    has_finished_files = False
    """True once `stop` has left every file whole."""
    _is_ending = False

    def __init__(
        self,
        channels: Sequence[ChannelSettings],
        supervisor: Supervisor,
        catalogue: Catalogue,
        folders: AllowedFolders,
        clock: Clock,
        options: RecorderOptions | None = None,
    ) -> None:
        options = options or RecorderOptions()
        self.catalogue, self._supervisor, self._file_frames = catalogue, supervisor, FileFrames(supervisor)
        self.journal, self._change_lock = Journal(clock, catalogue), asyncio.Lock()
        probe = EncoderProbe(supervisor, options.timeouts.encoders_seconds)
        workers = ChannelWorkers(supervisor, channels, options.narrator)
        watch = ChannelWatch(clock, self.journal, workers.names, workers.narrator_name)
        self._context = Context(
            clock=clock,
            workers=workers,
            watch=watch,
            catalogue=catalogue,
            journal=self.journal,
            settings=(store := settings_store(channels, folders, catalogue, probe, options)),
            ids=Ids(),
            directory=DirectoryInstant(),
            narration=NarratorWatch(workers, watch),
            telemetry=Telemetry(supervisor, options.telemetry, clock, self.journal),
            timeouts=options.timeouts,
            names=GivenNames(catalogue),
        )
        book = LossBook(self._context, (first_bytes := FirstBytes()).keeps)
        self._examination = Examination(supervisor, catalogue, self.journal, book.clip_examined)
        logs = DataLogs(self._context, options.data_log)
        self._recordings = Recordings(self._context, self._examination, book, first_bytes, logs)
        self._clips = {one: Clips(one, self._context, self._recordings, self._examination) for one in CLIP_KINDS}
        self.blackbox = BlackboxDoor(self._context, options.blackbox, supervisor, self._recordings, self._examination)
        is_on, shares, box = self._is_clip_on, Sharing(options.cores, options.channels_per_process), self.blackbox.box
        self._encodings = EncodingOrders(self._context, self._recordings, probe, sharing=shares, is_clip_on=is_on)
        self._framegrabs, self._overlay = Framegrabs(self._context, self._recordings), OverlayTexts(clock, workers)
        self._dive = DiveContexts(clock, catalogue, workers, self._context.telemetry, self.journal)
        self.definitions = ClientDefinitions(options.definitions, catalogue, self._context.telemetry, self.journal)
        volumes, self.preview_names = VolumeWatch(options.reserve_bytes, clock, options.volumes), store.preview
        self._alarms = alarms = Alarms(self._context, self._recordings, volumes, lambda: self.copies.statuses, box)
        self._status = Overview(self._context, self._recordings, self._clips, volumes, alarms, box)
        self.observations, self._made = self._observation_book(options)
        self.live = LiveViews(workers.names, clock, watch.__getitem__, workers.send)
        self._automatic, self._reports = self._automatic_observations(options), self._worker_reports(alarms)
        self._kept, self._housekeeping, self.copies, self.exports = self._rounds(volumes, alarms, options)
        self._recovery = Recovery(self._context, self._recordings, self._examination)
        self._rebuilding = Rebuilding(supervisor, catalogue, self.journal, options.file_folders, self._made_again)
        self._context.workers.add_all(self._reports.callbacks)

    def _worker_reports(self, alarms: Alarms) -> WorkerReports:
        holders = Holders(self._recordings, self._clips, self._encodings, self.live, self.blackbox.box)
        self.channel_changes = ChannelChanges(self._context, holders, alarms.look)
        heard = Listeners(
            self._recordings, self._clips, self._framegrabs, alarms, self._overlay, self._encodings, self._dive,
            self.observations.places, self._made, self.live, self.blackbox.box,
        )
        return WorkerReports(self._context, heard)

    def _automatic_observations(self, options: RecorderOptions) -> AutomaticObservations:
        wanted = (options.rules, options.interval_seconds)
        return AutomaticObservations(self.observations, self._recordings, self._context.clock, *wanted)

    def _rounds(
        self, volumes: VolumeWatch, alarms: Alarms, options: RecorderOptions
    ) -> tuple[KeptFiles, Housekeeping, Copying, Exports]:
        folders = FolderSettings(MarkedFolders(options.volumes), options.proof)
        wanted = KeptSettings(folders, options.file_folders, options.copies, options.removal)
        kept = KeptFiles(self._context, self._supervisor, self._examination, wanted, self.is_recording, self.blackbox)
        self.removals, self.absences, self.file_folders = kept.removals, kept.absences, options.file_folders
        self.removal_rules = kept.rules

        def look() -> None:
            self.channel_changes.look()
            self._automatic.look()
            kept.look()
            self.blackbox.look()

        rounds = Housekeeping(self._context, self._recordings, volumes, alarms, look, clock_stepped=kept.clock_stepped)
        return kept, rounds, kept.copies, kept.exports

    def _observation_book(self, options: RecorderOptions) -> tuple[ObservationBook, MadeFiles]:
        kinds = Kinds(options.kinds, self.catalogue, partial(self.journal.note, EventKind.SETTINGS_CHANGED))
        shelf = Shelf(self.catalogue, self.journal, MarkedFolders(options.volumes), options.file_folders)
        book = ObservationBook(self._context, self._recordings, kinds, shelf)
        book.made = MadeFiles(self._framegrabs, self._clips, book.link)
        book.context, book.readings = self._dive, SurveyReadings(self._context.telemetry)
        self.blackbox.serve(self._clips, book.open_since)
        return book, book.made

    @property
    def settings(self) -> RecorderSettings:
        """The settings in force."""
        return self._context.settings.settings

    @property
    def dive_context(self) -> DiveContext:
        """Project, dive, task, component and operator, as clients have said."""
        return self._dive.in_force

    @property
    def overrides(self) -> tuple[Override, ...]:
        """Settings for which a client's value is in force although the settings file has another one."""
        return self._context.settings.overrides

    @property
    def telemetry(self) -> Telemetry:
        """The readings of instruments, and how their sources are doing."""
        return self._context.telemetry

    @property
    def events(self) -> EventLog:
        """What happened, newest last; older events are in the catalogue."""
        return self.journal.events

    # Life.

    async def start(self) -> None:
        """Opens the catalogue, finishes what an unexpected end left behind, starts the workers. Does not wait for
        pictures.

        Raises CatalogueFailed when the catalogue cannot be used; then nothing runs.
        """
        await asyncio.to_thread(self.catalogue.open)
        try:
            self.events.continue_from(await asyncio.to_thread(self.catalogue.newest_event_cursor))
            earlier_times = await asyncio.to_thread(self.catalogue.times)  # before this run stores an event of its own
            await self._context.settings.load(self.journal)
            await self._dive.load()
            await self.definitions.load()
            await self._kept.load()
            self.journal.note(EventKind.PROGRAM_STARTED, f"Seacorder {seacorder.__version__} started.")
            self._recovery.check_clock(earlier_times)
            await self._context.names.load(self._context.settings.folder_of, self.journal)
            earlier = await asyncio.to_thread(self.catalogue.interrupted)
            await self._recovery.recover(await asyncio.to_thread(self.catalogue.unfinished))
            self._recovery.wait_for_files(earlier)
            await self._housekeeping.start()
            self.blackbox.start()
            await self._encodings.start()
            await self.observations.start()  # reads files: the channels do not wait for it
            self._context.telemetry.start(self._reports.telemetry_callbacks)
            self._rebuilding.begin_if_damaged()
        except BaseException:
            await self._encodings.stop()
            await self._supervisor.stop()
            await self._examination.stop()
            await self._housekeeping.stop()
            await asyncio.to_thread(self.catalogue.close)
            raise

    async def stop(self) -> None:
        """Finishes every file, ends the workers, closes the catalogue; each with a time limit. A running recording ends
        in order; the next start does not continue it."""
        self.announce_end()
        stopped = await asyncio.gather(self.stop_recording(), *(clips.stop() for clips in self._clips.values()))
        await self.channel_changes.stop()
        await self._rebuilding.stop()
        await self._kept.stop()
        await self._encodings.stop()
        await self._supervisor.stop()
        await self.blackbox.stop()
        await self._context.telemetry.stop()
        await self._automatic.stop()
        await self.observations.stop()
        await self._examination.stop()
        await self._housekeeping.stop()
        self._recordings.book.close()
        self._kept.keep()
        await asyncio.to_thread(self.catalogue.close)
        in_order = all(one.is_complete for one in stopped)
        self.has_finished_files = in_order and await asyncio.to_thread(self._is_every_file_whole)

    def announce_end(self) -> None:
        """Says once that the program is ending; `stop` does it too. For whoever stops other parts first."""
        if not self._is_ending:
            self._is_ending = True
            self.journal.note(EventKind.PROGRAM_STOPPING, *_ENDING)

    def stop_now(self) -> None:
        """Kills the workers at once: for a second signal while `stop` waits. Their files stay readable, without an
        index."""
        self._supervisor.stop_now()

    # Commands. Each reads the clocks first, so that its instant is that of the call.

    async def start_recording(self) -> CommandOutcome:
        """Master start of all channels at one instant. While a recording runs: what its start has come to by now.

        Returns when the first bytes of each channel are on disk, or after two seconds for a worker that does not
        answer; channels that are just being connected are waited for longer (`recording.outcomes`). A channel without
        a picture joins with its first one. Raises CommandFailed, with each channel's reason, when no channel can
        record.
        """
        return await self._recordings.start()

    async def stop_recording(self) -> CommandOutcome:
        """Master stop; returns when every file is whole and on disk. Fine when nothing runs: then `id` is empty."""
        result = await self._recordings.stop()
        if result.id:
            await self.observations.recording_stopped(result.instant, result.id)
        self._encodings.files_may_be_over()
        self.channel_changes.look()
        return result

    async def start_clip(self, kind: FileKind = FileKind.CLIP) -> CommandOutcome:
        """A clip of every live channel, from the pre-roll on. Raises CommandFailed when no channel is live."""
        self._made.operator_wants(kind)
        return await self._clips[kind].start()

    async def stop_clip(self, kind: FileKind = FileKind.CLIP) -> CommandOutcome:
        """Ends the clip; fine when none runs."""
        return await self._clips[kind].stop()

    async def take_framegrab(self, channel: str | None = None, filename: str | None = None) -> CommandOutcome:
        """A still of every live channel, or of one. Not `ok` when none is live; BadRequest for an unknown channel, or
        for a name in a folder that is not allowed."""
        if filename is None:
            return await self._framegrabs.take(channel)
        return await self._framegrabs.take(channel, await name_of(filename, self._context.settings.folder_of))

    async def start_anomaly(self) -> CommandOutcome:
        """The video of an anomaly, with an observation that is open as long as the video. Raises as `start_clip`."""
        instant = Instant.now(self._context.clock)
        outcome = await self.start_clip(FileKind.ANOMALY)
        await self.observations.anomaly_started(outcome.id, instant)
        return outcome

    async def stop_anomaly(self) -> CommandOutcome:
        """Ends the video and its observation; fine when none runs."""
        instant = Instant.now(self._context.clock)
        outcome = await self.stop_clip(FileKind.ANOMALY)
        await self.observations.anomaly_stopped(instant)
        return outcome

    async def name_next(self, kind: FileKind, filename: str) -> None:
        """How the next recording or anomaly video is called; used once, and kept over restarts until then. Raises
        BadRequest, CatalogueFailed."""
        await self._context.names.give(kind, await name_of(filename, self._context.settings.folder_of))

    async def number_next(self, kind: FileKind, sequence: int | None = None) -> int:
        """The number at the end of the next names; None: the next one that is free. Kept and raises as `name_next`."""
        return await self._context.names.number(kind, sequence)

    async def picture(self, channel_index: int, width: int) -> JpegPicture | None:
        """A small picture of one channel, `width` pixels wide; None when there is no such channel or no picture."""
        names = self._context.workers.names
        if not 0 <= channel_index < len(names) or names[channel_index] not in self._context.watch.live:
            return None
        return await self._context.workers.picture(names[channel_index], width, self._context.timeouts.picture_seconds)

    async def file_frame(self, order: ReadFrame) -> FrameRead:
        """One frame of a recorded file, read by a process of its own. Raises NotPossible, StorageFailed."""
        return await self._file_frames.read(order)

    async def change_settings(self, changes: SettingsChange) -> None:
        """Puts a change into force and stores it; it survives restarts. Returns when both are done. Files that begin
        later follow it, on all channels from the same split on.

        After an error nothing has changed. Raises BadRequest for a value that is not accepted, NotPossible when it
        cannot be checked, CatalogueFailed when it cannot be stored."""
        await self._change(changes, is_clients=True)

    async def reset_settings(self, keys: Collection[str] = ()) -> None:
        """Drops what clients have set for `keys`, or all of it without keys: the settings file's values are in force
        again.

        Keys are written as in the settings file, `recording.split_time_minutes`. Fine for a key that no client has set.
        Raises as `change_settings`.
        """
        for change in self._context.settings.taken_back(keys):
            await self._change(change, is_clients=False)

    async def _change(self, changes: SettingsChange, *, is_clients: bool) -> None:
        async with self._change_lock:
            before = await self._context.settings.change(changes, is_clients=is_clients)
            self._context.directory.on_change(changes)
            after = self.settings
            if settings_rules.concerns_files(before, after):
                self._recordings.settings_changed()
            await self._encodings.settings_changed()
        base = self._context.settings.base
        folders = {"recording_directory": base.recording_folder, "inspection_directory": base.inspection_folder}
        if sentence := change_sentence(before, after, folders):
            self.journal.note(EventKind.SETTINGS_CHANGED, sentence)
        await self._encodings.in_force()

    def set_overlay_text(self, text: str) -> OverlayText:
        """Shows a text over the pictures of all channels, from one instant on; empty: none. Raises BadRequest."""
        return self._overlay.set(text)

    async def change_context(self, change: ContextChange) -> DiveContext:
        """Changes project, dive, task, component or operator, for files that begin from now on; it survives restarts.

        Returns the whole context. After an error nothing has changed. Raises BadRequest, CatalogueFailed.
        """
        return await self._dive.change(change)

    async def create_directory(self, text: str) -> None:
        """Makes a folder, with its parents; fine if it exists. Raises BadRequest when it is not in an allowed
        folder."""
        await self._context.settings.create_directory(text)

    def see_alarm(self, kind: AlarmKind, channel: str | None, by: str = "") -> Alarm:
        """Somebody has seen an alarm that stands, or one that is over. Raises NotKnown where there is none."""
        return self._alarms.see(kind, channel, by)

    # Questions, answered from memory.

    def is_recording(self) -> bool:
        """True while frames of the running recording reach a file on any channel: the disk has taken some just now."""
        return self._recordings.is_recording()

    def is_clip_recording(self, kind: FileKind = FileKind.CLIP) -> bool:
        """True while frames of the running clip reach a file on any channel: the disk has taken some just now."""
        return self._clips[kind].is_recording()

    def current_file(self, kind: FileKind) -> str:
        """The path of the file that the first channel which has one is writing; empty while nothing of that kind is
        written."""
        files = self._recordings if kind is FileKind.RECORDING else self._clips[kind]
        return next(filter(None, map(files.path_of, self._context.workers.names)), "")

    def overlay_text(self) -> OverlayText:
        """The text that a client has set over the pictures, and since when."""
        return self._overlay.shown

    def channel_settings(self) -> tuple[ChannelSettingsView, ...]:
        """How each channel is encoded, and why, in the order of the settings file."""
        return self._encodings.views()

    def status(self) -> RecorderStatus:
        """The state of all channels, disks and alarms, as one value."""
        return replace(self._status.now(seacorder.__version__), removal_rules=self.removal_rules.status)

    def against_restart(self) -> Message | None:
        """What a restart would break off now, so that it has to be begun again; None: nothing."""
        if self._recordings.running is not None or self._is_clip_on():
            what = "A clip" if self._recordings.running is None else "A recording"
            return Message(f"{what} is on.", "Stop it first, then restart.")
        if self.blackbox.is_keeping:
            return Message("A stretch of the blackbox is being kept.", "Wait until that is done, then restart.")
        if self.exports.is_making:
            return Message("An archive of recordings is being sent.", "Wait for it, or cancel the download.")
        return None

    # Inside.

    def _is_every_file_whole(self) -> bool:
        """Blocks. False also when the catalogue cannot be read."""
        try:
            left = (self.catalogue.unfinished(), self.catalogue.interrupted())
        except CatalogueFailed:
            return False
        return not any(one.recordings or one.parts or one.clips for one in left)

    async def _made_again(self, unfinished: Unfinished) -> None:
        """A damaged catalogue has been made again from the files."""
        await self._recovery.recover(unfinished)
        await self.observations.list_made_again()

    def _is_clip_on(self) -> bool:
        return any(clips.running is not None for clips in self._clips.values())
