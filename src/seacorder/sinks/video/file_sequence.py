"""The files of one sink, one after the other: where each packet goes, and when all of them are on disk."""

import threading
from functools import partial

from seacorder.base.errors import StorageFailed
from seacorder.model.outcome import ChannelOutcome
from seacorder.model.recording import FileState, FileStatus
from seacorder.model.sample import Begun, Sample, SourceFormat, Track
from seacorder.sinks.context import OnOutcome, SinkContext
from seacorder.sinks.video.video_file import LINGER_NS, FileFacts, VideoFile, VideoFilePlan

NOTHING_YET = "It was stopped before a picture came."
FINISH_SECONDS = 20.0
"""How long the disk may take for the last bytes and the index after a stop; then the file stays as it stands.

Control waits for ten seconds more (control.context.Timeouts)."""
LEAVE_SECONDS = 60.0
"""The same for a file that was left because its disk refuses: it may come back, and nobody waits for it."""
LEFT_SECONDS = 2.0
"""How long a stop waits for such a file."""


class FileSequence:
    """At most one file takes pictures. The one before it may still take sound that came late, then it is closed."""

    def __init__(self, context: SinkContext, started: OnOutcome | None) -> None:
        self._context = context
        self._outcome = partial(ChannelOutcome, context.channel.name)
        self._started = started
        self._previous: VideoFile | None = None
        self._lock = threading.Lock()
        self._unfinished = 0
        self._on_done: OnOutcome | None = None
        self._last: FileFacts | None = None
        self._failures: list[str] = []
        self._last_stored_ns = 0
        self._newest_stored_utc_ns = 0
        self._newest_stored_ns = 0
        self._first_ns = 0
        self._closing: list[VideoFile] = []
        self._left: list[VideoFile] = []
        """Of those, the ones that were left because of their disk: whoever stops does not hear of them again."""
        self._is_withdrawn = False
        self.first_utc_ns: int | None = None
        """Capture time of the first frame of all files; None before it."""
        self.current: VideoFile | None = None
        self.begun: tuple[Begun | None, Begun | None] = (None, None)
        """How the first file and the newest one began."""

    def begin(self, plan: VideoFilePlan, first: Sample, source: SourceFormat) -> VideoFile:
        """Opens the next file; the packet after the last of the file before goes into it."""
        self.end_current()
        with self._lock:
            self._unfinished += 1
        file = self._open(plan, first, source)
        self.current = file
        newest = Begun(first, source, plan.note.number)
        self.begun = (self.begun[0] or newest, newest)
        if self.first_utc_ns is None:
            self.first_utc_ns, self._first_ns = first.utc_ns, first.instant_ns
        if self._started is not None:
            self._watch(file)
        return file

    def end_current(self) -> None:
        """Splits the current file off; what is sent from now on needs a new one."""
        self._close_previous()
        if self.current is None:
            return
        self._remember(self.current)
        self._previous, self.current = self.current, None
        if self._previous.source.audio is None:
            self._close_previous()

    def leave_current(self) -> None:
        """Splits off a file that its disk refuses; it is given up when that goes on."""
        file = self.current
        if file is not None:
            self._left.append(file)
        self.end_current()
        self._close_previous()
        if file is not None:
            file.end_within(LEAVE_SECONDS)

    def refuse(self, sentence: str) -> None:
        """There is no room to begin with: whoever waits for the start is told; the order stands."""
        self._say_started(self._outcome(ok=False, sentence=sentence))

    def write(self, sample: Sample) -> None:
        """Gives a packet to the file that it belongs to; sound from before the first picture is dropped."""
        if self.current is None:
            return
        if sample.track is Track.AUDIO and self.current.precedes(sample):
            if self._previous is not None:
                self._previous.write(sample)
            return
        if self._previous is not None and (
            sample.track is Track.AUDIO or sample.instant_ns - self.current.first.instant_ns >= LINGER_NS
        ):
            self._close_previous()
        self.current.write(sample)

    def finish(self, on_done: OnOutcome) -> None:
        """Closes what is open and returns at once; `on_done` comes when every file is whole and on disk, or has been
        given up because the disk took longer than FINISH_SECONDS."""
        self.end_current()
        self._close_previous()
        if self.first_utc_ns is None:
            self._say_started(self._outcome(ok=False, sentence=NOTHING_YET))
        with self._lock:
            self._on_done = on_done
            is_done = self._unfinished == 0
            closing = list(self._closing)
        for file in closing:
            file.end_within(self._patience_seconds(file))
        if is_done:
            self._say_done()

    def withdraw(self) -> None:
        """What has no picture on disk when `finish` comes is given up at once, also while the disk may come back."""
        self._is_withdrawn = True

    def status(self, file_id: str, number: int) -> FileStatus | None:
        """The file that takes pictures; None before the first. Any thread."""
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
            fault=file.fault,
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
            # The order stands: the same file is opened as soon as the disk lets it.
            self._say_started(self._outcome(ok=False, sentence=fault.sentence, path=str(plan.path)))
            return VideoFile(plan, first, source, self._context, patient=True)

    def _watch(self, file: VideoFile) -> None:
        def stored() -> None:
            facts = file.facts(FileState.OPEN)
            self._say_started(
                self._outcome(ok=True, achieved_utc_ns=facts.note.first_frame_utc_ns, path=facts.path)
                if file.stored_utc_ns is not None
                else self._outcome(ok=False, sentence=file.fault or f"Nothing of {facts.path} reached the disk.")
            )

        file.when_stored(stored)

    def _say_started(self, outcome: ChannelOutcome) -> None:
        with self._lock:
            started, self._started = self._started, None
        if started is not None:
            started(outcome)

    def _remember(self, file: VideoFile) -> None:
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
        with self._lock:
            self._closing.remove(file)
            self._unfinished -= 1
            if self._last is None or facts.note.number >= self._last.note.number:
                self._last = facts
            if file in self._left:
                self._left.remove(file)
            elif facts.sentence:
                self._failures.append(facts.sentence)
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
                    sentence=" ".join(dict.fromkeys(failures)),
                    achieved_utc_ns=last.end_utc_ns if last else None,
                    path=last.path if last else None,
                )
            )

