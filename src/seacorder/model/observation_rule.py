"""Rules by which observations are entered: conditions on readings, such as `cp > -0.8 or cp < -1.1`. Parsed, pure.

    condition   = all { "or" all }
    all         = comparison { "and" comparison }
    comparison  = formula ( "<" | "<=" | ">" | ">=" | "==" | "!=" ) formula

A formula is that of the definitions (`model.definition.formula`).
"""

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from seacorder.base.errors import BadRequest
from seacorder.model.definition.formula import Formula, parse_formula

CHARACTERS_MAX = 400
_SIGN = re.compile(r"<=|>=|==|!=|<|>")
_OR, _AND = re.compile(r"\bor\b"), re.compile(r"\band\b")
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}
_ACCEPTED = "Write comparisons of fields and numbers, joined by and, or: such as `cp > -0.8 or cp < -1.1`."


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two formulas and the sign between them."""

    left: Formula
    sign: str
    right: Formula

    @property
    def names(self) -> frozenset[str]:
        return self.left.names | self.right.names

    def holds(self, numbers: Mapping[str, float]) -> bool | None:
        """None where a value is missing."""
        if not self.names <= numbers.keys():
            return None
        left, right = self.left.value(numbers), self.right.value(numbers)
        return None if left is None or right is None else _COMPARE[self.sign](left, right)


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds if all comparisons of at least one of its alternatives hold."""

    text: str
    alternatives: tuple[tuple[Comparison, ...], ...]

    @property
    def names(self) -> frozenset[str]:
        """The readings that it looks at."""
        return frozenset(name for each in self.alternatives for one in each for name in one.names)

    def holds(self, numbers: Mapping[str, float]) -> bool | None:
        """By the valid readings; None if that cannot be said without those that are missing."""
        found = [_all(one.holds(numbers) for one in each) for each in self.alternatives]
        if True in found:
            return True
        return None if None in found else False


@dataclass(frozen=True, slots=True)
class ObservationRule:
    """Enters observations of a kind: a span as long as `when` holds, or a point each time when it begins to hold."""

    code: str
    when: Condition
    within: Condition | None = None
    """The rule is off while this does not hold, such as outside of a range of KP."""
    text: str = ""
    """Of the observation; empty: the condition."""


def parse_condition(text: str) -> Condition:
    """Raises BadRequest that says where the mistake is, and what is accepted."""
    if not text.strip() or len(text) > CHARACTERS_MAX:
        raise BadRequest(f"A condition of {len(text)} characters is not accepted.", _ACCEPTED)
    alternatives = tuple(tuple(_comparison(one, text) for one in _AND.split(each)) for each in _OR.split(text))
    return Condition(text.strip(), alternatives)


def _comparison(text: str, whole: str) -> Comparison:
    signs = _SIGN.findall(text)
    if len(signs) != 1:
        said = f"{text.strip()!r} has {len(signs)} comparisons" if text.strip() else "something is missing"
        raise BadRequest(f"Condition {whole!r}: {said}.", _ACCEPTED)
    left, right = _SIGN.split(text)
    return Comparison(parse_formula(left.strip()), signs[0], parse_formula(right.strip()))


def _all(found: Iterable[bool | None]) -> bool | None:
    values = list(found)
    if False in values:
        return False
    return None if None in values else True
