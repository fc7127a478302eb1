"""A journal whose events are kept in memory alone."""

from fakes.clock import FakeClock
from seacorder.control.events.journal import Journal


class NoCatalogue:
    """Takes events and keeps none."""

    def record_event(self, _event: object) -> None: ...


def journal_of(clock: FakeClock) -> Journal:
    """Read its events by `journal.events.after(0)`."""
    return Journal(clock, NoCatalogue())  # type: ignore[arg-type]
