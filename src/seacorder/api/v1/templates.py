"""`/api/v1/templates`: how files are named; and `evaluate`: what templates would make of names, before they are set."""

from collections.abc import Mapping
from typing import NoReturn

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


class TemplatesView(View):
    """The templates in force, each as the settings file calls it."""

    filename: str
    directory: str
    framegrab: str
    data_log: str
    event: str
    anomaly: str
    clip: str | None
    """Null: clips follow `anomaly`."""


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
    """Reading, changing and trying templates."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    async def templates(self) -> Response:
        """The templates in force: how files are named."""
        return answered(shown(TemplatesView, self._recorder.settings.templates))

    async def change(self, request: Request) -> Response:
        """Changes the templates that are sent, for all files that begin after it; the rest, and nulls, stay. An empty
        `clip` follows `anomaly` again."""
        try:
            await self._recorder.change_settings(await self._change_of(request))
        except BadRequest as error:
            _refuse(error)
        return await self.templates()

    async def evaluate(self, request: Request) -> Response:
        """What files of this moment would be called with these templates; nothing is changed. What would be refused if
        it were set is refused here too."""
        change = await self._change_of(request)
        utc_ns = self._recorder.status().utc_ns
        try:
            names = await self._recorder.preview_names(change, utc_ns)
        except BadRequest as error:
            _refuse(error)
        return answered(NamesView(
            items=[_of_kind(one) for one in names.items],
            unknown_tags=[shown(UnknownTagView, one) for one in names.unknown_tags],
        ))

    @staticmethod
    async def _change_of(request: Request) -> SettingsChange:
        sent = wire.read_fields(await wire.read_object(request), _READERS)
        return SettingsChange(**{_FIELDS[name]: text for name, text in sent.items()})


def _refuse(error: BadRequest) -> NoReturn:
    """Raises the error again, with the template's name as the settings file has it."""
    raise BadRequest(error.fact, error.action, field=TEMPLATES.get(error.field or "")) from error


def _of_kind(one: NamePreview) -> NamesOfKind:
    files = [NamedFile(channel=channel, path=path) for channel, path in one.paths]
    return NamesOfKind(kind=one.kind, files=files, has_clash=one.has_clash)
