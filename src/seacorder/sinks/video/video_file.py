"""One video file while it is written: writer, durable file, subtitles, and the count of what it has and what it lacks.

A packet passes the gate, which drops packets up to a keyframe while the disk is too slow, then the writer, which makes
one fragment of each frame: `direct_mp4` for H.264 and H.265, else FFmpeg's muxer. Then comes the fragment buffer, from
which fragments go to the thread that writes to the disk, a few times a second.
Milestones travel with the bytes: when the disk has taken a milestone, it has every frame up to the milestone's capture
time."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import av

from seacorder.base.background import once
from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.errors import StorageFailed
from seacorder.base.message import Message
from seacorder.model.file_note import FileNote
from seacorder.model.loss import EMPTY_PACKET, OUT_OF_ORDER, WhyMissing, disk_failed, disk_full, disk_slow, not_storable
from seacorder.model.recording import FaultKind, FileState
from seacorder.model.report import Report
from seacorder.model.sample import Sample, SourceFormat, Track
from seacorder.mp4.start_time import with_start_time
from seacorder.mp4.text_track import with_text_track
from seacorder.sinks.context import SinkContext
from seacorder.sinks.video.cues import Cue
from seacorder.sinks.video.direct_mp4 import takes, writer_for
from seacorder.sinks.video.fragment_buffer import HAND_OVER_BYTES, HAND_OVER_NS, FragmentBuffer
from seacorder.sinks.video.missing_frames import GroupGate, MissingFrames, StoredFrames
from seacorder.sinks.video.mp4 import header_of
from seacorder.sinks.video.subtitles import Subtitles
from seacorder.storage.durable import DurableFile, Opening
from seacorder.storage.volume_room import VolumeRoom

LINGER_NS = NS_PER_SECOND
"""How long a file that has been split off still takes sound that belongs to it and came late."""
INDEX_BYTES = 32
"""What a frame adds at most to the index that is written when the file is closed."""
_WATCH_SECONDS = (0.002, 0.25)
"""The wait between two looks whether a new file's first bytes are on disk: at first, and at most while it refuses."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """The state of a file; `end_utc_ns`, `frames` and `bytes` are as of now."""

    path: str
    note: FileNote
    state: FileState
    end_utc_ns: int
    """Capture time of the newest frame, as the file says it: that of its first frame plus media time."""
    newest_utc_ns: int
    """The same by what is known now: nearer to the truth, and not what the file says."""
    frames: int
    bytes: int
    why: Message | None = None
    """Why it was given up; None otherwise."""


@dataclass(frozen=True, slots=True)
class VideoFilePlan:
    """What a file is to be, and what is reported of it."""

    path: Path
    note: FileNote
    recording_id: str | None
    """The recording whose losses its missing frames are; None for a clip."""
    opened: Callable[[FileFacts], Report]
    closed: Callable[[FileFacts], Report]
    """The report is made and sent on the file's writer thread."""
    room: VolumeRoom | None = None
    """Watches the folder that it lies in; None: nobody does."""


class VideoFile:
    """Opened for its first sample, a video keyframe, which is then given to `write`; fed by one thread, asked by any.

    All its capture times are on the wall clock as it was at the first frame: a player adds the file's own times to the
    first frame's UTC in the note and gets the same. So a step of the wall clock changes no file's length; the next
    file begins on the new clock.
    """

    def __init__(
        self, plan: VideoFilePlan, first: Sample, source: SourceFormat, context: SinkContext, *, patient: bool
    ) -> None:
        """Waits up to 0.25 s for the disk to open the file; StorageFailed when it refuses, unless `patient`.

        av.FFmpegError or ValueError when the muxer does not take the format.
        """
        self._plan = plan
        self._context = context
        header = header_of(source, plan.note)
        if takes(source) and (context.has_lines() or context.text_at(first.instant_ns)):
            header, _ = with_text_track(header)
        header = with_start_time(header, _begin_utc_ns(plan.note, first, source))
        self._file = DurableFile.create(
            plan.path,
            budget=context.budget,
            clock=context.clock,
            disk=context.disk,
            first=header,
            opening=Opening(patient, context.disk_waits),
        )
        self._buffer = FragmentBuffer(self._file)
        try:
            self._writer = writer_for(self._buffer, header, source, plan.note, first)
        except BaseException:
            self._file.give_up()
            raise
        self._lock = threading.Lock()
        """Guards the writer, because `hand_over_rest` comes from any thread. Nobody waits for a disk with it."""
        self._subtitles = Subtitles(self._final_path, first, source.video, context)
        self._gate = GroupGate()
        self._missing = MissingFrames(context, plan.recording_id, first.utc_ns)
        self._last_dts: dict[Track, int] = {}
        base = source.video.time_base
        self._tick_ns, self._ticks_scale = NS_PER_SECOND * base.numerator, base.denominator
        """`_ticks_scale` ticks of the source's pictures last so many nanoseconds."""
        self._newest: deque[tuple[int, int]] = deque()
        """`_newest_utc_ns` and `_end_utc_ns` as they were with the newest frames, oldest first: the last of those in
        the buffer, then those that wait in the writer."""
        self._handed_over_ns = context.clock.monotonic_ns()
        self._handed_over_utc_ns = first.utc_ns
        self._has_milestone = False
        self._stored_frames = StoredFrames(first.utc_ns)
        self._newest_utc_ns = self._end_utc_ns = first.utc_ns
        """As `FileFacts` has them."""
        self.source = source
        self.first = first
        self.frames = 0
        self._hand_over()  # the header at once: a worker that is killed within the first frame leaves a file that opens
        context.report(plan.opened(self.facts(FileState.OPEN)))

    def precedes(self, sample: Sample) -> bool:
        """True when `sample` is earlier than the file's first video packet."""
        return self._writer.precedes(sample)

    def write(self, samples: Sequence[Sample], *, more_follow: bool = False) -> None:
        """Takes packets that have come together, of which only the first may be a video keyframe. A picture that it
        cannot take is counted as missing. Raises nothing for a bad packet or a disk that refuses.

        `more_follow`: others come right after these, so what is due is handed over with the last of them.
        """
        with self._lock:
            frames, writes, clock_ns = self.frames, self._buffer.writes, self.first.clock_ns
            are_admitted = has_written = self._gate.admits_all(samples, self._has_room)
            for sample in samples:
                is_video = sample.track is Track.VIDEO
                is_as_it_is = not is_video or sample.utc_ns - sample.instant_ns == clock_ns
                one = sample if is_as_it_is else sample.on_clock(clock_ns)
                if are_admitted or self._gate.admits(one, self._has_room):
                    has_written = True
                    fault = self._mux(one)
                    if is_video:
                        self._count(one, fault)
                elif is_video:
                    self._missing.missed(one, self._why_not_stored())
            self._context.budget.promise(INDEX_BYTES * (self.frames - frames))
            if has_written:
                self._hand_over_when_due(has_fragment=self._buffer.writes > writes, more_follow=more_follow)

    def close(self, on_closed: Callable[[FileFacts], None]) -> None:
        """Ends the file and returns at once.

        `on_closed` is called when the file is whole and on disk, or has been given up; on which thread, see
        `DurableFile.close`.
        """
        self._missing.end()

        def ended(failure: StorageFailed | None) -> None:
            self._context.budget.promise(-INDEX_BYTES * self.frames)
            facts = self.facts(FileState.WHOLE) if failure is None else self._given_up(failure)
            self._subtitles.wait_ended()
            self._context.report(self._plan.closed(facts))
            on_closed(facts)

        last_cues = self._subtitles.close()
        try:
            with self._lock:
                self._write_texts(last_cues)
                self._hand_over()
                self._writer.close()
                self._buffer.put_milestone(self._newest_utc_ns)
                self._buffer.hand_over()
        except (StorageFailed, av.FFmpegError, ValueError):
            self._file.give_up(ended)
        else:
            self._file.close(ended)

    def end_within(self, seconds: float) -> None:
        """After `close`: gives the file up when the disk takes longer than this. Returns at once."""
        self._file.end_within(seconds)
        self._subtitles.end_within(seconds)

    def facts(self, state: FileState) -> FileFacts:
        """How the file stands now."""
        return FileFacts(
            path=str(self._file.path),
            note=self._plan.note,
            state=state,
            end_utc_ns=self._end_utc_ns,
            newest_utc_ns=self._newest_utc_ns,
            frames=self.frames,
            bytes=self._file.bytes_stored,
        )

    @property
    def stored_utc_ns(self) -> int | None:
        """Capture time up to which the disk has taken every frame; None before the first."""
        return self._file.stored_milestone

    @property
    def stored_ns(self) -> int | None:
        """The same on the monotonic clock."""
        utc_ns = self.stored_utc_ns
        return None if utc_ns is None else utc_ns - self.first.clock_ns

    @property
    def last_stored_ns(self) -> int:
        """Monotonic time at which the disk last took video bytes; 0 before the first."""
        return 0 if self._file.stored_milestone is None else self._file.last_stored_ns

    @property
    def room(self) -> VolumeRoom | None:
        """What watches the folder that it lies in."""
        return self._plan.room

    @property
    def why(self) -> Message | None:
        """Why nothing can be written just now: the disk refuses, or has no room beyond the reserve. None if it can."""
        room = self.room
        is_closed = room is not None and (room.is_full or room.is_exchanged)
        return self._file.why or (room.why if room is not None and is_closed else None)

    @property
    def fault_kind(self) -> FaultKind | None:
        """Set together with `why`."""
        kind, room = self._file.fault_kind, self.room
        if kind is None and room is not None and room.is_exchanged:
            return FaultKind.EXCHANGED
        return FaultKind.FULL if kind is None and self.why is not None else kind

    @property
    def dead_since_ns(self) -> int | None:
        """See `DurableFile`."""
        return self._file.dead_since_ns

    @property
    def is_behind(self) -> bool:
        """True while this file fills half of the memory budget: if that goes on, frames will be dropped."""
        return self._file.queued_bytes > self._context.budget.limit_bytes // 2

    def hand_over_rest(self) -> None:
        """Hands over what is due when no packet comes that would do it: a source may pause. Any thread."""
        with self._lock:
            if self._is_due(self._context.clock.monotonic_ns()):
                self._hand_over()

    def when_stored(self, stored: Callable[[], None]) -> None:
        """Calls `stored` once, on a thread of its own, when the first video bytes are on disk or the file has ended."""

        def watch() -> None:
            wait, longest = _WATCH_SECONDS
            while self._file.stored_milestone is None and not self._file.wait_ended(wait):
                wait = min(longest, wait * (1.0 if self._file.why is None else 2.0))
            stored()

        once("first bytes", watch)

    def _final_path(self) -> Path | None:
        return self._file.path if self._file.is_open else None

    def _mux(self, sample: Sample) -> WhyMissing | None:
        last_dts = self._last_dts.get(sample.track)
        if sample.pts < sample.dts or (last_dts is not None and sample.dts <= last_dts):
            return OUT_OF_ORDER
        if sample.size == 0:
            return EMPTY_PACKET
        try:
            self._writer.write(sample)
        except (av.FFmpegError, ValueError, OverflowError) as fault:
            return not_storable(fault)
        self._last_dts[sample.track] = sample.dts
        return None

    def _count(self, sample: Sample, fault: WhyMissing | None) -> None:
        if fault is not None:
            self._missing.missed(sample, fault)
            return
        self._missing.stored(sample)
        self.frames += 1
        if cues := self._subtitles.frame(sample):
            self._write_texts(cues)
        # A picture's capture time as anybody computes it who has the file alone: that of the first plus media time. Its
        # `utc_ns` differs from that by what has been found out since: the first pictures of a connection come late.
        in_file_utc_ns = self.first.utc_ns + (sample.pts - self.first.pts) * self._tick_ns // self._ticks_scale
        self._newest_utc_ns = max(self._newest_utc_ns, sample.utc_ns)
        self._end_utc_ns = max(self._end_utc_ns, in_file_utc_ns)
        self._newest.append((self._newest_utc_ns, self._end_utc_ns))

    def _write_texts(self, cues: Iterable[Cue]) -> None:
        for cue in cues:
            self._writer.write_text(cue.begin_ns, cue.end_ns, cue.text)

    def _hand_over_when_due(self, *, has_fragment: bool, more_follow: bool) -> None:
        is_first = not self._has_milestone
        if has_fragment:
            self._note_fragment()
        # The first fragment goes at once, so that the start of a recording is on disk within a frame's time.
        has_first = is_first and (self._has_milestone or self._writer.pending_bytes > 0)
        can_wait = more_follow and self._pending_bytes < HAND_OVER_BYTES
        if has_first or (not can_wait and self._is_due(self._context.clock.monotonic_ns())):
            self._hand_over()

    def _note_fragment(self) -> None:
        """The writer has put a fragment into the buffer: a milestone goes behind it."""
        waiting = self._writer.unwritten_frames
        while len(self._newest) > waiting + 1:
            self._newest.popleft()
        if len(self._newest) <= waiting:
            return
        self._has_milestone = True
        newest_utc_ns, end_utc_ns = self._newest[0]
        self._buffer.put_milestone(newest_utc_ns)
        self._stored_frames.confirmed(self._file.bytes_confirmed)
        self._stored_frames.reached(self._buffer.tell(), self.frames - waiting, end_utc_ns)

    @property
    def _pending_bytes(self) -> int:
        return self._buffer.pending_bytes + self._writer.pending_bytes

    def _is_due(self, now_ns: int) -> bool:
        pending = self._pending_bytes
        # Frames out of the backlog come all at once: then only their own times say how much a killed worker would lose.
        late_ns = max(now_ns - self._handed_over_ns, self._newest_utc_ns - self._handed_over_utc_ns)
        return pending >= HAND_OVER_BYTES or (pending > 0 and late_ns >= HAND_OVER_NS)

    def _hand_over(self) -> None:
        self._handed_over_ns = self._context.clock.monotonic_ns()
        self._handed_over_utc_ns = self._newest_utc_ns
        if self._writer.pending_bytes:
            self._writer.put_fragments()
            self._note_fragment()
        try:
            self._buffer.hand_over()
        except StorageFailed:
            return  # the bytes stay in the buffer; without room in the budget the gate closes before the next packet

    def _has_room(self, count: int) -> bool:
        if self.room is not None and self.room.is_full:
            return False
        return self._context.budget.has_room(self._pending_bytes + count)

    def _given_up(self, failure: StorageFailed) -> FileFacts:
        """How the file stands that was given up; frames that the disk did not take are reported as a loss."""
        stored, end_utc_ns = self._stored_frames.within(self._file.bytes_stored)
        if self._file.is_deleted:
            stored, end_utc_ns = 0, self.first.utc_ns
        if missing := self.frames - stored:
            why = replace(self._why_not_stored(), sentence=failure.fact)
            self._missing.report(end_utc_ns, self._end_utc_ns, missing, why)
        facts = replace(self.facts(FileState.INTERRUPTED), frames=stored, end_utc_ns=end_utc_ns)
        return replace(facts, newest_utc_ns=end_utc_ns, why=failure.message)

    def _why_not_stored(self) -> WhyMissing:
        why = self.why
        if why is None:
            return disk_slow(self._file.path.parent)
        return disk_full(why.fact) if self.fault_kind is FaultKind.FULL else disk_failed(why.fact)


def _begin_utc_ns(note: FileNote, first: Sample, source: SourceFormat) -> int:
    """The UTC of the file's time 0, at which its first picture is decoded: it is shown later if pictures are
    reordered."""
    shown_after = (first.pts - first.dts) * source.video.time_base
    return note.first_frame_utc_ns - int(shown_after * NS_PER_SECOND)
