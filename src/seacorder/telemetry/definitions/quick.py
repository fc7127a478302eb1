"""The fast way through a record in which everything is as it usually is: plain numbers and positions.

It only ever gives what the readers of `numbers` would give, in a third of their time, because it calls no function for
a plain number. At the first field that is odd in any way it leaves the record to them.
"""

from collections.abc import Sequence

from seacorder.model.definition.definition import FieldRule, FieldType
from seacorder.model.reading import Value
from seacorder.telemetry.definitions.numbers import HEMISPHERES, Parts, Reader, limits

_Step = tuple[Reader | None, int, float, float, int, dict[str, float]]
"""Reader (None: read here), position, least, most, position of the letter beside it (0: it has none), and what the
letter makes of it: the sign of its hemisphere, or 0 for the unit that is expected.
"""


class QuickReader:
    """Reads all fields of a definition's records at once."""

    def __init__(self, fields: Sequence[tuple[FieldRule | None, Reader]]) -> None:
        """`fields`: for each value in turn its rule, and what reads it; no rule if it is no matter of a single one."""
        self._steps = tuple(_step(rule, reader) for rule, reader in fields)

    def values(self, parts: Parts) -> tuple[Value | None, ...] | None:
        """All values; None if a field is odd. Raises RecordFault as the readers do."""
        values: list[Value | None] = []
        try:
            for reader, position, least, most, letter_position, letters in self._steps:
                if reader is not None:
                    values.append(reader(parts))
                    continue
                text = parts[position]
                if not text:
                    if letter_position and parts[letter_position] not in letters:
                        return None
                    values.append(None)
                    continue
                value = float(text)
                if letter_position and (sign := letters[parts[letter_position]]):
                    degrees = value // 100
                    minutes = value - degrees * 100
                    value = (degrees + minutes / 60) * sign
                    if minutes > 60 or text[0] == "-":
                        return None
                if not least <= value <= most or "_" in text:
                    return None
                values.append(value)
        except (ValueError, KeyError):
            return None
        return tuple(values)


def _step(rule: FieldRule | None, reader: Reader) -> _Step:
    if rule is None or rule.none or rule.formula or rule.is_required:
        return reader, 0, 0.0, 0.0, 0, {}
    least, most = limits(rule)
    if rule.type is FieldType.NUMBER and not rule.sign_position:
        return None, rule.position, least, most, rule.unit_position, dict.fromkeys(rule.unit_letters, 0.0)
    if rule.type in HEMISPHERES:
        return None, rule.position, least, most, rule.sign_position, HEMISPHERES[rule.type]
    return reader, 0, 0.0, 0.0, 0, {}
