"""The lines of the overlay, in files beside a video whose pictures do not carry them: `name.srt` and `name.vtt` beside
`name.mp4`, with the same cues.

The files are made with the first text. What waits for the disk counts against the worker's memory budget; when that is
used up, cues are left out, so that pictures are not.
"""

import logging
from collections.abc import Callable
from pathlib import Path

from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.errors import StorageFailed
from seacorder.model.file_note import SUBTITLE_SUFFIXES
from seacorder.model.sample import Sample, TrackFormat
from seacorder.sinks.context import SinkContext
from seacorder.sinks.video.cues import Cue, Cues, srt, vtt
from seacorder.storage.durable import DurableFile, Opening

log = logging.getLogger(__name__)
SRT, VTT = SUBTITLE_SUFFIXES
_VTT_HEAD = "WEBVTT\n\n"
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
        self._files: dict[str, DurableFile] = {}
        """By suffix; empty before the first text."""
        self._number = 0

    def frame(self, sample: Sample) -> list[Cue]:
        """Takes a picture that the video file has taken; returns the cues that have ended with it.

        The first cue may wait 0.25 s while the disk opens a file.
        """
        if self._cues.is_idle and not self._context.text_at(sample.instant_ns):
            return []  # most channels have no text, and this runs for every frame
        shown_ns, decoded_ns = self._ns(sample.pts), self._ns(sample.dts)
        ended = list(self._cues.frame(shown_ns, decoded_ns, sample.instant_ns))
        self._held += ended
        if self._held:
            self._store()
        return ended

    def close(self) -> list[Cue]:
        """Queues the last cues and the files' end, and returns them. Waits as `frame` does if they are the first."""
        ended = list(self._cues.end())
        self._held += ended
        if self._held:
            self._store()
        for file in self._files.values():
            file.close()
        return ended

    def end_within(self, seconds: float) -> None:
        """After `close`: gives the files up if the disk takes longer than this. Returns at once."""
        for file in self._files.values():
            file.end_within(seconds)

    def wait_ended(self) -> None:
        """After `close`: blocks until the files are on disk, END_SECONDS at most for each, then gives them up."""
        for file in self._files.values():
            if not file.wait_ended(END_SECONDS):
                file.give_up()

    def _store(self) -> None:
        if not self._files and not self._open():
            return
        held, self._held = self._held, []
        lines = ""
        for cue in held:
            self._number += 1
            lines += srt(self._number, cue)
        self._write(SRT, lines)
        self._write(VTT, "".join(vtt(cue) for cue in held))

    def _write(self, suffix: str, lines: str) -> None:
        try:
            if self._context.budget.has_room(len(lines)):
                self._files[suffix].write(lines.encode())
        except StorageFailed as fault:
            fact = f"{self._context.channel.name}: the subtitles of this file are not written ({fault.fact})."
            log.warning("%s Video is not affected. %s", fact, fault.action)

    def _open(self) -> bool:
        video = self._video()
        if video is None:
            del self._held[:-HELD_MAX]
            return False
        context = self._context
        for suffix in (SRT, VTT):
            self._files[suffix] = DurableFile.create(
                video.with_suffix(suffix),
                budget=context.budget,
                clock=context.clock,
                disk=context.disk,
                opening=Opening(is_patient=True, waits=context.disk_waits),
            )
        self._write(VTT, _VTT_HEAD)
        return True

    def _ns(self, ticks: int) -> int:
        """A time of the source as nanoseconds on the file's own time."""
        return (ticks - self._origin) * self._tick_ns // self._scale
