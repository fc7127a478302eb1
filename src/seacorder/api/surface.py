"""What the API asks of the recorder. `control` has the real one; tests have a fake that is held to the same."""

from collections.abc import AsyncIterator
from typing import Protocol

from seacorder.catalogue.page import Page, Rows
from seacorder.model.event import Event
from seacorder.model.recording import Clip, FileKind, Framegrab, Loss, Part, Recording
from seacorder.model.report import Picture
from seacorder.model.result import CommandResult
from seacorder.model.settings import RecorderSettings, SettingsChange
from seacorder.model.status import RecorderStatus


class EventSource(Protocol):
    """The event log; see `control.events`."""

    @property
    def newest_cursor(self) -> int: ...

    @property
    def oldest_cursor(self) -> int: ...

    def follow(self, cursor: int) -> AsyncIterator[Event]: ...


class CatalogueSource(Protocol):
    """The catalogue's questions; see `catalogue.queries`. Each but `flush` blocks for as long as the disk takes."""

    async def flush(self, limit_seconds: float) -> None: ...

    def recordings(self, page: Page) -> Rows[Recording]: ...

    def parts(self, page: Page) -> Rows[Part]: ...

    def clips(self, page: Page) -> Rows[Clip]: ...

    def framegrabs(self, page: Page) -> Rows[Framegrab]: ...

    def losses(self, page: Page) -> Rows[Loss]: ...

    def events(self, after_cursor: int = 0, limit: int = 1000) -> list[Event]: ...


class Recorder(Protocol):
    """Everything that a client can make the recorder do. On the event loop; nothing here blocks it.

    Each raises the errors of `base.errors`, and then nothing has been changed.
    """

    @property
    def settings(self) -> RecorderSettings: ...

    @property
    def events(self) -> EventSource: ...

    @property
    def catalogue(self) -> CatalogueSource: ...

    def is_recording(self) -> bool: ...

    def is_clip_recording(self, kind: FileKind = FileKind.CLIP) -> bool: ...

    def status(self) -> RecorderStatus: ...

    async def start_recording(self) -> CommandResult: ...

    async def stop_recording(self) -> CommandResult: ...

    async def start_clip(self, kind: FileKind = FileKind.CLIP) -> CommandResult: ...

    async def stop_clip(self, kind: FileKind = FileKind.CLIP) -> CommandResult: ...

    async def take_framegrab(self, channel: str | None = None) -> CommandResult: ...

    async def picture(self, channel_index: int, width: int) -> Picture | None: ...

    async def change_settings(self, changes: SettingsChange) -> None: ...

    async def create_directory(self, text: str) -> None: ...
