"""What a channel is writing now: at most one recording, one clip, one anomaly clip and one file of the blackbox.

Used under the channel's lock.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from seacorder.base.clock import NS_PER_MS
from seacorder.channel.timing.timeline import decoded_ns
from seacorder.model.instant import Instant
from seacorder.model.outcome import ChannelOutcome
from seacorder.model.recording import FileKind, FileStatus
from seacorder.model.sample import Begun, Sample, SourceFormat, Track
from seacorder.sinks.context import OnOutcome

LAST_FRAME_GRACE_NS = 250 * NS_PER_MS
"""How long a stop waits, while no frame comes, for frames that were captured before its instant."""
LAST_FRAME_LIMIT_NS = 2000 * NS_PER_MS
"""How long a stop waits at most while frames come, but not those that are still missing before the last picture."""


class Sink(Protocol):
    """A recording or clip that is being written."""

    def write(self, samples: Sequence[Sample], source: SourceFormat, *, more_follow: bool = False) -> None:
        """Takes samples that have come together, in decoding order; at least one, and only the first may be a video
        keyframe. Leaves the disk to a writer thread; only where a file begins may it wait for the disk (see
        `RecordingSink`). `more_follow`: others come right after these, so that they can be handed to the writer thread
        together."""
        ...

    def finish(self, on_done: OnOutcome) -> None: ...

    def status(self) -> FileStatus | None: ...

    @property
    def next_split_ns(self) -> int | None: ...

    @property
    def begun(self) -> tuple[Begun | None, Begun | None]: ...


class Slot(StrEnum):
    """The places for sinks: one sink in each at a time."""

    RECORDING = "recording"
    CLIP = "clip"
    ANOMALY = "anomaly"
    BLACKBOX = "blackbox"

    @classmethod
    def of(cls, kind: FileKind) -> "Slot":
        return {FileKind.CLIP: cls.CLIP, FileKind.ANOMALY: cls.ANOMALY}.get(kind, cls.RECORDING)


@dataclass(slots=True)
class Output:
    """A sink in its slot. Once `stop` is set, it takes samples up to that instant and is then finished."""

    id: str
    sink: Sink
    start_ns: int
    """The instant of the command, monotonic."""
    stop: Instant | None = None
    on_done: list[OnOutcome] = field(default_factory=list)
    """Called with the outcome when it has been finished."""
    begin_ns: int | None = None
    """On an encoded channel: the file begins with the first keyframe captured at or after this instant, and everything
    before is left out. None once that keyframe has come, and on other channels."""
    _highest_pts: int = -1
    _asked_ns: int = -1
    """The instant for which a keyframe has been asked for already."""

    def takes_keyframe(self, instant_ns: int) -> bool:
        """Whether the picture captured at `instant_ns` must be a keyframe because a file is to begin with it.

        True once for each file: for the first picture at or after the instant at which it is to begin.
        """
        wanted_ns = self.sink.next_split_ns if self.begin_ns is None else self.begin_ns
        if wanted_ns is None or wanted_ns > instant_ns or wanted_ns == self._asked_ns:
            return False
        self._asked_ns = wanted_ns
        return True

    @property
    def is_changing(self) -> bool:
        """It waits to begin or to end, which happens with a certain sample: they must come one by one."""
        return self.stop is not None or self.begin_ns is not None

    def write(self, samples: Sequence[Sample], source: SourceFormat, *, more_follow: bool = False) -> None:
        """Gives the sink samples, as `Sink.write` has them, unless the file has not begun yet and does not begin with
        the first of them."""
        first = samples[0]
        if self.begin_ns is not None:
            if first.track is not Track.VIDEO or not first.is_keyframe or first.instant_ns < self.begin_ns:
                return
            self.begin_ns = None
        for sample in samples:
            if sample.pts > self._highest_pts and sample.track is Track.VIDEO:
                self._highest_pts = sample.pts
        self.sink.write(samples, source, more_follow=more_follow)

    def ends_before(self, sample: Sample, source: SourceFormat) -> bool:
        """True when every frame up to the stop has been written, and what has been written plays without a hole.

        A picture decoded after the stop is the sign that none captured before it is still to come. With B-frames,
        pictures that were sent ahead of others still lack those shown before them, until a picture comes that is shown
        later than all before. So a few frames after the stop's instant are kept.
        """
        if self.stop is None or sample.track is not Track.VIDEO or sample.pts <= self._highest_pts:
            return False
        return decoded_ns(sample, source.video) > self.stop.monotonic_ns


class Outputs:
    """Gives every sample to every sink, and finishes each sink at its stop. Not thread-safe."""

    def __init__(self, before_recording_ends: Callable[[], None] = lambda: None) -> None:
        self._before_recording_ends = before_recording_ends
        self._slots: dict[Slot, Output] = {}

    def __getitem__(self, slot: Slot) -> Output | None:
        return self._slots.get(slot)

    def __iter__(self) -> Iterator[Output]:
        return iter(list(self._slots.values()))

    def __len__(self) -> int:
        return len(self._slots)

    @property
    def recordings(self) -> list[Output]:
        """Those whose losses are counted: the operator's recording and the blackbox's, as far as they run."""
        found = (self._slots.get(slot) for slot in (Slot.RECORDING, Slot.BLACKBOX))
        return [one for one in found if one is not None]

    @property
    def are_asked_for(self) -> bool:
        """Something is written that somebody has asked for: the blackbox always runs, and does not count."""
        return any(slot is not Slot.BLACKBOX for slot in self._slots)

    def open(self, slot: Slot, output: Output) -> None:
        self._slots[slot] = output

    def takes_keyframe(self, instant_ns: int) -> bool:
        """As `Output.takes_keyframe`, for all of them."""
        # A list, since each output must be asked, also after one has said yes.
        asked = [output.takes_keyframe(instant_ns) for output in self._slots.values()]
        return any(asked)

    @property
    def begin_ns(self) -> int | None:
        """The earliest instant (monotonic) at which one of them waits to begin; None when none waits."""
        return min((one.begin_ns for one in self._slots.values() if one.begin_ns is not None), default=None)

    def begin_late(self, samples: Sequence[Sample], source: SourceFormat) -> None:
        """Gives samples that begin with a keyframe to those outputs that wait to begin, and to no others."""
        for output in [one for one in self._slots.values() if one.begin_ns is not None]:
            for sample in samples:
                output.write((sample,), source)

    @property
    def are_changing(self) -> bool:
        """As `Output.is_changing`, of any of them."""
        return any(output.is_changing for output in self._slots.values())

    def write(self, samples: Sequence[Sample], source: SourceFormat, *, more_follow: bool = False) -> None:
        """As `Output.write`, to all of them. While they `are_changing`, one sample at a time."""
        for slot, output in list(self._slots.items()):
            if output.stop is not None and output.ends_before(samples[0], source):
                self._finish(slot, output)
            else:
                output.write(samples, source, more_follow=more_follow)

    def frames_due_ns(self) -> int | None:
        """The monotonic time from which on frames are wanted as they come, since a file begins or ends with them; 0
        where that is now, None where it is not known."""
        due_ns: int | None = None
        for output in self._slots.values():
            if output.stop is not None or output.begin_ns is not None or output.sink.begun[0] is None:
                return 0
            split_ns = output.sink.next_split_ns
            if split_ns is not None and (due_ns is None or split_ns < due_ns):
                due_ns = split_ns
        return due_ns

    def stop(self, slot: Slot, instant: Instant, on_done: OnOutcome) -> bool:
        """Stops a slot's sink at an instant; False when the slot is empty. A second stop keeps the first one's
        instant."""
        output = self._slots.get(slot)
        if output is None:
            return False
        output.stop = output.stop or instant
        output.on_done.append(on_done)
        return True

    def finish_due(self, now_ns: int, *, is_live: bool, newest_ns: int = 0) -> None:
        """Finishes what has been stopped and has waited for its last frames long enough; at once where the channel is
        not live.

        `newest_ns`: monotonic time at which the newest frame came.
        """
        for slot, output in list(self._slots.items()):
            if output.stop is not None and (not is_live or now_ns >= _due_ns(output.stop, newest_ns)):
                self._finish(slot, output)

    def next_due_ns(self, newest_ns: int = 0) -> int | None:
        """The monotonic time at which `finish_due` has something to do next; None when nothing waits."""
        return min((_due_ns(one.stop, newest_ns) for one in self._slots.values() if one.stop is not None), default=None)

    def finish_all(self, instant: Instant, on_done: OnOutcome) -> int:
        """Finishes everything at once; `on_done` is called once for each sink. Returns how many there are."""
        slots = list(self._slots.items())
        for slot, output in slots:
            self.stop(slot, instant, on_done)
            self._finish(slot, output)
        return len(slots)

    def _finish(self, slot: Slot, output: Output) -> None:
        if slot in {Slot.RECORDING, Slot.BLACKBOX}:
            self._before_recording_ends()
        del self._slots[slot]

        def done(outcome: ChannelOutcome) -> None:
            for on_done in output.on_done:
                on_done(outcome)

        output.sink.finish(done)


def _due_ns(stop: Instant, newest_ns: int) -> int:
    """The monotonic time at which a stop waits no longer."""
    quiet_ns = max(stop.monotonic_ns, newest_ns) + LAST_FRAME_GRACE_NS
    return min(quiet_ns, stop.monotonic_ns + LAST_FRAME_LIMIT_NS)
