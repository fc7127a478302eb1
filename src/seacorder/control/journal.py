"""Writes down what happens: into the event log, the catalogue and the program's log, in one go."""

import logging

from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.log import redact
from seacorder.catalogue.catalogue import Catalogue
from seacorder.control.events import EventKind, EventLog
from seacorder.model.event import Event, Severity
from seacorder.supervisor.pace import Bucket

_log = logging.getLogger("seacorder.events")
LINES_AT_ONCE, LINES_PER_SECOND = 6, 0.4
"""Of the log, for each channel: a camera that comes and goes all night fills the event list, not the log. Never more
than ten in ten seconds."""
_LEVELS = {Severity.INFO: logging.INFO, Severity.WARNING: logging.WARNING, Severity.ALARM: logging.ERROR}


class Journal:
    """For the event loop alone; nothing blocks."""

    def __init__(self, clock: Clock, catalogue: Catalogue) -> None:
        self.events = EventLog(on_event=catalogue.record_event)
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}
        self._left_out: dict[str, int] = {}

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
        channel = event.channel
        if channel is not None and not self._may_log(channel, event.severity):
            self._left_out[channel] = self._left_out.get(channel, 0) + 1
            return
        prefix = f"{channel}: " if channel and not event.sentence.startswith(channel) else ""
        left_out = self._left_out.pop(channel, 0) if channel else 0
        rest = f" ({left_out} events before this one are only in the event list)" if left_out else ""
        _log.log(_LEVELS[event.severity], "%s%s%s", prefix, event.sentence, rest)

    def _may_log(self, channel: str, severity: Severity) -> bool:
        """Alarms always; the rest while it does not come in floods."""
        bucket = self._buckets.setdefault(channel, Bucket(LINES_AT_ONCE, LINES_PER_SECOND))
        return bucket.take(self._clock.monotonic_ns() / NS_PER_SECOND) or severity is Severity.ALARM
