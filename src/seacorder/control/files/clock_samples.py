"""What was known of the clock while recordings ran: looked at when each begins, splits and ends, and when it steps.

Kept until it stands in the folder of the recording, over an unexpected end of the program too.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import asdict
from itertools import takewhile
from typing import Any

from seacorder.base.clock import NS_PER_SECOND, Clock, both_ns
from seacorder.base.clock_state import ClockState, read_clock_state
from seacorder.model.completion import CameraClock, ClockSample, RecordingClock, SourceClock

MOST_SAMPLES = 1000
"""Of one recording; a day with splits every two minutes has fewer. Further ones are left out, but for the last."""
SPLITS_APART_NS = 30 * NS_PER_SECOND
"""Clocks do not change faster: of splits that follow each other sooner, not each has a sample."""

OtherClocks = Callable[[], tuple[tuple[CameraClock, ...], tuple[SourceClock, ...]]]
"""The clocks of cameras and of sources of survey data, as far as they tell them now."""


def no_other_clocks() -> tuple[tuple[CameraClock, ...], tuple[SourceClock, ...]]:
    """For a recorder that knows of none."""
    return (), ()


class ClockSamples:
    """For the event loop alone; nothing blocks for longer than a question to the kernel."""

    def __init__(
        self,
        clock: Clock,
        others: OtherClocks = no_other_clocks,
        read_state: Callable[[], ClockState] = read_clock_state,
    ) -> None:
        self._clock = clock
        self._others = others
        self._read_state = read_state
        self._samples: dict[str, list[ClockSample]] = {}

    def now(self, at: str, step_ns: int = 0) -> ClockSample:
        """How the clocks are now."""
        cameras, sources = self._others()
        monotonic_ns, utc_ns = both_ns(self._clock)
        return ClockSample(at, utc_ns, monotonic_ns, self._read_state(), step_ns, cameras, sources)

    def take(self, recording_id: str, at: str, step_ns: int = 0) -> None:
        """Looks at the clocks now."""
        sample = self.now(at, step_ns)
        mine = self._samples.setdefault(recording_id, [])
        if at == "split" and any(one.at == at for one in _since(mine, sample.monotonic_ns - SPLITS_APART_NS)):
            return
        if len(mine) >= MOST_SAMPLES:
            mine.pop()
        mine.append(sample)

    def put(self, recording_id: str, samples: Iterable[ClockSample]) -> None:
        """Samples that were taken elsewhere."""
        self._samples[recording_id] = [*samples][-MOST_SAMPLES:]

    def of(self, recording_ids: Collection[str]) -> tuple[RecordingClock, ...]:
        """The samples of these recordings."""
        wanted = sorted(set(recording_ids) & self._samples.keys())
        return tuple(RecordingClock(one, tuple(self._samples[one])) for one in wanted)

    def keep_only(self, recording_ids: Collection[str]) -> None:
        """Forgets all others: they stand in their folders."""
        self._samples = {one: found for one, found in self._samples.items() if one in recording_ids}

    @property
    def as_values(self) -> dict[str, list[dict[str, Any]]]:
        """What `restore` takes, made of what JSON has."""
        return {one: [asdict(sample) for sample in found] for one, found in self._samples.items()}

    def restore(self, values: Mapping[str, Any]) -> None:
        """Takes up what an earlier run has kept; what cannot be read is left out."""
        for recording_id, found in values.items():
            try:
                self._samples[recording_id] = [sample_of(one) for one in found]
            except (TypeError, KeyError, AttributeError):
                continue


def _since(samples: list[ClockSample], from_ns: int) -> Iterator[ClockSample]:
    """Those after `from_ns` (monotonic), newest first."""
    return takewhile(lambda one: one.monotonic_ns > from_ns, reversed(samples))


def sample_of(values: Mapping[str, Any]) -> ClockSample:
    """A sample from what `asdict` makes of it. TypeError, KeyError, AttributeError."""
    return ClockSample(**{
        **values,
        "state": ClockState(**values["state"]),
        "cameras": tuple(CameraClock(**one) for one in values["cameras"]),
        "sources": tuple(SourceClock(**one) for one in values["sources"]),
    })
