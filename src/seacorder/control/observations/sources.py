"""What observations ask of the survey data: the readings at an instant, and the context of the work."""

from typing import Protocol

from seacorder.model.instant import Instant
from seacorder.model.reading import Reading


class ReadingsSource(Protocol):
    """For the event loop alone; nothing blocks."""

    def readings_at(self, instant: Instant) -> tuple[Reading, ...]:
        """Every field's reading as it was at an instant, with the state that it had then; none for an instant of which
        nothing is known any more."""
        ...


class ContextSource(Protocol):
    """For the event loop alone; nothing blocks."""

    def context_now(self) -> tuple[tuple[str, str], ...]:
        """Names and values that are set: project, dive, task, component, operator."""
        ...


class NoReadings:
    """A recorder without survey data."""

    def readings_at(self, instant: Instant) -> tuple[Reading, ...]:
        return ()


class NoContext:
    """Nothing is set."""

    def context_now(self) -> tuple[tuple[str, str], ...]:
        return ()
