"""Lines of the overlay with fields in them: `Depth {depth:.1f} m`. Pure.

A field is a name in braces: a reading (`model.reading_fields`, or a name that a definition gives), or one of the
context's (`model.dive_context`). Behind a colon stands how its number is written, as in Python: sign, zeros, width,
digits behind the point, and `f`, `e`, `g`, `d` or `s`. `{{` and `}}` are braces. Where a field has no value, or a stale
one, stand DASHES.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from seacorder.base.errors import BadRequest
from seacorder.model.reading import Value

DASHES = "---"
_FIELD = re.compile(r"([a-z][a-z0-9_]*)(?::([^{}]*))?")
_FORM = re.compile(r"(?P<front>[<>^=]?[-+ ]?)0?(?P<width>\d{0,2})(?:\.\d{1,2})?(?P<kind>[fFeEgGds]?)")
_PIECES = re.compile(r"\{\{|\}\}|\{[^{}]*\}|[{}]|[^{}]+")

Lookup = Callable[[str], Value | None]
"""The value of a field; None if there is none that may be shown."""


@dataclass(frozen=True, slots=True)
class Field:
    """A place in a line for a value."""

    name: str
    form: str = ""

    def text(self, lookup: Lookup) -> str:
        value = lookup(self.name)
        if value is None or value == "":
            return DASHES
        return _formatted(value, self.form)


@dataclass(frozen=True, slots=True)
class Line:
    """One text, with its line ends, ready to be filled."""

    pieces: tuple[str | Field, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of its fields."""
        return tuple(piece.name for piece in self.pieces if isinstance(piece, Field))

    def text(self, lookup: Lookup) -> str:
        """The line with the values of now."""
        return "".join([piece if isinstance(piece, str) else piece.text(lookup) for piece in self.pieces])


def no_values(_: str) -> None:
    """No field has a value."""


@lru_cache(maxsize=256)
def line_of(text: str) -> Line:
    """The line that `text` stands for. Raises BadRequest."""
    pieces: list[str | Field] = []
    for piece in _PIECES.findall(text):
        if piece in {"{{", "}}"}:
            pieces.append(piece[0])
        elif piece in {"{", "}"}:
            raise _refused(f"The line {text!r} has a {piece} alone.", "Write {{ or }} for a brace in the text.")
        elif piece.startswith("{"):
            pieces.append(_field(piece))
        else:
            pieces.append(piece)
    return Line(tuple(pieces))


@lru_cache(maxsize=256)
def line_or_text(text: str) -> Line:
    """As `line_of`; what is no line with fields is shown as it stands."""
    try:
        return line_of(text)
    except BadRequest:
        return Line((text,))


def _field(piece: str) -> Field:
    found = _FIELD.fullmatch(piece[1:-1])
    if found is None:
        raise _refused(f"{piece} is no field.", "Write a name in braces, such as {depth} or {depth:.1f}.")
    name, form = found[1], found[2] or ""
    if _FORM.fullmatch(form) is None:
        fact = f"{piece} has no number form behind its colon."
        raise _refused(fact, "Write one such as .1f for one digit behind the point, or 06.2f for leading zeros.")
    return Field(name, form)


def _formatted(value: Value, form: str) -> str:
    parts = _FORM.fullmatch(form)
    kind = parts["kind"] if parts is not None else ""
    if isinstance(value, str) or kind == "s":
        text = value if isinstance(value, str) else f"{value:.6g}"
        return text.rjust(int(parts["width"] or 0)) if parts is not None else text
    if not math.isfinite(value):
        return DASHES
    if kind == "d":
        return format(round(value), re.sub(r"\.\d+", "", form))
    if not form:
        return f"{value:.6f}".rstrip("0").rstrip(".")
    if not kind and "." not in form:
        return format(round(value, 6), form)
    return format(value, form)


def _refused(fact: str, action: str) -> BadRequest:
    return BadRequest(fact, action, field="text")
