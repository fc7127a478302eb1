"""`/api/v1/recordings/{id}/archive.zip`: a whole recording as one BagIt bag; docs/programs/api.md."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, TypeVar

from fastapi import Path as InPath
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from seacorder.api.export.bag import BagFile, bag_name, named, pieces
from seacorder.api.http.problems import NotThere
from seacorder.api.recorder_protocol import Recorder
from seacorder.api.v1.files import disposition
from seacorder.api.v1.rows import ClipRow, FramegrabRow, LossRow, PartRow, row_view
from seacorder.api.v1.view import View
from seacorder.base.background import beside
from seacorder.base.errors import NotPossible
from seacorder.catalogue.page import LIMIT_MAX, Page
from seacorder.model.loss import Loss
from seacorder.model.observation_text import ObservationRow
from seacorder.model.recording import Clip, FileState, Framegrab, Part, Recording, RecordingState
from seacorder.storage.recorded_file import open_recorded

T = TypeVar("T")
Id = Annotated[str, InPath(max_length=80, description="`id` of the recording")]
SIDECARS = (".srt", ".vtt")
"""Subtitles beside a video."""
AT_ONCE = 2
"""Archives that are made at the same time; each keeps a disk busy."""
LIST_NAME = "recording.json"


class Archives:
    """Makes archives while they are sent."""

    def __init__(self, recorder: Recorder) -> None:
        self._catalogue = recorder.catalogue
        self._running = 0

    async def archive(self, id: Id) -> Response:  # noqa: A002 - the path's
        """All files of a recording in one ZIP, which is a BagIt bag with SHA-256 sums."""
        rows = await self._catalogue.ask(lambda: self._rows(id))
        recording = next(iter(rows["recordings"]), None)
        if recording is None:
            raise NotThere("There is no such recording.", "See /api/v1/recordings.")
        if recording.state is RecordingState.RUNNING or any(
            one.state is FileState.OPEN for one in (*rows["parts"], *rows["clips"])
        ):
            raise NotPossible("The recording is still running.", "Stop it first; single files can be had meanwhile.")
        if self._running >= AT_ONCE:
            raise NotPossible(f"{AT_ONCE} archives are being made already.", "Try again later.")
        self._running += 1
        try:
            files = await beside("look at files for an archive", lambda: _files(rows))
        except BaseException:
            self._running -= 1
            raise
        facts = {"Source-Organization": "Seacorder", "External-Identifier": recording.id}
        name = bag_name(recording.id)
        return _ArchiveSending(pieces(name, files, facts), f"{name}.zip", self._ended)

    def _ended(self) -> None:
        self._running -= 1

    def _rows(self, recording_id: str) -> dict[str, list[Any]]:
        """Every row of the recording, by list. Blocks."""
        kinds = {
            "recordings": Recording, "parts": Part, "clips": Clip, "framegrabs": Framegrab, "losses": Loss,
            "observations": ObservationRow,
        }
        return {name: self._all(kind, recording_id) for name, kind in kinds.items()}

    def _all(self, kind: type[T], recording_id: str) -> list[T]:
        found: list[T] = []
        page = self._catalogue.rows(kind, Page(recording_id=recording_id, limit=LIMIT_MAX))
        found += page.items
        while page.next_cursor is not None:
            page = self._catalogue.rows(
                kind, Page(recording_id=recording_id, limit=LIMIT_MAX, cursor=page.next_cursor)
            )
            found += page.items
        return found


class _ArchiveSending(StreamingResponse):
    """An archive on its way. `ended` is called once, also where the client has gone before the first byte, but not
    before the disk has answered."""

    def __init__(self, made: Iterator[bytes], name: str, ended: Callable[[], None]) -> None:
        headers = {"content-disposition": disposition(name, is_saved=True)}
        super().__init__(self._in_threads(made), headers=headers, media_type="application/zip")
        self._ended = ended
        self._step: asyncio.Future[bytes | None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            if self._step is None or self._step.done():
                self._ended()
            else:
                self._step.add_done_callback(lambda _: self._ended())

    async def _in_threads(self, made: Iterator[bytes]) -> AsyncIterator[bytes]:
        while True:
            self._step = beside("read for an archive", lambda: next(made, None))
            piece = await asyncio.shield(self._step)
            if piece is None:
                return
            if piece:
                yield piece


def _files(rows: dict[str, list[Any]]) -> list[BagFile]:
    """What goes into the bag. Blocks. Raises NotKnown where a file is not there: a bag without it would look whole."""
    videos = [Path(one.path) for one in (*rows["parts"], *rows["clips"])]
    recorded = [*videos, *(Path(one.path) for one in rows["framegrabs"])]
    for path in recorded:
        open_recorded(path).file.close()
    beside = [path.with_suffix(suffix) for path in videos for suffix in SIDECARS]
    notes = [Path(one.path) for one in rows["observations"] if one.path]
    present = [path for path in (*beside, *notes) if path.is_file() and not path.is_symlink()]
    return [BagFile(LIST_NAME, None, _list_of(rows)), *named([*recorded, *present])]


def _list_of(rows: dict[str, list[Any]]) -> str:
    """The rows of the lists, as the API shows them."""
    views: dict[str, type[View]] = {
        "parts": PartRow, "clips": ClipRow, "framegrabs": FramegrabRow, "losses": LossRow
    }
    shown = {name: [row_view(view, row).model_dump() for row in rows[name]] for name, view in views.items()}
    recording = rows["recordings"][0]
    head = {name: getattr(recording, name) for name in ("id", "state", "continues")}
    return json.dumps({"recording": head, **shown}, indent=1, default=str)
