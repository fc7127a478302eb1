"""Observations that nobody has to enter: by rules on readings, and a snapshot at a set interval.

Both work while a recording runs. A value that is missing or stale neither opens a span nor closes one.
"""

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from typing import Any

from seacorder.base.background import cancel, task
from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.errors import SeacorderError
from seacorder.control.observations.book import ObservationBook
from seacorder.control.recording.recordings import Recordings
from seacorder.model.instant import Instant
from seacorder.model.observation import EnteredBy, Observation
from seacorder.model.observation_entry import Entry
from seacorder.model.observation_kind import INTERVAL_RECORD
from seacorder.model.observation_rule import ObservationRule
from seacorder.model.reading import ReadingState

_log = logging.getLogger(__name__)


class AutomaticObservations:
    """For the event loop alone. `look` is called about once a second and returns at once."""

    def __init__(
        self,
        book: ObservationBook,
        recordings: Recordings,
        clock: Clock,
        rules: Sequence[ObservationRule] = (),
        interval_seconds: float = 0.0,
    ) -> None:
        """`interval_seconds`: 0 takes none."""
        self._book = book
        self._recordings = recordings
        self._clock = clock
        self._rules = tuple(rules)
        self._interval_ns = round(interval_seconds * NS_PER_SECOND)
        self._next_record_ns: int | None = None
        self._held: dict[int, bool] = {}
        """By rule: what its condition was at the last look."""
        self._working: asyncio.Task[None] | None = None

    def look(self) -> None:
        """Enters and closes what is due, one look at a time."""
        if self._recordings.running is None or not self._book.is_ready:
            self._next_record_ns = None
            self._held.clear()
            return
        if (self._rules or self._interval_ns) and (self._working is None or self._working.done()):
            self._working = task(self._go(), "automatic observations")

    async def stop(self) -> None:
        await cancel(self._working)

    async def _go(self) -> None:
        now = Instant.now(self._clock)
        if self._interval_ns:
            if self._next_record_ns is None:
                self._next_record_ns = now.monotonic_ns + self._interval_ns
            elif now.monotonic_ns >= self._next_record_ns:
                missed = (now.monotonic_ns - self._next_record_ns) // self._interval_ns
                self._next_record_ns += (missed + 1) * self._interval_ns
                await self._tried(self._book.observe(Entry(INTERVAL_RECORD.code, entered_by=EnteredBy.AUTOMATIC)))
        if self._rules:
            numbers = self._numbers(now)
            for index, rule in enumerate(self._rules):
                await self._follow(index, rule, numbers)

    def _numbers(self, now: Instant) -> dict[str, float]:
        """The readings that are valid numbers now."""
        readings = self._book.readings.readings_at(now)
        return {
            one.name: one.value
            for one in readings
            if one.state is ReadingState.FRESH and isinstance(one.value, int | float)
        }

    async def _follow(self, index: int, rule: ObservationRule, numbers: dict[str, float]) -> None:
        holds = _holds(rule, numbers)
        if holds is None:
            return
        own = self._open_by(rule)
        if holds and own is None and any(one.code == rule.code for one in self._book.open):
            return  # a span of the code that somebody else has opened: the rule's own begins when that has ended
        before = self._held.get(index, False)
        self._held[index] = holds
        if holds and not before and own is None:
            entry = Entry(rule.code, _text_of(rule), entered_by=EnteredBy.AUTOMATIC)
            await self._tried(self._book.observe(entry))
        elif not holds and own is not None:
            await self._tried(self._book.close(own.id))

    def _open_by(self, rule: ObservationRule) -> Observation | None:
        """The span that a rule has opened, in an earlier run of the program too, known by the text that it was entered
        with: one that somebody else or another rule has opened is not ended by it."""
        return next((one for one in self._book.open if _is_of(one, rule)), None)

    async def _tried(self, work: Coroutine[Any, Any, Observation]) -> None:
        try:
            await work
        except SeacorderError as refused:
            _log.warning("An automatic observation was not entered: %s", refused)


def _text_of(rule: ObservationRule) -> str:
    return rule.text or rule.when.text


def _is_of(one: Observation, rule: ObservationRule) -> bool:
    is_automatic = one.code == rule.code and one.entered_by is EnteredBy.AUTOMATIC
    return is_automatic and one.revisions[0].changes.text == _text_of(rule)


def _holds(rule: ObservationRule, numbers: dict[str, float]) -> bool | None:
    within = True if rule.within is None else rule.within.holds(numbers)
    return rule.when.holds(numbers) if within else within
