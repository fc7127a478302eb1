"""Writes down what happens: into the event log, the catalogue and the program's log, in one go."""

import logging

from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.redaction import redact
from seacorder.catalogue.catalogue import Catalogue
from seacorder.control.events.log import EventKind, EventLog
from seacorder.model.event import Event, Severity
from seacorder.supervisor.pacing import Bucket

_log = logging.getLogger("seacorder.events")
LINES_AT_ONCE, LINES_PER_SECOND = 5, 0.3
"""Of the log, for each channel: a camera that comes and goes all night fills the event list, not the log."""
SAME_ALARM_NS = 10 * NS_PER_SECOND
"""How soon the log says the same alarm again; another one at once, and what follows it pays for that."""
_SAID_BY_ALARM = frozenset({"channel_failed", "channel_stalled", "picture_frozen", "picture_black"})
"""Events whose sentence comes again as an alarm: the log has it once, in the alarm's line."""
_ABOUT_FILES = frozenset({
    EventKind.RECORDING_STARTED, EventKind.RECORDING_INTERRUPTED, EventKind.RECORDING_STOPPED, EventKind.PART_OPENED,
    EventKind.PART_CLOSED, EventKind.PART_INTERRUPTED, EventKind.FILE_REPAIRED, EventKind.REPAIR_FAILED,
    EventKind.CLIP_STARTED, EventKind.CLIP_STOPPED, EventKind.CLIP_INTERRUPTED, EventKind.FRAMEGRAB_STORED,
    EventKind.FRAMEGRAB_FAILED, "part_left", "clean_not_kept",
})
"""What became of files is in the log whole, however much it is; what follows pays for it. Losses are in the account."""
_LEVELS = {Severity.INFO: logging.INFO, Severity.WARNING: logging.WARNING, Severity.ALARM: logging.ERROR}


class Journal:
    """For the event loop alone; nothing blocks."""

    def __init__(self, clock: Clock, catalogue: Catalogue) -> None:
        self.events = EventLog(on_event=catalogue.record_event)
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}
        self._left_out: dict[str, int] = {}
        self._alarms: dict[tuple[str, str], int] = {}
        """When each alarm was logged, channel and sentence; the latest ones only."""

    def note(
        self,
        kind: EventKind,
        sentence: str,
        *,
        channel: str | None = None,
        severity: Severity = Severity.INFO,
        is_logged: bool = True,
    ) -> None:
        """Something happened just now; the log may leave out what it has been told already."""
        self.take(Event(self._clock.utc_ns(), kind.value, severity, redact(sentence), channel), is_logged=is_logged)

    def warn(self, kind: EventKind, sentence: str, *, channel: str | None = None) -> None:
        self.note(kind, sentence, channel=channel, severity=Severity.WARNING)

    def alarm(self, kind: EventKind, sentence: str, *, channel: str | None = None) -> None:
        self.note(kind, sentence, channel=channel, severity=Severity.ALARM)

    def take(self, event: Event, *, is_logged: bool = True) -> None:
        """An event that a worker noted."""
        self.events.add(event)
        if not is_logged or event.kind in _SAID_BY_ALARM:
            return
        channel = event.channel
        if channel is not None and not self._may_log(channel, event):
            self._left_out[channel] = self._left_out.get(channel, 0) + 1
            return
        prefix = f"{channel}: " if channel and not event.sentence.startswith(channel) else ""
        left_out = self._left_out.pop(channel, 0) if channel else 0
        rest = f" ({left_out} events before this one are only in the event list)" if left_out else ""
        _log.log(_LEVELS[event.severity], "%s%s%s", prefix, event.sentence, rest)

    def _may_log(self, channel: str, event: Event) -> bool:
        """Files and new alarms always; the rest while all of it together does not come in floods."""
        now_ns = self._clock.monotonic_ns()
        bucket = self._buckets.setdefault(channel, Bucket(LINES_AT_ONCE, LINES_PER_SECOND))
        if event.kind in _ABOUT_FILES:
            bucket.take_anyway(now_ns / NS_PER_SECOND)
            return True
        if event.severity is Severity.ALARM:
            self._alarms = {key: at for key, at in self._alarms.items() if now_ns - at < SAME_ALARM_NS}
            key = (channel, event.sentence)
            is_new = key not in self._alarms
            self._alarms.setdefault(key, now_ns)
            if is_new:
                bucket.take_anyway(now_ns / NS_PER_SECOND)
            return is_new
        return bucket.take(now_ns / NS_PER_SECOND)
