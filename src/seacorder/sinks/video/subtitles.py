"""The text over the pictures beside a file whose pictures do not carry it: `name.srt` beside `name.mp4`.

Nothing is made until there is a text. What a disk refuses waits within the worker's budget; when that is used up cues
are left out, never pictures.
"""

import logging
from collections.abc import Callable
from pathlib import Path

from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.errors import StorageFailed
from seacorder.model.sample import Sample, TrackFormat
from seacorder.sinks.context import SinkContext
from seacorder.sinks.video.cues import Cue, Cues, srt
from seacorder.storage.durable import DurableFile

log = logging.getLogger(__name__)
EXTENSION = ".srt"
HELD_MAX = 1000
END_SECONDS = 2.0
"""How long the video's end waits for its subtitles to be on disk."""


class Subtitles:
    """Of one video file. `frame` and `close` come from the thread that feeds it."""

    def __init__(self, video: Callable[[], Path | None], first: Sample, track: TrackFormat, own: SinkContext) -> None:
        """`video` gives the video's path once that is final."""
        self._video = video
        self._own = own
        self._origin = first.dts
        self._tick_ns = NS_PER_SECOND * track.time_base.numerator
        self._scale = track.time_base.denominator
        self._cues = Cues(own.text_at)
        self._held: list[Cue] = []
        """Until the video's name is known."""
        self._file: DurableFile | None = None
        self._number = 0

    def frame(self, sample: Sample) -> None:
        """A picture that has been stored."""
        if self._cues.is_idle and not self._own.text_at(sample.instant_ns):
            return  # most of the time, and on the way of every packet
        shown_ns, decoded_ns = self._ns(sample.pts), self._ns(sample.dts)
        self._held += self._cues.frame(shown_ns, decoded_ns, sample.instant_ns)
        if self._held:
            self._store()

    def close(self) -> None:
        """Writes the last cue and returns at once."""
        self._held += self._cues.end()
        if self._held:
            self._store()
        if self._file is not None:
            self._file.close()

    def end_within(self, seconds: float) -> None:
        """Gives the file up when its end takes longer. Returns at once."""
        if self._file is not None:
            self._file.end_within(seconds)

    def wait_ended(self) -> None:
        """Returns when all of it is on disk, or after a short while. Blocks; after `close`."""
        if self._file is not None and not self._file.wait_ended(END_SECONDS):
            self._file.give_up()

    def _store(self) -> None:
        if self._file is None and not self._open():
            return
        held, self._held = self._held, []
        lines = ""
        for cue in held:
            self._number += 1
            lines += srt(self._number, cue)
        try:
            if self._file is not None and self._own.budget.room(len(lines)):
                self._file.write(lines.encode())
        except StorageFailed as fault:
            log.warning("subtitles are left out: %s", fault.sentence)

    def _open(self) -> bool:
        video = self._video()
        if video is None:
            del self._held[:-HELD_MAX]
            return False
        path = video.with_suffix(EXTENSION)
        self._file = DurableFile.create(
            path, budget=self._own.budget, clock=self._own.clock, patient=True, disk=self._own.disk
        )
        return True

    def _ns(self, ticks: int) -> int:
        return (ticks - self._origin) * self._tick_ns // self._scale
