"""One channel's stream of recorded pictures, for all who look at it.

Recording never waits for it: `take` puts a picture into a queue, which has a limit. If the control process does not
read, the queue is emptied, and goes on with the next keyframe.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from seacorder.base.background import Thread
from seacorder.base.clock import NS_PER_SECOND, Clock, SystemClock
from seacorder.model.live import LiveBurst, LivePiece, LiveReport, LiveStream
from seacorder.model.sample import Sample, SourceFormat, Track

OLDEST_NS = 3 * NS_PER_SECOND
"""What has waited for so long is dropped: the process that makes the preview, or the control process, is too slow."""
LIMIT_BYTES = 16 * 1024 * 1024
"""What may wait to be sent: more than a group of pictures of most cameras."""
TOGETHER_MAX = 8
"""So many pictures that wait are sent together at most."""
Pictures = tuple[Sequence[Sample], SourceFormat]


class LiveMaker(Protocol):
    """Makes one stream of a channel's packets, on the view's thread."""

    def take(self, sample: Sample, source: SourceFormat) -> Iterable[LivePiece]:
        """What comes of a packet and is to be sent. It may block."""
        ...

    def end(self) -> None:
        """Nobody looks any more."""
        ...


def main_stream() -> LiveMaker:
    """The pictures as they are recorded."""
    # Imported here because most workers are never looked at, and each is to stay small.
    from seacorder.sinks.live.muxer import LiveMuxer

    return LiveMuxer(LiveStream.MAIN, None)


def preview_stream(send: Callable[[LiveReport], None], clock: Clock) -> LiveMaker:
    """Small H.264, made in a process of its own."""
    from seacorder.channel.live.preview_process import PreviewProcess  # as above

    return PreviewProcess(send, clock)


def _nowhere(_report: LiveReport) -> None:
    """Sends nothing: nobody can look at this channel."""


class LiveView:
    """`begin`, `end` and `take` may be called from any thread and do not block. The thread that sends lives while
    somebody looks."""

    def __init__(
        self,
        send: Callable[[LiveReport], None] = _nowhere,
        make_stream: Callable[[], LiveMaker] = main_stream,
        clock: Clock | None = None,
    ) -> None:
        """`send` may block for as long as the control process does not read."""
        self._send = send
        self._make_stream = make_stream
        self._clock = clock or SystemClock()
        self.is_watched = False
        """Somebody looks. It may be read without a lock."""
        self._something = threading.Condition()
        self._waiting: deque[tuple[int, Sample, SourceFormat]] = deque()
        """Each with the monotonic time since which it has waited."""
        self._waiting_bytes = 0
        self._wants_keyframe = True
        self._beginnings = 0
        self._has_thread = False

    def begin(self, newest: Pictures | None) -> None:
        """Somebody looks from now on. `newest`: the pictures from the newest keyframe on, with which the stream
        begins."""
        with self._something:
            self._empty()
            self.is_watched = True
            self._beginnings += 1
            samples, source = newest or ((), None)
            for sample in samples:
                if source is not None:
                    self._put(sample, source)
            if not self._has_thread:
                self._has_thread = True
                Thread("live view", self._work).start()

    def end(self) -> None:
        """Nobody looks any more. Harmless where nobody did."""
        with self._something:
            self.is_watched = False
            self._empty()
            self._something.notify()

    def take(self, sample: Sample, source: SourceFormat) -> None:
        """The next packet of the channel."""
        with self._something:
            if self.is_watched and sample.track is Track.VIDEO:
                self._put(sample, source)

    def _put(self, sample: Sample, source: SourceFormat) -> None:
        if self._wants_keyframe and not sample.is_keyframe:
            return
        now_ns = self._clock.monotonic_ns()
        is_late = bool(self._waiting) and now_ns - self._waiting[0][0] > OLDEST_NS
        if is_late or self._waiting_bytes + sample.size > LIMIT_BYTES:
            self._empty()
            if not sample.is_keyframe or sample.size > LIMIT_BYTES:
                return
        self._wants_keyframe = False
        self._waiting.append((now_ns, sample, source))
        self._waiting_bytes += sample.size
        self._something.notify()

    def _empty(self) -> None:
        self._waiting.clear()
        self._waiting_bytes, self._wants_keyframe = 0, True

    def _work(self) -> None:
        stream = self._make_stream()
        try:
            beginning = self._beginnings
            while (following := self._next()) is not None:
                pictures, its_beginning = following
                if its_beginning != beginning:
                    stream.end()
                    stream, beginning = self._make_stream(), its_beginning
                self._send_all([piece for one in pictures for piece in stream.take(*one)])
        finally:
            stream.end()

    def _send_all(self, pieces: Sequence[LivePiece]) -> None:
        if pieces:
            self._send(pieces[0] if len(pieces) == 1 else LiveBurst(tuple(pieces)))

    def _next(self) -> tuple[Sequence[tuple[Sample, SourceFormat]], int] | None:
        """Waits for the next packets; None once nobody looks."""
        with self._something:
            self._something.wait_for(lambda: self._waiting or not self.is_watched)
            if not self.is_watched:
                self._has_thread = False
                return None
            taken = [self._waiting.popleft()[1:] for _ in range(min(len(self._waiting), TOGETHER_MAX))]
            self._waiting_bytes -= sum(sample.size for sample, _ in taken)
            return taken, self._beginnings


def live_views(send: Callable[[LiveReport], None], clock: Clock) -> dict[LiveStream, LiveView]:
    """Those of one channel."""
    return {
        LiveStream.MAIN: LiveView(send, main_stream, clock),
        LiveStream.PREVIEW: LiveView(send, lambda: preview_stream(send, clock), clock),
    }
