"""A clip: one additional file of a channel beside its recording, with pre-roll from the backlog."""

from collections.abc import Sequence

from seacorder.model.command import StartClip
from seacorder.model.recording import Clip, FileState, FileStatus
from seacorder.model.report import ClipClosed, ClipOpened
from seacorder.model.sample import Begun, Sample, SourceFormat, Track
from seacorder.sinks.context import OnOutcome, SinkContext
from seacorder.sinks.video.file_sequence import FileSequence, note_of
from seacorder.sinks.video.recording import EXTENSION
from seacorder.sinks.video.video_file import FileFacts
from seacorder.storage.names import part_path, path_for


class ClipSink:
    """Used like a recording, but it is never split by time.

    It begins a second file only when the source changes its format, or when its disk cannot take it and there is
    another one. That file is a clip of its own, whose id ends with `-2`.
    """

    def __init__(self, command: StartClip, context: SinkContext, started: OnOutcome | None = None) -> None:
        """`started` is called once: when the first video bytes are on disk, or with the reason why they cannot be."""
        self._command = command
        self._channel = context.channel.name
        self._files = FileSequence(
            context,
            started,
            opened=lambda facts: ClipOpened(_clip_of(facts)),
            closed=lambda facts: ClipClosed(_clip_of(facts)),
        )
        self._number = 0

    def write(self, samples: Sequence[Sample], source: SourceFormat, *, more_follow: bool = False) -> None:
        """See `channel.outputs.Sink`. What comes before the first video keyframe is dropped."""
        self._files.end_on_other_format(source)
        first = samples[0]
        if first.track is Track.VIDEO and first.is_keyframe:
            if self._files.must_leave(self._command.naming):
                self._files.leave_current()
            if self._files.current is None:
                self._begin(first, source)
        self._files.write(samples, more_follow=more_follow)  # dropped where no file could be begun

    def withdraw(self) -> None:
        """Nobody wants the clip any more: bytes of it that wait for the disk must not take the recording's memory."""
        self._files.withdraw()

    def finish(self, on_done: OnOutcome) -> None:
        """Ends the clip and returns at once; `on_done` is called when it is whole and on disk."""
        self._files.finish(on_done)

    @property
    def begun(self) -> tuple[Begun | None, Begun | None]:
        """How the first file and the newest one began."""
        return self._files.begun

    def status(self) -> FileStatus | None:
        """The file that is being written; None before the first picture."""
        return self._files.status(self._command.clip_id, max(1, self._number))

    @property
    def next_split_ns(self) -> None:
        """Always None: a clip is not split by time."""

    def _begin(self, keyframe: Sample, source: SourceFormat) -> None:
        command = self._command
        room = self._files.room_for(command.naming)
        if room is not None and room.is_full:
            self._files.refuse(room.why)
            return
        self._number += 1
        note = note_of(
            keyframe,
            kind=command.kind,
            channel=self._channel,
            identifier=command.clip_id if self._number == 1 else f"{command.clip_id}-{self._number}",
            number=self._number,
            recording_id=command.recording_id,
        )
        path = part_path(path_for(command.naming, self._channel, EXTENSION), self._number)
        self._files.begin(self._files.volumes(command.naming).place(path, room), note, room, keyframe, source)


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
