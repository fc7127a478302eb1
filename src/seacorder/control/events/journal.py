"""Writes each event into the event log, the catalogue and, unless it floods it, the program's log."""

import logging
from dataclasses import replace

from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.message import named
from seacorder.base.redaction import redact
from seacorder.catalogue.catalogue import Catalogue
from seacorder.control.events.log import EventKind, EventLog
from seacorder.model.alarm import Alarm
from seacorder.model.event import Event, Severity
from seacorder.supervisor.pacing import Bucket

_log = logging.getLogger("seacorder.events")
LINES_AT_ONCE, LINES_PER_SECOND = 4, 0.3
"""Limits of the log for each channel: a camera that comes and goes all night fills the event list, but not the log."""
SAME_ALARM_NS = 10 * NS_PER_SECOND
"""The log repeats the same alarm after this time at the earliest. A new alarm is always logged and uses up a line of
the limit, also when none is left."""
_SAID_BY_ALARM = frozenset({"channel_failed", "channel_stalled", "picture_frozen", "picture_black"})
"""Events that an alarm with the same fact follows: only the alarm's line goes into the log."""
_ABOUT_FILES = frozenset({
    EventKind.RECORDING_STARTED, EventKind.RECORDING_INTERRUPTED, EventKind.RECORDING_STOPPED, EventKind.PART_OPENED,
    EventKind.PART_CLOSED, EventKind.PART_INTERRUPTED, EventKind.FILE_REPAIRED, EventKind.REPAIR_FAILED,
    EventKind.CLIP_STARTED, EventKind.CLIP_STOPPED, EventKind.CLIP_INTERRUPTED, EventKind.FRAMEGRAB_STORED,
    EventKind.FRAMEGRAB_FAILED, "part_left", "clean_not_kept",
})
"""Events about files are always logged, and use up lines of the limit. Losses are not among them: the account has
them."""
_LEVELS = {Severity.INFO: logging.INFO, Severity.WARNING: logging.WARNING, Severity.ALARM: logging.ERROR}


class Journal:
    """For the event loop alone; nothing blocks: the catalogue and the log have threads of their own."""

    def __init__(self, clock: Clock, catalogue: Catalogue) -> None:
        self.events = EventLog(on_event=catalogue.record_event)
        self._clock = clock
        self._begun: set[tuple[str | None, str]] = set()
        """Channels and alarms of which the log has the begin and not yet the end."""
        self._buckets: dict[str, Bucket] = {}
        self._left_out: dict[str, int] = {}
        self._alarms: dict[tuple[str, str], int] = {}
        """By channel and fact: when the alarms of the last seconds were logged, monotonic."""

    def note(
        self,
        kind: EventKind,
        fact: str,
        action: str = "",
        *,
        channel: str | None = None,
        severity: Severity = Severity.INFO,
    ) -> None:
        """Something happened just now: what it is and costs, and what to do. The program's log may leave it out."""
        self.take(Event(self._clock.utc_ns(), kind.value, severity, redact(fact), channel, action=redact(action)))

    def warn(self, kind: EventKind, fact: str, action: str = "", *, channel: str | None = None) -> None:
        self.note(kind, fact, action, channel=channel, severity=Severity.WARNING)

    def alarm(self, kind: EventKind, fact: str, action: str = "", *, channel: str | None = None) -> None:
        self.note(kind, fact, action, channel=channel, severity=Severity.ALARM)

    def observed(
        self, kind: EventKind, observation: str, fact: str, action: str = "", *, is_logged: bool = True
    ) -> None:
        """Something happened to an observation, by its id."""
        severity = Severity.WARNING if action else Severity.INFO
        event = Event(self._clock.utc_ns(), kind.value, severity, redact(fact), action=redact(action))
        self.take(replace(event, observation=observation), is_logged=is_logged)

    def alarm_raised(self, alarm: Alarm, *, is_logged: bool) -> None:
        """An alarm has begun, or has become worse."""
        event = self._of_alarm(EventKind.ALARM_RAISED, alarm, redact(alarm.fact), alarm.severity)
        self.take(replace(event, action=redact(alarm.action)), is_logged=is_logged)

    def alarm_cleared(self, alarm: Alarm, fact: str) -> None:
        """An alarm has ended; `fact` says what is well again."""
        self.take(self._of_alarm(EventKind.ALARM_CLEARED, alarm, redact(fact), Severity.INFO))

    def alarm_seen(self, alarm: Alarm) -> None:
        """Somebody has said that he has seen an alarm."""
        fact = redact(f"The alarm was seen{f' by {alarm.seen_by}' if alarm.seen_by else ''}: {alarm.fact}")
        self.take(self._of_alarm(EventKind.ALARM_SEEN, alarm, fact, Severity.INFO))

    def _of_alarm(self, kind: EventKind, alarm: Alarm, fact: str, severity: Severity) -> Event:
        return Event(self._clock.utc_ns(), kind.value, severity, fact, alarm.channel, alarm=alarm.kind.value)

    def take(self, event: Event, *, is_logged: bool = True) -> None:
        """Writes an event down, such as one that a worker noted."""
        self.events.add(event)
        if not is_logged or event.kind in _SAID_BY_ALARM:
            return
        channel = event.channel
        if channel is not None and not self._may_log(channel, event):
            self._left_out[channel] = self._left_out.get(channel, 0) + 1
            return
        if event.kind == EventKind.ALARM_RAISED:
            self._begun.add((channel, event.alarm))
        elif event.kind == EventKind.ALARM_CLEARED:
            self._begun.discard((channel, event.alarm))
        left_out = self._left_out.pop(channel, 0) if channel else 0
        rest = f" ({left_out} more messages about {channel} were left out here; they are in /api/v1/events)"
        _log.log(_LEVELS[event.severity], "%s%s", _line(event), rest if left_out else "")

    def _may_log(self, channel: str, event: Event) -> bool:
        """True for events about files, for new alarms, and for the end of one whose begin is in the log; for others
        while the channel is within its limit."""
        now_ns = self._clock.monotonic_ns()
        bucket = self._buckets.setdefault(channel, Bucket(LINES_AT_ONCE, LINES_PER_SECOND))
        is_alarm = event.severity is Severity.ALARM
        is_end = event.kind == EventKind.ALARM_CLEARED and (channel, event.alarm) in self._begun
        if event.kind in _ABOUT_FILES or is_end or (is_alarm and self._is_new(channel, event.fact, now_ns)):
            bucket.take_anyway(now_ns / NS_PER_SECOND)
            return True
        return not is_alarm and bucket.take(now_ns / NS_PER_SECOND)

    def _is_new(self, channel: str, fact: str, now_ns: int) -> bool:
        """True unless the same alarm was logged in the last seconds."""
        self._alarms = {key: at for key, at in self._alarms.items() if now_ns - at < SAME_ALARM_NS}
        is_new = (channel, fact) not in self._alarms
        self._alarms.setdefault((channel, fact), now_ns)
        return is_new


def _line(event: Event) -> str:
    """The event in one line: the channel's name, the fact, the action, and the alarm that began or ended."""
    text = named(event.channel, event.text)
    if event.kind == EventKind.ALARM_CLEARED:
        return f"{text} [{event.alarm} ended]"
    word = "alarm" if event.severity is Severity.ALARM else "warning"
    return f"{text} [{word} {event.alarm}]" if event.alarm else text
