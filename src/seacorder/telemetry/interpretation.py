"""What one source's records mean. On the main thread.

A definition that takes too long over a record is named and never tried again; the source's others go on.
"""

from collections.abc import Callable, Sequence

from seacorder.model.definition.definition import Definition
from seacorder.telemetry.definitions.interpreter import Interpreter
from seacorder.telemetry.definitions.outcome import RefusalKind, Refused, Understood
from seacorder.telemetry.framing.framer import Record
from seacorder.telemetry.time_limit import TimeLimit, TookTooLong


class Interpretation:
    """Of one source."""

    def __init__(
        self,
        definitions: Sequence[Definition],
        limit: TimeLimit,
        refused: Sequence[str],
        on_refused: Callable[[str], None],
    ) -> None:
        """`definitions`: the preferred first. `refused`: names of those that took too long before. `on_refused` is
        called with the name of each that takes too long now."""
        self._limit = limit
        self._on_refused = on_refused
        self.use(definitions, refused)

    def use(self, definitions: Sequence[Definition], refused: Sequence[str]) -> None:
        """These are the definitions from now on, the preferred first, but for those whose names are `refused`."""
        self._definitions = tuple(definitions)
        self.names = tuple(dict.fromkeys(one.name for one in definitions))
        self.refused = tuple(name for name in self.names if name in refused)
        self._interpreter = self._made()

    def interpret(self, record: Record) -> Understood | Refused:
        """What a record says, or why it is refused."""
        try:
            return self._interpreter.interpret(record)
        except TookTooLong:
            return self._took_too_long(self._limit.newest)

    def _took_too_long(self, name: str) -> Refused:
        if name not in self.refused:
            self.refused = (*self.refused, name)
            self._interpreter = self._made()
            self._on_refused(name)
        sentence = f"The definition {name!r} took too long over it, and is not used any more."
        return Refused(RefusalKind.UNKNOWN_RECORD, name, sentence)

    def _made(self) -> Interpreter:
        kept = [one for one in self._definitions if one.name not in self.refused]
        return Interpreter(kept, self._limit.trying)
