"""What is wrong with the settings, as messages. Each names the file or variable, the key, and what to write. Pure."""

import difflib
import re
import unicodedata
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from seacorder.base.message import Message
from seacorder.base.redaction import redact
from seacorder.config.keys import Location, accepted, field_at, table_at
from seacorder.config.values import Unaccepted

_LINK = re.compile(r"\[([^]]+)\]\([^)]*\)")

Origins = Mapping[Location, str]
"""For each value that an environment variable has set: its location, and the variable's name."""


@dataclass(frozen=True, slots=True)
class Wording:
    """How messages call what the user has written."""

    value: Callable[[Location], str]
    """The place of a value."""
    table: Callable[[Location], str]
    """A table, in a sentence such as `… has no key 'colour'`."""
    place: str = ""
    """Of the whole; for tables and lists that stand in no other."""


def explain(error: ValidationError, place: str, origins: Origins, told: Container[Location] = ()) -> list[Message]:
    """Every fault that pydantic found, as a message. `place` is the settings file as the user named it.

    `told` holds locations whose fault another message already reports; they are left out.
    """
    wording = Wording(
        lambda location: _where(location, place, origins), lambda location: f"{place}: {_written(location)}", place
    )
    faults = [fault for fault in error.errors(include_url=False) if fault["loc"] not in told]
    # If every entry of a list is wrong, pydantic calls the list too short as well; the entries' own faults are enough.
    messages = (
        message_of(fault, wording) for fault in faults if fault["type"] != "too_short" or not fault["input"]
    )
    # A value that may have several forms and fits none has one fault for each form; all give the same message.
    return list(dict.fromkeys(messages))


def control_characters(
    value: object, place: str, origins: Origins, location: Location = ()
) -> Iterator[tuple[Location, Message]]:
    """Every text that holds a control character: its location, and a message.

    In TOML's double quotes, a backslash and some letters are a control character: `"D:\\rov\\new"` holds a carriage
    return and a line feed, and no disk has such a folder. Only texts of the overlay, and delimiters,
    may hold line feeds and tabs.
    """
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from control_characters(inner, place, origins, (*location, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from control_characters(inner, place, origins, (*location, index))
    elif isinstance(value, str):
        found = [one for one in value if is_control(one) and not (one in "\n\t" and _may_have_lines(location))]
        if found:
            shown = " and ".join(dict.fromkeys(repr(one)[1:-1] for one in found))
            yield location, Message(
                f"{_where(location, place, origins)} holds the control character {shown}.",
                "In double quotes a backslash begins an escape: write single quotes around the value, or every "
                "backslash twice.",
            )


def nearest(word: str, known: Iterable[str]) -> str:
    """`Did you mean …?` with the most similar known word; all known words if none is similar."""
    choice = list(known)
    near = difflib.get_close_matches(word, choice, n=1, cutoff=0.6)
    return f"Did you mean {near[0]}?" if near else f"Known are {', '.join(choice)}." if choice else ""


def message_of(details: ErrorDetails, wording: Wording, head: Location = ()) -> Message:
    """One fault that pydantic found. `head`: where in the settings the table is that was checked by itself."""
    location: Location = (*head, *details["loc"])
    if details["type"] == "extra_forbidden":
        return _unknown(location, wording)
    if details["type"] == "missing":
        return _missing(location, wording)
    where = wording.value(location)
    if isinstance(error := details.get("ctx", {}).get("error"), Unaccepted):
        return Message(redact(f"{where}: {error.message.fact}"), redact(error.message.action))
    wanted = _in_words(field_at(location), "a table with keys")
    return Message(redact(f"{where}: {_shown(details['input'])} is not accepted."), f"Write {wanted}.")


def _where(location: Location, place: str, origins: Origins) -> str:
    """What the user has to edit: the variable that set the value, else the key in the settings file."""
    variable = next((name for at, name in origins.items() if at == location[: len(at)]), None)
    return f"variable {variable}" if variable else f"{place}: {_written(location)}"


def is_control(character: str) -> bool:
    """Control characters, and Unicode's separators of lines and paragraphs."""
    return unicodedata.category(character) in {"Cc", "Zl", "Zp"}


def _may_have_lines(location: Location) -> bool:
    return (location[0] == "overlay" and location[-1] == "text") or location[-1] == "delimiter"


def _unknown(location: Location, wording: Wording) -> Message:
    *table, name = location
    known = table_at(tuple(table))
    choice = nearest(str(name), known.model_fields if known else ())
    if not table:
        return Message(f"{wording.place}: [{name}] is not known.", choice)
    return Message(f"{wording.table(tuple(table))} has no key {name!r}.", choice)


def _missing(location: Location, wording: Wording) -> Message:
    *table, name = location
    wanted = f"Write {_in_words(field_at(location), 'a value')}."
    if not table:
        return Message(f"{wording.place}: no [[{name}]] are given.", wanted)
    return Message(f"{wording.table(tuple(table))} has no {name}.", wanted)


def _written(location: Location) -> str:
    """A location as the file writes it: `[server] host`, `[[channels]] 2 name` (entries are counted from 1)."""
    head, *rest = location
    if len(rest) > 1 and isinstance(rest[1], int) and table_at((head, rest[0])) is not None:
        return " ".join([f"[[{head}.{rest[0]}]] {rest[1] + 1}", *_steps(rest[2:])])
    if rest and isinstance(rest[0], int):
        if len(rest) > 2 and isinstance(rest[2], int) and table_at((head, rest[1])) is not None:
            return " ".join([f"[[{head}]] {rest[0] + 1}, [[{head}.{rest[1]}]] {rest[2] + 1}", *_steps(rest[3:])])
        return " ".join([f"[[{head}]] {rest[0] + 1}", *_steps(rest[1:])])
    brackets = f"[[{head}]]" if head == "channels" else f"[{head}]"
    return " ".join([brackets, *_steps(rest)])


def _steps(rest: list[str | int]) -> Iterator[str]:
    for step in rest:
        if isinstance(step, int):
            yield f"entry {step + 1}"
        elif step != "[key]":  # what pydantic adds to a location when a mapping's key is wrong
            yield step


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "…"


def _in_words(field: FieldInfo | None, otherwise: str) -> str:
    """What a field takes, in plain words: without the Markdown of the reference page."""
    return _LINK.sub(r"\1", accepted(field)).replace("`", "") if field else otherwise
