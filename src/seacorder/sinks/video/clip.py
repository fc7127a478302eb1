"""A clip: one additional file of a channel beside its recording, with pre-roll from the backlog."""

from seacorder.model.command import StartClip
from seacorder.model.file_note import FileNote
from seacorder.model.recording import Clip, FileState, FileStatus
from seacorder.model.report import ClipClosed, ClipOpened
from seacorder.model.sample import Begun, Sample, SourceFormat, Track
from seacorder.sinks.context import OnOutcome, SinkContext
from seacorder.sinks.video.file_sequence import FileSequence
from seacorder.sinks.video.recording import EXTENSION
from seacorder.sinks.video.video_file import FileFacts, VideoFilePlan
from seacorder.sinks.video.volume_choice import VolumeChoice, relocated
from seacorder.storage.names import part_path, path_for


class ClipSink:
    """Fed and asked as a recording is. It never splits; only a new format of the source, or a disk that cannot take it
    where there is another one, makes a second file.

    Such a second file is a clip of its own, with `-2` behind the clip's id.
    """

    def __init__(self, order: StartClip, context: SinkContext, started: OnOutcome | None = None) -> None:
        """`started` is called once: when the first video bytes are on disk, or with the reason why they cannot be."""
        self._order = order
        self._context = context
        self._files = FileSequence(context, started)
        self._number = 0
        self._placing = VolumeChoice(context.places)

    def write(self, sample: Sample, source: SourceFormat) -> None:
        """Takes one packet, in decoding order; what comes before the first video keyframe is dropped."""
        file = self._files.current
        if file is not None and file.source is not source and not file.source.fits(source):
            self._files.end_current()
            file = None
        if sample.track is Track.VIDEO and sample.is_keyframe:
            if file is not None and self._placing.must_leave(
                file, self._order.naming, self._context.clock.monotonic_ns()
            ):
                self._files.leave_current()
                file = None
            if file is None:
                self._begin(sample, source)
        self._files.write(sample)  # nowhere, when there is no file: before a keyframe, and without room to begin one

    def withdraw(self) -> None:
        """Nobody wants the clip after all: what waits for the disk must not take the recording's room in memory."""
        self._files.withdraw()

    def finish(self, on_done: OnOutcome) -> None:
        """Ends the clip and returns at once; `on_done` comes when it is whole and on disk."""
        self._files.finish(on_done)

    @property
    def begun(self) -> tuple[Begun | None, Begun | None]:
        """How the first file and the newest one began."""
        return self._files.begun

    def status(self) -> FileStatus | None:
        """The file that is being written; None before the first picture."""
        return self._files.status(self._order.clip_id, max(1, self._number))

    @property
    def next_split_ns(self) -> None:
        """It never splits."""

    def _begin(self, keyframe: Sample, source: SourceFormat) -> None:
        place = self._placing.next(self._order.naming)
        if place is not None and place.is_full:
            self._files.refuse(place.sentence)
            return
        self._number += 1
        channel = self._context.channel.name
        clip_id = self._order.clip_id
        note = FileNote(
            kind=self._order.kind,
            channel=channel,
            id=clip_id if self._number == 1 else f"{clip_id}-{self._number}",
            number=self._number,
            first_frame=keyframe.number,
            first_frame_utc_ns=keyframe.utc_ns,
            recording_id=self._order.recording_id,
            recovery_frames=keyframe.recovery_frames,
        )
        naming = self._order.naming
        path = relocated(part_path(path_for(naming, channel, EXTENSION), self._number), naming, place)
        # A clip's losses are its own: the recording beside it accounts for what it lacks itself.
        self._files.begin(VideoFilePlan(path, note, None, self._opened, self._closed, place), keyframe, source)

    def _opened(self, facts: FileFacts) -> None:
        self._context.report(ClipOpened(_clip_of(facts)))

    def _closed(self, facts: FileFacts) -> None:
        self._context.report(ClipClosed(_clip_of(facts)))


def _clip_of(facts: FileFacts) -> Clip:
    is_open = facts.state is FileState.OPEN
    return Clip(
        id=facts.note.id,
        channel=facts.note.channel,
        kind=facts.note.kind,
        path=facts.path,
        start_utc_ns=facts.note.first_frame_utc_ns,
        end_utc_ns=None if is_open else facts.end_utc_ns,
        first_frame=facts.note.first_frame,
        frames=facts.frames,
        bytes=facts.bytes,
        state=facts.state,
        recording_id=facts.note.recording_id,
    )
