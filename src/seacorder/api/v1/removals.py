"""`/api/v1/recordings/{id}/removal`, `/remove` and `/removals`: what would go, removing it, and what was removed.
`/absences`: what somebody has taken away by hand.
"""

from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from seacorder.api.http import documented, wire
from seacorder.api.recorder_protocol import Recorder
from seacorder.api.v1.ids import RecordingId
from seacorder.api.v1.rows import Filter, PageOf
from seacorder.api.v1.view import MessageView, Utc, View, answered, shown
from seacorder.base.redaction import redact
from seacorder.model.absence import Absence
from seacorder.model.dive_context import CONTEXT_CHARACTERS_MAX
from seacorder.model.removal import PHRASE, Removal, RemovalOrder, RemovalState, RemovalView

REMOVE_BODY = documented.body(
    {
        "verified_copy": {
            "type": ["string", "null"],
            "description": "Folder on the recorder with a whole copy, which is read and compared before anything goes",
        },
        "phrase": {
            "type": ["string", "null"],
            "description": f"Exactly `{PHRASE}`: to remove what no copy was verified of",
        },
        "by": {"type": ["string", "null"], "maxLength": CONTEXT_CHARACTERS_MAX, "description": "Who removes it"},
        "why": {"type": ["string", "null"], "maxLength": CONTEXT_CHARACTERS_MAX, "description": "Why"},
    },
    {"verified_copy": "/media/usb/Seacorder", "by": "Ines Berg"},
)
SEE_BODY = documented.body(
    {
        "of": {"type": "string", "description": "Path of a missing file, or id of a recording: all its missing files"},
        "by": {"type": ["string", "null"], "maxLength": CONTEXT_CHARACTERS_MAX, "description": "Who knows it"},
    },
    {"of": "20260504T030201.123Z", "by": "Ines Berg"},
    required=("of",),
)


class RemovalAnswer(View):
    """How a removal stands; of a recording that nobody removes, what would go."""

    recording_id: str
    state: RemovalState
    utc: Utc | None
    """When it was ordered, or done; null while it is not ordered."""
    by: str
    why: str
    copies: list[str]
    """Where verified copies are: before, those that are known; while they are being verified, where they should be."""
    files: int
    bytes: int
    folders: list[str]
    left: list[str]
    """Files in these folders that stay: nothing says that they belong to the recording."""
    hindrance: MessageView | None
    """Why it cannot be removed now, or was not; null: nothing is in the way."""
    compared_bytes: int
    to_compare_bytes: int
    phrase: str
    """What has to be said to remove it without a verified copy."""


class RemovalRow(View):
    """A recording that was removed."""

    recording_id: str
    start_utc: Utc
    end_utc: Utc | None
    utc: Utc
    state: RemovalState
    by: str
    why: str
    copies: list[str]
    files: int
    bytes: int


class AbsenceRow(View):
    """A file that somebody has taken away by hand."""

    path: str
    recording_id: str | None
    channel: str
    noticed_utc: Utc
    seen_utc: Utc | None
    """When somebody said that he knows; null: nobody has."""
    seen_by: str
    back_utc: Utc | None
    """When it was there again; null: it is missing."""


class RemovalCommands:
    """Removes recordings. Nobody waits here: copies are read, and files removed, in a process of its own."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    async def removal(self, id: RecordingId) -> Response:  # noqa: A002 - the path's
        """What would go, what is in the way, and how far it is."""
        return answered(removal_view(await self._recorder.removals.view(id)))

    async def remove(self, id: RecordingId, request: Request) -> Response:  # noqa: A002
        """Orders it. Nothing goes before a copy is verified, or the phrase is said."""
        readers = {"verified_copy": wire.directory, "phrase": wire.text, "by": wire.line, "why": wire.line}
        sent = wire.read_fields(await wire.read_object(request), readers)
        copy: str | None = sent.get("verified_copy")
        by: str = sent.get("by") or self._recorder.dive_context.operator
        copies = () if copy is None else (copy,)
        await self._recorder.removals.order(
            RemovalOrder(id, by, sent.get("why", ""), copies, sent.get("phrase", ""))
        )
        return answered(removal_view(await self._recorder.removals.view(id)))

    async def removals(self, asked: Annotated[Filter, Query()]) -> Response:
        """Recordings that were removed: when, by whom, and where copies are."""
        page = asked.page()
        found = await self._recorder.catalogue.ask(lambda: self._recorder.catalogue.rows(Removal, page))
        items = [removal_row(one) for one in found.items]
        return answered(PageOf[RemovalRow](items=items, next_cursor=found.next_cursor))


class AbsenceCommands:
    """What is missing, and that somebody knows it."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    async def absences(self, asked: Annotated[Filter, Query()]) -> Response:
        """Files that were found missing, each once."""
        page = asked.page()
        found = await self._recorder.catalogue.ask(lambda: self._recorder.catalogue.rows(Absence, page))
        items = [shown(AbsenceRow, one) for one in found.items]
        return answered(PageOf[AbsenceRow](items=items, next_cursor=found.next_cursor))

    async def see(self, request: Request) -> Response:
        """Somebody knows that a file, or every file of a recording, is missing."""
        sent = wire.read_fields(await wire.read_object(request), {"of": wire.text, "by": wire.line})
        if "of" not in sent:
            wire.refuse("of", None, "the path of a missing file, or the id of a recording")
        by: str = sent.get("by") or self._recorder.dive_context.operator
        rows = await self._recorder.absences.see(sent["of"], by)
        items = [shown(AbsenceRow, one) for one in rows]
        return answered(PageOf[AbsenceRow](items=items, next_cursor=None))


def removal_view(one: RemovalView) -> RemovalAnswer:
    """How a removal stands, as an answer."""
    hindrance = None if one.hindrance is None else shown(MessageView, one.hindrance)
    return shown(
        RemovalAnswer, one, by=redact(one.ordered_by), copies=list(one.copies), folders=list(one.folders),
        left=list(one.left), hindrance=hindrance, phrase=PHRASE,
    )


def removal_row(one: Removal) -> RemovalRow:
    """A row of the list of removals."""
    return shown(RemovalRow, one, by=redact(one.ordered_by), copies=list(one.copy_places))
