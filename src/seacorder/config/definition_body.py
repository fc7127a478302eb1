"""A definition as a program sends it: a JSON object with the keys of `[[definitions]]`, and the same checks. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from seacorder.base.errors import BadRequest
from seacorder.config.definition_tables import DefinitionTable
from seacorder.config.faults import Wording, is_control, message_of
from seacorder.config.keys import Location
from seacorder.model.definition.definition import Definition

_HEAD: Location = ("definitions", 0)
_LINES_IN = "delimiter"
"""The key whose text may hold tabs and line feeds."""


@dataclass(frozen=True, slots=True)
class SentDefinition:
    """A definition that is accepted."""

    table: Mapping[str, Any]
    """As it was sent, without its name and without what was null."""
    parts: tuple[Definition, ...]
    """What it means."""


def read_definition(name: str, sent: Mapping[str, Any]) -> SentDefinition:
    """Checks what a program sends as the definition of that name. A null counts as not sent.

    Takes as long as its regular expression takes to be compiled. Raises BadRequest, which names the first key that is
    wrong as JSON has it, such as `fields[1].position`, and what is accepted.
    """
    try:
        table = _tidy(sent)
        if (other := table.pop("name", name)) != name:
            fact = f"name: {repr(other)[:60]} is not the name in the address, {name!r}."
            raise BadRequest(fact, "Omit it.", field="name")
        read = DefinitionTable.model_validate({**table, "name": name})
        _check_texts({**table, "name": name})
    except ValidationError as error:
        raise _refused(error, name) from error
    except RecursionError as error:
        raise BadRequest("The definition is nested too deeply.", "Send keys with plain values.") from error
    return SentDefinition(table, read.definitions())


def _tidy(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is null. Names may come in any case, as in other bodies; all keys have small letters."""
    return {key.lower(): _tidy_list(value) for key, value in sent.items() if value is not None}


def _tidy_list(value: Any) -> Any:
    """A list of tables, each tidied; any other value as it is."""
    if isinstance(value, list):
        return [_tidy(one) if isinstance(one, dict) else one for one in value]
    return value


def _refused(error: ValidationError, name: str) -> BadRequest:
    def of_value(location: Location) -> str:
        return _in_json(location) or f"The definition {name!r}"

    def of_table(location: Location) -> str:
        return _in_json(location) or "A definition"

    fault = error.errors(include_url=False)[0]
    message = message_of(fault, Wording(of_value, of_table), _HEAD)
    return BadRequest(message.fact, message.action, field=_in_json((*_HEAD, *fault["loc"])) or None)


def _in_json(location: Location) -> str:
    """Where a value stands in the object: `fields[1].position`; empty for the object itself."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in location[len(_HEAD) :] if step != "[key]")
    return "".join(steps).removeprefix(".")


def _check_texts(table: Mapping[str, Any]) -> None:
    for location, text in _texts(table, _HEAD):
        where = _in_json(location)
        found = [one for one in text if is_control(one) and not (one in "\n\t" and location[-1] == _LINES_IN)]
        if found:
            fact = f"{where} holds the control character {found[0]!r}."
            raise BadRequest(fact, "In JSON a backslash begins an escape: write it twice.", field=where)


def _texts(value: Any, location: Location) -> Iterator[tuple[Location, str]]:
    """Every text in an object, keys included, with where it stands."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*location, key), key
            yield from _texts(inner, (*location, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*location, index))
    elif isinstance(value, str):
        yield location, value
