"""What was known of the clock while recordings ran: looked at when each begins, splits and ends, and when it steps.

Kept until it stands in the folder of the recording, over an unexpected end of the program too: each sample by itself,
under a name of its own, so that one more costs the same after a thousand others.
"""

import json
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

KEPT = "clocks/"
"""With this begin the names under which samples are kept."""

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
        self._unkept: dict[str, int] = {}
        """By recording: the number of the first sample that has not been given to be kept."""

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
        self._unkept[recording_id] = min(len(mine) - 1, self._unkept.get(recording_id, len(mine)))

    def put(self, recording_id: str, samples: Iterable[ClockSample]) -> None:
        """Samples that were taken elsewhere."""
        self._samples[recording_id] = [*samples][-MOST_SAMPLES:]
        self._unkept[recording_id] = 0

    def of(self, recording_ids: Collection[str]) -> tuple[RecordingClock, ...]:
        """The samples of these recordings."""
        wanted = sorted(set(recording_ids) & self._samples.keys())
        return tuple(RecordingClock(one, tuple(self._samples[one])) for one in wanted)

    def keep_only(self, recording_ids: Collection[str]) -> tuple[str, ...]:
        """Forgets all others: they stand in their folders. Returns the beginnings of the names of what was forgotten.
        """
        forgotten = self._samples.keys() - recording_ids
        for one in forgotten:
            del self._samples[one]
            self._unkept.pop(one, None)
        return tuple(f"{KEPT}{one}/" for one in sorted(forgotten))

    @property
    def has_unkept(self) -> bool:
        """There are samples that `take_unkept` has not given yet."""
        return bool(self._unkept)

    def take_unkept(self) -> dict[str, str]:
        """By name, the samples that have come since the last call, as the texts that `restore` takes."""
        found = {
            f"{KEPT}{one}/{number:04}": json.dumps(asdict(sample), separators=(",", ":"))
            for one, first in self._unkept.items()
            for number, sample in enumerate(self._samples[one][first:], first)
        }
        self._unkept.clear()
        return found

    def restore(self, texts: Mapping[str, str]) -> None:
        """Takes up what an earlier run has kept, in the order of the names; what cannot be read is left out."""
        for name, text in texts.items():
            recording_id, _, number = name.removeprefix(KEPT).rpartition("/")
            try:
                sample = sample_of(json.loads(text))
            except (ValueError, TypeError, KeyError, AttributeError):
                continue
            mine = self._samples.setdefault(recording_id, [])
            mine.append(sample)
            if number != f"{len(mine) - 1:04}":  # one before it was left out: the numbers have to be those of the list
                self._unkept[recording_id] = 0

    def restore_list(self, values: Mapping[str, Any]) -> None:
        """The same for what an earlier version kept in one text: by recording, the list of its samples. Where that
        version's text stayed behind by an unexpected end, the longer list holds."""
        for recording_id, found in values.items():
            try:
                samples = [sample_of(one) for one in found]
            except (TypeError, KeyError, AttributeError):
                continue
            if len(samples) > len(self._samples.get(recording_id, ())):
                self.put(recording_id, samples)


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
