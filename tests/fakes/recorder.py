"""A recorder without cameras: the whole surface that the API uses, with states that a test sets."""

import asyncio
import io
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from PIL import Image

from fakes.blackbox import FakeBlackboxDoor
from fakes.clock import FakeClock
from fakes.exports import FakeExports
from fakes.observations import FakeBook, ObservationLists
from fakes.removals import FakeAbsences, FakeRemovals, FakeRules
from fakes.telemetry import FakeDefinitions, FakeTelemetry
from seacorder.base.clock import Clock
from seacorder.base.errors import BadRequest, NotKnown
from seacorder.base.message import Message
from seacorder.catalogue.page import Page, Rows
from seacorder.catalogue.tables import table_of
from seacorder.control.events.log import EventLog
from seacorder.control.live.live_views import LiveViews
from seacorder.control.settings.name_preview import previewed
from seacorder.control.settings.naming import NamingBase
from seacorder.control.settings.overrides import keys_set, names_set, overrides, taken_back
from seacorder.control.settings.rules import apply_change, check_encoders, encoders_asked, encoding_of, own_of
from seacorder.model.alarm import Alarm, AlarmKind
from seacorder.model.channel import ChannelState, ChannelStatus, PictureFormat
from seacorder.model.command import ReadFrame, WatchLive
from seacorder.model.copies import CopyStatus, VerifiedCopy
from seacorder.model.dive_context import CONTEXT_CHARACTERS_MAX, ContextChange, DiveContext
from seacorder.model.encoders import SOFTWARE
from seacorder.model.encoding import EncodingStatus, Machine
from seacorder.model.encoding_decision import plan_for
from seacorder.model.event import Event, Severity
from seacorder.model.instant import Instant
from seacorder.model.loss import Loss, LossCause, MissingCounts
from seacorder.model.name_preview import PreviewedNames
from seacorder.model.narration import NarrationView
from seacorder.model.outcome import ChannelOutcome, CommandFailed, CommandOutcome
from seacorder.model.overlay import OVERLAY_CHARACTERS_MAX, OverlayText
from seacorder.model.recording import (
    Clip,
    FileKind,
    FileState,
    FileStatus,
    Framegrab,
    Part,
    Recording,
    RecordingContent,
    RecordingState,
)
from seacorder.model.report import FrameRead, JpegPicture
from seacorder.model.settings import (
    ChannelEncoding,
    ChannelSettingsView,
    Override,
    RecorderSettings,
    SettingsChange,
    StoredSettings,
    TakesEffect,
)
from seacorder.model.status import ChannelView, RecorderStatus
from seacorder.model.volume import Volume

PICTURE = PictureFormat("h264", 1920, 1080, 25.0)
AS_IT_COMES = EncodingStatus("Stored as it comes.", "copy")
HOUR_NS = 3600 * 10**9


@dataclass
class FakeChannel:
    """One camera as a test wants it."""

    name: str
    state: ChannelState = ChannelState.LIVE
    reason: str | None = None
    losses: int = 0
    losses_seconds: float = 0.0
    """How long these are together."""
    frame_age_seconds: float = 0.04
    state_seconds: float = 3600.0
    """How long it has been in its state."""
    jpeg: bytes = b""
    """Its picture; empty: a plain one."""
    encoding: EncodingStatus | None = AS_IT_COMES
    address: str = "rtsp://***@10.0.0.5:554/stream1"
    refusal: str = ""
    """One sentence: live as it is, it can finish no file and take no still."""

    @property
    def is_live(self) -> bool:
        return self.state is ChannelState.LIVE

    def fail(self, reason: str) -> None:
        self.state, self.reason = ChannelState.FAILED, reason


@dataclass
class FakeCatalogue(ObservationLists):
    """Rows as a test put them; filtered by channel, and by having no recording, and cut by limit and cursor."""

    held: list[object] = field(default_factory=list)
    stored_events: list[Event] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    """What was asked."""
    book: FakeBook | None = None
    copies: Any = None

    async def ask(self, question: Callable[[], Any]) -> Any:
        """Rows are there at once."""
        return question()

    def events(self, after_cursor: int = 0, limit: int = 1000) -> list[Event]:
        return [event for event in self.stored_events if event.cursor > after_cursor][:limit]

    def contents(self, recording_ids: Sequence[str]) -> dict[str, RecordingContent]:
        parts = {name: [row for row in self.held if isinstance(row, Part) and row.recording_id == name]
                 for name in recording_ids}
        channels = {name: tuple(sorted({row.channel for row in rows})) for name, rows in parts.items()}
        return {
            name: RecordingContent(channels[name], len(rows), sum(row.bytes for row in rows))
            for name, rows in parts.items()
        }

    def row(self, kind: type[Any], key: tuple[object, ...]) -> Any:
        found = (row for row in self.held if isinstance(row, kind) and table_of(kind).key_of(row)[1:] == key)
        return next(found, None)

    def rows(self, kind: type[Any], page: Page) -> Rows[Any]:
        self.pages.append(page)
        if page.cursor is not None and not page.cursor.isdecimal():
            raise BadRequest("The cursor is not one that this recorder gave.", field="cursor")
        begin = int(page.cursor or 0)
        held = [row for row in self.held if isinstance(row, kind)]
        found = [row for row in held if page.channel in {None, getattr(row, "channel", None)}]
        if page.without_recording:
            found = [row for row in found if getattr(row, "recording_id", None) is None]
        end = begin + page.limit
        return Rows(tuple(found[begin:end]), str(end) if end < len(found) else None)


@dataclass
class FakeCopies:
    """Targets of copies as a test wants them, and the copies that each recording has."""

    statuses: tuple[CopyStatus, ...] = ()
    held: dict[str, tuple[VerifiedCopy, ...]] = field(default_factory=dict)

    def verified(self, recording_id: str) -> tuple[VerifiedCopy, ...]:
        return self.held.get(recording_id, ())


class FakeRecorder:
    """Commands succeed on every live channel at once; the state is what commands have made of it."""

    def __init__(self, *channels: FakeChannel, clock: Clock | None = None) -> None:
        self.channels = list(channels) or [FakeChannel("Bow"), FakeChannel("Stern")]
        self.clock = clock or FakeClock()
        self.current = RecorderSettings()
        self.set_by_clients: set[str] = set()
        self.directories: list[str] = []
        self.commands: list[str] = []
        self.observations = FakeBook(self.clock)
        self.copies = FakeCopies()
        self.catalogue = FakeCatalogue(book=self.observations, copies=self.copies)
        self.events = EventLog()
        self.telemetry = FakeTelemetry(self.clock)
        self.definitions = FakeDefinitions()
        self.removals, self.absences, self.removal_rules = FakeRemovals(), FakeAbsences(), FakeRules()
        self.file_folders: tuple[str, ...] = ()
        self.live_orders: list[tuple[str, WatchLive]] = []
        """What the channels' workers were told about the live view."""
        names = [one.name for one in self.channels]
        self.live = LiveViews(names, self.clock, self._status_of, lambda *order: self.live_orders.append(order))
        self.exports = FakeExports()
        self.blackbox = FakeBlackboxDoor(names)
        self.recording_id: str | None = None
        self.recording_since_ns = 0
        self.clips: dict[FileKind, Instant] = {}
        self.names: dict[FileKind, str] = {}
        self.sequences: dict[FileKind, int] = {}
        self.overlay = OverlayText()
        self.dive_context = DiveContext()
        self.narration: NarrationView | None = None
        self.alarms: tuple[Alarm, ...] = ()
        self.alarms_over: tuple[Alarm, ...] = ()
        self.error: Exception | None = None
        """Raised by the next commands, when set."""
        self.frames_read: list[ReadFrame] = []
        self.frame_read: FrameRead | None = None
        """What is read next; None: a plain picture."""
        self.free_bytes = 60 * 10**9

    @property
    def settings(self) -> RecorderSettings:
        return self.current

    def state(self) -> object:
        """Everything that a failed command must not change."""
        shown = (
            self.overlay, self.dive_context, dict(self.names), dict(self.sequences), dict(self.definitions.tables)
        )
        return self.current, tuple(self.directories), self.recording_id, dict(self.clips), shown

    def is_recording(self) -> bool:
        return self.recording_id is not None and any(one.is_live for one in self.channels)

    def is_clip_recording(self, kind: FileKind = FileKind.CLIP) -> bool:
        return kind in self.clips

    async def start_recording(self) -> CommandOutcome:
        instant = self._begin("start_recording")
        if not any(one.is_live for one in self.channels):
            raise CommandFailed("No channel can record.", self._result(instant, ""))
        if self.recording_id is None:
            self.recording_id = "20260504T030201.000Z"
            self.recording_since_ns = instant.monotonic_ns
            self._note("recording_started", "Recording started.")
        return self._result(instant, self.recording_id)

    async def stop_recording(self) -> CommandOutcome:
        instant = self._begin("stop_recording")
        if self.recording_id is None:
            return self._idle(instant)
        stopped, self.recording_id = self.recording_id, None
        self._note("recording_stopped", "Recording stopped.")
        return self._finished(instant, stopped)

    async def start_clip(self, kind: FileKind = FileKind.CLIP) -> CommandOutcome:
        instant = self._begin("start_clip")
        if not any(one.is_live for one in self.channels):
            raise CommandFailed("No channel is live.", self._result(instant, ""))
        self.clips.setdefault(kind, instant)
        return self._result(instant, "clip-1")

    async def stop_clip(self, kind: FileKind = FileKind.CLIP) -> CommandOutcome:
        instant = self._begin("stop_clip")
        if self.clips.pop(kind, None) is None:
            return self._idle(instant)
        return self._finished(instant, "clip-1")

    async def start_anomaly(self) -> CommandOutcome:
        return await self.start_clip(FileKind.ANOMALY)

    async def stop_anomaly(self) -> CommandOutcome:
        return await self.stop_clip(FileKind.ANOMALY)

    async def name_next(self, kind: FileKind, filename: str) -> None:
        self._begin("name_next")
        _check_folder(filename)
        self.names[kind] = filename

    async def number_next(self, kind: FileKind, sequence: int | None = None) -> int:
        self._begin("number_next")
        self.sequences[kind] = 1 if sequence is None else sequence
        return self.sequences[kind]

    def current_file(self, kind: FileKind) -> str:
        is_on = self.recording_id is not None if kind is FileKind.RECORDING else kind in self.clips
        return f"/data/{kind}.mp4" if is_on else ""

    async def take_framegrab(self, channel: str | None = None, filename: str | None = None) -> CommandOutcome:
        instant = self._begin(f"take_framegrab {channel}" + (f" {filename}" if filename else ""))
        if channel is not None and channel not in [one.name for one in self.channels]:
            known = ", ".join(one.name for one in self.channels)
            raise BadRequest(f"There is no channel {channel!r}.", f"The channels are {known}.", field="channel")
        _check_folder(filename)
        return self._finished(instant, "framegrab-1", only=channel)

    async def picture(self, channel_index: int, width: int) -> JpegPicture | None:
        channel = self.channels[channel_index]
        if not channel.is_live:
            return None
        return JpegPicture(0, channel.jpeg or plain_jpeg(width, 40 + 30 * channel_index), self.clock.utc_ns())

    async def file_frame(self, order: ReadFrame) -> FrameRead:
        self.frames_read.append(order)
        return self.frame_read or FrameRead(plain_jpeg(64, 40), order.start_utc_ns + (order.offset_ns or 0), 80_000_000)

    @property
    def overrides(self) -> tuple[Override, ...]:
        return overrides(self._stored, RecorderSettings(), self._own_encodings)

    async def reset_settings(self, keys: Collection[str] = ()) -> None:
        """The fake's settings file says nothing, so the defaults hold again."""
        self._begin("reset_settings")
        for change in taken_back(keys or keys_set(self._stored, self._own_encodings), RecorderSettings()):
            self.current = apply_change(self.current, change)
            self.set_by_clients -= names_set(change)

    @property
    def _stored(self) -> StoredSettings:
        return StoredSettings(self.current, frozenset(self.set_by_clients))

    @property
    def _own_encodings(self) -> dict[str, ChannelEncoding]:
        return {one.name: ChannelEncoding() for one in self.channels}

    async def change_settings(self, changes: SettingsChange) -> None:
        self._begin("change_settings")
        changed = apply_change(self.current, changes)
        check_encoders(encoders_asked(changed, self._own_encodings), SOFTWARE)
        for folder in (changed.recording_directory, changed.inspection_directory):
            _check_folder(folder)
        self.current = changed
        self.set_by_clients |= names_set(changes)

    async def preview_names(self, change: SettingsChange, utc_ns: int) -> PreviewedNames:
        names = [one.name for one in self.channels]
        return previewed(apply_change(self.current, change), NamingBase("/data", "/data", use_utc=True), names, utc_ns)

    def channel_settings(self) -> tuple[ChannelSettingsView, ...]:
        return tuple(self._settings_of(channel) for channel in self.channels)

    def _settings_of(self, channel: FakeChannel) -> ChannelSettingsView:
        in_force = encoding_of(channel.name, self.current, {})
        plan = plan_for(PICTURE, in_force, Machine(SOFTWARE, cores=4)) if channel.is_live else None
        is_later = self.is_recording()
        return ChannelSettingsView(
            channel=channel.name,
            own=own_of(channel.name, self.current, {}),
            in_force=in_force,
            plan=plan,
            takes_effect=TakesEffect.NEXT_SPLIT if is_later else TakesEffect.NOW,
            from_utc_ns=self.clock.utc_ns() + 60 * 10**9 if is_later else None,
        )

    async def create_directory(self, text: str) -> None:
        self._begin("create_directory")
        _check_folder(text)
        self.directories.append(text)

    def overlay_text(self) -> OverlayText:
        return self.overlay

    def set_overlay_text(self, text: str) -> OverlayText:
        instant = self._begin("set_overlay_text")
        if len(text) > OVERLAY_CHARACTERS_MAX:
            raise BadRequest("The text is too long.", field="text")
        if text != self.overlay.text or self.overlay.since is None:
            self.overlay = OverlayText(text, instant)
        return self.overlay

    async def change_context(self, change: ContextChange) -> DiveContext:
        self._begin("change_context")
        if len(change.project or "") > CONTEXT_CHARACTERS_MAX:
            raise BadRequest("project: too long.", field="project")
        self.dive_context = change.applied_to(self.dive_context)
        return self.dive_context

    def status(self) -> RecorderStatus:
        now = self.clock.utc_ns()
        volume = Volume("/data", 100 * 10**9, self.free_bytes, 2 * 10**9, self.seconds_left())
        return RecorderStatus(
            utc_ns=now,
            is_recording=self.is_recording(),
            is_clip_recording=self.is_clip_recording(),
            recording_id=self.recording_id,
            recording_seconds=self._seconds(),
            channels=tuple(self._view(one) for one in self.channels),
            volume=volume,
            version="0.1.0",
            alarms=self.alarms,
            alarms_over=self.alarms_over,
            volumes=(volume,),
            narration=self.narration,
            overrides=self.overrides,
            blackbox=self.blackbox.shown,
            removal_rules=self.removal_rules.shown if self.removal_rules.shown.rules.is_on else None,
        )

    def _status_of(self, channel: str) -> ChannelStatus:
        return next(self._view(one).status for one in self.channels if one.name == channel)

    def seconds_left(self) -> float | None:
        """Five hours, while anything can be recorded."""
        return 5 * 3600 if any(one.is_live for one in self.channels) else None

    def see_alarm(self, kind: AlarmKind, channel: str | None, by: str = "") -> Alarm:
        found = [one for one in (*self.alarms, *self.alarms_over) if (one.kind, one.channel) == (kind, channel)]
        if not found:
            raise NotKnown(f"There is no alarm {kind.value} now.", field="kind")
        seen = replace(found[0], seen_utc_ns=self.clock.utc_ns(), seen_by=by)
        self.alarms = tuple(seen if one is found[0] else one for one in self.alarms)
        self.alarms_over = tuple(one for one in self.alarms_over if one is not found[0])
        self._note("alarm_seen", f"The alarm was seen by {by}: {seen.fact}")
        return seen

    def add_event(self, sentence: str, kind: str = "channel_live") -> Event:
        return self._note(kind, sentence)

    def _begin(self, command: str) -> Instant:
        self.commands.append(command)
        if self.error is not None:
            raise self.error
        return Instant.now(self.clock)

    def _note(self, kind: str, sentence: str) -> Event:
        return self.events.add(Event(self.clock.utc_ns(), kind, Severity.INFO, sentence))

    def _seconds(self) -> float:
        return (self.clock.monotonic_ns() - self.recording_since_ns) / 1e9 if self.recording_id else 0.0

    def _result(self, instant: Instant, identity: str, *, only: str | None = None) -> CommandOutcome:
        chosen = [one for one in self.channels if only in {None, one.name}]
        return CommandOutcome(instant, identity, tuple(_channel_result(one, instant) for one in chosen))

    def _finished(self, instant: Instant, identity: str, *, only: str | None = None) -> CommandOutcome:
        result = self._result(instant, identity, only=only)
        refusals = {one.name: one.refusal for one in self.channels if one.is_live and one.refusal}
        return replace(result, channels=tuple(
            ChannelOutcome(one.channel, False, Message(refusals[one.channel])) if one.channel in refusals else one
            for one in result.channels
        ))

    def _idle(self, instant: Instant) -> CommandOutcome:
        return CommandOutcome(instant, "", tuple(ChannelOutcome(one.name, ok=True) for one in self.channels))

    def _view(self, channel: FakeChannel) -> ChannelView:
        now = self.clock.utc_ns()
        recording = channel.is_live and self.recording_id is not None
        status = ChannelStatus(
            channel=channel.name,
            state=channel.state,
            since_utc_ns=now - round(channel.state_seconds * 1e9),
            why=None if channel.reason is None else Message(channel.reason),
            picture=PICTURE,
            bits_per_second=8_000_000 if channel.is_live else 0,
            frames_received=1000,
            encoding=channel.encoding,
            backlog_seconds=10.0,
            overlay_text=self.overlay.text,
            newest_frame_utc_ns=now - round(channel.frame_age_seconds * 1e9),
            recording=self._file(channel, self.recording_id or "", now) if recording else None,
            clip=self._file(channel, "clip-1", now) if self.clips and channel.is_live else None,
        )
        seconds, missing = self._seconds() if recording else 0.0, MissingCounts(channel.losses, channel.losses_seconds)
        return ChannelView(status, channel.address, recording, seconds, 0, missing)

    def _file(self, channel: FakeChannel, identity: str, now: int) -> FileStatus:
        path = f"/data/DATA_20260504/20260504030201000@{channel.name}.mp4"
        return FileStatus(identity, path, 1, now - HOUR_NS, 2500, 123_000_000, self.clock.monotonic_ns(), now)


def _channel_result(channel: FakeChannel, instant: Instant) -> ChannelOutcome:
    if not channel.is_live:
        why = Message(channel.reason or "The channel is not live.")
        return ChannelOutcome(channel.name, ok=False, why=why, was_asked=False)
    return ChannelOutcome(channel.name, ok=True, achieved_utc_ns=instant.utc_ns - 20_000_000, path="/data/x.mp4")


def _check_folder(text: str | None) -> None:
    if text is not None and ".." in PurePosixPath(text.replace("\\", "/")).parts:
        raise BadRequest(f"{text!r} climbs out of the recorder's folders; name one inside them.", field="directory")


def plain_jpeg(width: int, level: int) -> bytes:
    """A plain picture of 16:9."""
    out = io.BytesIO()
    Image.new("RGB", (width, width * 9 // 16), (level, level + 10, level + 20)).save(out, "JPEG")
    return out.getvalue()


def some_rows(recorder: FakeRecorder, count: int = 5) -> None:
    """Fills the catalogue with rows of two channels."""
    start = recorder.clock.utc_ns()
    rows: list[object] = []
    for number in range(1, count + 1):
        name, at = recorder.channels[number % 2].name, start + number * 10**9
        path = f"/data/{number}.mp4"
        rows.append(Recording(f"r{number}", at, None, RecordingState.RUNNING))
        rows.append(Part("r1", name, number, path, at, at + 10**9, 25 * number, 25, 10**6, FileState.WHOLE))
        rows.append(Clip(f"c{number}", name, FileKind.CLIP, path, at, None, 0, 25, 10**6, FileState.OPEN))
        rows.append(Framegrab(f"f{number}", name, path, at, at - 10**7, 7, 1920, 1080, 10**5))
        rows.append(Loss(name, at, at + 10**9, 25, LossCause.RECONNECT, "r1", "rtsp://u:p@cam/ was away."))
    recorder.catalogue.held = rows


def quiet(recorder: FakeRecorder) -> FakeRecorder:
    """The same with no channel live."""
    for one in recorder.channels:
        one.fail("The camera at rtsp://u:secret@10.0.0.5/ cannot be reached; check cable and address.")
    return recorder


async def settled() -> None:
    """Lets the event loop run everything that is ready."""
    for _ in range(5):
        await asyncio.sleep(0)


