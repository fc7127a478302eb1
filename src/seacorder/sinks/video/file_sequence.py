"""The files of one recording or clip, one after the other: what both have in common.

A recording has many files (parts), a clip has one, or more where its source or its disk makes it begin another. Both
open, feed, split off and close them here, and hear from here when the first bytes are on disk and when all files are
whole. What a file is called and where it is split are theirs.

The feeding thread calls `begin`, `write` and what splits files; files end on their writer threads; `status` may come
from any thread.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from seacorder.base.errors import StorageFailed
from seacorder.base.message import Message, all_of
from seacorder.model.file_name import Naming
from seacorder.model.file_note import FileNote
from seacorder.model.outcome import ChannelOutcome
from seacorder.model.recording import FileKind, FileState, FileStatus
from seacorder.model.report import Report
from seacorder.model.sample import Begun, Sample, SourceFormat, Track
from seacorder.sinks.context import OnOutcome, SinkContext
from seacorder.sinks.video.video_file import LINGER_NS, FileFacts, VideoFile, VideoFilePlan
from seacorder.storage.two_volumes import TwoVolumes
from seacorder.storage.volume_room import VolumeRoom

NOTHING_YET = Message("It was stopped before its first picture.")
FINISH_SECONDS = 20.0
"""How long the disk may take for the last bytes and the index after a stop; then the file is left as it is.

The control process waits ten seconds longer than this for the answer (`control.context.Timeouts`)."""
LEAVE_SECONDS = 60.0
"""The same for a file that was left because its disk refuses: nobody waits for it, and the disk may come back."""
LEFT_SECONDS = 2.0
"""How long a stop waits for such a file."""


class FileSequence:
    """At most one file takes pictures. The file before it takes late sound for a second more, then it is closed."""

    def __init__(
        self,
        context: SinkContext,
        started: OnOutcome | None,
        opened: Callable[[FileFacts], Report],
        closed: Callable[[FileFacts], Report],
    ) -> None:
        """`started` is called once: when the first video bytes are on disk, or with the reason why they cannot be.

        `opened` and `closed` make the reports on each file.
        """
        self._context = context
        self._outcome = partial(ChannelOutcome, context.channel.name)
        self._started = started
        self._opened, self._closed_report = opened, closed
        self._previous: VideoFile | None = None
        self._lock = threading.Lock()
        self._unfinished = 0
        """Files that have been begun and not ended, closing ones included."""
        self._on_done: OnOutcome | None = None
        self._last: FileFacts | None = None
        self._failures: list[Message] = []
        self._last_stored_ns = 0
        self._newest_stored_utc_ns = 0
        self._newest_stored_ns = 0
        self._first_ns = 0
        self._closing: list[VideoFile] = []
        self._left: list[VideoFile] = []
        """Those of the closing files that were left because of their disk: the outcome of a stop does not name them."""
        self._is_withdrawn = False
        self.first_utc_ns: int | None = None
        """Capture time of the first frame of all files; None before it."""
        self.current: VideoFile | None = None
        self.begun: tuple[Begun | None, Begun | None] = (None, None)
        """How the first file and the newest one began."""

    def volumes(self, naming: Naming) -> TwoVolumes:
        """The folders for files that are named so."""
        return TwoVolumes.of(naming, self._context.rooms)

    def room_for(self, naming: Naming) -> VolumeRoom | None:
        """The folder in which the next file begins; None when nobody looks at volumes. It may be full."""
        return self.volumes(naming).next()

    def must_leave(self, naming: Naming) -> bool:
        """True when the next keyframe should begin a new file because of the current file's disk."""
        file = self.current
        return file is not None and self.volumes(naming).must_leave(file, self._context.clock.monotonic_ns())

    def begin(
        self, path: Path, note: FileNote, room: VolumeRoom | None, first: Sample, source: SourceFormat
    ) -> VideoFile:
        """Splits the current file off and opens the next one. `first`, its keyframe, is still to be given to `write`.

        Waits for the disk: up to 0.25 s, and up to 0.25 s more when it refuses at once.
        """
        # The losses of a clip are its own; the recording beside it lists what it lacks itself.
        recording_id = note.recording_id if note.kind is FileKind.RECORDING else None
        note = replace(note, context=self._context.dive())
        plan = VideoFilePlan(path, note, recording_id, self._opened, self._closed_report, room)
        self.end_current()
        with self._lock:
            self._unfinished += 1
        try:
            file = self._open(plan, first, source)
        except BaseException:  # whoever stops would wait for this file for ever
            with self._lock:
                self._unfinished -= 1
            raise
        self.current = file
        newest = Begun(first, source, plan.note.number)
        self.begun = (self.begun[0] or newest, newest)
        if self.first_utc_ns is None:
            self.first_utc_ns, self._first_ns = first.utc_ns, first.instant_ns
        if self._started is not None:
            self._watch(file)
        return file

    def end_on_other_format(self, source: SourceFormat) -> VideoFile | None:
        """Splits the current file off when it cannot take packets of `source`; returns it then."""
        file = self.current
        if file is None or file.source is source or file.source.fits(source):
            return None
        self.end_current()
        return file

    def end_current(self) -> None:
        """Splits the current file off; packets that come from now on need a new one."""
        self._close_previous()
        if self.current is None:
            return
        self._remember(self.current)
        self._previous, self.current = self.current, None
        if self._previous.source.audio is None:
            self._close_previous()

    def leave_current(self) -> None:
        """Splits off a file because of its disk. It is given up if the disk does not take its end in LEAVE_SECONDS."""
        file = self.current
        if file is not None:
            self._left.append(file)
        self.end_current()
        self._close_previous()
        if file is not None:
            file.end_within(LEAVE_SECONDS)

    def refuse(self, why: Message) -> None:
        """No file can be begun now: whoever waits for the start is told why. The next keyframe may try again."""
        self._say_started(self._outcome(ok=False, why=why))

    def write(self, samples: Sequence[Sample], *, more_follow: bool = False) -> None:
        """Gives packets that have come together to the file that they belong to; sound from before the first picture is
        dropped. Only the first may be a video keyframe. `more_follow` as `VideoFile.write` has it."""
        file = self.current
        if file is None:
            return
        if self._previous is not None or file.source.audio is not None:
            samples = [sample for sample in samples if not self._goes_before(sample, file)]
        if samples:
            file.write(samples, more_follow=more_follow)

    def _goes_before(self, sample: Sample, file: VideoFile) -> bool:
        """True for sound from before the first picture of `file`, which goes to the file before. Any other sample may
        tell that the file before has got all that belongs to it: then that is closed."""
        previous = self._previous
        if sample.track is Track.AUDIO and file.precedes(sample):
            if previous is not None:
                previous.write((sample,))
            return True
        # Sound comes in order: with its first packet for the current file, the file before has all of its sound.
        if previous is not None and (
            sample.track is Track.AUDIO or sample.instant_ns - file.first.instant_ns >= LINGER_NS
        ):
            self._close_previous()
        return False

    def finish(self, on_done: OnOutcome) -> None:
        """Closes what is open and returns at once. `on_done` is called when every file is whole and on disk, or has
        been given up because the disk took longer than FINISH_SECONDS."""
        self.end_current()
        self._close_previous()
        if self.first_utc_ns is None:
            self._say_started(self._outcome(ok=False, why=NOTHING_YET))
        with self._lock:
            self._on_done = on_done
            is_done = self._unfinished == 0
            closing = list(self._closing)
        for file in closing:
            file.end_within(self._patience_seconds(file))
        if is_done:
            self._say_done()

    def withdraw(self) -> None:
        """Nobody wants it any more: `finish` gives up at once every file of which no picture is on disk yet."""
        self._is_withdrawn = True

    def status(self, file_id: str, number: int) -> FileStatus | None:
        """The file that takes pictures; None while there is none, as before the first. Any thread."""
        file = self.current
        if file is None:
            return None
        file.hand_over_rest()
        self._remember(file)
        facts = file.facts(FileState.OPEN)
        return FileStatus(
            id=file_id,
            path=facts.path,
            number=number,
            start_utc_ns=self.first_utc_ns or facts.note.first_frame_utc_ns,
            frames=facts.frames,
            bytes_stored=facts.bytes,
            last_stored_ns=self._last_stored_ns,
            newest_stored_utc_ns=self._newest_stored_utc_ns,
            start_ns=self._first_ns,
            newest_stored_ns=self._newest_stored_ns,
            why=file.why,
            fault_kind=file.fault_kind,
        )

    def _patience_seconds(self, file: VideoFile) -> float:
        if self._is_withdrawn and file.stored_utc_ns is None:
            return 0.0
        return LEFT_SECONDS if file in self._left else FINISH_SECONDS

    def _open(self, plan: VideoFilePlan, first: Sample, source: SourceFormat) -> VideoFile:
        try:
            return VideoFile(plan, first, source, self._context, patient=False)
        except StorageFailed as fault:
            # The start is answered with the fault but not called off: the file is opened as soon as the disk lets it.
            self._say_started(self._outcome(ok=False, why=fault.message, path=str(plan.path)))
            return VideoFile(plan, first, source, self._context, patient=True)

    def _watch(self, file: VideoFile) -> None:
        def stored() -> None:
            facts = file.facts(FileState.OPEN)
            nothing = Message(
                f"Nothing of {facts.path} has reached the disk yet.",
                "It joins by itself once the disk takes it. See the alarms.",
            )
            self._say_started(
                self._outcome(ok=True, achieved_utc_ns=facts.note.first_frame_utc_ns, path=facts.path)
                if file.stored_utc_ns is not None
                else self._outcome(ok=False, why=file.why or nothing)
            )

        file.when_stored(stored)

    def _say_started(self, outcome: ChannelOutcome) -> None:
        with self._lock:
            started, self._started = self._started, None
        if started is not None:
            started(outcome)

    def _remember(self, file: VideoFile) -> None:
        """Keeps what the status says of stored bytes, which must not go back when a new file begins with none."""
        self._last_stored_ns = max(self._last_stored_ns, file.last_stored_ns)
        newest_ns, newest_utc_ns = file.stored_ns, file.stored_utc_ns
        if newest_ns is not None and newest_utc_ns is not None:
            self._newest_stored_ns, self._newest_stored_utc_ns = newest_ns, newest_utc_ns

    def _close_previous(self) -> None:
        if self._previous is not None:
            previous, self._previous = self._previous, None
            with self._lock:
                self._closing.append(previous)
            previous.close(lambda facts: self._closed(previous, facts))

    def _closed(self, file: VideoFile, facts: FileFacts) -> None:
        """A file has ended; from its writer thread."""
        with self._lock:
            self._closing.remove(file)
            self._unfinished -= 1
            if self._last is None or facts.note.number >= self._last.note.number:
                self._last = facts
            if file in self._left:
                self._left.remove(file)
            elif facts.why is not None:
                self._failures.append(facts.why)
            is_done = self._unfinished == 0 and self._on_done is not None
        if is_done:
            self._say_done()

    def _say_done(self) -> None:
        with self._lock:
            on_done, self._on_done = self._on_done, None
            last, failures = self._last, self._failures
        if on_done is not None:
            on_done(
                self._outcome(
                    ok=not failures,
                    why=all_of(failures),
                    achieved_utc_ns=last.newest_utc_ns if last else None,
                    path=last.path if last else None,
                )
            )


def note_of(
    keyframe: Sample, *, kind: FileKind, channel: str, identifier: str, number: int, recording_id: str | None
) -> FileNote:
    """The note in a file that begins with `keyframe`."""
    return FileNote(
        kind=kind,
        channel=channel,
        id=identifier,
        number=number,
        first_frame=keyframe.number,
        first_frame_utc_ns=keyframe.utc_ns,
        recording_id=recording_id,
        recovery_frames=keyframe.recovery_frames,
    )
