"""The losses of one channel: every hole in what its recording should hold becomes one loss, with cause and count.

A hole begins when the connection is lost or sends nothing (`open_hole`), when the source's own numbers or times say
that frames are missing (`took`), or when received frames are not encoded (`missed`). It ends with the next frame, or
with the recording (`close_hole`, `recording_ends`). Only what a running recording misses is a loss: the operator's, or
that of the blackbox, which has losses of its own.

How many frames a hole swallowed is known better some seconds after its end, when the camera has told its clock over the
new connection: until then the loss is reported again whenever its count changes (`recount`).

Not thread-safe: used under the channel's lock. Nothing here blocks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from seacorder.base.clock import Clock
from seacorder.channel.holes import OpenHole, UnencodedFrames
from seacorder.channel.outputs import Output
from seacorder.channel.timing.connection_clock import ConnectionClock, FramePlace, media_ns
from seacorder.channel.timing.timeline import Timeline
from seacorder.model.blackbox import is_of_blackbox
from seacorder.model.capture_time import RECOUNT_NS, frames_between
from seacorder.model.instant import Instant
from seacorder.model.loss import NEVER_ARRIVED, Loss, MissingCounts, WhyMissing, counted
from seacorder.model.sample import Sample, SourceFormat, TrackFormat


@dataclass(slots=True)
class RecountedLoss:
    """A loss that has been reported and may still be counted better: later packets tell more about both ends."""

    loss: Loss
    before: FramePlace
    after: FramePlace
    frame_ns: int
    until_ns: int
    """Monotonic time up to which it is counted again."""

    def count_again(self) -> Loss | None:
        """The loss with a new count, or with a better source for it; None when nothing has changed."""
        distance = self.before.distance(self.after)
        known = counted(self.loss, distance.frames_between(self.frame_ns), is_by_camera=distance.is_by_camera)
        if known == self.loss:
            return None
        self.loss = known
        return known


@dataclass(slots=True)
class LossAccount:
    """One channel's."""

    name: str
    """The channel's."""
    clock: Clock
    timeline: Timeline
    recordings: Callable[[], Sequence[Output]]
    """Those that run."""
    frame_ns: Callable[[], int]
    """The usual distance of two frames now; 0 when it is not known."""
    report: Callable[[Loss], None]
    total: int = 0
    """Losses so far, without those of the blackbox; one that is counted again counts once."""
    newest: Sample | None = None
    """The newest picture that could be stored."""
    passed_on: Sample | None = None
    """The newest picture that the files were given, where nothing is missing since and the connection is the same."""
    _newest_video: TrackFormat | None = None
    _newest_clock: ConnectionClock | None = None
    _begin_ns: int = field(init=False)
    """When the account was made (monotonic). A hole before the first frame begins here."""
    _hole: OpenHole | None = None
    _recounted: list[RecountedLoss] = field(default_factory=list)
    _unencoded: UnencodedFrames = field(default_factory=UnencodedFrames)

    def __post_init__(self) -> None:
        self._begin_ns = self.clock.monotonic_ns()

    def took(self, sample: Sample, source: SourceFormat, missing: int) -> None:
        """A picture has come that can be stored, after `missing` others that never arrived."""
        before, video, clock = self.newest, source.video, self.timeline.connection_clock
        if missing or self._hole is not None or clock is not self._newest_clock or video is not self._newest_video:
            self.passed_on = None
        self.newest, self._newest_video, self._newest_clock = sample, video, clock
        if self._hole is not None:
            self._end_hole(self._hole, sample)
        elif missing and before is not None:
            self._note(OpenHole(before.instant_ns, NEVER_ARRIVED), sample.instant_ns, missing)

    def not_passed_on(self) -> None:
        """Some file could not be given what has come last: the hole that follows begins before that. Another file may
        have it all the same: too much is listed then. Of the first pass of a connection nothing was passed on before:
        a hole behind it begins with its last picture, and those in front of that are not listed."""
        self.newest = self.passed_on or self.newest

    def open_hole(self, why: WhyMissing) -> None:
        """Frames stay away from now on, or still do for another reason, which is joined to those before."""
        if self._hole is None:
            begin_ns = self.newest.instant_ns if self.newest else self._begin_ns
            self._hole = OpenHole(begin_ns, why, self._newest_place)
        else:
            self._hole.why = self._hole.why.joined(why)

    def close_hole(self, end: Instant, ending: Output | None = None) -> None:
        """A recording ends while frames may be missing: it misses them up to its end. The hole stays open for the next
        one. `ending`: the one that ends; None: all do."""
        if self._hole is not None:
            frame_ns = self.frame_ns()
            frames = self._hole.frames(end.monotonic_ns + frame_ns, frame_ns)
            for output in self.recordings() if ending is None else (ending,):
                self._note_in(output, self._hole, end.monotonic_ns, frames)

    def missed(self, instant_ns: int, why: WhyMissing) -> None:
        """A received picture is not encoded; by its capture instant (monotonic)."""
        self._unencoded.missed(instant_ns, why)
        if len(self._unencoded.instants) >= UnencodedFrames.LIMIT:
            self._note_unencoded(None)

    def stored(self, first_ns: int, newest_ns: int) -> None:
        """Pictures are stored that have come together: those that were not encoded before them are a loss now. By the
        capture instants of the first and of the newest one."""
        if self._unencoded.instants:
            self._note_unencoded(first_ns)
        self._unencoded.before_ns = newest_ns

    def recording_ends(self) -> None:
        """What was not encoded up to now is a loss of the recording that ends."""
        self._note_unencoded(None)

    @property
    def counts(self) -> MissingCounts:
        """For the heartbeat."""
        return MissingCounts(since_worker_start=self.total)

    def recount(self, now_ns: int) -> None:
        """Reports losses again whose count has become better known."""
        if not self._recounted:
            return
        for recounted in self._recounted:
            if (loss := recounted.count_again()) is not None:
                self.report(loss)
        self._recounted = [one for one in self._recounted if now_ns < one.until_ns]

    @property
    def _newest_place(self) -> FramePlace | None:
        if self.newest is None or self._newest_video is None or self._newest_clock is None:
            return None
        return FramePlace(self._newest_clock, media_ns(self.newest, self._newest_video))

    def _end_hole(self, hole: OpenHole, first: Sample) -> None:
        """Frames come again. Their number is reported at once as an estimate, and again when it is better known."""
        self._hole = None
        if hole.why.is_stall and self.timeline.is_unpaced:
            return  # the only distance between pictures so far is a long one: that may be the pace of the source
        frame_ns = self.frame_ns()
        losses = self._note(hole, first.instant_ns, hole.frames(first.instant_ns, frame_ns))
        from_utc_ns = hole.from_ns + self.timeline.utc_minus_monotonic_ns
        after, until_ns = self._newest_place, self.clock.monotonic_ns() + RECOUNT_NS
        for loss in losses:
            # A recording that began inside the hole has a loss that does not begin with a frame.
            if hole.before is not None and after is not None and loss.from_utc_ns == from_utc_ns:
                self._recounted.append(RecountedLoss(loss, hole.before, after, frame_ns, until_ns))

    def _note(self, hole: OpenHole, to_ns: int, frames: int | None) -> list[Loss]:
        """Reports what each running recording misses of a hole."""
        noted = [self._note_in(output, hole, to_ns, frames) for output in self.recordings()]
        return [loss for loss in noted if loss is not None]

    def _note_in(self, output: Output, hole: OpenHole, to_ns: int, frames: int | None) -> Loss | None:
        """Reports what one recording misses of a hole; None when it misses nothing."""
        if frames == 0:
            return None
        begin_ns, frame_ns = max(hole.from_ns, output.start_ns), self.frame_ns()
        if begin_ns > hole.from_ns and frames is not None and frame_ns:
            # The recording began inside the hole: no frame was captured at `begin_ns`, so one more fits.
            frames = frames_between(to_ns - begin_ns + frame_ns, frame_ns)
        if frames == 0 or to_ns <= begin_ns:
            return None
        return self._report((begin_ns, to_ns), frames, hole.why, output.id)

    def _note_unencoded(self, next_ns: int | None) -> None:
        """Reports the frames that were not encoded before the one captured at `next_ns`, or until now (None)."""
        missing = self._unencoded
        for output in self.recordings() if missing.instants else ():
            stop_ns = output.stop.monotonic_ns if output.stop else None
            lost = missing.within(output.start_ns, stop_ns)
            if lost:
                before_ns = lost[0] - self.frame_ns() if missing.before_ns is None else missing.before_ns
                end_ns = next_ns if next_ns is not None else lost[-1]
                self._report((max(before_ns, output.start_ns), end_ns), len(lost), missing.why, output.id)
        missing.close(next_ns)

    def _report(self, span: tuple[int, int], frames: int | None, why: WhyMissing, recording_id: str) -> Loss:
        """In UTC by the wall clock as it is now, which may have been set since the hole began."""
        self.total += not is_of_blackbox(recording_id)
        begin_utc_ns, end_utc_ns = (one + self.timeline.utc_minus_monotonic_ns for one in span)
        loss = Loss(self.name, begin_utc_ns, end_utc_ns, frames, why.cause, recording_id, why.sentence)
        if why.is_unseen:
            loss = counted(loss, frames, is_by_camera=False)
        self.report(loss)
        return loss
