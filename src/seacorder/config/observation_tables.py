"""`[observations]`: kinds, rules, and what is entered at an interval."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, model_validator

from seacorder.base.errors import BadRequest
from seacorder.config.overlay_tables import one_colour
from seacorder.config.values import SettingsTable, Unaccepted, key, listed
from seacorder.model.observation import ObservationClass
from seacorder.model.observation_kind import (
    CLIP_SECONDS_MAX,
    CODE,
    FIELD_NAME,
    READY_KINDS,
    RESERVED_CODES,
    KindField,
    KindFieldType,
    ObservationKind,
)
from seacorder.model.observation_rule import ObservationRule, parse_condition

_SWITCH = "true or false"
_CODE = "1 to 16 letters, digits, `-` and `_`"
_CONDITION = "comparisons of readings and numbers, joined by `and`, `or`"


def kind_code(text: str) -> str:
    """A kind's code, in capital letters."""
    code = text.strip().upper()
    if code in RESERVED_CODES:
        raise Unaccepted(f"{code} is entered by the program itself.", "Choose another code.")
    if not CODE.fullmatch(code):
        raise Unaccepted(f"{text!r} is no code.", "Write 1 to 16 letters, digits, - and _, such as AN.")
    return code


def field_name(text: str) -> str:
    """The name of a field of a kind."""
    if not FIELD_NAME.fullmatch(text):
        raise Unaccepted(f"{text!r} is no name of a field.", "Write small letters, digits and _, such as depletion.")
    return text


def condition(text: str) -> str:
    """A condition on readings; only its form is checked."""
    try:
        parse_condition(text)
    except BadRequest as error:
        raise Unaccepted(error.fact, error.action) from error
    return text


def _twice(words: Iterable[str]) -> str | None:
    """The first word that has stood there before."""
    seen: set[str] = set()
    for word in words:
        if word in seen:
            return word
        seen.add(word)
    return None


class KindFieldTable(SettingsTable):
    """A field that can be filled in."""

    name: Annotated[str, AfterValidator(field_name)] = key(..., "What it is called.", "small letters, digits and `_`")
    type: Literal["number", "choice", "text", "distance", "clock"] = key(
        "text", "What it takes; a distance is 0 or more, a clock is a position from 1 to 12.5.",
        '`"number"`, `"choice"`, `"text"`, `"distance"` or `"clock"`'
    )
    unit: str = key("", "Unit of a number or distance.", "text", max_length=20)
    choices: Annotated[tuple[str, ...], BeforeValidator(listed)] = key((), "Of a choice: its words.", "a list of words")

    @model_validator(mode="after")
    def _choices_fit(self) -> "KindFieldTable":
        if (self.type == "choice") != bool(self.choices):
            raise Unaccepted("choices belong to a choice, and a choice needs them.", 'Write choices = ["port", "…"].')
        return self


class KindTable(SettingsTable):
    """A kind of observation; it takes the place of the ready one of the same code."""

    code: Annotated[str, AfterValidator(kind_code)] = key(..., "Its code.", _CODE)
    label: str = key(..., "What it is called.", "text", min_length=1, max_length=60)
    observation_class: Literal["finding", "anomaly", "note", "milestone"] = key(
        "finding", "Its class; an anomaly has a video of its own.",
        '`"finding"`, `"anomaly"`, `"note"` or `"milestone"`'
    )
    span: bool = key(False, "It has a beginning and an end.", _SWITCH)
    colour: Annotated[str, AfterValidator(one_colour)] = key("#4f9dde", "Of its button.", "a colour such as `#ffcc00`")
    shortcut: str = key("", "Key of the page; empty: none.", "one character", max_length=1)
    framegrab: bool = key(False, "It takes a framegrab of every channel.", _SWITCH)
    clip_seconds: float = key(
        0.0, "How long a clip goes on after it, with the pre-roll before; "
        "0: no clip, but for an anomaly 10 s, or its whole span.",
        "0 to 3600 seconds", ge=0, le=CLIP_SECONDS_MAX
    )
    span_clip: bool = key(False, "A clip as long as the span.", _SWITCH)
    fields: tuple[KindFieldTable, ...] = key((), "What can be filled in.", "a list of tables with name and type")

    @model_validator(mode="after")
    def _fields_differ(self) -> "KindTable":
        if twice := _twice(one.name for one in self.fields):
            raise Unaccepted(f"the field {twice!r} stands there twice.", "Give each field a name of its own.")
        return self

    @model_validator(mode="after")
    def _clip_fits(self) -> "KindTable":
        if self.span_clip and not self.span:
            raise Unaccepted("span_clip belongs to a span.", "Write span = true, or clip_seconds.")
        return self

    def kind(self) -> ObservationKind:
        """The kind as the book of observations takes it."""
        fields = tuple(KindField(one.name, KindFieldType(one.type), one.unit, one.choices) for one in self.fields)
        return ObservationKind(
            code=self.code,
            label=self.label,
            observation_class=ObservationClass(self.observation_class),
            is_span=self.span,
            colour=self.colour,
            key=self.shortcut,
            fields=fields,
            takes_still=self.framegrab,
            clip_seconds=self.clip_seconds,
            takes_span_clip=self.span_clip,
        )


class RuleTable(SettingsTable):
    """A rule that enters observations by readings."""

    code: Annotated[str, AfterValidator(kind_code)] = key(..., "The kind that it enters.", _CODE)
    when: Annotated[str, AfterValidator(condition)] = key(..., "A span is open as long as this holds.", _CONDITION)
    within: Annotated[str, AfterValidator(condition)] | None = key(
        None, "The rule is off while this does not hold.", _CONDITION
    )
    text: str = key("", "Text of the observation; empty: the condition.", "text", max_length=200)

    def rule(self) -> ObservationRule:
        """The rule as it is followed."""
        within = None if self.within is None else parse_condition(self.within)
        return ObservationRule(self.code, parse_condition(self.when), within, self.text)


class ObservationsTable(SettingsTable):
    """What is observed, and what is entered by itself."""

    ready_kinds: bool = key(True, "The ready kinds are there beside those of this file.", _SWITCH)
    interval_seconds: float = key(
        0.0, "While a recording runs, all readings are entered every so many seconds; 0: never.",
        "0, or 1 to 86400 seconds", ge=0, le=86_400
    )
    kinds: tuple[KindTable, ...] = key((), "Kinds.", "any number of [[observations.kinds]] tables")
    rules: tuple[RuleTable, ...] = key((), "Rules.", "any number of [[observations.rules]] tables")

    @model_validator(mode="after")
    def _interval_is_a_second(self) -> "ObservationsTable":
        if 0 < self.interval_seconds < 1:
            raise Unaccepted("interval_seconds is shorter than a second.", "Write 0, or 1 to 86400.")
        return self

    @model_validator(mode="after")
    def _kinds_differ(self) -> "ObservationsTable":
        if twice := _twice(table.code for table in self.kinds):
            raise Unaccepted(f"there are two kinds {twice!r}.", "Give each kind a code of its own.")
        if twice := _twice(kind.key for kind in self.all_kinds() if kind.key):
            raise Unaccepted(f"two kinds have the shortcut {twice!r}.", "Choose another one.")
        return self

    @model_validator(mode="after")
    def _rules_name_kinds(self) -> "ObservationsTable":
        known = [kind.code for kind in self.all_kinds()]
        for rule in self.rules:
            if rule.code not in known:
                raise Unaccepted(f"there is no kind {rule.code!r}.", f"Known are {', '.join(known)}.")
        return self

    def all_kinds(self) -> tuple[ObservationKind, ...]:
        """The ready kinds, with those of the file in their place or behind them."""
        ready = {kind.code: kind for kind in READY_KINDS} if self.ready_kinds else {}
        return tuple((ready | {table.code: table.kind() for table in self.kinds}).values())

    def all_rules(self) -> tuple[ObservationRule, ...]:
        return tuple(table.rule() for table in self.rules)
