"""Arithmetic of the settings file, such as `depth_ft * 0.3048`: parsed once, computed for each record. Pure.

    sum     = product { ("+" | "-") product }
    product = factor { ("*" | "/" | "%") factor }
    factor  = "-" factor | "+" factor | number | name | function "(" sum { "," sum } ")" | "(" sum ")"
"""

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from seacorder.base.errors import BadRequest

CHARACTERS_MAX = 200
_DEPTH_MAX = 20
_FUNCTIONS: dict[str, tuple[int, int, Callable[..., float]]] = {
    "abs": (1, 1, abs), "sqrt": (1, 1, math.sqrt), "min": (2, 8, min), "max": (2, 8, max),
}
"""By name: the fewest and the most numbers that it takes."""
_OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "%": operator.mod}
_TOKEN = re.compile(r"\s*(?:(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)|(?P<name>[a-z_][a-z0-9_]*)|"
                    r"(?P<sign>[-+*/%(),]))", re.ASCII)
_ACCEPTED = f"Write names of fields, numbers, + - * / %, brackets, {', '.join(_FUNCTIONS)}; such as `value * 0.3048`."

_Numbers = Mapping[str, float]
_Node = Callable[[_Numbers], float]


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that can be computed."""

    text: str
    names: frozenset[str]
    """Of the fields that it needs."""
    _compute: _Node = field(repr=False, compare=False)

    def value(self, numbers: _Numbers) -> float | None:
        """The result; None if there is none, as for a division by zero. All of `names` must be in `numbers`."""
        try:
            result = self._compute(numbers)
        except (ArithmeticError, ValueError):
            return None
        return result if math.isfinite(result) else None

    def __reduce__(self) -> tuple[Callable[[str], "Formula"], tuple[str]]:
        """Over a pipe goes the text alone."""
        return parse_formula, (self.text,)


def parse_formula(text: str) -> Formula:
    """Raises BadRequest that says where the mistake is, and what is accepted."""
    if len(text) > CHARACTERS_MAX:
        raise _refused(f"A formula of {len(text)} characters is too long.", f"Write at most {CHARACTERS_MAX}.")
    parser = _Parser(text)
    compute = parser.sum()
    if parser.word:
        raise parser.mistake()
    return Formula(text, frozenset(parser.names), compute)


class _Parser:
    """Reads a formula from left to right. `word` is the next one, empty at the end."""

    def __init__(self, text: str) -> None:
        self.text, self.names = text, set[str]()
        self.position = self.end = self.depth = 0
        self.word = self.kind = ""
        self.advance()

    def advance(self) -> None:
        found = _TOKEN.match(self.text, self.end)
        self.position = self.end
        if found is None:
            self.word, self.kind = self.text[self.end :].strip(), ""
            return
        self.kind = found.lastgroup or ""
        self.word, self.end = found[self.kind], found.end()

    def mistake(self) -> BadRequest:
        rest = self.text[self.position :].strip()
        fact = f"{rest!r} is not understood" if rest else "something is missing at its end"
        return _refused(f"Formula {self.text!r}: {fact}.", _ACCEPTED)

    def sum(self) -> _Node:
        return self._chain("+-", self._product)

    def _product(self) -> _Node:
        return self._chain("*/%", self._factor)

    def _chain(self, signs: str, part: Callable[[], _Node]) -> _Node:
        left = part()
        while self.kind == "sign" and self.word in signs:
            compute = _OPERATORS[self.word]
            self.advance()
            left = _both(compute, left, part())
        return left

    def _factor(self) -> _Node:
        self.depth += 1
        if self.depth > _DEPTH_MAX:
            raise _refused(f"Formula {self.text!r}: too many brackets in one another.", f"At most {_DEPTH_MAX} are.")
        node = self._one()
        self.depth -= 1
        return node

    def _one(self) -> _Node:
        word, kind = self.word, self.kind
        if kind == "number":
            self.advance()
            return _constant(float(word))
        if kind == "name":
            self.advance()
            return self._call(word) if self.word == "(" else self._named(word)
        if word in {"-", "+"}:
            self.advance()
            inner = self._factor()
            return inner if word == "+" else _negative(inner)
        if word != "(":
            raise self.mistake()
        self.advance()
        inner = self.sum()
        self._expect(")")
        return inner

    def _named(self, name: str) -> _Node:
        self.names.add(name)
        return operator.itemgetter(name)

    def _call(self, name: str) -> _Node:
        if name not in _FUNCTIONS:
            raise _refused(f"Formula {self.text!r}: there is no function {name!r}.", _ACCEPTED)
        self.advance()
        inner = [self.sum()]
        while self.word == ",":
            self.advance()
            inner.append(self.sum())
        self._expect(")")
        least, most, compute = _FUNCTIONS[name]
        if not least <= len(inner) <= most:
            count = str(least) if least == most else f"{least} to {most}"
            raise _refused(f"Formula {self.text!r}: {name} does not take {len(inner)} numbers.", f"Give it {count}.")
        return lambda numbers: compute(*(one(numbers) for one in inner))

    def _expect(self, sign: str) -> None:
        if self.word != sign:
            raise self.mistake()
        self.advance()


def _constant(number: float) -> _Node:
    return lambda _: number


def _negative(inner: _Node) -> _Node:
    return lambda numbers: -inner(numbers)


def _both(compute: Callable[[float, float], float], left: _Node, right: _Node) -> _Node:
    return lambda numbers: compute(left(numbers), right(numbers))


def _refused(fact: str, action: str) -> BadRequest:
    return BadRequest(fact, action, field="formula")
