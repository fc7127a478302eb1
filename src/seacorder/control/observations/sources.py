"""What observations ask of the survey data: the readings at an instant, and the context of the work."""

from typing import Protocol

from seacorder.base.clock import NS_PER_SECOND
from seacorder.control.telemetry.history import RECENT_NS
from seacorder.control.telemetry.telemetry import Telemetry
from seacorder.model.instant import Instant
from seacorder.model.reading import Reading, ReadingState


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


class SurveyReadings:
    """The readings of the survey data: of the last minute each as it came; of the last day those that were valid at the
    beginning of the instant's second, of which it is not known any more when they had come."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry

    def readings_at(self, instant: Instant) -> tuple[Reading, ...]:
        if self._telemetry.now_ns - instant.monotonic_ns <= RECENT_NS:
            return self._telemetry.at(instant.monotonic_ns)
        second_ns = instant.utc_ns // NS_PER_SECOND * NS_PER_SECOND
        history = self._telemetry.history
        second = Instant(instant.monotonic_ns - (instant.utc_ns - second_ns), second_ns)
        return tuple(
            Reading(name, value, history.units.get(name, ""), _state(value), second, "")
            for row in history.rows(second_ns, second_ns + NS_PER_SECOND, NS_PER_SECOND, ())
            for name, value in row.values.items()
        )


def _state(value: object) -> ReadingState:
    return ReadingState.NONE if value is None else ReadingState.FRESH
