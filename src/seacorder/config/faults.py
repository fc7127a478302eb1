"""What is wrong with the settings, each fault as one sentence that names the place, the key and what to write."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from seacorder.base.log import redact
from seacorder.config.keys import Location, accepted, field_at, table_at
from seacorder.model.channel import clean_name
from seacorder.model.narration import INTO_ALL, INTO_FILE

Origins = Mapping[Location, str]
"""Values that a variable has set: where they stand, and the variable's name."""


def explain(error: ValidationError, place: str, origins: Origins) -> list[str]:
    """Every fault of a validation as a sentence; `place` is the settings file as the user knows it."""
    faults = error.errors(include_url=False)
    # Where no entry of a list is right the list counts as empty too; its entries' own faults say enough.
    return [_sentence(fault, place, origins) for fault in faults if fault["type"] != "too_short" or not fault["input"]]


def clashes(raw: Mapping[str, Any], place: str) -> Iterator[str]:
    """Faults that lie between two values that are each fine."""
    server = _table(raw.get("server"))
    ports = (server.get("inspector_port", 13000), server.get("integration_port", 8088))
    if ports[0] == ports[1]:
        yield f"{place}: [server] inspector_port and integration_port are both {ports[0]}; give each its own."
    yield from _channel_clashes(raw.get("channels"), place)
    yield from _clean_clashes(raw.get("channels"), place)
    yield from _layer_clashes(raw, place)
    yield from _audio_clashes(_table(raw.get("audio")), raw.get("channels"), place)


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean …?`, or the whole choice when nothing is near."""
    choice = list(known)
    near = difflib.get_close_matches(word, choice, n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(choice)}."


def _channel_clashes(channels: object, place: str) -> Iterator[str]:
    seen: dict[str, int] = {}
    for number, channel in enumerate(channels if isinstance(channels, list) else [], start=1):
        name = _table(channel).get("name")
        first = seen.setdefault(name.strip().casefold(), number) if isinstance(name, str) and name.strip() else number
        if first != number:
            yield (
                f"{place}: [[channels]] {number} has the name of [[channels]] {first}, {name!r}; "
                "give every channel a name of its own."
            )


def _clean_clashes(channels: object, place: str) -> Iterator[str]:
    """Names under which a channel's untouched pictures would be recorded, and another channel's name."""
    names = [_table(one).get("name") for one in channels] if isinstance(channels, list) else []
    plain = {name.strip().casefold(): name for name in names if isinstance(name, str)}
    for folded, name in plain.items():
        if (other := plain.get(clean_name(folded))) is not None:
            yield (
                f"{place}: [[channels]] {other!r} is the name under which the untouched pictures of {name!r} are "
                "recorded (keep_clean); give it another name."
            )


def _layer_clashes(raw: Mapping[str, Any], place: str) -> Iterator[str]:
    """Layers that are shown on channels that there are none of."""
    channels, layers = raw.get("channels"), _table(raw.get("overlay")).get("layers")
    names = [str(_table(one).get("name")) for one in channels] if isinstance(channels, list) else []
    for number, layer in enumerate(layers if isinstance(layers, list) else [], start=1):
        wanted = _table(layer).get("channels")
        for name in wanted if isinstance(wanted, list) else []:
            if isinstance(name, str) and name not in names:
                where = f"{place}: [[overlay.layers]] {number} channels"
                yield f"{where}: there is no channel {name!r}; {nearest(name, names)}"


def _audio_clashes(audio: Mapping[str, Any], channels: object, place: str) -> Iterator[str]:
    names = [str(_table(channel).get("name")).strip() for channel in (channels if isinstance(channels, list) else [])]
    into, name = str(audio.get("into", INTO_ALL)), str(audio.get("name", "Narration")).strip()
    if into not in {INTO_ALL, INTO_FILE, *names}:
        yield f"{place}: [audio] into is {into!r}; write \"all\", \"file\" or a channel's name: {', '.join(names)}."
    if audio.get("input") is not None and name.casefold() in {channel.casefold() for channel in names}:
        yield f"{place}: [audio] name is {name!r}, as a channel's; give the narration a name of its own."


def _sentence(details: ErrorDetails, place: str, origins: Origins) -> str:
    location: Location = details["loc"]
    variable = next((name for at, name in origins.items() if at == location[: len(at)]), None)
    where = f"variable {variable}" if variable else f"{place}: {_written(location)}"
    if details["type"] == "extra_forbidden":
        return _unknown(location, place)
    if details["type"] == "missing":
        return f"{place}: {_missing(location)}"
    if details["type"] == "value_error":
        return redact(f"{where}: {details['ctx']['error']}")
    field = field_at(location)
    wanted = accepted(field) if field else "a table with keys"
    return redact(f"{where}: {_shown(details['input'])} is not accepted; write {wanted}.")


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
    wanted = accepted(field) if field else "a value"
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


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
