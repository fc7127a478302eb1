"""Where an instant is in each channel's files: the part, the offset in it, and the number of the frame.

A part's UTC times are those of the wall clock as it was when its file began, so an instant is looked for by the
monotonic clock and the part's own anchor: a step of the wall clock moves nothing. Two answers follow each other:

1. At once, from memory: the newest heartbeat says which number the newest frame had, and when it was captured; frames
   since then are counted by the frame rate. That can be one frame wrong where a source is unsteady.
2. A moment later the recording process itself says which frame it is (`LocateFrame`); then the place is exact.

For an instant of the past, frames are counted between the first and the last frame of its file, without the listed
losses: frames that nobody received have no numbers.
"""

import asyncio
import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from seacorder.base.clock import NS_PER_SECOND, utc_ahead_ns
from seacorder.catalogue.page import LIMIT_MAX, Page
from seacorder.control.context import Context
from seacorder.control.recording.open_files import is_of
from seacorder.control.recording.recordings import Recordings
from seacorder.control.recording.session import anchor_of
from seacorder.model.capture_time import frame_distance_ns
from seacorder.model.channel import ChannelState, ChannelStatus
from seacorder.model.instant import Instant
from seacorder.model.loss import Loss, LossCause
from seacorder.model.observation import Place
from seacorder.model.recording import FileState, Part
from seacorder.model.report import FrameLocated

PARTS_KEPT = 8
"""Of each channel: an answer about an instant comes seconds after it at the latest."""
LOOK_BACK_NS = 10 * NS_PER_SECOND
"""A part that ended so long before an instant may have shown its last picture until then: frames can be seconds apart.
"""
EXACT_SECONDS = 3.0
"""How long a recording process may take to say which frame it is; on an encoded channel it waits for the encoder."""
_EARLY = 0.02
"""A frame counts as captured when this share of a frame's time is missing: capture times are estimates."""
_UNNUMBERED = {LossCause.RECONNECT, LossCause.STALL, LossCause.NETWORK}
"""Losses of frames that were never received, so that they have no numbers. Frames of the other losses have theirs."""


@dataclass(frozen=True, slots=True)
class KnownFrame:
    """One frame of a part: its time in the file's own UTC, and its number."""

    utc_ns: int
    frame: int


def frame_after(known: KnownFrame, utc_ns: int, frame_ns: float) -> KnownFrame:
    """The newest frame at or before an instant, counted from a known frame; that one where the rate is not known."""
    if frame_ns <= 0:
        return known
    count = math.floor((utc_ns - known.utc_ns) / frame_ns + _EARLY)
    return KnownFrame(known.utc_ns + round(count * frame_ns), known.frame + count)


def frame_in(part: Part, losses: Sequence[Loss], utc_ns: int, frame_ns: float) -> KnownFrame:
    """The newest frame of a part at or before an instant, by the part's first and last frame and its losses.

    Frames at 40 ms, with a loss from 10.00 s to 12.00 s: frame 250 is the last one before it and 251 the first one
    behind it, so that 12.08 s is frame 253.
    """
    first = KnownFrame(part.start_utc_ns, part.first_frame)
    end_ns = part.end_utc_ns if part.end_utc_ns is not None else utc_ns
    at_ns = max(part.start_utc_ns, min(utc_ns, end_ns))
    holes = sorted(
        (max(one.from_utc_ns, part.start_utc_ns), min(one.to_utc_ns, end_ns))
        for one in losses
        if one.cause in _UNNUMBERED and one.to_utc_ns > part.start_utc_ns and one.from_utc_ns < end_ns
    )
    lost_ns = sum(to_ns - from_ns for from_ns, to_ns in holes)
    numbered = sum(
        one.frames or 0 for one in losses
        if one.cause not in _UNNUMBERED and part.start_utc_ns <= one.from_utc_ns and one.to_utc_ns <= end_ns
    )
    steps = part.frames - 1 + numbered - len(holes)
    if part.end_utc_ns is not None and steps > 0 and end_ns - part.start_utc_ns > lost_ns:
        frame_ns = (end_ns - part.start_utc_ns - lost_ns) / steps
    base = first
    for from_ns, to_ns in holes:
        if at_ns < from_ns:
            break
        before = frame_after(base, from_ns + round(frame_ns / 2), frame_ns)
        if at_ns < to_ns:
            return KnownFrame(from_ns, before.frame)
        base = KnownFrame(to_ns, before.frame + 1)
    return frame_after(base, at_ns, frame_ns)


def place_of(part: Part, found: KnownFrame, first_shown_ns: int = 0) -> Place:
    """The place of a frame in the file of its part, which shows its first picture at `first_shown_ns`."""
    offset_seconds = round((max(0, found.utc_ns - part.start_utc_ns) + first_shown_ns) / NS_PER_SECOND, 6)
    frame = max(part.first_frame, found.frame)
    return Place(part.channel, part.recording_id, part.number, part.path, offset_seconds, frame)


@dataclass(slots=True)
class _ChannelParts:
    """What is known of one channel's newest parts."""

    parts: deque[Part]
    newest: KnownFrame | None = None
    """The newest frame of the newest part, as the last heartbeat told."""
    clock_ns: int | None = None
    """That part's UTC minus the monotonic clock."""


class Places:
    """For the event loop alone. `now` answers from memory; `exact` and `at` wait."""

    def __init__(self, context: Context, recordings: Recordings) -> None:
        self._context = context
        self._recordings = recordings
        self._channels: dict[str, _ChannelParts] = {}
        self._first_shown_ns: dict[str, int] = {}
        """By channel: at which time its files show their first picture, as its worker has said."""

    # What workers say.

    def saw_part(self, part: Part) -> None:
        """A part has been begun or has ended."""
        known = self._channels.setdefault(part.channel, _ChannelParts(deque(maxlen=PARTS_KEPT)))
        same = [one for one in known.parts if (one.recording_id, one.number) == (part.recording_id, part.number)]
        if same:
            known.parts[known.parts.index(same[0])] = part
            return
        known.parts.append(part)
        known.newest = known.clock_ns = None

    def saw_status(self, status: ChannelStatus) -> None:
        """A heartbeat: how far the channel's file has come."""
        known, file = self._channels.get(status.channel), status.recording
        if known is None or not known.parts or file is None or not is_of(file, known.parts[-1]):
            return
        part = known.parts[-1]
        anchor = anchor_of(status, part)
        if anchor is None or status.newest_frame_utc_ns is None or file.frames < 1:
            return
        known.clock_ns = anchor.monotonic_ns
        captured_ns = status.newest_frame_utc_ns - utc_ahead_ns(self._context.clock)
        known.newest = KnownFrame(captured_ns + anchor.monotonic_ns, part.first_frame + file.frames - 1)

    # Answers.

    def now(self, instant: Instant, recording_id: str | None = None) -> tuple[Place, ...]:
        """The places of an instant of just now in the running recording, or in one that has just been stopped; none
        while nothing is recorded."""
        running = self._recordings.running
        recording_id = recording_id or (running.id if running is not None else None)
        if recording_id is None:
            return ()
        found = (self._of_channel(name, recording_id, instant) for name in self._context.workers.names)
        return tuple(place for place in found if place is not None)

    async def exact(self, instant: Instant, recording_id: str, places: Sequence[Place]) -> tuple[Place, ...]:
        """The places as the recording processes say, also of channels whose file had not been begun when `places` were
        computed; as they were where a process does not say it in time."""
        computed, workers = {place.channel: place for place in places}, self._context.workers
        answers = await asyncio.gather(*(self._ask(name, instant) for name in workers.names))
        found = (
            self._located(name, recording_id, computed.get(name), answer)
            for name, answer in zip(workers.names, answers, strict=True)
        )
        return tuple(place for place in found if place is not None)

    async def at(self, utc_ns: int) -> tuple[Place, ...]:
        """The places of an instant of the past, by the list of recordings. Raises CatalogueFailed."""
        catalogue = self._context.catalogue
        page = Page(from_utc_ns=utc_ns - LOOK_BACK_NS, to_utc_ns=utc_ns + 1, limit=LIMIT_MAX)
        parts = (await catalogue.ask(lambda: catalogue.rows(Part, page))).items
        newest = {part.channel: part for part in parts if part.channel in self._context.workers.names}
        newest = {name: part for name, part in newest.items() if self._reaches(part, utc_ns)}
        now = Instant.now(self._context.clock)
        await asyncio.gather(*(self._ask(name, now) for name in newest if name not in self._first_shown_ns))
        return tuple([await self._in_account(part, utc_ns) for part in newest.values()])

    # Inside.

    async def _ask(self, channel: str, instant: Instant) -> FrameLocated | None:
        answer = await self._context.workers.locate(channel, instant, EXACT_SECONDS)
        if answer is not None:
            self._first_shown_ns[channel] = answer.first_shown_ns
        return answer

    def _place(self, part: Part, found: KnownFrame) -> Place:
        return place_of(part, found, self._first_shown_ns.get(part.channel, 0))

    def _of_channel(self, name: str, recording_id: str, instant: Instant) -> Place | None:
        known, status = self._channels.get(name), self._context.watch[name]
        if known is None or not known.parts or known.parts[-1].recording_id != recording_id:
            return None
        part, clock_ns = known.parts[-1], known.clock_ns
        utc_ns = instant.utc_ns if clock_ns is None else instant.monotonic_ns + clock_ns
        frame_ns = frame_distance_ns(self._context.watch.frame_rate(name))
        begin = KnownFrame(part.start_utc_ns, part.first_frame)
        newest = known.newest or begin
        if part.state is not FileState.OPEN:
            end = KnownFrame(part.end_utc_ns or newest.utc_ns, part.first_frame + max(0, part.frames - 1))
            return self._place(part, end if utc_ns >= end.utc_ns else frame_after(end, utc_ns, frame_ns))
        if status.state is not ChannelState.LIVE and utc_ns >= newest.utc_ns:
            return self._place(part, newest)  # no frame has come since
        return self._place(part, frame_after(newest, utc_ns, frame_ns))

    def _located(
        self, channel: str, recording_id: str, computed: Place | None, answer: FrameLocated | None
    ) -> Place | None:
        if answer is None or answer.frame is None:
            return computed
        part = self._part(channel, recording_id, answer.part)
        if part is None:
            return None if computed is None else self._in_earlier_part(computed, answer.frame)
        offset_seconds = round(answer.offset_ns / NS_PER_SECOND, 6)
        return Place(channel, recording_id, part.number, part.path, offset_seconds, answer.frame, True)

    def _in_earlier_part(self, place: Place, frame: int) -> Place:
        """The place of a frame of a file that has ended since: its number is known, its offset is counted."""
        known = self._channels.get(place.channel)
        of_recording = [one for one in known.parts if one.recording_id == place.recording_id] if known else []
        part = next((one for one in reversed(of_recording) if one.first_frame <= frame), None)
        if part is None or part.end_utc_ns is None or part.frames < 2 or frame >= part.first_frame + part.frames:
            return place
        frame_ns = (part.end_utc_ns - part.start_utc_ns) / (part.frames - 1)
        utc_ns = part.start_utc_ns + round((frame - part.first_frame) * frame_ns)
        return self._place(part, KnownFrame(utc_ns, frame))

    def _part(self, channel: str, recording_id: str, number: int) -> Part | None:
        known = self._channels.get(channel)
        parts = known.parts if known is not None else ()
        return next((one for one in parts if (one.recording_id, one.number) == (recording_id, number)), None)

    def _reaches(self, part: Part, utc_ns: int) -> bool:
        """Its last picture was the newest one at an instant: a part ends with the capture of that picture, and the next
        one begins with the capture of the next."""
        shown_ns = 2 * frame_distance_ns(self._context.watch.frame_rate(part.channel))
        if part.state is FileState.OPEN:
            return True
        # Of a file that was cut off and could not be examined no more than its beginning is known.
        return utc_ns <= (part.end_utc_ns or part.start_utc_ns) + shown_ns

    async def _in_account(self, part: Part, utc_ns: int) -> Place:
        catalogue = self._context.catalogue
        page = Page(
            from_utc_ns=part.start_utc_ns,
            to_utc_ns=max(utc_ns, part.end_utc_ns or utc_ns),  # those after the instant tell how long a frame lasts
            channel=part.channel,
            recording_id=part.recording_id,
            limit=LIMIT_MAX,
        )
        losses = (await catalogue.ask(lambda: catalogue.rows(Loss, page))).items
        frame_ns = frame_distance_ns(self._context.watch.frame_rate(part.channel))
        newest = self._newest_of(part)
        if newest is not None and utc_ns >= newest.utc_ns:
            return self._place(part, frame_after(newest, utc_ns, frame_ns))
        if newest is not None:
            part_by_now = replace(part, end_utc_ns=newest.utc_ns, frames=newest.frame - part.first_frame + 1)
            return self._place(part, frame_in(part_by_now, losses, utc_ns, frame_ns))
        return self._place(part, frame_in(part, losses, utc_ns, frame_ns))

    def _newest_of(self, part: Part) -> KnownFrame | None:
        """The newest frame of a file that is being written, as the last heartbeat told."""
        known = self._channels.get(part.channel)
        newest_part = known.parts[-1] if known is not None and known.parts else None
        if known is None or newest_part is None or part.state is not FileState.OPEN:
            return None
        is_it = (newest_part.recording_id, newest_part.number) == (part.recording_id, part.number)
        return known.newest if is_it and newest_part.state is FileState.OPEN else None
