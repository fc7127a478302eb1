"""Project, dive, task, component and operator: set by clients, kept in the catalogue, told to every worker."""

import asyncio
from dataclasses import asdict

from seacorder.base.clock import Clock
from seacorder.base.errors import BadRequest, CatalogueFailed
from seacorder.catalogue.catalogue import Catalogue
from seacorder.control.events.journal import Journal
from seacorder.control.events.log import EventKind
from seacorder.control.telemetry.telemetry import Telemetry
from seacorder.control.workers.commands import ChannelWorkers
from seacorder.model.command import SetContext
from seacorder.model.dive_context import CONTEXT_CHARACTERS_MAX, NO_CONTEXT, ContextChange, DiveContext
from seacorder.model.instant import Instant


class DiveContexts:
    """For the event loop alone. Only `load` and `change` wait."""

    def __init__(
        self, clock: Clock, catalogue: Catalogue, workers: ChannelWorkers, telemetry: Telemetry, journal: Journal
    ) -> None:
        self._clock = clock
        self._catalogue = catalogue
        self._workers = workers
        self._journal = journal
        self._telemetry = telemetry
        self._lock = asyncio.Lock()
        self._in_force = NO_CONTEXT
        self._since = Instant(0, 0)

    @property
    def in_force(self) -> DiveContext:
        return self._in_force

    def context_now(self) -> tuple[tuple[str, str], ...]:
        """Names and values that are said, for an observation."""
        return tuple(self.in_force.said.items())

    async def load(self) -> None:
        """Loads what clients said in earlier runs. Raises CatalogueFailed."""
        self._in_force = await asyncio.to_thread(self._catalogue.load_context)

    async def change(self, change: ContextChange) -> DiveContext:
        """Stores a change, puts it into force and returns the whole context; after an error nothing has changed.

        Raises BadRequest for a text that is too long, CatalogueFailed when it cannot be stored.
        """
        for name, text in asdict(change).items():
            if text is not None and len(text) > CONTEXT_CHARACTERS_MAX:
                limit = f"At most {CONTEXT_CHARACTERS_MAX} are accepted."
                raise BadRequest(f"{name}: the text has {len(text)} characters.", limit, field=name)
        async with self._lock:
            changed = change.applied_to(self._in_force)
            if changed != self._in_force:
                await self._keep(changed)
                self._take(changed)
            return self._in_force

    def worker_started(self, channel: str) -> None:
        """Tells a new worker what the others know."""
        if self._in_force != NO_CONTEXT:
            self._workers.send(channel, self._order)

    def telemetry_started(self) -> None:
        """Tells a new process of the worker that reads the instruments."""
        self._telemetry.send(self._order)

    @property
    def _order(self) -> SetContext:
        return SetContext(self._since, self._in_force)

    async def _keep(self, changed: DiveContext) -> None:
        self._catalogue.save_context(changed)
        try:
            await self._catalogue.flush()
        except CatalogueFailed:
            self._catalogue.save_context(self._in_force)
            raise

    def _take(self, changed: DiveContext) -> None:
        before, self._in_force = asdict(self._in_force), changed
        self._since = Instant.now(self._clock)
        for name in self._workers.everybody:
            self._workers.send(name, self._order)
        self._telemetry.send(self._order)
        news = [f"{name} {text or '(none)'}" for name, text in asdict(changed).items() if text != before[name]]
        self._journal.note(EventKind.CONTEXT_CHANGED, f"Context changed: {', '.join(news)}.")
