"""`/api/v1/recordings`, `parts`, `clips`, `framegrabs` and `losses`: rows of the catalogue, filtered, page by page."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import quote, urlencode

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from seacorder.api.recorder_protocol import Recorder
from seacorder.api.v1.view import Utc, View, answered, read_utc, shown
from seacorder.catalogue.page import LIMIT_MAX, Page, Rows
from seacorder.model.loss import Loss, LossCause
from seacorder.model.recording import (
    Clip,
    FileKind,
    FileState,
    Framegrab,
    Part,
    Recording,
    RecordingContent,
    RecordingState,
)

T = TypeVar("T")


class Filter(BaseModel):
    """Which rows, and where to go on."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    from_: str | None = Field(None, alias="from", description="Entries that end at or after this instant (RFC 3339)")
    to: str | None = Field(None, description="Entries that start before this instant (RFC 3339)")
    channel: str | None = Field(None, description="Entries of this channel")
    recording: str | None = Field(None, description="Entries of the recording of this id")
    without_recording: bool = Field(False, description="Only entries that belong to no recording")
    kind: str | None = Field(None, description="Entries of recordings with an observation of this kind")
    dive: str | None = Field(None, description="Entries of recordings with an observation of this dive")
    text: str | None = Field(
        None, max_length=400, description="Entries that have all these words: recordings in their files' paths or in "
        "one of their observations; files in their path; losses in `detail`"
    )
    limit: int = Field(100, ge=1, le=LIMIT_MAX, description="Entries at most")
    cursor: str | None = Field(None, description="`next_cursor` of the page before")
    newest_first: bool = Field(False, description="Newest first instead of oldest first")

    def page(self) -> Page:
        """The catalogue's filter. Raises BadRequest."""
        return Page(
            from_utc_ns=None if self.from_ is None else read_utc("from", self.from_),
            to_utc_ns=None if self.to is None else read_utc("to", self.to),
            channel=self.channel,
            recording_id=self.recording,
            without_recording=self.without_recording,
            limit=self.limit,
            cursor=self.cursor,
            newest_first=self.newest_first,
            code=None if self.kind is None else self.kind.upper(),
            dive=self.dive,
            text=self.text,
        )


class PageOf(View, Generic[T]):
    """Rows in the order of their start; `next_cursor` is null on the last page."""

    items: list[T]
    next_cursor: str | None


class RecordingRow(View):
    id: str
    start_utc: Utc
    end_utc: Utc | None
    state: RecordingState
    continues: str | None
    channels: list[str]
    """Those of which there is a file, by name."""
    parts: int
    bytes: int
    clips: int
    framegrabs: int
    observations: int
    losses: int


class PartRow(View):
    recording_id: str
    channel: str
    number: int
    path: str
    start_utc: Utc
    end_utc: Utc | None
    first_frame: int
    frames: int
    bytes: int
    state: FileState
    file: str
    """Where the file itself is: a path of this API."""


class ClipRow(View):
    id: str
    channel: str
    kind: FileKind
    path: str
    start_utc: Utc
    end_utc: Utc | None
    first_frame: int
    frames: int
    bytes: int
    state: FileState
    recording_id: str | None
    file: str


class FramegrabRow(View):
    id: str
    channel: str
    path: str
    instant_utc: Utc
    frame_utc: Utc
    frame: int
    width: int
    height: int
    bytes: int
    recording_id: str | None
    file: str


class LossRow(View):
    channel: str
    from_utc: Utc
    to_utc: Utc
    frames: int | None
    cause: LossCause
    recording_id: str | None
    detail: str


class CatalogueRows:
    """What was recorded, page by page."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    @property
    def routes(self) -> tuple[tuple[str, Callable[..., Any], Any], ...]:
        """Of each list its path, the method that answers, and the answer's class."""
        return (
            ("/recordings", self.recordings, PageOf[RecordingRow]),
            ("/parts", self.parts, PageOf[PartRow]),
            ("/clips", self.clips, PageOf[ClipRow]),
            ("/framegrabs", self.framegrabs, PageOf[FramegrabRow]),
            ("/losses", self.losses, PageOf[LossRow]),
        )

    async def recordings(self, asked: Annotated[Filter, Query()]) -> Response:
        """One start to stop over all channels, each."""
        page, catalogue = asked.page(), self._recorder.catalogue

        def question() -> tuple[Rows[Recording], dict[str, RecordingContent]]:
            found = catalogue.rows(Recording, page)
            return found, catalogue.contents([row.id for row in found.items])

        found, contents = await catalogue.ask(question)
        items = [shown(RecordingRow, row, **asdict(contents[row.id])) for row in found.items]
        return answered(PageOf[RecordingRow](items=items, next_cursor=found.next_cursor))

    async def parts(self, asked: Annotated[Filter, Query()]) -> Response:
        """Files of recordings."""
        return await self._rows(Part, asked, PartRow)

    async def clips(self, asked: Annotated[Filter, Query()]) -> Response:
        """Files of clips and anomalies."""
        return await self._rows(Clip, asked, ClipRow)

    async def framegrabs(self, asked: Annotated[Filter, Query()]) -> Response:
        """Framegrabs."""
        return await self._rows(Framegrab, asked, FramegrabRow)

    async def losses(self, asked: Annotated[Filter, Query()]) -> Response:
        """Frames that are known to be missing, with their cause."""
        return await self._rows(Loss, asked, LossRow)

    async def _rows(self, kind: type[Any], asked: Filter, view: type[View]) -> Response:
        """Answers with the rows as of now: after a stop, the recording's files are listed as whole."""
        page = asked.page()
        found = await self._recorder.catalogue.ask(lambda: self._recorder.catalogue.rows(kind, page))
        items = [row_view(view, row) for row in found.items]
        return answered(PageOf[Any](items=items, next_cursor=found.next_cursor))


def row_view(view: type[View], row: object) -> View:
    """A row as a list shows it."""
    return shown(view, row, **_given(row))


def _given(row: object) -> dict[str, str]:
    """Where the row's file is; of a kind that has none, nothing."""
    if isinstance(row, Part):
        return {"file": _file("parts", row.recording_id, channel=row.channel, number=row.number)}
    if isinstance(row, Clip):
        return {"file": _file("clips", row.id, channel=row.channel, kind=row.kind.value)}
    if isinstance(row, Framegrab):
        return {"file": _file("framegrabs", row.id, channel=row.channel)}
    return {}


def _file(table: str, identity: str, **key: object) -> str:
    return f"/api/v1/{table}/{quote(identity, safe='')}/file?{urlencode(key)}"
