"""The recorder's state, and what makes it do something: status, recordings, clips, stills, the text over the pictures.

Runs on the event loop and never blocks it. A command is answered when every channel has answered, see `control`.
"""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Path, Query, Request
from starlette.responses import Response

from seacorder.api import failures
from seacorder.api.http import documented, wire
from seacorder.api.http.problems import NotThere
from seacorder.api.recorder_protocol import Recorder
from seacorder.api.v1.status_views import alarm_view, status_view
from seacorder.api.v1.view import Utc, View, answered, shown, utc_text
from seacorder.base.message import Message
from seacorder.base.redaction import redact
from seacorder.model import outcome as outcomes
from seacorder.model.alarm import AlarmKind
from seacorder.model.dive_context import CONTEXT_CHARACTERS_MAX
from seacorder.model.outcome import CommandOutcome
from seacorder.model.overlay import OVERLAY_CHARACTERS_MAX, OverlayText
from seacorder.model.overlay_line import line_of

PICTURE_WIDTH_MIN = 64
PICTURE_WIDTH_MAX = 1920
_INDEX_MAX = 100_000
SEE_STATUS = "See /api/v1/status for those there are; they count from 0."
Meant = Annotated[str | None, Query(description="Its name: 404 where another one is there by now")]
"""Channels that are added and removed move the others: who has read the list a while ago says which one is meant."""

SEEN_BODY = documented.body(
    {
        "kind": {"type": "string", "enum": [one.value for one in AlarmKind]},
        "channel": {"type": ["string", "null"], "description": "Null or absent: the alarm of the recorder as a whole"},
        "by": {"type": ["string", "null"], "maxLength": CONTEXT_CHARACTERS_MAX, "description": "Who has seen it"},
    },
    {"kind": "camera_failed", "channel": "Stern", "by": "Ines Berg"},
    required=("kind",),
)
OVERLAY_BODY = documented.body(
    {"text": {"type": "string", "maxLength": OVERLAY_CHARACTERS_MAX, "description": "Lines end with \\n; empty: none"}},
    {"text": "Depth 123.4 m"},
    required=("text",),
)
FRAMEGRAB_BODY = {
    "requestBody": {
        "required": False,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {"channel": {"type": ["string", "null"], "description": "One channel; else all"}},
                },
                "example": {"channel": "Bow"},
            }
        },
    }
}


class Jpeg(Response):
    """A picture."""

    media_type = "image/jpeg"


class ChannelOutcome(View):
    """What a command came to on one channel."""

    channel: str
    ok: bool
    fact: str
    """What is wrong; empty when done."""
    action: str
    """What Seacorder does about it by itself, then what to do; empty when done."""
    sentence: str
    """`fact` and `action` as one text."""
    was_asked: bool
    """False: there was nothing to do, since it is not live or has no file."""
    achieved_utc: Utc | None
    """Capture time of the first frame of a start, the last of a stop, the frame of a framegrab."""
    path: str | None


class Outcome(View):
    """What a command came to: one instant, a result for each channel."""

    ok: bool
    """At least one channel did it, or there was nothing to do."""
    is_complete: bool
    """Every channel that was asked did it, or waits only for its encoder's or a slow source's first picture."""
    id: str
    instant_utc: Utc
    channels: list[ChannelOutcome]


class OverlayView(View):
    """The text over the pictures of all channels."""

    text: str
    since_utc: Utc | None
    """Frames captured at or after it carry the text; null: nobody has set or cleared it since the program began."""


class Commands:
    """What the recorder is doing, and making it do something."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    async def status(self) -> Response:
        """The recorder and every channel, now."""
        return answered(status_view(self._recorder.status(), self._recorder.events.newest_cursor))

    async def start_recording(self) -> Response:
        """Master start of all channels at one instant; fine while a recording runs."""
        result = await self._recorder.start_recording()
        return _outcome(failures.NOTHING_RECORDED, result, may_be_idle=False)

    async def stop_recording(self) -> Response:
        """Master stop; answers when every file is complete and on disk; fine while idle."""
        return _outcome(failures.NOT_FINISHED, await self._recorder.stop_recording())

    async def start_clip(self) -> Response:
        """A file per live channel beside the recording, from the pre-roll before now."""
        return _outcome(failures.NO_CLIP, await self._recorder.start_clip(), may_be_idle=False)

    async def stop_clip(self) -> Response:
        """Ends the clip; fine while none runs."""
        return _outcome(failures.CLIP_NOT_FINISHED, await self._recorder.stop_clip())

    async def take_framegrab(self, request: Request) -> Response:
        """One framegrab of every live channel, or of one, all of the instant of the command."""
        channel = await self._channel_asked(request)
        result = await self._recorder.take_framegrab(channel)
        return _outcome(failures.NO_FRAMEGRAB, result, may_be_idle=False)

    async def see_alarm(self, request: Request) -> Response:
        """Somebody has seen an alarm. All who listen to events are told."""
        readers = {"kind": _alarm_kind, "channel": wire.text, "by": wire.line}
        sent = wire.read_fields(await wire.read_object(request), readers)
        if "kind" not in sent:
            wire.refuse("kind", None, "the kind of an alarm, see /api/v1/status")
        return answered(alarm_view(self._recorder.see_alarm(sent["kind"], sent.get("channel"), sent.get("by", ""))))

    async def overlay(self) -> Response:
        """The text over the pictures of all channels."""
        return answered(overlay_view(self._recorder.overlay_text()))

    async def set_overlay(self, request: Request) -> Response:
        """Shows a text over the pictures of all channels, from one instant on."""
        sent = wire.read_fields(await wire.read_object(request), {"text": wire.text}, required=True)
        if "text" not in sent:
            wire.refuse("text", None, "text; an empty one removes what is shown")
        line_of(sent["text"])  # raises BadRequest for a mistake in a field
        return answered(overlay_view(self._recorder.set_overlay_text(sent["text"])))

    async def clear_overlay(self) -> Response:
        """Removes the text; fine when there is none."""
        return answered(overlay_view(self._recorder.set_overlay_text("")))

    async def picture(
        self,
        index: Annotated[int, Path(ge=0, le=_INDEX_MAX, description="Position in the settings file, from 0")],
        width: Annotated[int, Query(ge=PICTURE_WIDTH_MIN, le=PICTURE_WIDTH_MAX, description="Pixels")] = 480,
        channel: Meant = None,
    ) -> Response:
        """A small JPEG of the channel's newest keyframe, for a page."""
        check_place([one.status.channel for one in self._recorder.status().channels], index, channel)
        picture = await self._recorder.picture(index, width)
        if picture is None or not picture.jpeg:
            raise NotThere("This channel has no picture now.", "Its state and reason are in /api/v1/status.")
        # Whoever shows it can say how old it is, and take it away when it is too old.
        return Jpeg(picture.jpeg, headers={"x-frame-utc": utc_text(picture.frame_utc_ns)})

    async def _channel_asked(self, request: Request) -> str | None:
        if not await wire.has_body(request):
            return None
        sent = wire.read_fields(await wire.read_object(request), {"channel": wire.text})
        channel: str | None = sent.get("channel")
        names = [one.status.channel for one in self._recorder.status().channels]
        if channel is not None and channel not in names:
            raise NotThere(f"There is no channel {wire.shown(channel)}.", f"The channels are {', '.join(names)}.")
        return channel


def _alarm_kind(name: str, value: Any) -> AlarmKind:
    try:
        return AlarmKind(wire.text(name, value))
    except ValueError:
        wire.refuse(name, value, "the kind of an alarm, see /api/v1/status")


def outcome(result: CommandOutcome) -> Outcome:
    """The answer to a command. A command that had nothing to do counts as done."""
    channels = [_on_channel(one) for one in result.channels]
    done = result.ok or not channels
    instant_utc = utc_text(result.instant.utc_ns)
    return Outcome(ok=done, is_complete=result.is_complete, id=result.id, instant_utc=instant_utc, channels=channels)


def _on_channel(one: outcomes.ChannelOutcome) -> ChannelOutcome:
    fact, action, sentence = redact(one.reason.fact), redact(one.reason.action), redact(one.reason.text)
    return shown(ChannelOutcome, one, fact=fact, action=action, sentence=sentence)


def check_place(names: Sequence[str], index: int, meant: str | None = None) -> None:
    """Raises NotThere where no channel has this place, or another one has it than the one that is meant."""
    if index >= len(names):
        raise NotThere(f"There is no channel {index}.", SEE_STATUS)
    if meant is not None and meant != names[index]:
        raise NotThere(f"Channel {index} is {names[index]}, not {wire.shown(meant)}.", SEE_STATUS)


def overlay_view(shown_text: OverlayText) -> OverlayView:
    """The text, unmasked: a client has written it itself."""
    since = None if shown_text.since is None else utc_text(shown_text.since.utc_ns)
    return OverlayView(text=shown_text.text, since_utc=since)


def _outcome(what: Message, result: CommandOutcome, *, may_be_idle: bool = True) -> Response:
    if not result.ok and (result.channels or not may_be_idle):
        raise failures.failed(what, result)
    return answered(outcome(result))
