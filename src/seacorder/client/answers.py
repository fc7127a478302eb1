"""The answers of `/api/v1` that the command line needs, as typed values. Instants are text as it came: RFC 3339, UTC.

Names and fields are those of the API's answers in `api.v1`, of which they hold a part.
"""

import dataclasses
import types
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from seacorder.base.message import Message
from seacorder.client.errors import InspectorError

T = TypeVar("T")
KEY = "key"
"""In a field's metadata: its name in the answer, where that is a word of Python."""


@dataclass(frozen=True, slots=True)
class ChannelOutcome:
    """What a command came to on one channel; `fact` and `action` say why not."""

    channel: str
    ok: bool
    sentence: str
    """Both in one text."""
    achieved_utc: str | None = None
    path: str | None = None
    was_asked: bool = True
    """False: there was nothing to do, since it is not live or has no file."""
    fact: str = ""
    action: str = ""

    @property
    def message(self) -> Message:
        """Why not. A recorder of 0.1.0 answers without `fact` and `action`."""
        return Message(self.fact, self.action) if self.fact else Message(self.sentence)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command came to: one instant, a result for each channel. `ok` when at least one did it."""

    ok: bool
    id: str
    instant_utc: str
    channels: tuple[ChannelOutcome, ...]
    is_complete: bool = True
    """Every channel that was asked did it, or waits only for its encoder's or a slow source's first picture."""

    @property
    def failed(self) -> tuple[ChannelOutcome, ...]:
        """The channels that were asked and did not do it."""
        return tuple(one for one in self.channels if one.was_asked and not one.ok)


@dataclass(frozen=True, slots=True)
class LossAnswer:
    """Frames that are missing from a channel's recording; `frames` is None when nobody could count them."""

    channel: str
    from_utc: str
    to_utc: str
    frames: int | None
    cause: str
    detail: str
    recording_id: str | None = None


@dataclass(frozen=True, slots=True)
class OverlayAnswer:
    """The text over the pictures of all channels; `since_utc` is None when nobody has set one."""

    text: str
    since_utc: str | None = None


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """A file that is being written."""

    path: str
    number: int
    frames: int
    bytes_stored: int
    fault: str | None = None
    why: Message | None = None

    @property
    def message(self) -> Message | None:
        """What is wrong with it, if anything is. A recorder of 0.1.0 answers without `why`."""
        return _message(self.why, self.fault)


@dataclass(frozen=True, slots=True)
class PictureAnswer:
    """What the source sends."""

    codec: str
    width: int
    height: int
    frame_rate: float


@dataclass(frozen=True, slots=True)
class EncodingAnswer:
    """What a channel's encoding is doing; `sentence` says what was decided, and why."""

    sentence: str
    encoder: str
    preset: str
    bit_rate: int
    dropped_frames: int


@dataclass(frozen=True, slots=True)
class ChannelAnswer:
    """One channel, now."""

    index: int
    name: str
    address: str
    state: str
    since_utc: str
    reason: str | None
    is_recording: bool
    recording_seconds: float
    picture: PictureAnswer | None
    bits_per_second: int
    losses: int
    restarts: int
    queued_bytes: int
    recording: FileAnswer | None = None
    clip: FileAnswer | None = None
    encoding: EncodingAnswer | None = None
    why: Message | None = None
    missing_seconds: float = 0.0
    """How long the losses are together."""

    @property
    def message(self) -> Message | None:
        """Why it is not live. A recorder of 0.1.0 answers without `why`."""
        return _message(self.why, self.reason)


@dataclass(frozen=True, slots=True)
class VolumeAnswer:
    """The disk that recordings go to."""

    path: str
    total_bytes: int
    free_bytes: int
    free_percent: int
    seconds_left: float | None
    """How much longer all channels that have a picture can be recorded; None while none has one."""


@dataclass(frozen=True, slots=True)
class AlarmAnswer:
    """Something that is wrong just now, and what to do; `channel` None concerns the recorder as a whole."""

    kind: str
    channel: str | None
    severity: str
    since_utc: str
    sentence: str
    remedy: str
    fact: str = ""
    action: str = ""

    @property
    def message(self) -> Message:
        """What is wrong, and what to do. A recorder of 0.1.0 answers with `sentence` and `remedy` instead."""
        return Message(self.fact, self.action) if self.fact else Message(self.sentence, self.remedy)


@dataclass(frozen=True, slots=True)
class NarrationAnswer:
    """The narration, now; levels in dB of full scale."""

    name: str
    into: str
    state: str
    reason: str | None
    level_db: float
    peak_db: float
    silent_since_utc: str | None
    missing_seconds: float


@dataclass(frozen=True, slots=True)
class OverrideAnswer:
    """A key of the settings file in whose place another value holds, because a client has set it."""

    key: str
    in_force: object
    in_file: object


@dataclass(frozen=True, slots=True)
class BlackboxChannelAnswer:
    """One channel of the blackbox."""

    name: str
    is_recording: bool
    is_missing: bool


@dataclass(frozen=True, slots=True)
class BlackboxAnswer:
    """The blackbox, now."""

    root: str
    is_recording: bool
    channels: tuple[BlackboxChannelAnswer, ...]
    bytes: int
    max_bytes: int


@dataclass(frozen=True, slots=True)
class StatusAnswer:
    """The recorder, now."""

    utc: str
    version: str
    is_recording: bool
    is_clip_recording: bool
    recording_id: str | None
    recording_seconds: float
    volume: VolumeAnswer
    channels: tuple[ChannelAnswer, ...]
    alarms: tuple[AlarmAnswer, ...] = ()
    narration: NarrationAnswer | None = None
    overrides: tuple[OverrideAnswer, ...] = ()
    blackbox: BlackboxAnswer | None = None


def _message(why: Message | None, older: str | None) -> Message | None:
    return why or (Message(older) if older else None)


def read(kind: type[T], answer: object) -> T:
    """The JSON value `answer` as a value of the class `kind`. Unknown keys, of a later version, are ignored.

    Raises InspectorError if it does not fit.
    """
    try:
        return _value(kind, answer)  # type: ignore[no-any-return]
    except (KeyError, TypeError) as error:
        raise InspectorError(
            "The recorder's answer cannot be read.", "It may be of another version than this program."
        ) from error


def _value(kind: Any, answer: Any) -> Any:
    if get_origin(kind) in {Union, types.UnionType}:
        return None if answer is None else _value(_fitting(get_args(kind), answer), answer)
    if get_origin(kind) is Mapping:
        return {name: _value(get_args(kind)[1], one) for name, one in _members(answer).items()}
    if get_origin(kind) is tuple:
        return tuple(_value(get_args(kind)[0], one) for one in answer)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _record(kind, answer)
    accepted = (int, float) if kind is float else kind
    if kind is not object and not isinstance(answer, accepted):
        raise TypeError(f"{answer!r} is no {kind.__name__}")
    return answer


def _fitting(kinds: tuple[Any, ...], answer: Any) -> Any:
    """That of several kinds which the answer is; the first if it is none."""
    accepted = ((int, float) if kind is float else kind for kind in kinds)
    fits = (isinstance(kind, type | tuple) and isinstance(answer, kind) for kind in accepted)
    return next((kind for kind, does_fit in zip(kinds, fits, strict=True) if does_fit), kinds[0])


def _members(answer: Any) -> Mapping[str, Any]:
    if not isinstance(answer, Mapping):
        raise TypeError(f"{answer!r} is no object")
    return answer


def _record(kind: type[Any], answer: Mapping[str, Any]) -> Any:
    hints = get_type_hints(kind)
    keys = {one.name: one.metadata.get(KEY, one.name) for one in dataclasses.fields(kind)}
    wanted = [one.name for one in dataclasses.fields(kind) if keys[one.name] in answer or not _has_default(one)]
    return kind(**{name: _value(hints[name], answer[keys[name]]) for name in wanted})


def _has_default(field: "dataclasses.Field[Any]") -> bool:
    return field.default is not dataclasses.MISSING
