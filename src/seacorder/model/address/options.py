"""What all kinds of addresses share: reading options by a table of parsers, and what is said of mistakes in them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from seacorder.base.errors import BadRequest
from seacorder.base.redaction import is_harmless

SIZE_MAX = (7680, 4320)
RATE_MAX = 240


@dataclass(frozen=True, slots=True)
class Option:
    """How one option is read. `expected` says in words what it takes; `parse` raises ValueError for anything else."""

    parse: Callable[[str], object]
    expected: str


def parse_options(text: str, mark: str, known: Mapping[str, Option], decode: Callable[[str], str]) -> dict[str, object]:
    """The options in `text`, `a=1&b=2`, which stood after `mark`. Raises BadRequest, naming the one that is wrong."""
    values: dict[str, object] = {}
    for item in filter(None, text.split("&")):
        name, _, value = item.partition("=")
        option = known.get(name)
        if option is None:
            raise _no_such(name, mark, tuple(known))
        try:
            values[name] = option.parse(decode(value))
        except ValueError as error:
            raise _not_accepted(name, value, option) from error
    return values


def refused(fact: str, action: str = "") -> BadRequest:
    return BadRequest(fact, action, field="input")


def _no_such(name: str, mark: str, known: tuple[str, ...]) -> BadRequest:
    """Refuses an unknown option. Repeats its name only if it resembles a known one: else it may be part of a password
    with an unencoded `#` in it.
    """
    meant = suggestion(name, known)
    choice = f"Known: {', '.join(known)}."
    if meant != ".":
        return refused(f"There is no input option {shown(name)} after {mark}{meant}", choice)
    encoded = {"#": " A # in a user name or password is written %23."}.get(mark, "")
    return refused(f"What is after {mark} is no input option.", f"{choice}{encoded}")


def _not_accepted(name: str, value: str, option: Option) -> BadRequest:
    """Refuses the value of an option; shows it, unless it might be a secret."""
    what = shown(value) if is_harmless(value) else "what is written"
    return refused(f"Input option {name}: {what} is not accepted.", f"Write {option.expected}.")


def suggestion(word: str, known: tuple[str, ...]) -> str:
    """`; did you mean …?` with the most similar known word; `.` if none is similar."""
    import difflib  # imported for a mistake alone: every worker parses addresses, and its memory counts

    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else "."


def shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "…")


def one_of(**values: object) -> Callable[[str], object]:
    """A parser that takes one of these words, whatever its case, and returns what stands for it."""

    def parse(value: str) -> object:
        if value.lower() not in values:
            raise ValueError(value)
        return values[value.lower()]

    return parse


def _size(value: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,5})[xX](\d{1,5})", value)
    width, height = (int(match[1]), int(match[2])) if match else (0, 0)
    if not (1 <= width <= SIZE_MAX[0] and 1 <= height <= SIZE_MAX[1]):
        raise ValueError(value)
    return width, height


def _rate(value: str) -> Fraction:
    if not re.fullmatch(r"\d{1,6}(\.\d{1,6}|/\d{1,5})?", value) or re.search(r"/0+$", value):
        raise ValueError(value)
    rate = Fraction(value).limit_denominator(1001)
    if not 0 < rate <= RATE_MAX:
        raise ValueError(value)
    return rate


_STATES = {"1": True, "on": True, "true": True, "yes": True, "0": False, "off": False, "false": False, "no": False}
SWITCH = Option(one_of(**_STATES), "1 or 0")
ON_OFF = Option(one_of(**_STATES), "on or off")
RATE = Option(_rate, f"frames a second, above 0 and up to {RATE_MAX}")
SIZE = Option(_size, f"width x height, {SIZE_MAX[0]}x{SIZE_MAX[1]} at most")
