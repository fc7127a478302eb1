"""Survey data as a test wants it."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from seacorder.base.clock import Clock
from seacorder.base.errors import NotKnown
from seacorder.config.definition_body import read_definition
from seacorder.control.telemetry.history import History
from seacorder.model.definition.definition import Definition
from seacorder.model.definition.in_force import InForce
from seacorder.model.instant import Instant
from seacorder.model.reading import Reading, ReadingState, Value
from seacorder.model.telemetry import SourceLine, SourceStatus


class FakeTelemetry:
    """Readings as a test has given them; those that `follow` gives are put into `coming`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._readings: dict[str, Reading] = {}
        self._sources: list[tuple[SourceStatus, str]] = []
        self.coming: list[tuple[Reading, ...]] = []
        self.coming_lines: dict[str, list[SourceLine]] = {}
        """By source: its newest records."""
        self.history = History()
        self.restarts = 0
        self.definitions: dict[str, tuple[Definition, ...]] = {}

    @property
    def now_ns(self) -> int:
        return self._clock.monotonic_ns()

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(address for _, address in self._sources)

    def give(self, name: str, value: Value | None, unit: str = "", state: ReadingState = ReadingState.FRESH) -> Reading:
        """This is the newest reading of a field from now on."""
        made = Reading(name, value, unit, state, Instant.now(self._clock), "Survey")
        self._readings[name] = made
        return made

    def add_source(self, status: SourceStatus, address: str) -> None:
        self._sources.append((status, address))

    async def lines(self, source: str, after: int) -> tuple[SourceLine, ...]:
        if source not in self.coming_lines:
            raise NotKnown(f"There is no source {source!r}.", "There are none.", field="source")
        return tuple(one for one in self.coming_lines[source] if one.number > after)

    def readings(self) -> tuple[Reading, ...]:
        return tuple(self._readings[name] for name in sorted(self._readings))

    def sources(self) -> tuple[SourceStatus, ...]:
        return tuple(status for status, _ in self._sources)

    async def follow(self) -> AsyncIterator[tuple[Reading, ...]]:
        yield self.readings()
        for one in self.coming:
            yield one


class FakeDefinitions:
    """Those that are ready, those that a test puts into `in_file`, and what clients have set."""

    def __init__(self) -> None:
        self.in_file: dict[str, tuple[Definition, ...]] = {}
        self.tables: dict[str, Mapping[str, Any]] = {}

    @property
    def known(self) -> Mapping[str, tuple[Definition, ...]]:
        by_clients = {name: read_definition(name, table).parts for name, table in self.tables.items()}
        return InForce(self.in_file, by_clients).known

    async def put(self, name: str, table: Mapping[str, Any]) -> bool:
        sent, is_new = read_definition(name, table), name not in self.tables
        self.tables[name] = sent.table
        return is_new

    async def remove(self, name: str) -> bool:
        return self.tables.pop(name, None) is not None
