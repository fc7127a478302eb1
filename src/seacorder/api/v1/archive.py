"""`…/archive.zip`: a whole recording, a stretch of time or an observation as one BagIt bag; docs/programs/export.md."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, TypeVar

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from seacorder.api.http.problems import NotThere
from seacorder.api.recorder_protocol import Archive, Recorder
from seacorder.api.v1.files import disposition
from seacorder.api.v1.ids import ObservationId, RecordingId
from seacorder.api.v1.view import read_utc, utc_text
from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.errors import BadRequest, NotPossible
from seacorder.catalogue.page import LIMIT_MAX, Page
from seacorder.model.export import MakeBag, StretchAsked, bag_name
from seacorder.model.file_note import SUBTITLE_SUFFIXES
from seacorder.model.loss import Loss
from seacorder.model.observation import Observation
from seacorder.model.observation_text import ObservationRow
from seacorder.model.recording import Clip, FileState, Framegrab, Part, Recording, RecordingState

T = TypeVar("T")
AROUND_SECONDS, AROUND_SECONDS_MAX = 10.0, 86_400.0


class ArchiveQuery(BaseModel):
    """Whether it is really wanted yet."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    only_ask: bool = Field(False, description="Answer without it: 204 where it can be had, else why it is refused")


class StretchQuery(ArchiveQuery):
    """Which stretch of time, and of which channels."""

    from_: str = Field(alias="from", description="Begin of the stretch (RFC 3339)")
    to: str = Field(description="End of the stretch: the first instant that is not wanted (RFC 3339)")
    channel: list[str] = Field(default=[], max_length=200, description="Of these channels alone; without it, of all")


class AroundQuery(ArchiveQuery):
    """How much of the video around an observation."""

    before_seconds: float = Field(AROUND_SECONDS, ge=0, le=AROUND_SECONDS_MAX, description="Seconds before its begin")
    after_seconds: float = Field(AROUND_SECONDS, ge=0, le=AROUND_SECONDS_MAX, description="Seconds after its end")
    channel: list[str] = Field(default=[], max_length=200, description="Of these channels alone; without it, of all")


@dataclass(frozen=True, slots=True)
class _Rows:
    """What the list of recordings has of a recording or a stretch."""

    parts: tuple[Part, ...]
    framegrabs: tuple[Framegrab, ...]
    losses: tuple[Loss, ...]
    observations: tuple[ObservationRow, ...]
    clips: tuple[Clip, ...] = ()

    @property
    def notes(self) -> list[str]:
        """The files of the observations."""
        return [one.path for one in self.observations if one.path]


class Archives:
    """Makes archives while they are sent."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._catalogue = recorder.catalogue

    async def recording(self, id: RecordingId, asked: Annotated[ArchiveQuery, Query()]) -> Response:  # noqa: A002
        """A whole recording with its complete folder in one ZIP, which is a BagIt bag with SHA-256 sums."""
        of_it = Page(recording_id=id, limit=LIMIT_MAX)
        found: tuple[Recording, ...] = await self._catalogue.ask(lambda: self._all(Recording, of_it))
        if not found:
            raise NotThere("There is no such recording.", "See /api/v1/recordings.")
        if found[0].state is RecordingState.REMOVED:
            raise NotThere("The recording was removed.", "/api/v1/removals says by whom, and where copies are.")
        rows: _Rows = await self._catalogue.ask(lambda: replace(self._rows(of_it), clips=self._all(Clip, of_it)))
        videos: list[Part | Clip] = [*rows.parts, *rows.clips]
        if found[0].state is RecordingState.RUNNING or any(one.state is FileState.OPEN for one in videos):
            raise NotPossible(
                "The recording is still running.", "Stop it first; a stretch of it can be had meanwhile."
            )
        beside = [str(Path(one.path).with_suffix(suffix)) for one in videos for suffix in SUBTITLE_SUFFIXES]
        order = self._recorder.exports.order(bag_name(id), f"The whole recording {id}", (id,))
        files = (*(one.path for one in videos), *(one.path for one in rows.framegrabs))
        return await self._sent(replace(order, files=files, beside=(*beside, *rows.notes)), asked.only_ask)

    async def stretch(self, asked: Annotated[StretchQuery, Query()]) -> Response:
        """All channels from one instant to another, cut without encoding, with all that was noted meanwhile."""
        begin, end = read_utc("from", asked.from_), read_utc("to", asked.to)
        if end <= begin:
            raise BadRequest("`to` is not later than `from`.", "Exchange them.", field="to")
        title = f"What was recorded from {utc_text(begin)} to {utc_text(end)}"
        return await self._cut(_Wish(bag_name(f"{_short(begin)}_{_short(end)}"), title, begin, end, asked))

    async def observation(self, id: ObservationId, asked: Annotated[AroundQuery, Query()]) -> Response:  # noqa: A002
        """An observation with its files, and all channels around it, cut without encoding."""
        one = await self._recorder.observations.find(id)
        end = one.now.end or one.start
        if one.is_span and one.now.end is None:
            raise NotPossible("The observation is still open.", "Close it first; a stretch can be had meanwhile.")
        begin_ns = one.start.utc_ns - round(asked.before_seconds * NS_PER_SECOND)
        end_ns = end.utc_ns + round(asked.after_seconds * NS_PER_SECOND)
        if end_ns <= begin_ns:
            raise BadRequest("No stretch of time is left.", "Ask for more before or after.", field="after_seconds")
        name = bag_name(f"{one.code}{one.number}_{_short(one.start.utc_ns)}")
        title = f"{one.code} {one.number} {one.label}, {utc_text(one.start.utc_ns)}"
        return await self._cut(_Wish(name, title, begin_ns, end_ns, asked, one))

    async def _cut(self, wish: "_Wish") -> Response:
        page = Page(wish.begin_ns, wish.end_ns, limit=LIMIT_MAX)
        rows = wish.of(await self._catalogue.ask(lambda: self._rows(page)))
        recordings = tuple(dict.fromkeys(one.recording_id for one in rows.parts))
        order = self._recorder.exports.order(wish.name, wish.title, recordings)
        stretch = StretchAsked(wish.begin_ns, wish.end_ns, rows.parts, rows.framegrabs, rows.losses)
        files = (*(one.path for one in rows.framegrabs), *wish.own_files)
        return await self._sent(
            replace(order, stretch=stretch, files=tuple(dict.fromkeys(files)), beside=tuple(rows.notes)),
            wish.asked.only_ask,
            wish.recordings_of(rows),
        )

    async def _sent(self, order: MakeBag, only_ask: bool, also: Iterable[str] = ()) -> Response:
        """`only_ask`: all that could refuse it is done, and then it is not sent. `also`: further recordings of which it
        has files.
        """
        uses = self._recorder.removals.uses
        used = [uses.begin(one, "An archive of it is being made.") for one in {*order.recordings, *also}]

        def ended() -> None:
            for end in used:
                end()

        try:
            archive = await self._recorder.exports.open(order)
            if only_ask:
                archive.close()
                await archive.ended()  # so that it does not count as one that is being made when it is asked for next
                ended()
                return Response(status_code=204)
            return _ArchiveSending(archive, f"{order.name}.zip", ended)
        except BaseException:
            ended()
            raise

    def _rows(self, page: Page) -> _Rows:
        """Blocks."""
        return _Rows(
            self._all(Part, page), self._all(Framegrab, page), self._all(Loss, page), self._all(ObservationRow, page)
        )

    def _all(self, kind: type[T], page: Page) -> tuple[T, ...]:
        found: list[T] = []
        while True:
            rows = self._catalogue.rows(kind, page)
            found += rows.items
            if rows.next_cursor is None:
                return tuple(found)
            page = replace(page, cursor=rows.next_cursor)


@dataclass(frozen=True, slots=True)
class _Wish:
    """A stretch that is asked for."""

    name: str
    title: str
    begin_ns: int
    end_ns: int
    asked: StretchQuery | AroundQuery
    observation: Observation | None = None
    """Which the stretch is around."""

    def of(self, rows: _Rows) -> _Rows:
        """What of the rows is of the stretch and the channels. Parts may end later than their row says."""
        return _Rows(
            tuple(one for one in self._mine(rows.parts) if one.start_utc_ns < self.end_ns and _is_there(one)),
            tuple(one for one in self._mine(rows.framegrabs) if self.begin_ns <= one.frame_utc_ns < self.end_ns),
            tuple(one for one in self._mine(rows.losses) if self._overlaps(one.from_utc_ns, one.to_utc_ns)),
            tuple(one for one in rows.observations if self._overlaps(one.start_utc_ns, one.end_utc_ns)),
        )

    @property
    def own_files(self) -> list[str]:
        """The observation's framegrabs and videos."""
        followed = None if self.observation is None else self.observation.followed
        return [] if followed is None else [one.path for one in (*followed.stills, *followed.clips)]

    def recordings_of(self, rows: _Rows) -> set[str]:
        """All that have files in it: a framegrab may be of a recording of which no video is."""
        found = {one.recording_id for one in rows.framegrabs} | {one.recording_id for one in rows.observations}
        found |= set() if self.observation is None else {self.observation.recording_id}
        return {one for one in found if one}

    def _mine(self, rows: Iterable[Any]) -> list[Any]:
        return [one for one in rows if not self.asked.channel or one.channel in self.asked.channel]

    def _overlaps(self, begin_ns: int, end_ns: int | None) -> bool:
        return begin_ns < self.end_ns and (end_ns is None or end_ns >= self.begin_ns)


class _ArchiveSending(StreamingResponse):
    """An archive on its way; it is closed however that ends, also where the client has gone before the first byte."""

    def __init__(self, archive: Archive, name: str, ended: Callable[[], None]) -> None:
        headers = {"content-disposition": disposition(name, is_saved=True)}
        super().__init__(archive.pieces(), headers=headers, media_type="application/zip")
        self._close: Callable[[], None] = archive.close
        self._ended = ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._close()
            self._ended()


def _is_there(part: Part) -> bool:
    return part.state is not FileState.REMOVED


def _short(utc_ns: int) -> str:
    """An instant as part of a name: `20260504T030201Z`."""
    return f"{utc_text(utc_ns)[:19].replace('-', '').replace(':', '')}Z"
