"""The program's event log, held in memory for whoever follows it, and the kinds of events."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from enum import StrEnum

from seacorder.catalogue.catalogue import MOST_ROWS_WAITING
from seacorder.model.event import Event

DEFAULT_CAPACITY = 2_000
"""A busy day of a recorder that is well. Older events are in the catalogue. Ten thousand were measured to need 7 MB."""


class EventKind(StrEnum):
    """The events of the control process. The words are stable; docs/programs/events.md says what each means."""

    PROGRAM_STARTED = "program_started"
    PROGRAM_STOPPING = "program_stopping"
    CHANNEL_CONNECTING = "channel_connecting"
    CHANNEL_LIVE = "channel_live"
    CHANNEL_STALLED = "channel_stalled"
    CHANNEL_FAILED = "channel_failed"
    WORKER_LOST = "worker_lost"
    WORKER_BACK = "worker_back"
    RECORDING_STARTED = "recording_started"
    RECORDING_REFUSED = "recording_refused"
    RECORDING_RESUMED = "recording_resumed"
    RECORDING_INTERRUPTED = "recording_interrupted"
    RECORDING_STOPPED = "recording_stopped"
    RECORDING_REMOVED = "recording_removed"
    RECORDING_NOT_REMOVED = "recording_not_removed"
    CHANNEL_NOT_RECORDING = "channel_not_recording"
    CHANNEL_NOT_STOPPED = "channel_not_stopped"
    PART_OPENED = "part_opened"
    PART_CLOSED = "part_closed"
    PART_INTERRUPTED = "part_interrupted"
    BLACKBOX_KEPT = "blackbox_kept"
    FILE_REPAIRED = "file_repaired"
    REPAIR_FAILED = "repair_failed"
    CLIP_STARTED = "clip_started"
    CLIP_STOPPED = "clip_stopped"
    CLIP_INTERRUPTED = "clip_interrupted"
    FRAMEGRAB_STORED = "framegrab_stored"
    FRAMEGRAB_FAILED = "framegrab_failed"
    FILE_MISSING = "file_missing"
    FILE_FOUND = "file_found"
    FOLDER_COMPLETE = "folder_complete"
    FOLDER_NOT_COMPLETE = "folder_not_complete"
    FOLDER_NOT_SIGNED = "folder_not_signed"
    FOLDER_COPIED = "folder_copied"
    OBSERVATION_ENTERED = "observation_entered"
    OBSERVATION_CHANGED = "observation_changed"
    OBSERVATION_LEFT_OPEN = "observation_left_open"
    OBSERVATION_NOT_STORED = "observation_not_stored"
    LOSS_NOTED = "loss_noted"
    DIRECTORY_GIVEN_UP = "directory_given_up"
    SETTINGS_CHANGED = "settings_changed"
    SETTING_OVERRIDDEN = "setting_overridden"
    CONTEXT_CHANGED = "context_changed"
    ENCODING_DECIDED = "encoding_decided"
    ALARM_RAISED = "alarm_raised"
    ALARM_CLEARED = "alarm_cleared"
    ALARM_SEEN = "alarm_seen"
    CATALOGUE_DAMAGED = "catalogue_damaged"
    CATALOGUE_REBUILT = "catalogue_rebuilt"
    CLOCK_STEPPED = "clock_stepped"
    CLOCK_BEHIND = "clock_behind"
    DATA_LOG_FAILED = "data_log_failed"
    DEFINITION_REFUSED = "definition_refused"


RUN_CURSORS = 1_000_000


class EventLog:
    """The newest events, each with a cursor: a number that only grows, also over restarts of the program.

    Within a run of the program cursors follow each other without a gap. A new run begins at the next multiple of
    `RUN_CURSORS`: a run that was killed may have given cursors to listeners that the catalogue never saw, and such a
    listener would take new events with the same cursors for old ones.

    A listener that remembers its last cursor can go on there. Only the newest events are held; a listener that was away
    for longer sees by the cursors that some are missing and finds them in the catalogue. For the event loop alone;
    nothing blocks.
    """

    def __init__(self, *, capacity: int = DEFAULT_CAPACITY, on_event: Callable[[Event], None] | None = None) -> None:
        self._events: deque[Event] = deque(maxlen=capacity)
        self._newest = 0
        self._on_event = on_event
        self._arrived = asyncio.Event()

    @property
    def newest_cursor(self) -> int:
        """Cursor of the newest event; 0 before the first one ever."""
        return self._newest

    @property
    def oldest_cursor(self) -> int:
        """Cursor of the oldest event that is held; one past the newest when none is."""
        return self._events[0].cursor if self._events else self._newest + 1

    def continue_from(self, cursor: int) -> None:
        """Another run of the program begins; `cursor` is the newest that is stored of earlier runs, 0 if none is."""
        if cursor:
            # As many events as wait for the catalogue's disk at most may never have been stored.
            self._newest = (cursor + MOST_ROWS_WAITING) // RUN_CURSORS * RUN_CURSORS + RUN_CURSORS

    def add(self, event: Event) -> Event:
        """Gives `event` its cursor, keeps it and wakes the followers."""
        self._newest += 1
        numbered = replace(event, cursor=self._newest)
        self._events.append(numbered)
        if self._on_event is not None:
            self._on_event(numbered)
        arrived, self._arrived = self._arrived, asyncio.Event()
        arrived.set()
        return numbered

    def after(self, cursor: int) -> list[Event]:
        """The events held whose cursor is above `cursor`, oldest first."""
        newer = min(max(self._newest - cursor, 0), len(self._events))
        held = len(self._events)
        return [self._events[position] for position in range(held - newer, held)]

    async def follow(self, cursor: int) -> AsyncIterator[Event]:
        """The events after `cursor`, then each as it happens, without end. A slow follower delays nothing else."""
        while True:
            arrived = self._arrived
            for event in self.after(cursor):
                cursor = event.cursor
                yield event
            if self._newest <= cursor or not self._events:
                await arrived.wait()
