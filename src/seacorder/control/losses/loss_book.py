"""The loss book: every loss that control hears of or finds out, written down in one place.

A loss comes in by one of three ways:

| way | from |
|---|---|
| a worker has counted what it missed | its report `Loss` |
| a worker or the whole program ended, and the channel recorded again later | `worker_gaps`, `resumption` |
| the examination of a file found damage in it | its `FileExamined` |

Losses of recordings go out by one: a row for the catalogue (which the account files follow), an event, and the number
that the status shows. A later row of the same channel, begin, cause and recording replaces the earlier one: its count
is better known.
"""

import asyncio
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace

from seacorder.catalogue.page import LIMIT_MAX, Page
from seacorder.control.context import Context
from seacorder.control.events.log import EventKind
from seacorder.control.losses.resumption import UnfinishedEnds, hole_between, unlisted_holes
from seacorder.control.losses.worker_gaps import FirstFrame, Gap, Gaps, LastParts, frames_to
from seacorder.model.account import key_of
from seacorder.model.capture_time import Anchor, PartAnchor, frame_distance_ns
from seacorder.model.channel import ChannelStatus
from seacorder.model.loss import Loss, LossCause, MissingCounts, loss_fact, loss_seconds, recount_fact
from seacorder.model.recording import Clip, Part, Recording
from seacorder.model.report import FileExamined

REMEMBERED = 1000
"""So many losses are remembered, to tell a better count from a new loss."""

Waits = Callable[[str | None, Callable[[], None]], bool]
"""Given a recording's id and a call: True when that call is kept until the recording's first bytes are on disk."""


class LossBook:
    """For the event loop alone; nothing blocks. Rows of the catalogue are handed over and stored later."""

    def __init__(self, context: Context, waits: Waits) -> None:
        """`waits`: nothing of a recording is written down before something of it is on disk."""
        self._context = context
        self._waits = waits
        self._gaps = Gaps(context.clock)
        self._unfinished_ends = UnfinishedEnds()
        self._noted: OrderedDict[tuple[object, ...], Loss] = OrderedDict()
        """The newest losses, each as it was noted last."""
        self._counts: Counter[str] = Counter()
        self._seconds: defaultdict[str, float] = defaultdict(float)
        """By channel: how long the counted losses are together."""
        self._counted: frozenset[str | None] = frozenset()
        """The recordings whose losses are counted: the newest, and the one that it carries on."""

    # A recording's life.

    def recording_begins(self, recording: Recording) -> None:
        """The counts begin anew, with what the recording and the one that it carries on will miss."""
        self._counts.clear()
        self._seconds.clear()
        self._counted = frozenset({recording.id, recording.continues or recording.id})

    def recording_goes_on(self, gaps: Iterable[Gap]) -> None:
        """It carries on one that an earlier run of the program did not end; these holes are open."""
        for gap in gaps:
            self._gaps.begin(gap)

    def recording_does_not_go_on(self, parts: Iterable[Part], written: Iterable[str]) -> None:
        """What an earlier run of the program left behind ends where its longest channel does; `UnfinishedEnds.begin`
        says what the arguments are."""
        self._note(self._unfinished_ends.begin(parts, written))

    def recording_stopped(self, ids: Iterable[str], utc_ns: int) -> None:
        """The holes of these recordings that nothing has ended yet end now."""
        self._note(self._gaps.stopped(frozenset(ids), utc_ns))

    def close(self) -> None:
        """The program ends: holes whose examination has not come are noted as they are known."""
        self._note(self._gaps.give_up())
        self._note(self._unfinished_ends.give_up())

    def counts(self, status: ChannelStatus) -> MissingCounts:
        """The heartbeat's counts of losses, with those of the running recording (or the last one) filled in."""
        count, seconds = self._counts[status.channel], self._seconds[status.channel]
        return replace(status.missing, of_recording=count, seconds_of_recording=max(0.0, seconds))

    # What workers say.

    def take(self, report: object) -> None:
        """A worker's report; all but `Loss` are left to others.

        A new loss inside a hole that control keeps open is part of that hole, so it is not noted by itself. A better
        count of a loss that was noted before always is.
        """
        if not isinstance(report, Loss) or self._waits(report.recording_id, lambda: self.take(report)):
            return
        if key_of(report) in self._noted or not self._gaps.absorbs(report):
            self._note([report])

    def saw_status(self, status: ChannelStatus) -> None:
        """A heartbeat: with what it tells of the clocks, holes of the last seconds are counted again."""
        self._note(self._gaps.saw_status(status))

    def rounding_remainder_ns(self, channel: str) -> int:
        """See `Gaps.rounding_remainder_ns`."""
        return self._gaps.rounding_remainder_ns(channel)

    def part_opened(self, part: Part) -> None:
        """The part's first frame ends the hole before it."""
        first = FirstFrame(part.recording_id, part.number, part.start_utc_ns)
        self._note(self._gaps.first_frame(part.channel, first, self._context.watch.frame_rate(part.channel)))

    def worker_lost(
        self,
        part: Part,
        sentence: str,
        *,
        path: str | None,
        anchors: tuple[Anchor | None, Anchor | None],
        before: Part | None,
    ) -> None:
        """A hole begins behind the part that the worker wrote last.

        `path`: its file, when it is being examined. `anchors`: of that part and of the one `before` it.
        """
        gap = self._hole_behind(part, LossCause.WORKER_KILLED, sentence, path, anchors)
        self._gaps.begin(replace(gap, last_parts=None if before is None else LastParts(part, before)))

    def worker_exchanged(
        self, part: Part, why: str, *, path: str | None, anchors: tuple[Anchor | None, Anchor | None]
    ) -> None:
        """A hole begins behind this part, because the channel's worker is ended for another one to follow. Does nothing
        where one has begun. `path`: the part's file, when it is still to be closed."""
        self._gaps.begin(self._hole_behind(part, LossCause.RECONNECT, why, path, anchors))

    def part_closed(self, part: Part, path: str) -> None:
        """`path`: where its file was before. A hole behind a part that was still being written begins at its end."""
        self._note(self._gaps.examined(path, part.end_utc_ns))

    # What examinations say. `found` is None when the file cannot be read, `report` when the process ended too early.

    def part_examined(self, part: Part, found: Part | None, report: FileExamined | None) -> None:
        """`part` as it was known, and `found` as its file shows it."""
        self._note(_damage(part, part.recording_id, report))
        if found is not None:
            self._gaps.found_part(found)
        self._note(self._gaps.examined(part.path, found.end_utc_ns if found else None))
        self._note(self._unfinished_ends.examined(part.path, found))

    def split_off_examined(self, found: Part | None, following: Part, frame_rate: float, sentence: str) -> None:
        """A part had been split off and its worker ended before it was finished, in `following`, the next one.

        What is missing between the two is a loss.
        """
        if found is None or found.end_utc_ns is None:
            return
        if frames := frames_to(found, following, frame_distance_ns(frame_rate)):
            cause, end_utc_ns = LossCause.WORKER_KILLED, max(found.end_utc_ns + 1, following.start_utc_ns)
            loss = Loss(found.channel, found.end_utc_ns, end_utc_ns, frames, cause, found.recording_id, sentence)
            self._note([loss])

    def clip_examined(self, clip: Clip, report: FileExamined | None) -> None:
        """A clip's losses are its own: they belong to no recording and are not counted."""
        for loss in _damage(clip, None, report):
            self._context.catalogue.record(loss)
            fact = f"Loss in the clip {clip.path}. {loss.detail}"
            self._context.journal.warn(EventKind.LOSS_NOTED, fact, channel=clip.channel)

    # What is found out at the start.

    async def list_holes_behind(
        self, before: Recording, parts: Iterable[Part], after: Iterable[Part], anchors: Iterable[PartAnchor]
    ) -> None:
        """Notes what is missing between the parts of a recording that was cut off and those `after` it, where no row
        says so: the program ended once more, within seconds, before the holes were known."""
        page = Page(recording_id=before.id, limit=LIMIT_MAX, newest_first=True)
        known = (await asyncio.to_thread(self._context.catalogue.rows, Loss, page)).items
        holes = unlisted_holes(parts, after, known)
        kept = tuple(anchors)
        self._note([hole_between(last, first, kept) for last, first in holes])

    # Out.

    def _note(self, losses: Iterable[Loss]) -> None:
        for loss in losses:
            self._context.catalogue.record(loss)
            before = self._noted.get(key_of(loss))
            self._noted[key_of(loss)] = loss
            while len(self._noted) > REMEMBERED:
                self._noted.popitem(last=False)
            if loss.recording_id in self._counted:
                self._seconds[loss.channel] += loss_seconds(loss) - (0.0 if before is None else loss_seconds(before))
            if before is not None:
                self._note_recount(before, loss)
                continue
            if loss.recording_id in self._counted:
                self._counts[loss.channel] += 1
            self._context.journal.warn(EventKind.LOSS_NOTED, loss_fact(loss), channel=loss.channel)

    def _hole_behind(
        self, part: Part, cause: LossCause, why: str, path: str | None, anchors: tuple[Anchor | None, Anchor | None]
    ) -> Gap:
        return Gap(
            channel=part.channel,
            recording_id=part.recording_id,
            cause=cause,
            from_utc_ns=part.end_utc_ns or part.start_utc_ns,
            frame_rate=self._context.watch.frame_rate(part.channel),
            path=path,
            detail=why,
            anchor=anchors[0],
            anchor_before=anchors[1],
        )

    def _note_recount(self, before: Loss, loss: Loss) -> None:
        if before.frames != loss.frames:
            self._context.journal.note(EventKind.LOSS_NOTED, recount_fact(before, loss), channel=loss.channel)


def _damage(file: Part | Clip, recording_id: str | None, report: FileExamined | None) -> list[Loss]:
    """What an examination found damaged, as losses."""
    if report is None:
        return []
    end_utc_ns = file.end_utc_ns or file.start_utc_ns
    if report.state is None:
        # Nothing can be read. Where the file is gone or nothing had been written to it, nothing is damaged.
        if not report.bytes or not file.frames:
            return []
        cause, begin_utc_ns = LossCause.DAMAGED, file.start_utc_ns
        return [Loss(file.channel, begin_utc_ns, end_utc_ns, file.frames, cause, recording_id, report.sentence)]
    return [
        Loss(
            channel=file.channel,
            from_utc_ns=damage.from_utc_ns,
            to_utc_ns=max(damage.from_utc_ns, end_utc_ns) if damage.to_utc_ns is None else damage.to_utc_ns,
            frames=damage.frames,
            cause=LossCause.DAMAGED,
            recording_id=recording_id,
            detail=f"{damage.sentence} The file is {report.moved_to or report.path}.",
        )
        for damage in report.damage
    ]
