"""`/api/v1/blackbox`: what the blackbox does and holds, and how a stretch of it is kept; docs/programs/api.md."""

from typing import Any

from fastapi import Request
from starlette.responses import Response

from seacorder.api.http import documented, wire
from seacorder.api.recorder_protocol import Recorder
from seacorder.api.v1.status_views import BlackboxInStatus, blackbox_view
from seacorder.api.v1.view import Utc, View, answered, read_utc, shown

_WHEN = {"type": "string", "format": "date-time", "description": "An instant of the past, with its time zone"}
KEEP_BODY = documented.body(
    {"from": _WHEN, "to": _WHEN},
    {"from": "2026-05-04T03:02:00Z", "to": "2026-05-04T03:12:00Z"},
    required=("from", "to"),
)


class StretchView(View):
    """What the blackbox holds of one channel without a break."""

    channel: str
    from_utc: Utc
    to_utc: Utc
    files: int
    bytes: int


class BlackboxAndHoldings(BlackboxInStatus):
    """The blackbox, now, and what it holds."""

    stretches: list[StretchView]
    """By channel, in the order of the settings; then the oldest first."""


class KeptView(View):
    """The recording that was made of a stretch."""

    recording_id: str
    from_utc: Utc
    """Whole files are kept: it begins at or before the wanted instant, and ends at or after the other."""
    to_utc: Utc
    channels: list[str]
    files: int
    bytes: int
    losses: int
    is_linked: bool
    """Its files are hard links and took no room; false: they are copies."""
    folder: str


class BlackboxCommands:
    """Asking the blackbox, and keeping a stretch of it."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    async def blackbox(self) -> Response:
        """How it is doing, and what it holds."""
        stretches = [shown(StretchView, one) for one in self._recorder.blackbox.stretches()]
        view = blackbox_view(self._recorder.blackbox.view())
        return answered(BlackboxAndHoldings(**view.model_dump(), stretches=stretches))

    async def keep(self, request: Request) -> Response:
        """Makes a recording of everything that was recorded between two instants, with its losses."""
        sent = wire.read_fields(await wire.read_object(request), {"from": _utc, "to": _utc}, required=True)
        for name in ("from", "to"):
            if name not in sent:
                wire.refuse(name, None, "an instant with its time zone")
        kept = await self._recorder.blackbox.keep(sent["from"], sent["to"])
        answer = shown(KeptView, kept, channels=list(kept.channels))
        return documented.json_bytes(answer.model_dump_json().encode(), 201)


def _utc(name: str, value: Any) -> int:
    return read_utc(name, wire.text(name, value))
