"""What an unexpected end of the whole program left behind, and which gaps and losses follow from it. Pure.

The next start of the program finds recordings that are `running` and files that are `open` in the catalogue. Either the
recording goes on: then each channel has a gap from its last frame to its first frame of today, as long as the clocks of
both runs can measure it (`ClocksNow`). Or it does not: then channels that ended before the others miss the rest
(`UnfinishedEnds`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from seacorder.base.clock import NS_PER_SECOND, Timebase
from seacorder.control.losses.worker_gaps import CLOCK_STEP_NS, Gap, LastParts
from seacorder.model.account import AccountRow, key_of
from seacorder.model.capture_time import Anchor, Distance, PartAnchor, frame_distance_ns, frames_between
from seacorder.model.loss import Loss, LossCause, counted
from seacorder.model.recording import Clip, FileState, Part, Recording, RecordingState

OTHER_RUN_NS = NS_PER_SECOND
"""For systems that do not tell whether the machine was restarted. If UTC minus the monotonic clock has changed by no
more than this since the earlier run, the machine is taken to have kept running."""
ENDED = "Seacorder, or the computer, ended unexpectedly."
UNEVEN_NS = NS_PER_SECOND
"""The ends of files that were all being written may differ by up to this much: they are written in fragments of half a
second."""


@dataclass(frozen=True, slots=True)
class ClocksNow:
    """The clocks in this run of the program, to compare the times of an earlier run with."""

    ahead_ns: int
    """What UTC is ahead of the monotonic clock."""
    timebase: Timebase

    def is_comparable(self, kept: PartAnchor) -> bool:
        """True when the monotonic times of the run that kept the anchor can be compared with those of now."""
        if kept.boot and self.timebase.boot:
            return not self.is_over_boot(kept)
        return abs(kept.monotonic_ns - self.ahead_ns) <= OTHER_RUN_NS

    def is_over_boot(self, kept: PartAnchor) -> bool:
        """True when the machine is known to have been restarted since."""
        return bool(kept.boot and self.timebase.boot) and kept.boot != self.timebase.boot

    def anchor(self, kept: PartAnchor | None) -> Anchor | None:
        """The anchor by the clocks of now.

        Monotonic times from before a restart of the machine mean nothing now, so the wall clock stands in for them. The
        monotonic clock stands still while the machine sleeps, so the time that it has slept since is added.
        """
        if kept is None:
            return None
        if not self.is_comparable(kept):
            return Anchor(self.ahead_ns, kept.camera_ns, kept.is_unconfirmed)
        return Anchor(kept.monotonic_ns + self._slept_ns(kept), kept.camera_ns, kept.is_unconfirmed)

    def anchor_by(self, other: PartAnchor | None) -> Anchor | None:
        """For a part without an anchor of its own: where the wall clock was, by another part of the recording.

        The other part's anchor is not exact for this one: it includes how late that part's first frame came, up to two
        frames just after a connect. So it only answers whether the wall clock has been set since. If not, the wall
        clock of now is taken.
        """
        anchor = self.anchor(other)
        if anchor is None:
            return None
        is_set = abs(anchor.monotonic_ns - self.ahead_ns) >= CLOCK_STEP_NS
        return Anchor(anchor.monotonic_ns if is_set else self.ahead_ns)

    def set_by_ns(self, anchors: Iterable[PartAnchor]) -> int:
        """How far the wall clock has been set since the newest anchors; 0 where that is not known, and for drift."""
        known = [one for one in anchors if one.boot and self.is_comparable(one)]
        steps = [self.ahead_ns - one.monotonic_ns - self._slept_ns(one) for one in known]
        step_ns = min(steps, key=abs, default=0)
        return step_ns if abs(step_ns) >= 2 * CLOCK_STEP_NS else 0

    def _slept_ns(self, kept: PartAnchor) -> int:
        slept_ns = self.timebase.asleep_ns - kept.asleep_ns
        return slept_ns if slept_ns >= CLOCK_STEP_NS else 0


@dataclass(frozen=True, slots=True)
class Remains:
    """What was running or open when the program ended, as rows that say so (`remains` makes them)."""

    recordings: tuple[Recording, ...]
    parts: tuple[Part, ...]
    clips: tuple[Clip, ...]

    @property
    def newest(self) -> Recording | None:
        """The recording that was running when the program ended: the one that no other carries on.

        Where there are several of these, the one that began last. That goes by the wall clock, which may have been set.
        """
        carried_on = {recording.continues for recording in self.recordings}
        last = [recording for recording in self.recordings if recording.id not in carried_on]
        return max(last, key=lambda recording: recording.start_utc_ns, default=None)

    def gaps(self, parts: Iterable[Part], anchors: Sequence[PartAnchor], now: ClocksNow) -> list[Gap]:
        """The gap that is open on each channel, behind its last part.

        `parts`: all parts of the newest recording, then of those that it carried on; a channel may have come to no part
        since one of these. `anchors`: those that the catalogue kept of these recordings.
        """
        known = {(one.recording_id, one.channel, one.number): one for one in anchors}
        newest: dict[str, Part] = {}
        every: dict[tuple[str, str, int], Part] = {}
        for part in parts:
            every[part.recording_id, part.channel, part.number] = part
            before = newest.setdefault(part.channel, part)
            if part.recording_id == before.recording_id and part.number > before.number:
                newest[part.channel] = part
        gaps = []
        for part in newest.values():
            own = known.get((part.recording_id, part.channel, part.number))
            kept = own or _others(part, anchors)
            key_before = (part.recording_id, part.channel, part.number - 1)
            gap = self._gap(part, kept, known.get(key_before), now)
            if own is None or own.camera_ns is None:
                split_off = every.get(key_before)
                gap = replace(gap, last_parts=LastParts(part, split_off) if split_off else None)
            gaps.append(gap if own else replace(gap, anchor=now.anchor_by(kept)))
        return gaps

    def _gap(self, part: Part, kept: PartAnchor | None, before: PartAnchor | None, now: ClocksNow) -> Gap:
        return Gap(
            channel=part.channel,
            recording_id=part.recording_id,
            cause=LossCause.PROGRAM_ENDED,
            from_utc_ns=part.end_utc_ns or part.start_utc_ns,
            frame_rate=mean_rate(part),
            path=part.path if part.path in {one.path for one in self.parts} else None,
            detail=ENDED,
            anchor=now.anchor(kept),
            anchor_before=now.anchor(before),
            is_by_wall_clock=kept is None or not now.is_comparable(kept),
            is_over_boot=kept is not None and now.is_over_boot(kept),
        )


def _others(part: Part, anchors: Iterable[PartAnchor]) -> PartAnchor | None:
    """For a part without an anchor: the one of the highest part number in its recording, if possible the channel's."""
    mine = [one for one in anchors if one.recording_id == part.recording_id]
    return max(mine, key=lambda one: (one.number, one.channel == part.channel), default=None)


def unlisted_holes(before: Iterable[Part], after: Iterable[Part], losses: Iterable[Loss]) -> list[tuple[Part, Part]]:
    """Where one recording was cut off and another carries it on: for each channel its last part `before` and its first
    part `after`, unless a loss lies between the two."""
    last, first = {}, {}
    for part in sorted(before, key=lambda part: part.number):
        last[part.channel] = part
    for part in sorted(after, key=lambda part: -part.number):
        first[part.channel] = part
    return [
        (part, first[channel])
        for channel, part in last.items()
        if channel in first and not any(_follows(loss, part) for loss in losses)
    ]


def hole_between(last: Part, first: Part, anchors: Sequence[PartAnchor]) -> Loss:
    """The loss between a channel's last part before an unexpected end and its first part after it, by their rows."""
    known = {(one.recording_id, one.channel, one.number): one for one in anchors}
    begin, end = (known.get((part.recording_id, part.channel, part.number)) for part in (last, first))
    now = ClocksNow(0, Timebase()) if end is None else ClocksNow(end.monotonic_ns, Timebase(end.boot, end.asleep_ns))
    gap = Gap(
        channel=last.channel,
        recording_id=last.recording_id,
        cause=LossCause.PROGRAM_ENDED,
        from_utc_ns=last.end_utc_ns or last.start_utc_ns,
        frame_rate=mean_rate(last) or mean_rate(first),
        detail=ENDED,
        anchor=now.anchor(begin),
        is_by_wall_clock=begin is None or end is None or not now.is_comparable(begin),
    ).ended(first.start_utc_ns, now.ahead_ns)
    to_utc_ns = max(gap.to_utc_ns or 0, gap.last_utc_ns + 1)
    return gap.row(to_utc_ns, Distance(to_utc_ns - gap.last_utc_ns))


def missed_in(rows: Iterable[AccountRow], parts: Sequence[Part], recording_id: str) -> list[Loss]:
    """What is missing from a stretch of the blackbox that becomes a recording of that id.

    `rows`: what the blackbox has noted so far; `parts`: the stretch, as the blackbox has them. For each channel the
    losses that are noted between its first frame and its last, and the holes between its files of which none says
    anything: the program, or a recording process, had ended between them.
    """
    found: list[Loss] = []
    for channel in dict.fromkeys(part.channel for part in parts):
        mine = sorted((part for part in parts if part.channel == channel), key=lambda part: part.start_utc_ns)
        begin_ns, end_ns = mine[0].start_utc_ns, max(map(_end_of, mine))
        noted = {  # a later row of the same loss has the better count
            key_of(loss): loss
            for loss in rows
            if isinstance(loss, Loss) and loss.channel == channel and begin_ns < loss.to_utc_ns
            and loss.from_utc_ns < end_ns
        }
        found += noted.values()
        found += [
            _hole_in_blackbox(before, after, _start_of(after, later))
            for before, after, later in zip(mine, mine[1:], [*mine[2:], None], strict=False)
            if _is_apart(before, after) and not any(_lies_between(loss, before, after) for loss in noted.values())
        ]
    return [replace(loss, recording_id=recording_id) for loss in found]


def _is_apart(before: Part, after: Part) -> bool:
    goes_on = after.first_frame == before.first_frame + before.frames and after.recording_id == before.recording_id
    return not goes_on and after.start_utc_ns > _end_of(before)


def _lies_between(loss: Loss, before: Part, after: Part) -> bool:
    return loss.from_utc_ns <= after.start_utc_ns and loss.to_utc_ns >= _end_of(before)


def _start_of(part: Part, later: Part | None) -> int:
    """When the part's first frame was captured. The first times of a connection may be a frame late; where the next
    file goes on without a hole, its time is the better one, and the frames between are known."""
    if later is None or _is_apart(part, later):
        return part.start_utc_ns
    return min(part.start_utc_ns, later.start_utc_ns - round(part.frames * frame_distance_ns(mean_rate(part))))


def _hole_in_blackbox(before: Part, after: Part, start_utc_ns: int) -> Loss:
    is_other_run = before.recording_id != after.recording_id
    cause = LossCause.PROGRAM_ENDED if is_other_run else LossCause.WORKER_KILLED
    detail = "Seacorder was not running." if is_other_run else "The recording process was started again."
    length_ns, rate = start_utc_ns - _end_of(before), mean_rate(before) or mean_rate(after)
    loss = Loss(before.channel, _end_of(before), after.start_utc_ns, None, cause, after.recording_id, detail)
    return counted(loss, frames_between(length_ns, frame_distance_ns(rate)), is_by_camera=False)


def not_before(rows: Iterable[AccountRow], utc_ns: int) -> list[AccountRow]:
    """Without those that were over at an instant."""
    return [row for row in rows if not isinstance(row, Loss) or row.to_utc_ns >= utc_ns]


def _follows(loss: Loss, part: Part) -> bool:
    """The loss lies behind the part."""
    is_of_part = (loss.channel, loss.recording_id) == (part.channel, part.recording_id)
    return is_of_part and loss.to_utc_ns > (part.end_utc_ns or part.start_utc_ns)


def remains(recordings: Iterable[Recording], parts: Iterable[Part], clips: Iterable[Clip]) -> Remains:
    """The rows of what was running or open, as interrupted."""
    parts = tuple(replace(part, state=FileState.INTERRUPTED) for part in parts)
    return Remains(
        tuple(
            replace(recording, state=RecordingState.INTERRUPTED, end_utc_ns=_end(recording, parts))
            for recording in recordings
        ),
        parts,
        tuple(replace(clip, state=FileState.INTERRUPTED) for clip in clips),
    )


def mean_rate(part: Part) -> float:
    """Frames a second of a part, from its own figures; 0 where they do not tell it."""
    if part.end_utc_ns is None or part.frames < 2 or part.end_utc_ns <= part.start_utc_ns:
        return 0.0
    return (part.frames - 1) * 1e9 / (part.end_utc_ns - part.start_utc_ns)


def _end(recording: Recording, parts: Iterable[Part]) -> int:
    ends = [part.end_utc_ns or part.start_utc_ns for part in parts if part.recording_id == recording.id]
    return max(ends, default=recording.start_utc_ns)


class UnfinishedEnds:
    """What single channels miss at the end of a recording that an unexpected end stopped and that does not go on.

    A channel whose worker had just been lost, or whose camera was away, ended before the others. Its gap was known in
    memory only and went with the program. What still tells of it is that the channel's last part ends earlier than
    those of the others.

    Each method returns the losses as soon as they are known, which is when no part is being examined any more.
    """

    def __init__(self) -> None:
        self._newest: dict[str, Part] = {}
        self._waiting: set[str] = set()
        self._written: frozenset[str] = frozenset()

    def begin(self, parts: Iterable[Part], written: Iterable[str]) -> list[Loss]:
        """`parts` are all of the recording, `written` the paths of those that were open; they are being examined."""
        self._newest = {part.channel: part for part in sorted(parts, key=lambda part: part.number)}
        self._written = frozenset(written)
        self._waiting = set(self._written)
        return self._losses_if_known()

    def examined(self, path: str, part: Part | None) -> list[Loss]:
        """None: the examination did not work, so the part counts as it was known."""
        if path not in self._waiting:
            return []
        self._waiting.remove(path)
        if part is not None and self._newest.get(part.channel, part).number == part.number:
            self._newest[part.channel] = part
        return self._losses_if_known()

    def give_up(self) -> list[Loss]:
        """No examination comes any more."""
        self._waiting.clear()
        return self._losses_if_known()

    def _losses_if_known(self) -> list[Loss]:
        if self._waiting:
            return []
        parts, self._newest = list(self._newest.values()), {}
        end_utc_ns = max((_end_of(part) for part in parts), default=0)
        return [loss for loss in (self._loss(part, end_utc_ns) for part in parts) if loss is not None]

    def _loss(self, part: Part, end_utc_ns: int) -> Loss | None:
        was_written = part.path in self._written
        frames = frames_between(end_utc_ns - _end_of(part), frame_distance_ns(mean_rate(part)))
        if frames == 0 or end_utc_ns - _end_of(part) <= (UNEVEN_NS if was_written else 0):
            return None
        is_lost = not was_written and part.state is not FileState.WHOLE
        cause = LossCause.WORKER_KILLED if is_lost else LossCause.PROGRAM_ENDED
        detail = "Nothing more of it was stored before Seacorder ended unexpectedly."
        return Loss(part.channel, _end_of(part), end_utc_ns, frames, cause, part.recording_id, detail)


def _end_of(part: Part) -> int:
    return part.end_utc_ns or part.start_utc_ns
