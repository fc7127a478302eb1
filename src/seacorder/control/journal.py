"""Writes down what happens: into the event log, the catalogue and the program's log, in one go."""

import logging

from seacorder.base.clock import Clock
from seacorder.base.log import redact
from seacorder.catalogue.catalogue import Catalogue
from seacorder.control.events import EventKind, EventLog
from seacorder.model.event import Event, Severity

_log = logging.getLogger("seacorder.events")
_LEVELS = {Severity.INFO: logging.INFO, Severity.WARNING: logging.WARNING, Severity.ALARM: logging.ERROR}


class Journal:
    """For the event loop alone; nothing blocks."""

    def __init__(self, clock: Clock, catalogue: Catalogue) -> None:
        self.events = EventLog(on_event=catalogue.record_event)
        self._clock = clock

    def note(
        self, kind: EventKind, sentence: str, *, channel: str | None = None, severity: Severity = Severity.INFO
    ) -> None:
        """Something happened just now."""
        self.take(Event(self._clock.utc_ns(), kind.value, severity, redact(sentence), channel))

    def warn(self, kind: EventKind, sentence: str, *, channel: str | None = None) -> None:
        self.note(kind, sentence, channel=channel, severity=Severity.WARNING)

    def alarm(self, kind: EventKind, sentence: str, *, channel: str | None = None) -> None:
        self.note(kind, sentence, channel=channel, severity=Severity.ALARM)

    def take(self, event: Event) -> None:
        """An event that a worker noted."""
        self.events.add(event)
        prefix = f"{event.channel}: " if event.channel and not event.sentence.startswith(event.channel) else ""
        _log.log(_LEVELS[event.severity], "%s%s", prefix, event.sentence)
