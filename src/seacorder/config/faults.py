"""What is wrong with the settings, each fault as one sentence that names the place, the key and what to write."""

import difflib
import re
import unicodedata
from collections.abc import Container, Iterable, Iterator, Mapping

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from seacorder.base.redaction import redact
from seacorder.config.keys import Location, accepted, field_at, table_at

_LINK = re.compile(r"\[([^]]+)\]\([^)]*\)")

Origins = Mapping[Location, str]
"""Values that a variable has set: where they stand, and the variable's name."""


def explain(error: ValidationError, place: str, origins: Origins, told: Container[Location] = ()) -> list[str]:
    """Every fault of a validation as a sentence; `place` is the settings file as the user knows it.

    `told`: values of which enough is said already.
    """
    faults = [fault for fault in error.errors(include_url=False) if fault["loc"] not in told]
    # Where no entry of a list is right the list counts as empty too; its entries' own faults say enough.
    sentences = (
        _sentence(fault, place, origins) for fault in faults if fault["type"] != "too_short" or not fault["input"]
    )
    # A value that fits none of several forms has a fault for each form; one sentence is enough.
    return list(dict.fromkeys(sentences))


def control_characters(
    value: object, place: str, origins: Origins, location: Location = ()
) -> Iterator[tuple[Location, str]]:
    """Texts with a control character in them, each with its sentence.

    TOML makes control characters of a backslash and some letters, so `"D:\\rov\\new"` holds a carriage return and a
    line feed, and no disk has a folder of that name. Lines of the overlay's texts may end with a line feed.
    """
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from control_characters(inner, place, origins, (*location, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from control_characters(inner, place, origins, (*location, index))
    elif isinstance(value, str):
        found = [one for one in value if _is_control(one) and not (one in "\n\t" and _may_have_lines(location))]
        if found:
            shown = " and ".join(dict.fromkeys(repr(one)[1:-1] for one in found))
            yield location, (
                f"{_where(location, place, origins)} holds the control character {shown}. In double quotes a backslash "
                "begins an escape: write single quotes around the value, or every backslash twice."
            )


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean …?`, or the whole choice when nothing is near."""
    choice = list(known)
    near = difflib.get_close_matches(word, choice, n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(choice)}."


def _sentence(details: ErrorDetails, place: str, origins: Origins) -> str:
    location: Location = details["loc"]
    where = _where(location, place, origins)
    if details["type"] == "extra_forbidden":
        return _unknown(location, place)
    if details["type"] == "missing":
        return f"{place}: {_missing(location)}"
    if details["type"] == "value_error":
        return redact(f"{where}: {details['ctx']['error']}")
    field = field_at(location)
    wanted = _in_words(field, "a table with keys")
    return redact(f"{where}: {_shown(details['input'])} is not accepted; write {wanted}.")


def _where(location: Location, place: str, origins: Origins) -> str:
    variable = next((name for at, name in origins.items() if at == location[: len(at)]), None)
    return f"variable {variable}" if variable else f"{place}: {_written(location)}"


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Zl", "Zp"}


def _may_have_lines(location: Location) -> bool:
    return location[0] == "overlay" and location[-1] == "text"


def _unknown(location: Location, place: str) -> str:
    *table, name = location
    known = table_at(tuple(table))
    choice = nearest(str(name), known.model_fields if known else ())
    if not table:
        return f"{place}: [{name}] is not known; {choice}"
    return f"{place}: {_written(tuple(table))} has no key {name!r}; {choice}"


def _missing(location: Location) -> str:
    *table, name = location
    field = field_at(location)
    wanted = _in_words(field, "a value")
    if not table:
        return f"no [[{name}]] are given; write {wanted}."
    return f"{_written(tuple(table))} has no {name}; write {wanted}."


def _written(location: Location) -> str:
    """A location as it is found in the file: `[server] host`, `[[channels]] 2 name`."""
    head, *rest = location
    if len(rest) > 1 and isinstance(rest[1], int) and table_at((head, rest[0])) is not None:
        return " ".join([f"[[{head}.{rest[0]}]] {rest[1] + 1}", *_steps(rest[2:])])
    if rest and isinstance(rest[0], int):
        return " ".join([f"[[{head}]] {rest[0] + 1}", *_steps(rest[1:])])
    brackets = f"[[{head}]]" if head == "channels" else f"[{head}]"
    return " ".join([brackets, *_steps(rest)])


def _steps(rest: list[str | int]) -> Iterator[str]:
    for step in rest:
        if isinstance(step, int):
            yield f"entry {step + 1}"
        elif step != "[key]":
            yield step


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "…"


def _in_words(field: FieldInfo | None, otherwise: str) -> str:
    """What a field takes, without the links and marks of the reference page."""
    return _LINK.sub(r"\1", accepted(field)).replace("`", "") if field else otherwise
