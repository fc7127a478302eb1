"""The recorded files themselves: videos, clips and framegrabs of the lists, whole or in pieces; docs/programs/api.md.

A file is named by its row in the catalogue, never by a path. One that is still being written is sent as far as it is on
the disk at that moment.

Disks are read in threads of their own, so that one that hangs holds up other files at most, and no command.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Path as InPath
from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response, StreamingResponse

from seacorder.api.http.problems import NotThere
from seacorder.api.http.ranges import Piece, is_known, piece_asked
from seacorder.api.recorder_protocol import Recorder
from seacorder.base.errors import StorageFailed
from seacorder.model.recording import Clip, FileKind, Framegrab, Part
from seacorder.storage.recorded_file import RecordedFile, open_recorded

READ_BYTES = 256 * 1024
READERS = 6
OPEN_SECONDS_MAX = 10.0
NUMBER_MAX = 2**31

Id = Annotated[str, InPath(max_length=80, description="`id` of the row, or `recording_id` of a part")]


class _Sending(BaseModel):
    """How a file is sent."""

    model_config = ConfigDict(extra="forbid")

    channel: str = Field(max_length=200, description="`channel` of the row")
    download: bool = Field(False, description="A browser saves it instead of showing it")
    most_bytes: int | None = Field(
        None, ge=1, le=2**40, description="Bytes of one partial answer at most: for players, which ask for what follows"
    )


class PartAsked(_Sending):
    """Which file of a recording."""

    number: int = Field(1, ge=1, le=NUMBER_MAX, description="`number` of the part")


class ClipAsked(_Sending):
    """Which file of a clip."""

    kind: FileKind = Field(FileKind.CLIP, description="`kind` of the row")


class FramegrabAsked(_Sending):
    """Which framegrab."""


class Files:
    """Sends what was recorded."""

    def __init__(self, recorder: Recorder) -> None:
        self._catalogue = recorder.catalogue
        self._readers = ThreadPoolExecutor(READERS, "file reader")

    async def part(self, id: Id, asked: Annotated[PartAsked, Query()], request: Request) -> Response:  # noqa: A002
        """A file of a recording, or a range of its bytes; also while it is being written."""
        return await self._file(Part, (id, asked.channel, asked.number), asked, request)

    async def clip(self, id: Id, asked: Annotated[ClipAsked, Query()], request: Request) -> Response:  # noqa: A002
        """A file of a clip, or a range of its bytes."""
        return await self._file(Clip, (id, asked.channel, asked.kind.value), asked, request)

    async def framegrab(self, id: Id, asked: Annotated[FramegrabAsked, Query()], request: Request) -> Response:  # noqa: A002
        """The JPEG file of a framegrab."""
        return await self._file(Framegrab, (id, asked.channel), asked, request)

    async def subtitles(self, id: Id, asked: Annotated[PartAsked, Query()], request: Request) -> Response:  # noqa: A002
        """The subtitles (WebVTT) beside a file of a recording."""
        return await self._file(Part, (id, asked.channel, asked.number), asked, request, suffix=".vtt")

    async def _file(
        self, kind: type[Any], key: tuple[object, ...], asked: _Sending, request: Request, suffix: str | None = None
    ) -> Response:
        row = await self._catalogue.ask(lambda: self._catalogue.row(kind, key))
        if row is None:
            raise NotThere("There is no such file in the list of recordings.", "See the lists of /api/v1.")
        path = Path(row.path) if suffix is None else Path(row.path).with_suffix(suffix)
        return self._answer(await self._opened(path), asked, request)

    async def _opened(self, path: Path) -> RecordedFile:
        opening = self._readers.submit(open_recorded, path)
        try:
            async with asyncio.timeout(OPEN_SECONDS_MAX):
                return await asyncio.wrap_future(opening)
        except TimeoutError as error:
            opening.add_done_callback(_close_late)
            raise StorageFailed(f"The disk of {path.name} does not answer.", "Check its cable.") from error

    def _answer(self, recorded: RecordedFile, asked: _Sending, request: Request) -> Response:
        """Takes the file over: it is closed here, or when it has been sent."""
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
            piece = piece_asked(request.headers, recorded.size, recorded.tag, asked.most_bytes)
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
        sent = self._sent(recorded, piece)
        return StreamingResponse(sent, status, headers, media_type=recorded.media_type)

    async def _sent(self, recorded: RecordedFile, piece: Piece) -> AsyncIterator[bytes]:
        loop, at, file = asyncio.get_running_loop(), piece.begin, recorded.file

        def read(begin: int) -> bytes:
            file.seek(begin)
            return file.read(min(READ_BYTES, piece.end - begin))

        try:
            while at < piece.end:
                found = await loop.run_in_executor(self._readers, read, at)
                if not found:
                    raise StorageFailed(f"{recorded.name} ended before its end.", "Ask again.")
                at += len(found)
                yield found
        finally:
            self._readers.submit(file.close)  # waits for a read that is under way, so not here


def _close_late(late: "Future[RecordedFile]") -> None:
    if not late.cancelled() and late.exception() is None:
        late.result().file.close()


def disposition(name: str, *, is_saved: bool) -> str:
    """The header Content-Disposition with the file's name, in ASCII and in full (RFC 6266, appendix D)."""
    way = "attachment" if is_saved else "inline"
    plain = "".join(one if one.isascii() and one.isprintable() and one not in '"\\%' else "_" for one in name)
    return f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(os.fsencode(name), safe='')}"
