"""`/api/v1/observations` and `/api/v1/kinds`: entered, found, changed, exported; docs/programs/api.md.

A list is made into JSON on a thread, so that a thousand of them hold up nobody who enters one; and apart from the
question to the catalogue, so that a slow processor is never taken for a disk that does not answer.
"""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import Path as InPath
from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response, StreamingResponse

from seacorder.api.http import documented, wire
from seacorder.api.recorder_protocol import Recorder
from seacorder.api.v1.ids import ObservationId
from seacorder.api.v1.observation_bodies import OF_EDIT, OF_ENTRY, OF_PRESS, kind_of
from seacorder.api.v1.observation_export import FORMS, PageAt, write_export
from seacorder.api.v1.observation_views import (
    KindsView,
    ObservationView,
    OutlinePage,
    kind_view,
    observation_view,
    outline_view,
)
from seacorder.api.v1.view import answered, read_utc
from seacorder.base.errors import NotPossible, StorageFailed
from seacorder.catalogue.page import LIMIT_MAX, Page, Rows
from seacorder.catalogue.queries import observation_of
from seacorder.model.observation import EnteredBy, Observation, ObservationClass
from seacorder.model.observation_entry import Edit, Entry
from seacorder.model.observation_text import ObservationDocument, ObservationOutline

Code = Annotated[str, InPath(max_length=40, description="`code` of the kind, in any case")]
CHUNK_BYTES = 256 * 1024
ITEMS_KEPT = 2000
"""Of observations that were listed before and have not changed: a program that looks again and again costs little."""


class ObservationFilter(BaseModel):
    """Which observations, and where to go on."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    from_: str | None = Field(None, alias="from", description="That end at or after this instant (RFC 3339)")
    to: str | None = Field(None, description="That begin before this instant (RFC 3339)")
    kind: str | None = Field(None, description="Of the kind of this code")
    class_: ObservationClass | None = Field(None, alias="class", description="Of this class")
    text: str | None = Field(None, max_length=400, description="In which each of these words begins a word")
    dive: str | None = Field(None, description="Of this dive")
    recording: str | None = Field(None, description="Of the recording of this id")
    without_recording: bool = Field(False, description="Only those that were made while no recording ran")
    newest_first: bool = Field(False, description="Newest first instead of oldest first")

    def page(self, limit: int = LIMIT_MAX, cursor: str | None = None) -> Page:
        """The catalogue's filter. Raises BadRequest."""
        return Page(
            from_utc_ns=None if self.from_ is None else read_utc("from", self.from_),
            to_utc_ns=None if self.to is None else read_utc("to", self.to),
            recording_id=self.recording,
            without_recording=self.without_recording,
            limit=limit,
            cursor=cursor,
            newest_first=self.newest_first,
            code=None if self.kind is None else self.kind.upper(),
            observation_class=None if self.class_ is None else self.class_.value,
            dive=self.dive,
            text=self.text,
        )


class PagedFilter(ObservationFilter):
    """One page of them."""

    limit: int = Field(100, ge=1, le=LIMIT_MAX, description="Observations at most")
    cursor: str | None = Field(None, description="`next_cursor` of the page before")


class ExportFilter(ObservationFilter):
    """All of them, in one file."""

    format: Literal["csv", "json", "xlsx", "geojson"] = Field("csv", description="The form of the file")


class Observations:
    """What was observed."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._book = recorder.observations

    async def enter(self, request: Request) -> Response:
        """Enters an observation: of now, or with `utc` of an instant of the past."""
        sent = wire.read_fields(await wire.read_object(request), OF_ENTRY)
        if "code" not in sent:
            wire.refuse("code", None, "the code of a kind, see /api/v1/kinds")
        entry = Entry(utc_ns=sent.pop("utc", None), end_utc_ns=sent.pop("to_utc", None), **sent)
        return _answer(await self._book.observe(entry), 201)

    async def press(self, code: Code, request: Request) -> Response:
        """One press of a key: enters an observation of this kind; of a span that is open it closes it. Needs no body.
        """
        sent: dict[str, Any] = {}
        if await wire.has_body(request):
            sent = wire.read_fields(await wire.read_object(request), OF_PRESS)
        way = sent.pop("entered_by", EnteredBy.KEY)
        closes = any(one.code == code.upper() for one in self._book.open)
        one = await self._book.press(code, Edit(**sent), way)
        return _answer(one, 200 if closes else 201)  # one that is new may have been closed meanwhile, by somebody else

    async def close(self, id: ObservationId, request: Request) -> Response:  # noqa: A002 - the path's
        """The span ends now."""
        return _answer(await self._book.close(id, await _edit(request)))

    async def revise(self, id: ObservationId, request: Request) -> Response:  # noqa: A002
        """Changes text or fields; what was there before stays in the history."""
        return _answer(await self._book.revise(id, await _edit(request)))

    async def withdraw(self, id: ObservationId, request: Request) -> Response:  # noqa: A002
        """Marks it as withdrawn; it stays. Fine for one that is withdrawn already."""
        return _answer(await self._book.withdraw(id, await _edit(request)))

    async def one(self, id: ObservationId) -> Response:  # noqa: A002
        """One observation."""
        return _answer(await self._book.find(id))

    async def all(self, asked: Annotated[PagedFilter, Query()]) -> Response:
        """Observations by time, kind, class, text, dive and recording."""
        page, catalogue = asked.page(asked.limit, asked.cursor), self._recorder.catalogue
        found = await catalogue.ask(lambda: catalogue.observation_documents(page))
        return documented.json_bytes(await asyncio.to_thread(_page_json, found))

    async def outlines(self, asked: Annotated[PagedFilter, Query()]) -> Response:
        """The same in short, for long lists: without readings, places, files and history."""
        page, catalogue = asked.page(asked.limit, asked.cursor), self._recorder.catalogue
        found = await catalogue.ask(lambda: catalogue.observation_outlines(page))
        return documented.json_bytes(await asyncio.to_thread(_outlines_json, found))

    async def export(self, asked: Annotated[ExportFilter, Query()]) -> Response:
        """A file of the observations, as a table or a map."""
        asked.page()  # raises now, before anything is written
        catalogue = self._recorder.catalogue
        first = await catalogue.ask(lambda: catalogue.observations(asked.page(1)))
        if not first.items:
            raise NotPossible(
                "There is nothing to export: no observation fits.", "Ask for other times, or leave a filter out."
            )
        path, folder = await _written(
            asked.format, lambda cursor: catalogue.observations(asked.page(LIMIT_MAX, cursor))
        )
        headers = {"content-disposition": f'attachment; filename="{path.name}"'}
        return StreamingResponse(_sent(path, folder), media_type=FORMS[asked.format], headers=headers)

    async def kinds(self) -> Response:
        """The kinds that can be entered."""
        open_spans = self._book.open
        return answered(KindsView(items=[kind_view(kind, open_spans) for kind in self._book.kinds.all]))

    async def put_kind(self, code: Code, request: Request) -> Response:
        """Adds a kind, or puts it in the place of the one of this code. Kept over restarts."""
        kind = kind_of(code, await wire.read_object(request))
        self._book.kinds.put(kind)
        return answered(kind_view(kind, self._book.open))

    async def remove_kind(self, code: Code) -> Response:
        """Removes a kind. Observations of it stay."""
        self._book.kinds.remove(code)
        return await self.kinds()


async def _edit(request: Request) -> Edit:
    if not await wire.has_body(request):
        return Edit()
    return Edit(**wire.read_fields(await wire.read_object(request), OF_EDIT))


def _page_json(found: Rows[ObservationDocument]) -> bytes:
    items = b",".join(map(_item_json, found.items))
    return b'{"items":[%b],"next_cursor":%b}' % (items, json.dumps(found.next_cursor).encode())


def _outlines_json(found: Rows[ObservationOutline]) -> bytes:
    items = list(map(outline_view, found.items))
    return OutlinePage(items=items, next_cursor=found.next_cursor).model_dump_json().encode()


@lru_cache(ITEMS_KEPT)
def _item_json(document: ObservationDocument) -> bytes:
    return observation_view(observation_of(document)).model_dump_json().encode()


def _answer(one: Observation, status: int = 200) -> Response:
    view: ObservationView = observation_view(one)
    return documented.json_bytes(view.model_dump_json().encode(), status)


async def _written(form: str, page_at: PageAt) -> "tuple[Path, tempfile.TemporaryDirectory[str]]":
    """The file, and the folder that it is alone in. Raises CatalogueFailed, StorageFailed; then nothing is left."""
    try:
        folder = await asyncio.to_thread(tempfile.TemporaryDirectory, prefix="seacorder-export-")
        try:
            path = Path(folder.name) / f"observations.{form}"
            await asyncio.to_thread(write_export, path, form, page_at)
        except BaseException:
            folder.cleanup()
            raise
    except OSError as fault:
        raise StorageFailed(
            f"The file cannot be made in the folder for temporary files, {tempfile.gettempdir()} "
            f"({fault.strerror or fault}).", "Make room there.",
        ) from fault
    return path, folder


async def _sent(path: Path, folder: "tempfile.TemporaryDirectory[str]") -> AsyncIterator[bytes]:
    """The file in pieces; it is removed when it has been sent, or the client has gone."""
    with folder:
        file = await asyncio.to_thread(path.open, "rb")
        with file:
            while piece := await asyncio.to_thread(file.read, CHUNK_BYTES):
                yield piece
