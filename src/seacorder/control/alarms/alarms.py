"""The alarms that stand: what is wrong just now and since when. An alarm that begins or ends is an event."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.duration import duration_text
from seacorder.base.errors import NotKnown
from seacorder.control.alarms.actions import end_of, end_with_channel
from seacorder.control.alarms.rules import Finding, Scene, findings
from seacorder.control.alarms.volumes import VolumeWatch
from seacorder.control.blackbox.blackbox import Blackbox
from seacorder.control.context import Context
from seacorder.control.recording.recordings import Recordings
from seacorder.model.alarm import Alarm, AlarmKind
from seacorder.model.channel import ChannelState, clean_name
from seacorder.model.copies import CopyStatus
from seacorder.model.event import Severity

SOON_SECONDS = 0.1
"""How long a look waits after a heartbeat, so that heartbeats that come together cause only one look."""
UNWRITTEN_NS = 3 * NS_PER_SECOND
"""Nothing in a file is an alarm once the recording runs and the channel has been live for this long."""
OVER_MAX = 20
"""How many alarms that are over are kept until somebody has seen them."""
_RANK = {Severity.ALARM: 0, Severity.WARNING: 1, Severity.INFO: 2}

Key = tuple[AlarmKind, str | None]


class AlarmTable:
    """The alarms that stand, by kind and channel. Time is passed in."""

    def __init__(self) -> None:
        self._standing: dict[Key, Alarm] = {}
        self._over: dict[Key, Alarm] = {}

    @property
    def standing(self) -> tuple[Alarm, ...]:
        """The worst first, then the oldest."""
        return tuple(sorted(self._standing.values(), key=lambda alarm: (_RANK[alarm.severity], alarm.since_utc_ns)))

    @property
    def over(self) -> tuple[Alarm, ...]:
        """Those that are over and that nobody has seen, the newest first; of a kind and channel the last one."""
        return tuple(reversed(self._over.values()))

    def see(self, kind: AlarmKind, channel: str | None, by: str, utc_ns: int) -> Alarm:
        """Marks one as seen, whether it stands or is over. Raises NotKnown where there is no such alarm."""
        key = (kind, channel)
        found = self._standing.get(key) or self._over.get(key)
        self._over.pop(key, None)
        if found is None:
            of = "the recorder" if channel is None else channel
            raise NotKnown(f"There is no alarm {kind.value} of {of} now.", "See /api/v1/status.", field="kind")
        seen = replace(found, seen_utc_ns=utc_ns, seen_by=by)
        if key in self._standing:
            self._standing[key] = seen
        return seen

    @property
    def keys(self) -> frozenset[Key]:
        return frozenset(self._standing)

    def update(self, found: list[Finding], utc_ns: int) -> tuple[list[Alarm], list[Alarm]]:
        """Takes what is wrong now. Returns the alarms that are new or have become worse, and those that are over."""
        before, self._standing = self._standing, {}
        raised: list[Alarm] = []
        for one in found:
            key = (one.kind, one.channel)
            old = before.pop(key, None)
            is_worse = old is None or _RANK[one.severity] < _RANK[old.severity]
            alarm = Alarm(
                kind=one.kind,
                channel=one.channel,
                severity=one.severity,
                since_utc_ns=utc_ns if old is None else old.since_utc_ns,
                fact=one.fact,
                action=one.action,
                seen_utc_ns=None if old is None or is_worse else old.seen_utc_ns,
                seen_by="" if old is None or is_worse else old.seen_by,
            )
            self._standing[key] = alarm
            self._over.pop(key, None)
            if is_worse:
                raised.append(alarm)
        self._keep_unseen(before, utc_ns)
        return raised, list(before.values())

    def _keep_unseen(self, ended: dict[Key, Alarm], utc_ns: int) -> None:
        self._over |= {key: replace(one, over_utc_ns=utc_ns) for key, one in ended.items() if one.seen_utc_ns is None}
        for key in list(self._over)[:-OVER_MAX]:
            del self._over[key]


class Alarms:
    """Derives the alarms from what other parts know. For the event loop alone; nothing blocks."""

    def __init__(
        self,
        context: Context,
        recordings: Recordings,
        volumes: VolumeWatch,
        copies: Callable[[], tuple[CopyStatus, ...]] = tuple,
        blackbox: Blackbox | None = None,
    ) -> None:
        """`copies`: how the targets of copies stand."""
        self._context = context
        self._recordings = recordings
        self._volumes = volumes
        self._copies = copies
        self._blackbox = blackbox
        self._table = AlarmTable()
        self._soon: asyncio.TimerHandle | None = None

    def look_soon(self) -> None:
        """Something may have changed: looks within a tenth of a second."""
        if self._soon is None:
            self._soon = asyncio.get_running_loop().call_later(SOON_SECONDS, self.look)

    def look(self) -> tuple[Alarm, ...]:
        """Derives the alarms from what is known now, the worst first; each that begins or ends becomes an event."""
        self.stop()
        context = self._context
        now_ns = context.clock.utc_ns()
        raised, cleared = self._table.update(findings(self._scene()), now_ns)
        for alarm in raised:
            # The event `worker_lost` is logged already.
            context.journal.alarm_raised(alarm, is_logged=alarm.kind is not AlarmKind.WORKER_LOST)
        for alarm in cleared:
            after = duration_text(max(0, now_ns - alarm.since_utc_ns) / NS_PER_SECOND)
            is_gone = alarm.channel is not None and context.watch.is_leaving(alarm.channel)
            end = end_with_channel(alarm, after) if is_gone else end_of(alarm, after, self._table.standing)
            context.journal.alarm_cleared(alarm, end)
        return self._table.standing

    @property
    def over(self) -> tuple[Alarm, ...]:
        """Alarms that are over and that nobody has seen, the newest first."""
        return self._table.over

    def see(self, kind: AlarmKind, channel: str | None, by: str) -> Alarm:
        """Marks an alarm as seen, which is an event, so that all who look know it. Raises NotKnown."""
        seen = self._table.see(kind, channel, by, self._context.clock.utc_ns())
        self._context.journal.alarm_seen(seen)
        return seen

    def stop(self) -> None:
        """Cancels a look that was due soon. Harmless when there is none."""
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None

    def _scene(self) -> Scene:
        context = self._context
        disks = self._volumes.disks
        return Scene(
            statuses=tuple(context.watch[name] for name in context.workers.names),
            lost=context.watch.lost,
            is_recording_on=self._recordings.running is not None,
            unwritten=self._unwritten(),
            overloaded=context.watch.overloaded,
            disks=replace(disks, fallback_folder=context.settings.fallback_root),
            queue_bytes={channel.name: channel.queue_bytes for channel in context.workers.channels},
            catalogue_fault=context.catalogue.fault,
            standing=self._table.keys,
            narrator=None if context.workers.narrator_name is None else context.watch[context.workers.narrator_name],
            silent_seconds=context.workers.silent_seconds,
            sources=context.telemetry.sources(),
            copies=self._copies(),
            blackbox=None if self._blackbox is None else self._blackbox.view(),
            utc_ns=context.clock.utc_ns(),
        )

    def _unwritten(self) -> tuple[str, ...]:
        context, session = self._context, self._recordings.running
        now_ns = context.clock.monotonic_ns()
        if session is None or now_ns - session.instant.monotonic_ns < UNWRITTEN_NS:
            return ()
        statuses = [context.watch[name] for name in context.workers.names]
        written = {status.channel: status.channel for status in statuses}
        written |= {clean_name(status.channel): status.channel for status in statuses if status.keeps_clean}
        return tuple(
            recorded
            for recorded, name in written.items()
            if context.watch[name].state is ChannelState.LIVE
            # A negative time means that the wall clock has been set back since; then the channel counts as long live.
            and not 0 <= context.clock.utc_ns() - context.watch[name].since_utc_ns < UNWRITTEN_NS
            and not session.stored.is_fresh(recorded, now_ns)
            and not context.watch.waits_for_picture(name)
        )
