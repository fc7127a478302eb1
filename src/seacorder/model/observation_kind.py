"""Kinds of observations: what one press of a key enters, and the fields that can be filled in. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn

from seacorder.base.errors import BadRequest
from seacorder.model.observation import FieldValue, ObservationClass, Pairs

CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,15}")
FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
FIELD_TEXT_MAX = 500
CLIP_SECONDS_MAX = 3600.0
ANOMALY_SECONDS = 10.0
"""How long the video of an anomaly goes on after the press, where nothing else is set."""


class KindFieldType(StrEnum):
    NUMBER = "number"
    CHOICE = "choice"
    TEXT = "text"
    DISTANCE = "distance"
    """Metres."""
    CLOCK = "clock"
    """A position on a pipe as on a clock's face: 1 to 12; half hours are allowed."""


@dataclass(frozen=True, slots=True)
class KindField:
    """One field that an observation of a kind can have."""

    name: str
    type: KindFieldType = KindFieldType.TEXT
    unit: str = ""
    choices: tuple[str, ...] = ()
    """Of a choice: what is accepted."""


@dataclass(frozen=True, slots=True)
class ObservationKind:
    """What one press enters."""

    code: str
    label: str
    observation_class: ObservationClass = ObservationClass.FINDING
    is_span: bool = False
    colour: str = "#4f9dde"
    key: str = ""
    """The key of the page; empty: none."""
    fields: tuple[KindField, ...] = ()
    takes_still: bool = False
    clip_seconds: float = 0.0
    """How long a clip goes on after the press; it begins with the channels' pre-roll. 0: no clip, but for an anomaly
    the usual ten seconds, or its whole span."""
    takes_span_clip: bool = False
    """A clip as long as the span, with the pre-roll before it."""

    @property
    def clip_of_span(self) -> bool:
        """Its clip is as long as its span. An anomaly always has a video of its own: of a span it is this one, unless a
        length is set."""
        is_anomaly = self.observation_class is ObservationClass.ANOMALY
        return self.is_span and (self.takes_span_clip or (is_anomaly and not self.clip_seconds))

    @property
    def clip_after_seconds(self) -> float:
        """How long its clip goes on after the press; 0 where it has none, or one as long as its span."""
        if self.clip_of_span:
            return 0.0
        is_anomaly = self.observation_class is ObservationClass.ANOMALY
        return self.clip_seconds or (ANOMALY_SECONDS if is_anomaly else 0.0)


def _of(code: str, label: str, key: str, **more: object) -> ObservationKind:
    return ObservationKind(code, label, key=key, **more)  # type: ignore[arg-type]


_CLOCK = KindField("clock", KindFieldType.CLOCK)
_LENGTH = KindField("length", KindFieldType.DISTANCE, "m")
_HEIGHT = KindField("height", KindFieldType.DISTANCE, "m")
_FINDING, _ANOMALY = ObservationClass.FINDING, ObservationClass.ANOMALY

READY_KINDS = (
    _of("AN", "Anode", "i", colour="#4f9dde", takes_still=True,
        fields=(KindField("depletion", KindFieldType.NUMBER, "%"), _CLOCK)),
    _of("FJ", "Field joint", "j", colour="#7fb069"),
    _of("FS", "Free span", "p", colour="#e6aa4c", is_span=True, fields=(_HEIGHT, _LENGTH)),
    _of("BU", "Burial", "b", colour="#a0785a", is_span=True),
    _of("DB", "Debris", "x", colour="#c9b458", takes_still=True, fields=(_LENGTH, _CLOCK)),
    _of("DM", "Damage", "q", colour="#d9534f", observation_class=_ANOMALY, takes_still=True,
        clip_seconds=ANOMALY_SECONDS, fields=(_LENGTH, _CLOCK)),
    _of("MG", "Marine growth", "g", colour="#5aa469", is_span=True,
        fields=(KindField("cover", KindFieldType.NUMBER, "%"), KindField("thickness", KindFieldType.NUMBER, "mm"))),
    _of("CP", "CP stab", "u", colour="#9b7ede", takes_still=True,
        fields=(KindField("potential", KindFieldType.NUMBER, "mV"),)),
    _of("NOTE", "Note", "n", colour="#9aa5b1", observation_class=ObservationClass.NOTE),
)
"""There without any setting. Their keys are none that the page itself needs; its `n` opens a note, too."""

ANOMALY_VIDEO = _of("ANOMALY", "Anomaly", "", colour="#d9534f", observation_class=_ANOMALY, is_span=True,
                    takes_span_clip=True)
"""What `anomalies/start` of the integration service enters. It is not among the kinds that people choose from."""

INTERVAL_RECORD = _of("LOG", "Record of readings", "", colour="#9aa5b1", observation_class=ObservationClass.NOTE)
"""What is entered at a set interval, so that no stretch of a dive is without a record. Not chosen by people either."""

RESERVED_CODES = frozenset({ANOMALY_VIDEO.code, INTERVAL_RECORD.code})
"""Codes that no other kind may have: the program itself enters observations of them."""


def known(kinds: Iterable[ObservationKind]) -> str:
    return ", ".join(kind.code for kind in kinds)


def checked_fields(kind: ObservationKind, sent: Mapping[str, object]) -> Pairs:
    """The fields as they are stored, in the order of the kind; empty texts take a value away. Raises BadRequest."""
    by_name = {one.name: one for one in kind.fields}
    for name in sent:
        if name not in by_name:
            accepted = f"{kind.code} has the fields {', '.join(by_name)}." if by_name else f"{kind.code} has no fields."
            raise BadRequest(f"fields: {name!r} is not a field of {kind.code}.", accepted, field="fields")
    return tuple((name, _checked(by_name[name], sent[name])) for name in by_name if sent.get(name) is not None)


def _checked(field: KindField, value: object) -> FieldValue:
    match field.type:
        case KindFieldType.NUMBER | KindFieldType.DISTANCE:
            return value if value == "" else _number(field, value)
        case KindFieldType.CLOCK:
            return value if value == "" else _clock(field, value)
        case KindFieldType.CHOICE:
            if value not in (*field.choices, ""):
                _refuse(field, value, f"one of {', '.join(field.choices)}")
            return str(value)
        case KindFieldType.TEXT:
            if not isinstance(value, str) or len(value) > FIELD_TEXT_MAX or _has_surrogates(value):
                _refuse(field, value, f"a text of at most {FIELD_TEXT_MAX} characters, without lone surrogates")
            return str(value)


def _number(field: KindField, value: object) -> float:
    unit = f" in {field.unit}" if field.unit else ""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e12:
        _refuse(field, value, f"a number{unit}")
    if field.type is KindFieldType.DISTANCE and value < 0:
        _refuse(field, value, f"a distance{unit}, 0 or more")
    return value


def _clock(field: KindField, value: object) -> float:
    hour = _number(field, value)
    if not 1 <= hour < 13 or hour * 2 != int(hour * 2):
        _refuse(field, value, "a position on the clock, 1 to 12.5 in half hours")
    return hour


def _has_surrogates(text: str) -> bool:
    """Halves of characters, which JSON can carry and UTF-8 cannot."""
    return any("\ud800" <= character <= "\udfff" for character in text)


def _refuse(field: KindField, value: object, accepted: str) -> NoReturn:
    shown = repr(value)[:60]
    raise BadRequest(f"fields: {field.name} cannot be {shown}.", f"Accepted is {accepted}.", field="fields")
