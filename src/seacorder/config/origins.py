"""Every value of the settings with where it comes from: the settings file, a variable, or the default. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from seacorder.config.faults import Origins
from seacorder.config.keys import Location
from seacorder.config.schema import Settings

FROM_FILE = "file"
FROM_DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class SetValue:
    """One value in force."""

    location: Location
    value: Any
    """As JSON has it; a list or a table without entries counts as a value."""
    origin: str
    """`file`, `default`, or the variable's name."""

    @property
    def key(self) -> str:
        """The location as text; channels are counted from 1, as in variables: `channels.1.input`."""
        return ".".join(str(step + 1) if isinstance(step, int) else step for step in self.location)


def set_values(settings: Settings, in_file: Mapping[str, Any], variables: Origins) -> Iterator[SetValue]:
    """All values, in the schema's order. `in_file` is the parsed settings file before variables were put over it."""
    for location, value in _leaves(settings.model_dump(mode="json"), ()):
        variable = next((name for at, name in variables.items() if at == location[: len(at)]), None)
        yield SetValue(location, value, variable or (FROM_FILE if _is_in(in_file, location) else FROM_DEFAULT))


def _leaves(value: Any, location: Location) -> Iterator[tuple[Location, Any]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(inner, (*location, str(key)))
    elif isinstance(value, list) and any(isinstance(one, dict) for one in value):
        for index, inner in enumerate(value):
            yield from _leaves(inner, (*location, index))
    else:
        yield location, value


def _is_in(table: Any, location: Location) -> bool:
    for step in location:
        steps = range(len(table)) if isinstance(table, list) else table if isinstance(table, Mapping) else ()
        if step not in steps:
            return False
        table = table[step]
    return True
