"""A group's side of its picture process: starts it, asks it, ends it when it hangs, starts another one.

Every method may be called from any thread. Whoever asks waits for the answer, for a limited time; nobody who takes
pictures in ever asks.
"""

import itertools
import logging
import os
import select
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue

from seacorder.base.background import once
from seacorder.base.backoff import Backoff
from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.errors import InputFailed, WorkerLost
from seacorder.base.pipe import HEADER_BYTES, encode, payload_bytes
from seacorder.base.unpickle import report_in
from seacorder.channel.pictures.early_fork import EarlyFork
from seacorder.channel.pictures.jobs import (
    LookAtKeyframe,
    MakeFramegrab,
    MakeThumbnail,
    PictureJob,
)
from seacorder.media.packing import packed, packed_format
from seacorder.model.channel import PictureFault
from seacorder.model.command import TakeFramegrab
from seacorder.model.picture_answer import Looked, PictureAnswer, StillMade
from seacorder.model.recording import Framegrab
from seacorder.model.sample import Sample, SourceFormat

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-P", "-m", "seacorder.channel.pictures")
LOOK_SECONDS = 10.0
STILL_SECONDS = 20.0
"""How long an answer may take; then the process is ended. Many groups of pictures may be decoded at once."""
ANSWER_BYTES_MAX = 64 * 1024 * 1024
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0
"""Between two starts of a process that brings no answer."""
HOLDS_NS = 12 * NS_PER_SECOND
"""A new process knows nothing of earlier keyframes: for so long a fault that was seen before is not taken back."""
_LOST = "The picture could not be decoded: its picture process ended or did not answer."
_AGAIN = "Seacorder starts it again by itself; recording is not affected. Try again."
MakeJob = Callable[[int], PictureJob]


class PictureRun:
    """One run of the process."""

    def __init__(self, process: subprocess.Popen[bytes] | EarlyFork) -> None:
        self._process = process
        if process.stdin is None or process.stdout is None:
            raise ValueError("the picture process needs both pipes")
        self._jobs, self._answers = process.stdin, process.stdout
        os.set_blocking(self._jobs.fileno(), False)
        self._lock = threading.Lock()
        """Held while a job is written."""
        self._open: dict[int, SimpleQueue[PictureAnswer | None]] = {}
        self._open_lock = threading.Lock()
        self.over = threading.Event()
        """Set once it has ended and nobody waits any more."""
        self.how = ""
        """How it ended, in words that stand in a bracket."""

    def read(self) -> None:
        """Hands answers to those who wait, until the process has ended. Blocks. `release` follows."""
        try:
            while (answer := self._next_answer()) is not None:
                with self._open_lock:
                    waiting = self._open.pop(answer.number, None)
                if waiting is not None:
                    waiting.put(answer)
        except Exception as error:  # noqa: BLE001 - whatever it sent: it is ended, and that is said
            self.how = self.how or str(error)
        self.end(self.how)
        code = self._process.wait()
        self.how = self.how or (f"signal {-code}" if code < 0 else f"exit code {code}")

    def release(self) -> None:
        """Tells those who still wait that there is no answer."""
        with self._lock:
            self._jobs.close()
        self._answers.close()
        with self._open_lock:
            self.over.set()
            for waiting in self._open.values():
                waiting.put(None)

    def _next_answer(self) -> PictureAnswer | None:
        """None at the end. Raises WorkerLost for anything that is no answer."""
        header = self._answers.read(HEADER_BYTES)
        if len(header) < HEADER_BYTES:
            return None
        size = payload_bytes(header)
        if size > ANSWER_BYTES_MAX:
            raise WorkerLost("it sent an answer that is too long")
        answer = report_in(self._answers.read(size))
        if isinstance(answer, Looked | StillMade):
            return answer
        raise WorkerLost("it sent something that is no answer")

    def ask(self, job: PictureJob, seconds: float) -> PictureAnswer | None:
        """The answer; None when the process ends before, which it is made to do after `seconds`. Blocks."""
        waiting: SimpleQueue[PictureAnswer | None] = SimpleQueue()
        with self._open_lock:
            if self.over.is_set():
                return None
            self._open[job.number] = waiting
        if not self._write(encode(job), seconds):
            self.end(f"it took no picture for {seconds:g} s")
        try:
            return waiting.get(timeout=seconds)
        except Empty:
            self.end(f"it did not answer within {seconds:g} s")
            return None

    def end(self, why: str) -> None:
        """Kills it. Harmless when it has ended."""
        self.how = self.how or why
        self._process.kill()

    def _write(self, data: bytes, seconds: float) -> bool:
        """Writes a job; False when the process has ended, or has not taken all of it for so long."""
        if not self._lock.acquire(timeout=seconds):
            return False
        try:
            rest, room = memoryview(data), select.poll()
            room.register(self._jobs, select.POLLOUT)
            while rest:
                if not room.poll(seconds * 1000):
                    return False
                rest = rest[os.write(self._jobs.fileno(), rest) :]
        except (OSError, ValueError):  # it has ended; ValueError: and has been told so
            return False
        finally:
            self._lock.release()
        return True


class PictureProcess:
    """Over all runs."""

    def __init__(self, clock: Clock, first: EarlyFork | None = None, command: Sequence[str] = COMMAND) -> None:
        """`first` is the first process; without it, and after it, `command` starts one."""
        self._clock = clock
        self._first = first
        self._command = command
        self._lock = threading.Lock()
        self._run: PictureRun | None = None
        self._backoff = Backoff(FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS)
        self._not_before_ns = 0
        self._numbers = itertools.count(1)
        self._is_stopped = False

    def of(self, channel: str) -> "ChannelPictures":
        """The process as one channel uses it."""
        return ChannelPictures(self, channel)

    def ask(self, make_job: MakeJob, seconds: float) -> tuple[PictureAnswer, PictureRun]:
        """The answer, and who gave it. InputFailed when there is none. Blocks."""
        run = self._running()
        answer = run.ask(make_job(next(self._numbers)), seconds)
        if answer is None:
            raise InputFailed(_LOST, _AGAIN)
        self._backoff.reset()
        return answer, run

    def _running(self) -> PictureRun:
        with self._lock:
            if self._run is not None and not self._run.over.is_set():
                return self._run
            now_ns = self._clock.monotonic_ns()
            if self._is_stopped or now_ns < self._not_before_ns:
                raise InputFailed(_LOST, _AGAIN)
            self._not_before_ns = now_ns + int(self._backoff.next_delay() * NS_PER_SECOND)
            try:
                run = self._run = PictureRun(self._next_process())
            except OSError as error:
                raise InputFailed(f"The picture process cannot be started ({error.strerror}).", _AGAIN) from error
        once("picture process", lambda: self._watch(run))
        return run

    def _next_process(self) -> subprocess.Popen[bytes] | EarlyFork:
        """Raises OSError when the system cannot start one."""
        first, self._first = self._first, None
        return first or subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def stop(self) -> None:
        """Ends the process, and waits until it has ended; no other is started. Harmless where there is none."""
        with self._lock:
            self._is_stopped, run, first = True, self._run, self._first
        if first is not None:
            first.kill()
            first.wait()
        if run is not None:
            run.end("it is not needed any more")
            run.over.wait()

    def _watch(self, run: PictureRun) -> None:
        run.read()
        if not self._is_stopped:
            log.warning(
                "The picture process stopped unexpectedly (%s); it is started again. Recording is not affected. "
                "Framegrabs that were being made have failed; frozen and black pictures are noticed later.",
                run.how,
            )
        run.release()


class ChannelPictures:
    """What a channel has decoded elsewhere: `picture_check.watch.Looker` and `sinks.context.Stills`."""

    def __init__(self, process: PictureProcess, channel: str) -> None:
        self._process = process
        self._channel = channel
        self._fault: PictureFault | None = None
        self._run: PictureRun | None = None
        self._holds_until_ns = 0
        self._is_first = True
        self._cost_ns = 0
        self.is_suspicious = False

    # Looks, all on the watch's thread.

    def processor_time_ns(self) -> int:
        """What all looks together have cost the picture process."""
        return self._cost_ns

    def begin_anew(self) -> None:
        """A new connection."""
        self._is_first = True

    def see(self, keyframe: Sample, source: SourceFormat) -> PictureFault | None:
        """The fault after a look at this keyframe; as before when the look failed. Blocks."""
        seen, plain = packed([keyframe])[0], packed_format(source)
        is_first = self._is_first
        try:
            answer, run = self._process.ask(
                lambda number: LookAtKeyframe(number, self._channel, seen, plain, is_first), LOOK_SECONDS
            )
        except InputFailed:
            return self._fault  # its end is in the log
        if not isinstance(answer, Looked):
            return self._fault
        if run is not self._run:
            self._run, self._holds_until_ns = run, keyframe.instant_ns + HOLDS_NS
        self._is_first = False
        self._cost_ns += answer.cost_ns
        self.is_suspicious = answer.is_suspicious
        if answer.fault is not None or keyframe.instant_ns >= self._holds_until_ns:
            self._fault = answer.fault
        return self._fault

    # Stills.

    def framegrab(
        self, command: TakeFramegrab, samples: Sequence[Sample], source: SourceFormat, channel: str
    ) -> tuple[Framegrab, bytes]:
        """A framegrab's description and JPEG. InputFailed when there is none. Blocks."""
        pictures, plain = packed(samples), packed_format(source)
        made = self._still(lambda number: MakeFramegrab(number, channel, command, pictures, plain))
        if made.framegrab is None:
            raise InputFailed(_LOST, _AGAIN)
        return made.framegrab, made.jpeg

    def thumbnail(self, samples: Sequence[Sample], source: SourceFormat, width: int) -> bytes:
        """A small picture's JPEG. InputFailed when there is none. Blocks."""
        pictures, plain = packed(samples), packed_format(source)
        return self._still(lambda number: MakeThumbnail(number, self._channel, pictures, plain, width)).jpeg

    def _still(self, make_job: MakeJob) -> StillMade:
        made, _ = self._process.ask(make_job, STILL_SECONDS)
        if not isinstance(made, StillMade):
            raise InputFailed(_LOST, _AGAIN)
        if made.why is not None:
            raise InputFailed.of(made.why)
        return made
