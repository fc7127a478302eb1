"""The text over the pictures, in a file beside the video whose pictures do not carry it: `name.srt` beside `name.mp4`.

The file is made with the first text. What waits for the disk counts against the worker's memory budget; when that is
used up, cues are left out, so that pictures are not.
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
"""Cues kept while the video's name is not known yet, because its disk does not answer; older ones are left out."""
END_SECONDS = 2.0
"""How long the end of the video file waits for its subtitles to be on disk."""


class Subtitles:
    """The subtitles of one video file. `frame` and `close` come from the thread that feeds it."""

    def __init__(
        self, video: Callable[[], Path | None], first: Sample, track: TrackFormat, context: SinkContext
    ) -> None:
        """`video` gives the video file's path, None until its name is final."""
        self._video = video
        self._context = context
        self._origin = first.dts
        self._tick_ns = NS_PER_SECOND * track.time_base.numerator
        self._scale = track.time_base.denominator
        self._cues = Cues(context.text_at)
        self._held: list[Cue] = []
        """Until the video's name is known."""
        self._file: DurableFile | None = None
        self._number = 0

    def frame(self, sample: Sample) -> None:
        """Takes a picture that the video file has taken. The first cue may wait 0.25 s while the disk opens a file."""
        if self._cues.is_idle and not self._context.text_at(sample.instant_ns):
            return  # most channels have no text, and this runs for every frame
        shown_ns, decoded_ns = self._ns(sample.pts), self._ns(sample.dts)
        self._held += self._cues.frame(shown_ns, decoded_ns, sample.instant_ns)
        if self._held:
            self._store()

    def close(self) -> None:
        """Queues the last cue and the file's end. Waits as `frame` does if that cue is the first."""
        self._held += self._cues.end()
        if self._held:
            self._store()
        if self._file is not None:
            self._file.close()

    def end_within(self, seconds: float) -> None:
        """After `close`: gives the file up if the disk takes longer than this. Returns at once."""
        if self._file is not None:
            self._file.end_within(seconds)

    def wait_ended(self) -> None:
        """After `close`: blocks until the file is on disk, END_SECONDS at most, then gives it up."""
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
            if self._file is not None and self._context.budget.has_room(len(lines)):
                self._file.write(lines.encode())
        except StorageFailed as fault:
            fact = f"{self._context.channel.name}: the subtitles of this file are not written ({fault.fact})."
            log.warning("%s Video is not affected. %s", fact, fault.action)

    def _open(self) -> bool:
        video = self._video()
        if video is None:
            del self._held[:-HELD_MAX]
            return False
        path = video.with_suffix(EXTENSION)
        self._file = DurableFile.create(
            path, budget=self._context.budget, clock=self._context.clock, patient=True, disk=self._context.disk
        )
        return True

    def _ns(self, ticks: int) -> int:
        """A time of the source as nanoseconds on the file's own time."""
        return (ticks - self._origin) * self._tick_ns // self._scale
