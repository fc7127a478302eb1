"""Subtitles of one file: which text is shown from when to when, on the file's own time. Pure.

A cue begins with the first frame that was captured at or after the instant of its text, and ends where the next cue
begins. It is returned when it has ended, so a subtitle file is only ever appended to. A text that stays is returned in
pieces of two seconds, so that little is missing when the program is killed.
"""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND

LONGEST_NS = 2 * NS_PER_SECOND
"""The longest cue. Players show cues of the same text that follow each other as one."""
_MS_PER_HOUR, _MS_PER_MINUTE, _MS_PER_SECOND = 3_600_000, 60_000, 1000


@dataclass(frozen=True, slots=True)
class Cue:
    """A text on the file's time, in nanoseconds from its first decoding time."""

    begin_ns: int
    end_ns: int
    text: str


class Cues:
    """Fed with the frames of one file in decoding order."""

    def __init__(self, text_at: Callable[[int], str]) -> None:
        """`text_at` gives the text that is valid at an instant (monotonic, ns)."""
        self._text_at = text_at
        self._waiting: list[tuple[int, int]] = []
        """(display time, capture time) of frames that are decoded but before which others may still be shown."""
        self._text = ""
        self._begin_ns = 0
        self._last_ns: int | None = None
        self._frame_ns = NS_PER_SECOND // 25
        """How long the last frame is shown: as long as the one before it; until there are two, 1/25 s."""

    @property
    def is_idle(self) -> bool:
        """True while there is no text and no frame waits."""
        return not self._text and not self._waiting

    def frame(self, shown_ns: int, decoded_ns: int, instant_ns: int) -> Iterator[Cue]:
        """Takes a frame with its display and decoding time in the file; returns the cues that have ended with it."""
        if shown_ns == decoded_ns and not self._waiting:
            yield from self._seen(shown_ns, instant_ns)
            return
        heapq.heappush(self._waiting, (shown_ns, instant_ns))
        while self._waiting and self._waiting[0][0] <= decoded_ns:
            yield from self._seen(*heapq.heappop(self._waiting))

    def end(self) -> Iterator[Cue]:
        """The file ends after its last frame; returns the cues that are left."""
        while self._waiting:
            yield from self._seen(*heapq.heappop(self._waiting))
        yield from self._turn((self._last_ns or 0) + self._frame_ns, "")

    def _seen(self, shown_ns: int, instant_ns: int) -> Iterator[Cue]:
        if self._last_ns is not None and shown_ns > self._last_ns:
            self._frame_ns = shown_ns - self._last_ns
        self._last_ns = shown_ns
        text = self._text_at(instant_ns)
        if text != self._text or (text and shown_ns - self._begin_ns >= LONGEST_NS):
            yield from self._turn(shown_ns, text)

    def _turn(self, at_ns: int, text: str) -> Iterator[Cue]:
        if self._text and at_ns > self._begin_ns:
            yield Cue(self._begin_ns, at_ns, self._text)
        self._begin_ns, self._text = at_ns, text


def srt(number: int, cue: Cue) -> str:
    """The cue in SubRip's format, with the empty line after it. Both times are cut to milliseconds."""
    lines = [line.replace("-->", "->") for line in cue.text.splitlines() if line.strip()]
    return f"{number}\n{_time(cue.begin_ns)} --> {_time(cue.end_ns)}\n" + "\n".join(lines) + "\n\n"


def vtt(cue: Cue) -> str:
    """The cue as WebVTT (W3C), with the empty line after it. Both times are cut to milliseconds."""
    lines = [_escaped(line) for line in cue.text.splitlines() if line.strip()]
    begin, end = (_time(ns).replace(",", ".") for ns in (cue.begin_ns, cue.end_ns))
    return f"{begin} --> {end}\n" + "\n".join(lines) + "\n\n"


def _escaped(line: str) -> str:
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _time(ns: int) -> str:
    hours, rest = divmod(max(0, ns) // NS_PER_MS, _MS_PER_HOUR)
    minutes, rest = divmod(rest, _MS_PER_MINUTE)
    seconds, milliseconds = divmod(rest, _MS_PER_SECOND)
    return f"{hours:02}:{minutes:02}:{seconds:02},{milliseconds:03}"
