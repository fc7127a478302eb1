"""The log of survey data beside a recording: begun, changed and ended with it, in the worker that reads instruments."""

from dataclasses import replace

from seacorder.base.errors import NoAnswer, WorkerLost
from seacorder.control.context import Context
from seacorder.control.events.log import EventKind
from seacorder.control.recording.session import FilePlan, RecordingSession
from seacorder.model.data_log import ChangeDataLog, DataLogPlan, DataLogSettings, StartDataLog, StopDataLog
from seacorder.model.instant import Instant
from seacorder.model.recording import FileKind
from seacorder.storage.names import path_for

_READABLE = "Its files can be read as they stand."


class DataLogs:
    """For the event loop alone; does nothing where there are no instruments. Only `ends` waits."""

    def __init__(self, context: Context, settings: DataLogSettings) -> None:
        self._context = context
        self._settings = settings

    def begins(self, session: RecordingSession, instant: Instant) -> None:
        """A recording has begun, or the worker has begun anew in the middle of it: what came from `instant` on is
        logged."""
        if self._context.telemetry.is_on:
            plan = self._plan(session.plan_at(instant.monotonic_ns))
            self._touch(plan, session.id)
            self._context.telemetry.send(StartDataLog(session.id, instant, plan, self._settings))

    def changed(self, plan: FilePlan) -> None:
        """Files that begin from then on are named and split in another way."""
        if self._context.telemetry.is_on:
            self._context.telemetry.send(ChangeDataLog(self._plan(plan)))

    async def ends(self, instant: Instant) -> None:
        """Ends the log; returns when its files are on disk, or after the time limit."""
        telemetry = self._context.telemetry
        if not telemetry.is_on:
            return
        try:
            answer = await telemetry.ask(
                lambda request: StopDataLog(request, instant), self._context.timeouts.stop_seconds
            )
        except NoAnswer as error:
            self._failed(f"{error.fact} It may still finish the log of survey data. {_READABLE}", error.action)
            return
        except WorkerLost as error:
            self._failed(f"{error.fact} The log of survey data was not finished. {_READABLE}", error.action)
            return
        if not answer.outcome.ok:
            self._failed(*answer.outcome.reason.both)

    def _failed(self, fact: str, action: str) -> None:
        self._context.journal.warn(EventKind.DATA_LOG_FAILED, fact, action)

    def _touch(self, plan: DataLogPlan, recording_id: str) -> None:
        """The catalogue has no rows of these files, whose folders may hold nothing else of the recording."""
        for base in (plan.naming.base_folder, plan.track_folder, plan.naming.fallback_folder, plan.track_fallback):
            if base is not None:
                folder = path_for(replace(plan.naming, base_folder=base), "", ".csv").parent
                self._context.catalogue.touched.touch(folder, recording_id)

    def _plan(self, plan: FilePlan) -> DataLogPlan:
        settings = self._context.settings
        naming = settings.base.naming(
            FileKind.DATA,
            settings.settings,
            directory_utc_ns=plan.naming.directory_utc_ns,
            file_utc_ns=plan.naming.file_utc_ns,
        )
        tracks = plan.naming
        return DataLogPlan(
            plan.from_ns, naming, tracks.base_folder, plan.schedule, plan.reevaluate_tags, tracks.fallback_folder
        )
