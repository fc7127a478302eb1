"""All ready definitions, by the name under which the settings file asks for them."""

from seacorder.model.definition.definition import Definition
from seacorder.model.definition.ready_lines import LINES
from seacorder.model.definition.ready_makers import MAKERS
from seacorder.model.definition.ready_nmea import STANDARD


def by_name(definitions: tuple[Definition, ...]) -> dict[str, tuple[Definition, ...]]:
    """Those of one name together, in their order."""
    found: dict[str, tuple[Definition, ...]] = {}
    for one in definitions:
        found[one.name] = (*found.get(one.name, ()), one)
    return found


READY = by_name((*STANDARD, *MAKERS, *LINES))
