"""What clients say that records of instruments mean: kept in the catalogue, told to the worker that reads them."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from seacorder.base.errors import BadRequest, CatalogueFailed, NotPossible
from seacorder.catalogue.catalogue import Catalogue
from seacorder.config.definition_body import SentDefinition, read_definition
from seacorder.control.events.journal import Journal
from seacorder.control.events.log import EventKind
from seacorder.control.telemetry.telemetry import Telemetry
from seacorder.model.definition.definition import Definition
from seacorder.model.definition.in_force import InForce, Named

_log = logging.getLogger(__name__)

DEFINITIONS_MAX = 200
"""Clients may set so many, each with a body of 64 KiB at most."""


class ClientDefinitions:
    """For the event loop alone. Only `load`, `put` and `remove` wait."""

    def __init__(self, in_file: Named, catalogue: Catalogue, telemetry: Telemetry, journal: Journal) -> None:
        """`in_file`: the definitions of the settings file."""
        self._in_force = InForce(in_file)
        self._catalogue = catalogue
        self._telemetry = telemetry
        self._journal = journal
        self._lock = asyncio.Lock()
        self._tables: Mapping[str, Mapping[str, Any]] = {}
        """All that is stored, also what this version of the program does not understand."""

    @property
    def known(self) -> Mapping[str, tuple[Definition, ...]]:
        """What each name means now: ready ones, those of the settings file, those of clients."""
        return self._in_force.known

    @property
    def tables(self) -> Mapping[str, Mapping[str, Any]]:
        """By name, what clients have set, as they have sent it."""
        return self._tables

    async def load(self) -> None:
        """Loads what clients set in earlier runs; before the worker is started. Raises CatalogueFailed."""
        self._tables = await asyncio.to_thread(self._catalogue.load_definitions)
        by_clients: dict[str, tuple[Definition, ...]] = {}
        for name, table in self._tables.items():
            try:
                by_clients[name] = (await asyncio.to_thread(read_definition, name, table)).parts
            except BadRequest as error:
                _log.warning("The definition %s, which a client has set, cannot be used: %s", name, error)
        if by_clients:
            await self._use(by_clients)
        for name in sorted(by_clients.keys() & self._in_force.in_file.keys()):
            fact = f"The definition {name} was set by a client. The one of the settings file has no effect now."
            action = f"To use that one, send DELETE /api/v1/telemetry/definitions/{name}."
            self._journal.note(EventKind.SETTING_OVERRIDDEN, fact, action)

    async def put(self, name: str, table: Mapping[str, Any]) -> bool:
        """Checks a definition, stores it and puts it into force; True if clients had set none of that name before.
        After an error nothing has changed.

        Raises BadRequest for what is not accepted, NotPossible if there are too many, CatalogueFailed when it cannot be
        stored.
        """
        sent = await asyncio.to_thread(read_definition, name, table)
        async with self._lock:
            is_new = name not in self._tables
            if is_new and len(self._tables) >= DEFINITIONS_MAX:
                fact = f"Programs have set {len(self._tables)} definitions already, which is the most."
                raise NotPossible(fact, "Delete one that is not used.")
            if self._tables.get(name) != sent.table:
                await self._keep({**self._tables, name: sent.table})
                await self._use({**self._in_force.by_clients, name: sent.parts}, name)
                self._note(name, f"is set by a client: {_fields(sent)}")
            return is_new

    async def remove(self, name: str) -> bool:
        """Takes back what clients have set under a name; False if they have set nothing. Raises CatalogueFailed."""
        async with self._lock:
            if name not in self._tables:
                return False
            await self._keep({other: table for other, table in self._tables.items() if other != name})
            left = {other: parts for other, parts in self._in_force.by_clients.items() if other != name}
            await self._use(left, name)
            if name in self._in_force.in_file:
                before = "is the one of the settings file again"
            else:
                before = "is the ready one again" if name in self.known else "was deleted by a client"
            self._note(name, before)
            return True

    async def _keep(self, tables: Mapping[str, Mapping[str, Any]]) -> None:
        self._catalogue.save_definitions(tables)
        try:
            await self._catalogue.flush()
        except CatalogueFailed:
            self._catalogue.save_definitions(self._tables)
            raise
        self._tables = tables

    async def _use(self, by_clients: Named, changed: str = "") -> None:
        self._in_force = InForce(self._in_force.in_file, by_clients)
        await self._telemetry.use(self._in_force, changed)

    def _note(self, name: str, what: str) -> None:
        sources = [source for source, used in self._telemetry.definitions.items() if name in {one.name for one in used}]
        who = f" It is used by {', '.join(sources)}." if sources else " No source uses it."
        self._journal.note(EventKind.SETTINGS_CHANGED, f"The definition {name} {what}.{who}")


def _fields(sent: SentDefinition) -> str:
    rules = (rule for one in sent.parts for rule in one.fields if not rule.is_hidden)
    return ", ".join(dict.fromkeys(f"{rule.name} ({rule.unit})" if rule.unit else rule.name for rule in rules))
