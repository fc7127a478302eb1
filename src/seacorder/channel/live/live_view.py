"""One channel's stream of recorded pictures, for all who look at it.

Recording never waits for it: `take` puts a picture into a queue, which has a limit. If the control process does not
read, the queue is emptied, and goes on with the next keyframe.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence

from seacorder.base.background import Thread
from seacorder.model.live import LiveReport, LiveStream
from seacorder.model.sample import Sample, SourceFormat, Track

LIMIT_BYTES = 16 * 1024 * 1024
"""What may wait to be sent: more than a group of pictures of most cameras."""
Pictures = tuple[Sequence[Sample], SourceFormat]


def _nowhere(_report: LiveReport) -> None:
    """Sends nothing: nobody can look at this channel."""


class LiveView:
    """`begin`, `end` and `take` may be called from any thread and do not block. The thread that sends lives while
    somebody looks."""

    def __init__(self, send: Callable[[LiveReport], None] = _nowhere) -> None:
        """`send` may block for as long as the control process does not read."""
        self._send = send
        self.is_watched = False
        """Somebody looks. It may be read without a lock."""
        self._something = threading.Condition()
        self._waiting: deque[tuple[Sample, SourceFormat]] = deque()
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
        if self._waiting_bytes + sample.size > LIMIT_BYTES:
            self._empty()
            return
        self._wants_keyframe = False
        self._waiting.append((sample, source))
        self._waiting_bytes += sample.size
        self._something.notify()

    def _empty(self) -> None:
        self._waiting.clear()
        self._waiting_bytes, self._wants_keyframe = 0, True

    def _work(self) -> None:
        # Imported here because most workers are never looked at, and each is to stay small.
        from seacorder.sinks.live.muxer import LiveMuxer

        beginning, muxer = 0, None
        while True:
            with self._something:
                self._something.wait_for(lambda: self._waiting or not self.is_watched)
                if not self.is_watched:
                    self._has_thread = False
                    return
                sample, source = self._waiting.popleft()
                if muxer is None or self._beginnings != beginning:
                    # The stream's time goes on where this machine's clock is, so that it never goes back for a viewer
                    # who has seen what the process before this one sent.
                    beginning, muxer = self._beginnings, LiveMuxer(LiveStream.MAIN, sample.instant_ns // 1000)
                self._waiting_bytes -= sample.size
            for report in muxer.take(sample, source):
                self._send(report)
