"""What clients send about observations and their kinds: bodies for the OpenAPI document, and how each field is read.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from seacorder.api.http import documented, wire
from seacorder.api.v1.view import read_utc
from seacorder.model.observation import TEXT_CHARACTERS_MAX, EnteredBy, ObservationClass
from seacorder.model.observation_kind import (
    CLIP_SECONDS_MAX,
    CODE,
    FIELD_NAME,
    RESERVED_CODES,
    KindField,
    KindFieldType,
    ObservationKind,
)

Word = TypeVar("Word", bound=StrEnum)
BY_CLIENT = (EnteredBy.API, EnteredBy.KEY, EnteredBy.PAGE)
"""What a client may say about how an observation was entered."""

_TEXT = {"type": "string", "maxLength": TEXT_CHARACTERS_MAX}
_FIELDS = {"type": "object", "description": "By name; which there are, and what they take, the kind says"}
_PERSON = {"type": "string", "description": "Who; else the operator of the context"}
_WHY = {"type": "string", "description": "Why"}
_WAY = {"type": "string", "enum": [way.value for way in BY_CLIENT]}
_WHEN = {"type": "string", "format": "date-time", "description": "An instant of the past, with its time zone"}
ENTRY_BODY = documented.body(
    documented.nullable({
        "code": {"type": "string"}, "text": _TEXT, "fields": _FIELDS, "author": _PERSON, "entered_by": _WAY,
        "utc": _WHEN, "to_utc": _WHEN,
    }),
    {"code": "AN", "text": "Half consumed", "fields": {"clock": 3}},
    required=("code",),
)


def _optional(fields: dict[str, dict[str, Any]], example: dict[str, Any]) -> dict[str, Any]:
    extra = documented.body(documented.nullable(fields), example)
    extra["requestBody"]["required"] = False
    return extra


EDIT_BODY = _optional(
    {"text": _TEXT, "fields": _FIELDS, "author": _PERSON, "reason": _WHY}, {"text": "Gone", "reason": "Seen again"}
)
PRESS_BODY = _optional({"text": _TEXT, "fields": _FIELDS, "author": _PERSON, "entered_by": _WAY}, {"text": "Worn"})
KIND_BODY = documented.body(
    documented.nullable({
        "label": {"type": "string"}, "class": {"type": "string", "enum": [one.value for one in ObservationClass]},
        "is_span": {"type": "boolean"}, "colour": {"type": "string", "description": "`#rrggbb`"},
        "key": {"type": "string", "maxLength": 1}, "takes_still": {"type": "boolean"},
        "clip_seconds": {"type": "number", "minimum": 0, "maximum": CLIP_SECONDS_MAX},
        "takes_span_clip": {"type": "boolean"},
        "fields": {"type": "array", "items": {"type": "object"}},
    }),
    {"label": "Weld", "class": "finding", "key": "w"},
    required=("label",),
)


def _object(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        wire.refuse(name, value, 'an object such as {"clock": 3}')
    return value


def _utc(name: str, value: Any) -> int:
    return read_utc(name, wire.text(name, value))


def _one_of(accepted: Iterable[Word]) -> Callable[[str, Any], Word]:
    """Reads one of these words."""
    words = {one.value: one for one in accepted}

    def read(name: str, value: Any) -> Word:
        if not isinstance(value, str) or value not in words:
            wire.refuse(name, value, ", ".join(words))
        return words[value]

    return read


_way = _one_of(BY_CLIENT)


def _seconds(name: str, value: Any) -> float:
    seconds = wire.number(name, value)
    if not 0 <= seconds <= CLIP_SECONDS_MAX or math.isnan(seconds):
        wire.refuse(name, value, f"0 to {CLIP_SECONDS_MAX:g} seconds")
    return seconds


def _key(name: str, value: Any) -> str:
    key = wire.text(name, value)
    if len(key) > 1 or (key and not key.isprintable()):
        wire.refuse(name, value, "one character, or an empty text for none")
    return key


def _colour(name: str, value: Any) -> str:
    colour = wire.text(name, value).lower()
    if len(colour) != 7 or colour[0] != "#" or set(colour[1:]) - set("0123456789abcdef"):
        wire.refuse(name, value, "a colour such as #ffcc00")
    return colour


def _kind_fields(name: str, value: Any) -> tuple[KindField, ...]:
    if not isinstance(value, list) or len(value) > 32:
        wire.refuse(name, value, "a list of at most 32 fields")
    fields = tuple(_kind_field(one) for one in value)
    if len({one.name for one in fields}) < len(fields):
        wire.refuse(name, value, "fields of different names")
    return fields


def _kind_field(value: Any) -> KindField:
    sent = wire.read_fields(_object("fields", value), _OF_FIELD)
    if not FIELD_NAME.fullmatch(str(sent.get("name", ""))):
        wire.refuse("name", sent.get("name"), "a name of small letters, digits and _")
    field = KindField(**sent)
    if (field.type is KindFieldType.CHOICE) != bool(field.choices):
        wire.refuse("choices", list(field.choices), "a list of words for a choice, and for nothing else")
    return field


def _choices(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        wire.refuse(name, value, "a list of words")
    return tuple(wire.text(name, one) for one in value)


OF_ENTRY: Mapping[str, wire.Reader] = {
    "code": wire.text, "text": wire.text, "fields": _object, "author": wire.text, "entered_by": _way, "utc": _utc,
    "to_utc": _utc,
}
OF_PRESS = {name: OF_ENTRY[name] for name in ("text", "fields", "author", "entered_by")}
OF_EDIT: Mapping[str, wire.Reader] = {
    "text": wire.text, "fields": OF_ENTRY["fields"], "author": wire.text, "reason": wire.text,
}
_OF_FIELD: Mapping[str, wire.Reader] = {
    "name": wire.text, "type": _one_of(KindFieldType), "unit": wire.text, "choices": _choices,
}
_OF_KIND: Mapping[str, wire.Reader] = {
    "label": wire.text, "class": _one_of(ObservationClass), "is_span": wire.boolean, "colour": _colour, "key": _key,
    "takes_still": wire.boolean, "clip_seconds": _seconds, "takes_span_clip": wire.boolean, "fields": _kind_fields,
}
_KIND_NAMES = {"class": "observation_class"}


def kind_of(code: str, sent: Mapping[str, Any]) -> ObservationKind:
    """The kind that a body describes. Raises BadRequest."""
    if not CODE.fullmatch(code.upper()):
        wire.refuse("code", code, "1 to 16 letters, digits, - and _, the first a letter or digit")
    if code.upper() in RESERVED_CODES:
        wire.refuse("code", code, "another one: the program itself enters observations of this code")
    read = wire.read_fields(sent, _OF_KIND)
    if not str(read.get("label", "")).strip():
        wire.refuse("label", read.get("label"), "what the kind is called")
    own = {_KIND_NAMES.get(name, name): value for name, value in read.items()}
    kind = ObservationKind(code.upper(), **own)
    if kind.takes_span_clip and not kind.is_span:
        wire.refuse("takes_span_clip", True, "false for a kind that is no span; see clip_seconds")
    return kind
