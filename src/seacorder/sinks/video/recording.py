"""The recording of one channel: parts, split without a gap at instants that all channels have in common."""

from collections.abc import Sequence
from pathlib import Path

from seacorder.base.clock import NS_PER_MS
from seacorder.base.message import Message
from seacorder.model.command import ChangeRecording, StartRecording
from seacorder.model.event import Severity
from seacorder.model.file_note import SOUND_SUFFIX, VIDEO_SUFFIX
from seacorder.model.loss import NEW_FORMAT, disk_full
from seacorder.model.recording import FileKind, FileState, FileStatus, Part
from seacorder.model.report import PartClosed, PartOpened
from seacorder.model.sample import Begun, Sample, SourceFormat, Track
from seacorder.sinks.context import OnOutcome, SinkContext
from seacorder.sinks.video.file_sequence import FileSequence, note_of
from seacorder.sinks.video.missing_frames import MissingFrames
from seacorder.sinks.video.video_file import FileFacts, VideoFile
from seacorder.storage.names import part_path, path_for

EXTENSION = VIDEO_SUFFIX[1:]
NAME_CLOCK_GRID_NS = 100 * NS_PER_MS
"""Parts are named by a wall clock that is followed in steps of this size; see `_begin_utc_ns`."""


class RecordingSink:
    """Fed by one thread; `status` may come from any.

    Part k+1 begins with the first video keyframe that was captured at or after the split instant, or at once with the
    first keyframe of a new format.

    `write` only queues a packet, except at keyframes. There the feeding thread may wait for the disk, and whoever waits
    for the channel's lock waits with it: 0.25 s at most for the first look at a folder that nobody has asked about for
    ten seconds (two folders with a fallback), and, where a part begins, 0.25 s at most for the new file to be opened,
    or twice that if the disk refuses it. With subtitles the first text of each part may take 0.25 s more.
    """

    def __init__(self, command: StartRecording, context: SinkContext, started: OnOutcome | None = None) -> None:
        """`started` is called once: when the first video bytes are on disk, or with the reason why they cannot be."""
        self._command = command
        self._context = context
        self._files = FileSequence(
            context,
            started,
            opened=lambda facts: PartOpened(_part_of(facts)),
            closed=lambda facts: PartClosed(_part_of(facts)),
        )
        self._extension = EXTENSION if context.channel.narrator is None else SOUND_SUFFIX[1:]
        self._naming, self._schedule = command.naming, command.schedule
        self._reevaluates_tags = command.reevaluate_tags
        self._changes: list[ChangeRecording] = []
        self._number = command.first_part - 1
        self._split_ns: int | None = None
        self._first_path: Path | None = None
        self._between = self._missing_since(command.instant.utc_ns)
        """Frames between two parts, which no file takes."""
        self._why_between = NEW_FORMAT
        self._clock_ns = self._first_clock_ns = command.instant.utc_ns - command.instant.monotonic_ns
        """UTC minus monotonic time: when the newest part began, and when the recording was started."""

    def write(self, samples: Sequence[Sample], source: SourceFormat, *, more_follow: bool = False) -> None:
        """See `channel.outputs.Sink`. What comes before the first video keyframe is dropped."""
        ended = self._files.end_on_other_format(source)
        if ended is not None:
            self._between = self._missing_since(ended.facts(FileState.OPEN).newest_utc_ns)
            self._why_between = NEW_FORMAT
        first = samples[0]
        if first.track is Track.VIDEO and first.is_keyframe and self._begins_part(first):
            self._begin_part(first, source)
        if self._files.current is None:
            for sample in samples:
                self._drop(sample)
            return
        self._files.write(samples, more_follow=more_follow)

    def change(self, change: ChangeRecording) -> None:
        """New settings for the parts that begin at or after the change's instant; the running part keeps its own name.

        It may end at another instant than before: see `_count_from`.
        """
        self._changes.append(change)
        if self._files.current is not None:
            self._count_from(change)

    def split(self, instant_ns: int | None) -> None:
        """The running part ends with the first keyframe captured at or after an instant (monotonic); None: now, as no
        frame comes. Only the blackbox is split so; the parts after it split when they always would."""
        if instant_ns is None:
            self._files.end_current()
        elif self._split_ns is None or instant_ns < self._split_ns:
            self._split_ns = instant_ns

    def withdraw(self) -> None:
        """Nobody wants the recording any more: `finish` will not wait for a disk that has taken nothing of it."""
        self._files.withdraw()

    def finish(self, on_done: OnOutcome) -> None:
        """Ends the recording and returns at once; `on_done` is called when every part is whole and on disk."""
        self._note_between(None)
        self._files.finish(on_done)

    @property
    def begun(self) -> tuple[Begun | None, Begun | None]:
        """How the first file and the newest one began."""
        return self._files.begun

    def status(self) -> FileStatus | None:
        """The part that is being written; None before the first picture."""
        return self._files.status(self._command.recording_id, self._number)

    @property
    def next_split_ns(self) -> int | None:
        """The instant (monotonic) from which on the next keyframe begins a part; None when there is none."""
        return self._split_ns

    def _begins_part(self, keyframe: Sample) -> bool:
        file = self._files.current
        if file is None:
            return True
        if self._files.must_leave(self._naming):
            self._leave(file)
            return True
        return self._split_ns is not None and keyframe.instant_ns >= self._split_ns

    def _leave(self, file: VideoFile) -> None:
        facts = file.facts(FileState.OPEN)
        why = file.why or Message(f"{Path(facts.path).parent} is nearly full or does not answer.")
        fact = f"{self._context.channel.name} continues in a new file, because of the disk: {why.fact}"
        self._context.note("part_left", Severity.WARNING, fact)  # what to do is with the alarm of the disk
        self._between = self._missing_since(facts.newest_utc_ns)
        self._files.leave_current()

    def _begin_part(self, keyframe: Sample, source: SourceFormat) -> None:
        begin_utc_ns = self._begin_utc_ns(keyframe)
        self._take_changes(keyframe.instant_ns)
        room = self._files.room_for(self._naming)
        if room is not None and room.is_exchanged and self._files.current is not None:
            # The open file lies on the volume that is gone. It may come back, so the file goes on as far as memory
            # allows; a new file would be made on the wrong volume.
            return
        if room is not None and room.is_full:
            # An open part stays open and goes on when there is room again; the next keyframe tries again to split.
            self._why_between = disk_full(room.why.fact)
            self._files.refuse(room.why)
            return
        self._note_between(keyframe)
        self._clock_ns = keyframe.clock_ns
        self._number += 1
        volumes = self._files.volumes(self._naming)
        path = volumes.place(self._path(begin_utc_ns), room)
        self._split_ns = self._schedule.next_after(keyframe.instant_ns)
        for change in self._changes:
            self._count_from(change)
        note = note_of(
            keyframe,
            kind=FileKind.RECORDING,
            channel=self._context.channel.name,
            identifier=self._command.recording_id,
            number=self._number,
            recording_id=self._command.recording_id,
        )
        file = self._files.begin(path, note, room, keyframe, source)
        if self._number == 1:
            # Read back: the name may have got a number because it existed already, and later parts follow that name.
            self._first_path = volumes.home(Path(file.facts(FileState.OPEN).path), room)

    def _begin_utc_ns(self, keyframe: Sample) -> int:
        """UTC of the instant at which the part begins on all channels: the split's, else the keyframe's own.

        It names the part, so all channels must come to the same nanosecond. Each adds to the split instant how far UTC
        was ahead of the monotonic clock at the start, which the command says. Where the wall clock has been set or has
        drifted since, each channel measures that by itself, a little differently; so the difference is rounded to
        NAME_CLOCK_GRID_NS, to which they agree.
        """
        period_ns = self._schedule.period_ns
        # The period is 0 if splitting was switched off and the disk has refused the part of the last split, still due.
        if self._split_ns is None or keyframe.instant_ns < self._split_ns or not period_ns:
            return keyframe.utc_ns
        late = (keyframe.instant_ns - self._split_ns) // period_ns
        begin_ns = self._split_ns + late * period_ns
        ahead_ns = keyframe.clock_ns - self._first_clock_ns
        return begin_ns + self._first_clock_ns + round(ahead_ns / NAME_CLOCK_GRID_NS) * NAME_CLOCK_GRID_NS

    def _path(self, begin_utc_ns: int) -> Path:
        channel = self._context.channel.name
        if self._reevaluates_tags and self._number > self._command.first_part:
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
        self._reevaluates_tags = newest.reevaluate_tags

    def _count_from(self, change: ChangeRecording) -> None:
        """If the running part was to split later than the change's instant, or never, the new schedule holds for it.

        So a recording that never splits gets a new split time too, and all channels split at the same instant.
        """
        if self._split_ns is None or change.from_ns < self._split_ns:
            self._schedule = change.schedule
            self._split_ns = change.schedule.next_after(change.from_ns)

    def _missing_since(self, utc_ns: int) -> MissingFrames:
        return MissingFrames(self._context, self._command.recording_id, utc_ns)

    def _drop(self, sample: Sample) -> None:
        """Counts a frame that no file takes; before the first file nothing is missing."""
        if sample.track is Track.VIDEO and self._files.first_utc_ns is not None:
            self._between.missed(sample.on_clock(self._clock_ns), self._why_between)

    def _note_between(self, keyframe: Sample | None) -> None:
        """Reports the frames that no file took, up to the keyframe that begins the next part."""
        self._between.end(keyframe.on_clock(self._clock_ns).utc_ns if keyframe else None)


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
