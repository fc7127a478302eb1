"""What somebody asks of the book of observations: to enter one, or to change one. Values as a client sent them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from seacorder.model.observation import EnteredBy


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody enters."""

    code: str
    text: str = ""
    fields: Mapping[str, object] = field(default_factory=dict)
    """By name; what is accepted, the kind says."""
    author: str = ""
    """Empty: the operator of the context."""
    entered_by: EnteredBy = EnteredBy.API
    utc_ns: int | None = None
    """An instant of the past; None: now."""
    end_utc_ns: int | None = None
    """The end of a span of the past; None: it is open."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What somebody changes, and why."""

    text: str | None = None
    """None: it stays."""
    fields: Mapping[str, object] = field(default_factory=dict)
    """Only those that change; an empty text takes a value away."""
    author: str = ""
    reason: str = ""
