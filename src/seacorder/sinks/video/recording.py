"""The recording of one channel: parts, split at common instants without a gap."""

from pathlib import Path

from seacorder.base.clock import NS_PER_MS
from seacorder.model.command import ChangeRecording, StartRecording
from seacorder.model.event import Severity
from seacorder.model.file_note import SOUND_SUFFIX, VIDEO_SUFFIX, FileNote
from seacorder.model.loss import NEW_FORMAT, disk_full
from seacorder.model.recording import FileKind, FileState, FileStatus, Part
from seacorder.model.report import PartClosed, PartOpened
from seacorder.model.sample import Begun, Sample, SourceFormat, Track
from seacorder.sinks.context import OnOutcome, SinkContext
from seacorder.sinks.video.file_sequence import FileSequence
from seacorder.sinks.video.missing_frames import MissingFrames
from seacorder.sinks.video.video_file import FileFacts, VideoFile, VideoFilePlan
from seacorder.sinks.video.volume_choice import VolumeChoice, at_home, relocated
from seacorder.storage.names import part_path, path_for

EXTENSION = VIDEO_SUFFIX[1:]
CLOCK_STEP_NS = 100 * NS_PER_MS


class RecordingSink:
    """Fed by one thread; `status` may be asked by any. Nothing here waits for a disk, but a new file for a moment.

    Part k+1 begins with the first video keyframe that was captured at or after the split instant, or at once with the
    first keyframe of a new format.
    """

    def __init__(self, order: StartRecording, context: SinkContext, started: OnOutcome | None = None) -> None:
        """`started` is called once: when the first video bytes are on disk, or with the reason why they cannot be."""
        self._order = order
        self._context = context
        self._files = FileSequence(context, started)
        self._extension = EXTENSION if context.channel.narrator is None else SOUND_SUFFIX[1:]
        self._naming, self._schedule = order.naming, order.schedule
        self._is_named_anew = order.reevaluate_tags
        self._changes: list[ChangeRecording] = []
        self._number = order.first_part - 1
        self._split_ns: int | None = None
        self._first_path: Path | None = None
        self._headless = self._missing_from(order.instant.utc_ns)
        self._clock_ns = self._first_clock_ns = order.instant.utc_ns - order.instant.monotonic_ns
        """UTC less monotonic time, as it was at the newest part's begin and at the order."""
        self._why_headless = NEW_FORMAT
        self._placing = VolumeChoice(context.places)

    def write(self, sample: Sample, source: SourceFormat) -> None:
        """Takes one packet, in decoding order; what comes before the first video keyframe is dropped."""
        file = self._files.current
        if file is not None and file.source is not source and not file.source.fits(source):
            self._headless = self._missing_from(file.facts(FileState.OPEN).end_utc_ns)
            self._why_headless = NEW_FORMAT
            self._files.end_current()
            file = None
        if sample.track is Track.VIDEO and sample.is_keyframe and self._begins_part(sample):
            self._begin_part(sample, source)
        if self._files.current is None:
            self._drop(sample)
            return
        self._files.write(sample)

    def change(self, change: ChangeRecording) -> None:
        """New settings for the parts that begin at or after the change's instant; the running part keeps its own."""
        self._changes.append(change)

    def withdraw(self) -> None:
        """Nobody wants the recording after all: `finish` will not wait for a disk that has taken nothing of it."""
        self._files.withdraw()

    def finish(self, on_done: OnOutcome) -> None:
        """Ends the recording and returns at once; `on_done` comes when every part is whole and on disk."""
        self._note_headless(None)
        self._files.finish(on_done)

    @property
    def begun(self) -> tuple[Begun | None, Begun | None]:
        """How the first file and the newest one began."""
        return self._files.begun

    def status(self) -> FileStatus | None:
        """The part that is being written; None before the first picture."""
        return self._files.status(self._order.recording_id, self._number)

    @property
    def next_split_ns(self) -> int | None:
        """The instant (monotonic) from which on the next keyframe begins a part; None when there is none."""
        return self._split_ns

    def _begins_part(self, keyframe: Sample) -> bool:
        file = self._files.current
        if file is None:
            return True
        if self._placing.must_leave(file, self._naming, self._context.clock.monotonic_ns()):
            self._leave(file)
            return True
        return self._split_ns is not None and keyframe.instant_ns >= self._split_ns

    def _leave(self, file: VideoFile) -> None:
        sentence = file.fault or f"{Path(file.facts(FileState.OPEN).path).parent} has little room left or hangs."
        self._context.note("part_left", Severity.WARNING, f"A new part is begun because of the disk. {sentence}")
        self._headless = self._missing_from(file.facts(FileState.OPEN).end_utc_ns)
        self._files.leave_current()

    def _begin_part(self, keyframe: Sample, source: SourceFormat) -> None:
        begin_utc_ns = self._begin_utc_ns(keyframe)
        self._take_changes(keyframe.instant_ns)
        place = self._placing.next(self._naming)
        if place is not None and place.is_exchanged and self._files.current is not None:
            # What can be kept goes on into the file that is open, on the volume that is not there any more.
            return
        if place is not None and place.is_full:
            # A part that is open stays open and goes on when there is room, then in a new part if a split is due.
            self._why_headless = disk_full(place.sentence)
            self._files.refuse(place.sentence)
            return
        self._note_headless(keyframe)
        self._clock_ns = keyframe.clock_ns
        self._number += 1
        path = relocated(self._path(begin_utc_ns), self._naming, place)
        self._split_ns = self._schedule.next_after(keyframe.instant_ns)
        note = FileNote(
            kind=FileKind.RECORDING,
            channel=self._context.channel.name,
            id=self._order.recording_id,
            number=self._number,
            first_frame=keyframe.number,
            first_frame_utc_ns=keyframe.utc_ns,
            recording_id=self._order.recording_id,
            recovery_frames=keyframe.recovery_frames,
        )
        plan = VideoFilePlan(path, note, self._order.recording_id, self._opened, self._closed, place)
        file = self._files.begin(plan, keyframe, source)
        if self._number == 1:  # its name may have got a number, because it existed already
            self._first_path = at_home(Path(file.facts(FileState.OPEN).path), self._naming, place)

    def _begin_utc_ns(self, keyframe: Sample) -> int:
        """UTC of the instant at which the part begins on all channels: the split's, else the keyframe's own.

        All channels reckon it from the order, to the same nanosecond. Where the wall clock has been set since, or has
        crept away, it is followed in steps of CLOCK_STEP_NS: the channels would differ in finer ones.
        """
        if self._split_ns is None or keyframe.instant_ns < self._split_ns:
            return keyframe.utc_ns
        period_ns = self._schedule.period_ns
        late = (keyframe.instant_ns - self._split_ns) // period_ns
        begin_ns = self._split_ns + late * period_ns
        ahead_ns = keyframe.clock_ns - self._first_clock_ns
        return begin_ns + self._first_clock_ns + round(ahead_ns / CLOCK_STEP_NS) * CLOCK_STEP_NS

    def _path(self, begin_utc_ns: int) -> Path:
        channel = self._context.channel.name
        if self._is_named_anew and self._number > self._order.first_part:
            return path_for(self._naming, channel, self._extension, utc_ns=begin_utc_ns)
        return part_path(self._first_path or path_for(self._naming, channel, self._extension), self._number)

    def _take_changes(self, instant_ns: int) -> None:
        due = [change for change in self._changes if change.from_ns <= instant_ns]
        if not due:
            return
        self._changes = [change for change in self._changes if change.from_ns > instant_ns]
        newest = due[-1]
        if newest.naming != self._naming:
            self._first_path = None
        self._naming, self._schedule = newest.naming, newest.schedule
        self._is_named_anew = newest.reevaluate_tags

    def _drop(self, sample: Sample) -> None:
        if sample.track is Track.VIDEO and self._files.first_utc_ns is not None:
            self._headless.missed(sample.on_clock(self._clock_ns), self._why_headless)

    def _missing_from(self, utc_ns: int) -> MissingFrames:
        return MissingFrames(self._context, self._order.recording_id, utc_ns)

    def _note_headless(self, keyframe: Sample | None) -> None:
        self._headless.end(keyframe.on_clock(self._clock_ns).utc_ns if keyframe else None)

    def _opened(self, facts: FileFacts) -> None:
        self._context.report(PartOpened(_part_of(facts)))

    def _closed(self, facts: FileFacts) -> None:
        self._context.report(PartClosed(_part_of(facts)))


def _part_of(facts: FileFacts) -> Part:
    is_open = facts.state is FileState.OPEN
    return Part(
        recording_id=facts.note.id,
        channel=facts.note.channel,
        number=facts.note.number,
        path=facts.path,
        start_utc_ns=facts.note.first_frame_utc_ns,
        end_utc_ns=None if is_open else facts.end_utc_ns,
        first_frame=facts.note.first_frame,
        frames=facts.frames,
        bytes=facts.bytes,
        state=facts.state,
    )
