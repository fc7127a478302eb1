"""The book of observations: entered, closed, revised, withdrawn.

Several clients may work on one observation: each change is a revision of what is there when it comes. An observation
goes to its file first and then to the list of recordings; `shelf` keeps both.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from seacorder.base.background import cancel, task
from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.errors import BadRequest, NotPossible
from seacorder.control.context import Context
from seacorder.control.events.log import EventKind
from seacorder.control.observations.file_paths import path_late, path_now
from seacorder.control.observations.kinds import Kinds
from seacorder.control.observations.made import MadeFiles
from seacorder.control.observations.numbers import Numbers
from seacorder.control.observations.places import Places
from seacorder.control.observations.shelf import Shelf
from seacorder.control.observations.sources import ContextSource, NoContext, NoReadings, ReadingsSource
from seacorder.control.recording.recordings import Recordings
from seacorder.model.instant import Instant, iso_utc
from seacorder.model.observation import (
    TEXT_CHARACTERS_MAX,
    Changes,
    EnteredBy,
    Followed,
    MadeFile,
    Observation,
    ObservationState,
    Place,
    Revision,
    RevisionKind,
    noted,
    revised,
)
from seacorder.model.observation_entry import Edit, Entry
from seacorder.model.observation_kind import ANOMALY_VIDEO, ObservationKind, checked_fields
from seacorder.model.observation_text import write
from seacorder.model.recording import FileKind

CLOCK_SLACK_NS = NS_PER_SECOND
"""An instant of the future that a client sends is taken for now up to this: its clock is not ours."""
ASKED_BACK_NS = 60 * NS_PER_SECOND
"""For an instant so long ago the recording processes are asked too: they hold the frames of the pre-roll."""
HISTORY_BYTES_MAX = 1_500_000
"""Of an observation as text, after an edit. Its file is indented, and may be closed and withdrawn after that: it stays
below what is read back (`observation_file.BYTES_MAX`)."""
_NO_EDIT = Edit()
_CLOSING = {RevisionKind.CLOSED, RevisionKind.CLOSED_BY_STOP}
_WORDS = {RevisionKind.REVISED: "revised", RevisionKind.WITHDRAWN: "withdrawn"}

Follow = Callable[[Followed], Followed]


class ObservationBook:
    """For the event loop alone. A command waits for the disk, not longer than `files.ANSWER_SECONDS`."""

    def __init__(self, context: Context, recordings: Recordings, kinds: Kinds, shelf: Shelf) -> None:
        self.kinds = kinds
        self.places = Places(context, recordings)
        self.made: MadeFiles | None = None
        self.readings: ReadingsSource = NoReadings()
        self.context: ContextSource = NoContext()
        self.is_ready = False
        """What earlier runs have left has been read: numbers go on from theirs, and their open spans are known."""
        self._context = context
        self._recordings = recordings
        self._shelf = shelf
        self._numbers = Numbers()
        self._following: set[asyncio.Task[None]] = set()

    # Commands.

    async def observe(self, entry: Entry) -> Observation:
        """Enters an observation of now, or of an instant of the past. Raises BadRequest, NotPossible,
        CatalogueFailed."""
        instant = Instant.now(self._context.clock)
        kind = self.kinds.find(entry.code, "code")
        fields, text = checked_fields(kind, entry.fields), _checked_text(entry.text)
        _check_end(kind, entry)
        _check_past("utc", entry.utc_ns, instant)
        _check_past("to_utc", entry.end_utc_ns, instant)
        changes = Changes(text or None, fields)
        if _is_late(entry, instant):
            return await self._enter_late(kind, entry, changes, instant)
        return await self._enter(kind, entry, changes, instant)

    async def press(self, code: str, edit: Edit = _NO_EDIT, entered_by: EnteredBy = EnteredBy.KEY) -> Observation:
        """One press of a key: enters an observation; of a span that is open it closes it, also if its kind was removed
        or changed meanwhile. `edit`: what is said with it."""
        open_one = self._open_of(code.upper())
        if open_one is not None:
            return await self.close(open_one.id, edit)
        kind = self.kinds.find(code)
        return await self.observe(Entry(kind.code, edit.text or "", edit.fields, edit.author, entered_by))

    async def close(self, observation_id: str, edit: Edit = _NO_EDIT) -> Observation:
        """The span ends now. Raises NotPossible for one that is not open."""
        instant = Instant.now(self._context.clock)
        observation = await self._shelf.find(observation_id)
        if observation.now.state is not ObservationState.OPEN:
            raise NotPossible(*_why_not_open(observation))
        return await self._close(observation, instant, RevisionKind.CLOSED, edit)

    async def revise(self, observation_id: str, edit: Edit) -> Observation:
        """Adds a revision with what `edit` changes. Raises BadRequest; NotPossible for a withdrawn one."""
        observation = await self._shelf.find(observation_id)
        changes = self._changes(observation, edit)
        if changes == Changes():
            raise BadRequest("Nothing is changed.", "Send text, fields or both.")
        if observation.now.state is ObservationState.WITHDRAWN:
            raise NotPossible(f"{_name(observation)} was withdrawn.", "Enter a new one.")
        return await self._revise(observation_id, RevisionKind.REVISED, edit, changes)

    async def withdraw(self, observation_id: str, edit: Edit = _NO_EDIT) -> Observation:
        """Marks it as withdrawn; it stays with all that it said. Fine for one that is withdrawn already."""
        observation = await self._shelf.find(observation_id)
        if observation.now.state is ObservationState.WITHDRAWN:
            return observation
        if self.made is not None:
            self.made.end(observation)
        return await self._revise(observation_id, RevisionKind.WITHDRAWN, edit, self._changes(observation, edit))

    async def anomaly_started(self, video_id: str, instant: Instant) -> None:
        """A client has started the video of an anomaly at this instant: an observation opens with it. One that is open,
        which an unexpected end of the program has left, gets this video too."""
        one = self._open_of(ANOMALY_VIDEO.code)
        if one is None:
            await self._enter(ANOMALY_VIDEO, Entry(ANOMALY_VIDEO.code), Changes(), instant, video_id)
        elif self.made is not None:
            self.made.own(video_id, one.id)

    async def anomaly_stopped(self, instant: Instant) -> None:
        """The video has been stopped at this instant; finishing its files took longer."""
        one = self._open_of(ANOMALY_VIDEO.code)
        if one is not None and not _is_after(one.start, instant):
            await self._close(one, instant, RevisionKind.CLOSED, _NO_EDIT)

    async def recording_stopped(self, instant: Instant, recording_id: str) -> None:
        """Spans that are open end with the recording, and are marked. Warns of each. One that has begun since the stop,
        while files were being finished, goes on."""
        left_open = [one for one in self.open if not _is_after(one.start, instant)]
        for observation in left_open:
            fact = f"{_name(observation)} was still open when the recording was stopped, and ends there."
            action = "If it ended before, revise it."
            self._context.journal.observed(EventKind.OBSERVATION_LEFT_OPEN, observation.id, fact, action)
        by_stop = RevisionKind.CLOSED_BY_STOP
        await asyncio.gather(*(self._close(one, instant, by_stop, _NO_EDIT, recording_id) for one in left_open))

    # Questions.

    @property
    def open(self) -> tuple[Observation, ...]:
        """Spans that are open, the oldest first."""
        return self._shelf.open

    def open_since(self) -> int | None:
        """When the oldest span that is open began (UTC); None while none is."""
        return min((one.start.utc_ns for one in self.open), default=None)

    async def find(self, observation_id: str) -> Observation:
        """Raises NotKnown when there is none of this id."""
        return await self._shelf.find(observation_id)

    # Life.

    async def start(self) -> None:
        """Reads what earlier runs have left: numbers, open spans, kinds. Raises CatalogueFailed."""
        for observation in await self._shelf.start(
            lambda one: path_late(self._context, self._recordings.running, one.start, one.followed.places)
        ):
            self._numbers.saw(observation)
        self._numbers.continue_from(await self._shelf.numbers())
        await asyncio.to_thread(self.kinds.load)
        self.is_ready = True

    async def list_made_again(self) -> None:
        """The list of recordings was damaged, and has been made again from the files. Raises CatalogueFailed."""
        self._numbers.continue_from(await self._shelf.numbers())
        await self._shelf.hold_open()

    async def stop(self) -> None:
        """Ends what follows observations, and waits for their files, not long."""
        for one in list(self._following):
            await cancel(one)
        if self.made is not None:
            await self.made.stop()
        await self._shelf.stop()

    def link(self, observation_id: str, kind: FileKind, file: MadeFile) -> None:
        """A still or clip of an observation is on disk."""

        def linked(followed: Followed) -> Followed:
            if kind is FileKind.FRAMEGRAB:
                return replace(followed, stills=_with(followed.stills, file))
            return replace(followed, clips=_with(followed.clips, file))

        self._follow(observation_id, linked)

    # Inside.

    async def _enter(
        self, kind: ObservationKind, entry: Entry, changes: Changes, instant: Instant, video_id: str = ""
    ) -> Observation:
        """`video_id`: of its video that runs already."""
        running = self._recordings.running
        places = self.places.now(instant)
        recording_id = running.id if running else None
        self._check_no_second(kind, entry)
        observation = self._new(kind, entry, changes, instant, (recording_id, places))
        await self._shelf.put(observation, path_now(self._context, running, instant, places))
        self._note_entered(observation)
        if running is not None:
            self._begin_following(self._find_exact(observation, instant, places, is_end=False))
        if self.made is not None and video_id:
            self.made.own(video_id, observation.id)
        elif self.made is not None:
            self.made.begin(self._shelf.held(observation.id) or observation, kind)
        return self._shelf.held(observation.id) or observation

    async def _enter_late(self, kind: ObservationKind, entry: Entry, changes: Changes, now: Instant) -> Observation:
        utc_ns = entry.utc_ns or now.utc_ns
        begin_utc_ns = await self._shelf.begin_utc_ns()
        if begin_utc_ns is None or utc_ns < begin_utc_ns:
            earliest = "" if begin_utc_ns is None else f", at {iso_utc(begin_utc_ns, digits=3)}"
            raise BadRequest(
                "utc: that time is before any recording.",
                f"Accepted is a time since the first recording began{earliest}.", field="utc",
            )
        instant = Instant(now.monotonic_ns - (now.utc_ns - utc_ns), utc_ns)
        places = await self.places.at(utc_ns)
        recording_id = places[0].recording_id if places else None
        late = replace(entry, entered_by=EnteredBy.LATE)
        self._check_no_second(kind, entry)
        observation = self._new(kind, late, changes, instant, (recording_id, places))
        if entry.end_utc_ns is not None:
            end = Instant(now.monotonic_ns - (now.utc_ns - entry.end_utc_ns), entry.end_utc_ns)
            ended = Changes(end=end, end_readings=noted(self.readings.readings_at(end), end))
            observation = revised(observation, self._revision(observation, RevisionKind.CLOSED, Edit(), ended))
            followed = replace(observation.followed, to_places=await self.places.at(entry.end_utc_ns))
            observation = replace(observation, followed=followed)
        await self._shelf.put(observation, path_late(self._context, self._recordings.running, instant, places))
        self._note_entered(observation)
        if now.utc_ns - utc_ns <= ASKED_BACK_NS and places:
            self._begin_following(self._find_exact(observation, instant, places, is_end=False))
        return observation

    def _new(
        self,
        kind: ObservationKind,
        entry: Entry,
        changes: Changes,
        instant: Instant,
        where: tuple[str | None, tuple[Place, ...]],
    ) -> Observation:
        context = self.context.context_now()
        now_utc_ns = self._context.clock.utc_ns()
        observation = Observation(
            id=self._context.ids.next(now_utc_ns),
            number=self._numbers.next(dict(context).get("dive", ""), kind.observation_class),
            code=kind.code,
            label=kind.label,
            observation_class=kind.observation_class,
            is_span=kind.is_span,
            start=instant,
            entered_by=entry.entered_by,
            context=context,
            readings=noted(self.readings.readings_at(instant), instant),
            recording_id=where[0],
            followed=Followed(places=where[1]),
        )
        edit = Edit(author=entry.author)
        return revised(observation, self._revision(observation, RevisionKind.ENTERED, edit, changes))

    async def _close(
        self, observation: Observation, instant: Instant, kind: RevisionKind, edit: Edit,
        recording_id: str | None = None,
    ) -> Observation:
        places = self.places.now(instant, recording_id)
        end_readings = noted(self.readings.readings_at(instant), instant)
        changes = replace(self._changes(observation, edit), end=instant, end_readings=end_readings)
        if self.made is not None:
            self.made.end(observation)
        closed = await self._revise(observation.id, kind, edit, changes, places)
        if places and kind is not RevisionKind.CLOSED_BY_STOP:  # then files are closed, and their account is exact
            self._begin_following(self._find_exact(closed, instant, places, is_end=True))
        return closed

    async def _revise(
        self,
        observation_id: str,
        kind: RevisionKind,
        edit: Edit,
        changes: Changes,
        to_places: tuple[Place, ...] = (),
    ) -> Observation:
        before = await self._shelf.find(observation_id)
        if kind in _CLOSING and before.now.end is not None:
            return before  # somebody else has closed it meanwhile
        after = revised(before, self._revision(before, kind, edit, changes))
        if kind is RevisionKind.REVISED and len(write(after)) > HISTORY_BYTES_MAX:
            raise NotPossible(f"The history of {_name(before)} is full.", "Enter a new one.")
        if to_places:
            after = replace(after, followed=replace(after.followed, to_places=to_places))
        await self._shelf.put(after)
        word = _WORDS.get(kind, "closed")
        self._context.journal.observed(EventKind.OBSERVATION_CHANGED, after.id, f"{_name(after)} was {word}.")
        return self._shelf.held(observation_id) or after

    def _revision(self, observation: Observation, kind: RevisionKind, edit: Edit, changes: Changes) -> Revision:
        author = edit.author or dict(self.context.context_now()).get("operator", "")
        utc_ns = self._context.clock.utc_ns()
        return Revision(observation.newest_sequence + 1, kind, utc_ns, author, edit.reason, changes)

    def _changes(self, observation: Observation, edit: Edit) -> Changes:
        fields = checked_fields(self.kinds.find(observation.code, "fields"), edit.fields) if edit.fields else ()
        return Changes(None if edit.text is None else _checked_text(edit.text), fields)

    def _check_no_second(self, kind: ObservationKind, entry: Entry) -> None:
        """Raises NotPossible for a span that would be open beside another one of its kind."""
        is_to_be_open = kind.is_span and entry.end_utc_ns is None
        if is_to_be_open and (other := self._open_of(kind.code)) is not None:
            close = f"its key again, `seacorder observe {kind.code}`, or POST /api/v1/observations/{other.id}/close."
            since = iso_utc(other.start.utc_ns, digits=1)
            raise NotPossible(f"{kind.label} {other.number} is open since {since}.", f"Close it first: {close}")

    def _open_of(self, code: str) -> Observation | None:
        return next((one for one in self.open if one.code == code), None)

    def _note_entered(self, one: Observation) -> None:
        text = f": {one.now.text}" if one.now.text else "."
        what = "begins" if one.now.state is ObservationState.OPEN else "is noted"
        fact = f"{_name(one)} {what}{text}"
        self._context.journal.observed(EventKind.OBSERVATION_ENTERED, one.id, fact)

    async def _find_exact(
        self, observation: Observation, instant: Instant, places: tuple[Place, ...], *, is_end: bool
    ) -> None:
        recording_id = places[0].recording_id if places else observation.recording_id or ""
        exact = await self.places.exact(instant, recording_id, places)
        if is_end:
            self._follow(observation.id, lambda followed: replace(followed, to_places=exact))
        else:
            self._follow(observation.id, lambda followed: replace(followed, places=exact))

    def _follow(self, observation_id: str, change: Follow) -> None:
        self._begin_following(self._followed(observation_id, change))

    async def _followed(self, observation_id: str, change: Follow) -> None:
        before = await self._shelf.find(observation_id)
        after = replace(before, followed=change(before.followed))
        if after != before:
            await self._shelf.put(after)
            fact = f"{_name(after)}: its places and files are known."
            self._context.journal.observed(EventKind.OBSERVATION_CHANGED, after.id, fact, is_logged=False)

    def _begin_following(self, work: Coroutine[Any, Any, None]) -> None:
        begun = task(work, "what follows an observation")
        self._following.add(begun)
        begun.add_done_callback(self._following.discard)


def _is_after(begin: Instant, instant: Instant) -> bool:
    """By both clocks: the monotonic one begins anew with the computer, and the other can be set back."""
    return begin.monotonic_ns > instant.monotonic_ns and begin.utc_ns > instant.utc_ns


def _name(one: Observation) -> str:
    return f"{one.label} {one.code} {one.number}"


def _is_late(entry: Entry, now: Instant) -> bool:
    """It is about an instant of the past; a span with its end always is."""
    if entry.utc_ns is None:
        return False
    return entry.end_utc_ns is not None or now.utc_ns - entry.utc_ns > CLOCK_SLACK_NS


def _why_not_open(one: Observation) -> tuple[str, str]:
    now = one.now
    if not one.is_span:
        return f"{_name(one)} is a point: it has no end.", "Only a span is closed."
    if now.state is ObservationState.WITHDRAWN:
        return f"{_name(one)} was withdrawn.", "Enter a new one."
    ended = "" if now.end is None else f" at {iso_utc(now.end.utc_ns, digits=1)}"
    return f"{_name(one)} was closed{ended}.", "To change it, revise it."


def _checked_text(text: str) -> str:
    if len(text) > TEXT_CHARACTERS_MAX:
        raise BadRequest(
            f"text: it has {len(text)} characters.", f"Accepted are {TEXT_CHARACTERS_MAX} at most.", field="text"
        )
    return text


def _check_past(field: str, utc_ns: int | None, now: Instant) -> None:
    if utc_ns is not None and utc_ns > now.utc_ns + CLOCK_SLACK_NS:
        accepted = f"Accepted is a time up to now, {iso_utc(now.utc_ns, digits=3)}."
        raise BadRequest(f"{field}: that time has not come yet.", accepted, field=field)


def _check_end(kind: ObservationKind, entry: Entry) -> None:
    """Raises BadRequest for an end that the observation cannot have."""
    if entry.end_utc_ns is None:
        return
    if not kind.is_span or entry.utc_ns is None:
        raise BadRequest("to_utc: only a span of the past has an end.", "Send utc too, of a kind with span.",
                         field="to_utc")
    if entry.end_utc_ns < entry.utc_ns:
        raise BadRequest("to_utc: it is before utc.", "Accepted is a time after the beginning.", field="to_utc")


def _with(files: tuple[MadeFile, ...], file: MadeFile) -> tuple[MadeFile, ...]:
    """The files with one more, or with its newest path."""
    return (*(one for one in files if (one.id, one.channel) != (file.id, file.channel)), file)
