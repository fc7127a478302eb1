"""`/api/v1/templates/evaluate`: what templates would make of names, before they are set."""

from collections.abc import Mapping

from fastapi import Request
from starlette.responses import Response

from seacorder.api.http import documented, wire
from seacorder.api.recorder_protocol import Recorder
from seacorder.api.v1.view import View, answered, shown
from seacorder.base.errors import BadRequest
from seacorder.control.settings.rules import TEMPLATES
from seacorder.model.name_preview import NamePreview
from seacorder.model.recording import FileKind
from seacorder.model.settings import SettingsChange

_TEXT = {"type": "string", "description": "A template; not sent: the one in force"}
_FIELDS = {name: field for field, name in TEMPLATES.items()}
"""For each template as the settings file calls it, the field of a change."""
_READERS: Mapping[str, wire.Reader] = {**dict.fromkeys(_FIELDS, wire.text), "clip": wire.text_or_nothing}
TEMPLATES_BODY = documented.body(
    documented.nullable(dict.fromkeys(_FIELDS, _TEXT)), {"filename": "${yyyy}${MM}${dd}@${channelname}"}
)


class NamedFile(View):
    channel: str | None
    """Null: one file for all channels."""
    path: str


class NamesOfKind(View):
    """The files of one kind."""

    kind: FileKind
    files: list[NamedFile]
    has_clash: bool
    """Two channels would have the same name; the second file gets a number then."""


class UnknownTagView(View):
    """What looks like a tag and is none: it stays in the name as text."""

    template: str
    """As the settings file calls it, such as `filename`."""
    tag: str
    meant: str
    """The tag that is most like it; empty where none is."""


class NamesView(View):
    """What files of this moment would be called."""

    items: list[NamesOfKind]
    unknown_tags: list[UnknownTagView]


class Templates:
    """Trying templates."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    async def evaluate(self, request: Request) -> Response:
        """What files of this moment would be called with these templates; nothing is changed. What would be refused if
        it were set is refused here too."""
        sent = wire.read_fields(await wire.read_object(request), _READERS)
        values = {_FIELDS[name]: text for name, text in sent.items()}
        utc_ns = self._recorder.status().utc_ns
        try:
            names = await self._recorder.preview_names(SettingsChange(**values), utc_ns)
        except BadRequest as error:
            raise BadRequest(error.fact, error.action, field=TEMPLATES.get(error.field or "")) from error
        return answered(NamesView(
            items=[_of_kind(one) for one in names.items],
            unknown_tags=[shown(UnknownTagView, one) for one in names.unknown_tags],
        ))


def _of_kind(one: NamePreview) -> NamesOfKind:
    files = [NamedFile(channel=channel, path=path) for channel, path in one.paths]
    return NamesOfKind(kind=one.kind, files=files, has_clash=one.has_clash)
