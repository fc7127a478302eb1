"""What the API needs of the recorder. `control.recorder` is the real one; tests have a fake one with the same methods.
"""

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from seacorder.base.message import Message
from seacorder.catalogue.page import Page, Rows
from seacorder.model.absence import Absence
from seacorder.model.alarm import Alarm, AlarmKind
from seacorder.model.blackbox import BlackboxView, HeldStretch, KeptStretch
from seacorder.model.command import PreviewOverlay, ReadFrame, TryLine
from seacorder.model.copies import CopyStatus, VerifiedCopy
from seacorder.model.definition.definition import Definition
from seacorder.model.dive_context import ContextChange, DiveContext
from seacorder.model.event import Event
from seacorder.model.export import MakeBag
from seacorder.model.live import LiveMessage, LiveStream
from seacorder.model.name_preview import PreviewedNames
from seacorder.model.observation import EnteredBy, Observation
from seacorder.model.observation_entry import Edit, Entry
from seacorder.model.observation_kind import ObservationKind
from seacorder.model.observation_text import ObservationDocument, ObservationOutline
from seacorder.model.outcome import CommandOutcome
from seacorder.model.overlay import OverlaySettings, OverlayText
from seacorder.model.reading import Reading, Value
from seacorder.model.recording import FileKind, RecordingContent
from seacorder.model.removal import RemovalOrder, RemovalView
from seacorder.model.removal_rules import RulesView
from seacorder.model.report import FrameRead, InputTried, JpegPicture, LineTried
from seacorder.model.settings import ChannelSettingsView, Override, RecorderSettings, SettingsChange
from seacorder.model.setup import SetupNow
from seacorder.model.status import RecorderStatus
from seacorder.model.telemetry import SourceLine, SourceStatus

T = TypeVar("T")


class EventSource(Protocol):
    """The event log; see `control.events.log`."""

    @property
    def newest_cursor(self) -> int: ...

    @property
    def oldest_cursor(self) -> int: ...

    def follow(self, cursor: int) -> AsyncIterator[Event]: ...


class KnownCopies(Protocol):
    """What the catalogue knows of copies; see `catalogue.copy_queries`."""

    def verified(self, recording_id: str) -> tuple[VerifiedCopy, ...]: ...


class CopySource(Protocol):
    """The targets of copies; see `control.copies.copying`."""

    @property
    def statuses(self) -> tuple[CopyStatus, ...]: ...


class CatalogueSource(Protocol):
    """The catalogue's questions; see `catalogue.queries`. Each blocks for as long as the disk takes: see `ask`."""

    @property
    def copies(self) -> KnownCopies: ...

    async def ask(self, question: Callable[[], T]) -> T: ...

    def rows(self, kind: type[T], page: Page) -> Rows[T]: ...

    def contents(self, recording_ids: Sequence[str]) -> dict[str, RecordingContent]: ...

    def row(self, kind: type[T], key: tuple[object, ...]) -> T | None: ...

    def events(self, after_cursor: int = 0, limit: int = 1000) -> list[Event]: ...

    def observations(self, page: Page) -> Rows[Observation]: ...

    def observation_documents(self, page: Page) -> Rows[ObservationDocument]: ...

    def observation_outlines(self, page: Page) -> Rows[ObservationOutline]: ...


class KindSource(Protocol):
    """The kinds of observations; see `control.observations.kinds`."""

    @property
    def all(self) -> tuple[ObservationKind, ...]: ...

    def find(self, code: str, field: str | None = None) -> ObservationKind: ...

    def put(self, kind: ObservationKind) -> None: ...

    def remove(self, code: str) -> None: ...


class ObservationSource(Protocol):
    """The book of observations; see `control.observations.book`."""

    @property
    def kinds(self) -> KindSource: ...

    @property
    def open(self) -> tuple[Observation, ...]: ...

    async def observe(self, entry: Entry) -> Observation: ...

    async def press(self, code: str, edit: Edit = ..., entered_by: EnteredBy = EnteredBy.KEY) -> Observation: ...

    async def close(self, observation_id: str, edit: Edit = ...) -> Observation: ...

    async def revise(self, observation_id: str, edit: Edit) -> Observation: ...

    async def withdraw(self, observation_id: str, edit: Edit = ...) -> Observation: ...

    async def find(self, observation_id: str) -> Observation: ...


class UseSource(Protocol):
    """Who needs the files of a recording just now; see `control.files.uses`."""

    def begin(self, recording_id: str, why: str) -> Callable[[], None]: ...


class RuleSource(Protocol):
    """Removing recordings by rules; see `control.files.rule_removals`."""

    async def view(self) -> RulesView: ...


class RemovalSource(Protocol):
    """Removing recordings; see `control.files.removals`."""

    @property
    def uses(self) -> UseSource: ...

    async def view(self, recording_id: str) -> RemovalView: ...

    async def order(self, order: RemovalOrder) -> None: ...


class AbsenceSource(Protocol):
    """Files that somebody has taken away by hand; see `control.files.absences`."""

    async def see(self, named: str, by: str) -> tuple[Absence, ...]: ...


class HistoryRow(Protocol):
    """The values of all fields at one instant; None for a field that had none, or a stale one."""

    @property
    def utc_ns(self) -> int: ...

    @property
    def values(self) -> Mapping[str, Value | None]: ...


class ReadingHistory(Protocol):
    """See `control.telemetry.history`."""

    @property
    def units(self) -> Mapping[str, str]: ...

    def rows(
        self, from_utc_ns: int, to_utc_ns: int, interval_ns: int, fields: tuple[str, ...]
    ) -> Iterator[HistoryRow]: ...


class ReadingSource(Protocol):
    """The readings of instruments; see `control.telemetry`."""

    @property
    def now_ns(self) -> int: ...

    @property
    def addresses(self) -> tuple[str, ...]: ...

    @property
    def definitions(self) -> Mapping[str, tuple[Definition, ...]]: ...

    @property
    def restarts(self) -> int: ...

    @property
    def history(self) -> ReadingHistory: ...

    def readings(self) -> tuple[Reading, ...]: ...

    def sources(self) -> tuple[SourceStatus, ...]: ...

    def follow(self) -> AsyncIterator[tuple[Reading, ...]]: ...

    async def lines(self, source: str, after: int) -> tuple[SourceLine, ...]: ...


class DefinitionSource(Protocol):
    """What records of instruments mean; see `control.settings.client_definitions`."""

    @property
    def known(self) -> Mapping[str, tuple[Definition, ...]]: ...

    @property
    def tables(self) -> Mapping[str, Mapping[str, Any]]: ...

    async def put(self, name: str, table: Mapping[str, Any]) -> bool: ...

    async def remove(self, name: str) -> bool: ...


class SetupSource(Protocol):
    """What the next start takes; see `control.settings.setup`."""

    async def now(self) -> SetupNow: ...

    async def put(self, kind: str, name: str | None, sent: Mapping[str, Any]) -> SetupNow: ...

    async def remove(self, kind: str, name: str) -> SetupNow: ...

    async def set_keys(self, head: str, sent: Mapping[str, Any]) -> SetupNow: ...

    async def put_table(self, head: str, sent: Mapping[str, Any]) -> SetupNow: ...

    async def put_list(self, head: str, sent: Iterable[Mapping[str, Any]] | None) -> SetupNow: ...

    def overlay_of(self, sent: Mapping[str, Any], channel: str) -> OverlaySettings: ...

    async def preview(self, order: PreviewOverlay) -> JpegPicture: ...

    async def try_line(self, order: TryLine) -> LineTried: ...

    async def take_back(self) -> SetupNow: ...

    async def whole_address(self, sent: str, name: str | None) -> str: ...

    def running_at(self, address: str) -> int | None: ...

    async def try_input(self, address: str, name: str | None) -> InputTried: ...

    async def restart(self) -> None: ...


class LiveViewer(Protocol):
    """One viewer of the live view; see `control.live.viewer`."""

    def watch(self, tile: int, channel: str, stream: LiveStream) -> None: ...

    def unwatch(self, tile: int) -> None: ...

    def refuse(self, tile: int | None, why: Message) -> None: ...

    def close(self) -> None: ...

    def messages(self) -> AsyncIterator[LiveMessage]: ...


class LiveSource(Protocol):
    """See `control.live.live_views`."""

    def viewer(self) -> LiveViewer: ...


class Archive(Protocol):
    """A bag on its way; see `control.files.exports`."""

    def pieces(self) -> AsyncIterator[bytes]: ...

    def close(self) -> None: ...

    async def ended(self) -> None: ...


class ArchiveSource(Protocol):
    """See `control.files.exports`."""

    def order(self, name: str, title: str, recordings: tuple[str, ...] = ...) -> MakeBag: ...

    async def open(self, order: MakeBag) -> Archive: ...


class BlackboxSource(Protocol):
    """The blackbox; see `control.blackbox.door`. All raise NotKnown where there is none."""

    def view(self) -> BlackboxView: ...

    def stretches(self) -> tuple[HeldStretch, ...]: ...

    async def keep(self, from_utc_ns: int, to_utc_ns: int) -> KeptStretch: ...


class Recorder(Protocol):
    """Everything that a client can make the recorder do. Called on the event loop; nothing here blocks it.

    Every method may raise the errors of `base.errors`. Then it has changed nothing.
    """

    @property
    def settings(self) -> RecorderSettings: ...

    @property
    def overrides(self) -> tuple[Override, ...]: ...

    @property
    def events(self) -> EventSource: ...

    @property
    def catalogue(self) -> CatalogueSource: ...

    @property
    def telemetry(self) -> ReadingSource: ...

    @property
    def observations(self) -> ObservationSource: ...

    @property
    def definitions(self) -> DefinitionSource: ...

    @property
    def removals(self) -> RemovalSource: ...

    @property
    def removal_rules(self) -> RuleSource: ...

    @property
    def absences(self) -> AbsenceSource: ...

    @property
    def file_folders(self) -> Sequence[str]: ...

    @property
    def live(self) -> LiveSource: ...

    @property
    def exports(self) -> ArchiveSource: ...

    @property
    def copies(self) -> CopySource: ...

    @property
    def blackbox(self) -> BlackboxSource: ...

    def is_recording(self) -> bool: ...

    def is_clip_recording(self, kind: FileKind = FileKind.CLIP) -> bool: ...

    def status(self) -> RecorderStatus: ...

    def channel_settings(self) -> tuple[ChannelSettingsView, ...]: ...

    def overlay_text(self) -> OverlayText: ...

    def set_overlay_text(self, text: str) -> OverlayText: ...

    @property
    def dive_context(self) -> DiveContext: ...

    async def change_context(self, change: ContextChange) -> DiveContext: ...

    async def start_recording(self) -> CommandOutcome: ...

    async def stop_recording(self) -> CommandOutcome: ...

    async def start_clip(self, kind: FileKind = FileKind.CLIP) -> CommandOutcome: ...

    async def stop_clip(self, kind: FileKind = FileKind.CLIP) -> CommandOutcome: ...

    async def take_framegrab(self, channel: str | None = None, filename: str | None = None) -> CommandOutcome: ...

    async def start_anomaly(self) -> CommandOutcome: ...

    async def stop_anomaly(self) -> CommandOutcome: ...

    async def name_next(self, kind: FileKind, filename: str) -> None: ...

    async def number_next(self, kind: FileKind, sequence: int | None = None) -> int: ...

    def current_file(self, kind: FileKind) -> str: ...

    async def picture(self, channel_index: int, width: int) -> JpegPicture | None: ...

    async def file_frame(self, order: ReadFrame) -> FrameRead: ...

    async def change_settings(self, changes: SettingsChange) -> None: ...

    async def preview_names(self, change: SettingsChange, utc_ns: int, /) -> PreviewedNames: ...

    async def reset_settings(self, keys: Collection[str] = ()) -> None: ...

    async def create_directory(self, text: str) -> None: ...

    def see_alarm(self, kind: AlarmKind, channel: str | None, by: str = "") -> Alarm: ...
