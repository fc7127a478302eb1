"""The recorded files themselves: videos, clips and framegrabs of the lists, whole or in pieces; docs/programs/api.md.

A file is named by its row in the catalogue, never by a path. One that is still being written is sent as far as it is on
the disk at that moment.

Few threads read files at a time, so that a disk that hangs holds up other files at most, and no command.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import quote

from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import Headers
from starlette.responses import Response, StreamingResponse

from seacorder.api.http.problems import NotThere
from seacorder.api.http.ranges import ByteRange, is_known, piece_asked
from seacorder.api.recorder_protocol import Recorder
from seacorder.api.v1.commands import Jpeg
from seacorder.api.v1.ids import RowId
from seacorder.api.v1.view import read_utc, utc_text
from seacorder.base.background import awaited, beside
from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.errors import BadRequest, StorageFailed
from seacorder.model.command import ReadFrame
from seacorder.model.recording import Clip, FileKind, Framegrab, Part
from seacorder.storage.recorded_file import RecordedFile, open_recorded

OFFSET_SECONDS_MAX = 30 * 86_400.0
READ_BYTES = 256 * 1024
READERS = 3
"""Threads that read at the same time."""
OPEN_SECONDS_MAX = 10.0
NUMBER_MAX = 2**31

T = TypeVar("T")


class _Sending(BaseModel):
    """How a file is sent."""

    model_config = ConfigDict(extra="forbid")

    channel: str = Field(max_length=200, description="`channel` of the row")
    download: bool = Field(False, description="A browser saves it instead of showing it")
    most_bytes: int | None = Field(
        None, ge=1, le=2**40, description="Bytes of one partial answer at most: for players, which ask for what follows"
    )
    only_ask: bool = Field(False, description="Answer without it: 204 where it can be had, else why it is refused")


class PartAsked(_Sending):
    """Which file of a recording."""

    number: int = Field(1, ge=1, le=NUMBER_MAX, description="`number` of the row")


class ClipAsked(_Sending):
    """Which file of a clip."""

    kind: FileKind = Field(FileKind.CLIP, description="`kind` of the row")


class FramegrabAsked(_Sending):
    """Which framegrab."""


class _FrameAsked(BaseModel):
    """Which frame of a file: by its time in the file, or by its capture time."""

    model_config = ConfigDict(extra="forbid")

    channel: str = Field(max_length=200, description="`channel` of the row")
    offset_seconds: float | None = Field(
        None, ge=0, le=OFFSET_SECONDS_MAX, description="The newest frame at or before this time in the file"
    )
    utc: str | None = Field(None, description="Instead: the newest frame at or before this instant (RFC 3339)")

    def order(self, path: str, start_utc_ns: int) -> ReadFrame:
        """Raises BadRequest."""
        if (self.offset_seconds is None) == (self.utc is None):
            raise BadRequest("Either offset_seconds or utc is needed.", "Send one of them.", field="offset_seconds")
        if self.utc is not None:
            return ReadFrame(path, None, read_utc("utc", self.utc), start_utc_ns)
        return ReadFrame(path, round((self.offset_seconds or 0) * NS_PER_SECOND), 0, start_utc_ns)


class PartFrameAsked(_FrameAsked):
    """A frame of a recording."""

    number: int = Field(1, ge=1, le=NUMBER_MAX, description="`number` of the row")


class ClipFrameAsked(_FrameAsked):
    """A frame of a clip."""

    kind: FileKind = Field(FileKind.CLIP, description="`kind` of the row")


class Files:
    """Sends what was recorded."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._catalogue = recorder.catalogue
        self._free = asyncio.Semaphore(READERS)

    async def part(self, id: RowId, asked: Annotated[PartAsked, Query()], request: Request) -> Response:  # noqa: A002
        """A file of a recording, or a range of its bytes; also while it is being written."""
        return await self._file(Part, (id, asked.channel, asked.number), asked, request)

    async def clip(self, id: RowId, asked: Annotated[ClipAsked, Query()], request: Request) -> Response:  # noqa: A002
        """A file of a clip, or a range of its bytes."""
        return await self._file(Clip, (id, asked.channel, asked.kind.value), asked, request)

    async def framegrab(self, id: RowId, asked: Annotated[FramegrabAsked, Query()], request: Request) -> Response:  # noqa: A002
        """The JPEG file of a framegrab."""
        return await self._file(Framegrab, (id, asked.channel), asked, request)

    async def subtitles(self, id: RowId, asked: Annotated[PartAsked, Query()], request: Request) -> Response:  # noqa: A002
        """The subtitles (WebVTT) beside a file of a recording."""
        return await self._file(Part, (id, asked.channel, asked.number), asked, request, suffix=".vtt")

    async def part_frame(self, id: RowId, asked: Annotated[PartFrameAsked, Query()]) -> Response:  # noqa: A002
        """One frame of a file of a recording, in full size; also while the file is being written."""
        return await self._frame(await self._row(Part, (id, asked.channel, asked.number)), asked)

    async def clip_frame(self, id: RowId, asked: Annotated[ClipFrameAsked, Query()]) -> Response:  # noqa: A002
        """One frame of a clip, in full size."""
        return await self._frame(await self._row(Clip, (id, asked.channel, asked.kind.value)), asked)

    async def _frame(self, row: Part | Clip, asked: _FrameAsked) -> Response:
        order = asked.order(row.path, row.start_utc_ns)
        recorded = await self._opened(Path(row.path))  # refuses what is no recorded file
        recorded.file.close()
        read = await self._recorder.file_frame(order)
        if read.why is not None:
            raise NotThere(read.why.fact, read.why.action)
        utc = utc_text(read.frame_utc_ns)
        name = f"{Path(row.path).stem}_{utc.replace(':', '').replace('-', '')}.jpg"
        headers = {
            "x-frame-utc": utc,
            "x-frame-offset-seconds": f"{read.offset_ns / NS_PER_SECOND:.6f}",
            "content-disposition": disposition(name, is_saved=False),
        }
        return Jpeg(read.jpeg, headers=headers)

    async def _row(self, kind: type[T], key: tuple[object, ...]) -> T:
        row = await self._catalogue.ask(lambda: self._catalogue.row(kind, key))
        if row is None:
            raise NotThere("There is no such file in the list of recordings.", "See the lists of /api/v1.")
        return row

    async def _file(
        self, kind: type[Any], key: tuple[object, ...], asked: _Sending, request: Request, suffix: str | None = None
    ) -> Response:
        row = await self._row(kind, key)
        path = Path(row.path) if suffix is None else Path(row.path).with_suffix(suffix)
        return self._answer(await self._opened(path), asked, request)

    async def _opened(self, path: Path) -> RecordedFile:
        opening = awaited(self._in_thread(lambda: open_recorded(path, self._recorder.file_folders)))
        try:
            async with asyncio.timeout(OPEN_SECONDS_MAX):
                return await asyncio.shield(opening)
        except TimeoutError as error:
            opening.add_done_callback(_close_late)
            raise StorageFailed(f"The disk of {path.name} does not answer.", "Check its cable.") from error

    def _answer(self, recorded: RecordedFile, asked: _Sending, request: Request) -> Response:
        """Takes the file over: it is closed here, or when it has been sent."""
        if asked.only_ask:  # opening it has found all that could refuse it
            recorded.file.close()
            return Response(status_code=204)
        headers = {
            "etag": recorded.tag,
            "accept-ranges": "bytes",
            "cache-control": "private, no-cache",
            "content-disposition": disposition(recorded.name, is_saved=asked.download),
        }
        try:
            if is_known(request.headers, recorded.tag):
                recorded.file.close()
                return Response(status_code=304, headers=headers)
            # Ranges are for GET alone (RFC 9110, section 14.2): HEAD has the length of the whole file.
            sent = Headers() if request.method == "HEAD" else request.headers
            piece = piece_asked(sent, recorded.size, recorded.tag, asked.most_bytes)
        except BaseException:
            recorded.file.close()
            raise
        headers["content-length"] = str(piece.length)
        if piece.is_partial:
            headers["content-range"] = piece.content_range
        status = 206 if piece.is_partial else 200
        if request.method == "HEAD":
            recorded.file.close()
            return Response(status_code=status, headers=headers, media_type=recorded.media_type)
        return StreamingResponse(self._sent(recorded, piece), status, headers, media_type=recorded.media_type)

    async def _sent(self, recorded: RecordedFile, piece: ByteRange) -> AsyncIterator[bytes]:
        at, file = piece.begin, recorded.file
        reading: asyncio.Future[bytes] | None = None

        def read() -> bytes:
            file.seek(at)
            return file.read(min(READ_BYTES, piece.end - at))

        try:
            while at < piece.end:
                reading = await self._begun(read)
                found = await asyncio.shield(reading)
                if not found:
                    raise StorageFailed(f"{recorded.name} ended before its end.", "Ask again.")
                at += len(found)
                yield found
        finally:
            if reading is None or reading.done():
                file.close()
            else:  # the client has gone: closing waits for the read that is under way, and takes no thread meanwhile
                reading.add_done_callback(lambda _: file.close())

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.shield(await self._begun(work))

    async def _begun(self, work: Callable[[], T]) -> asyncio.Future[T]:
        """Its place is taken until the thread has ended, also when nobody waits for it any more."""
        await self._free.acquire()
        running = beside("read a file", work)
        running.add_done_callback(lambda _: self._free.release())
        return running


def _close_late(late: "asyncio.Task[RecordedFile]") -> None:
    if not late.cancelled() and late.exception() is None:
        late.result().file.close()


def disposition(name: str, *, is_saved: bool) -> str:
    """The header Content-Disposition with the file's name, in ASCII and in full (RFC 6266, appendix D)."""
    way = "attachment" if is_saved else "inline"
    plain = "".join(one if one.isascii() and one.isprintable() and one not in '"\\%' else "_" for one in name)
    return f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(os.fsencode(name), safe='')}"
