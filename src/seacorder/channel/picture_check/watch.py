"""A thread of low priority that decodes a keyframe now and then and judges whether the picture is frozen or black."""

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Protocol

from seacorder.base import heap
from seacorder.base.background import Thread
from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND
from seacorder.channel.picture_check.glance import Glances
from seacorder.model.channel import PictureFault
from seacorder.model.sample import Sample, SourceFormat

log = logging.getLogger(__name__)

LOOK_EVERY_NS = 2 * NS_PER_SECOND
LIVELY_BITS_PER_PIXEL = 0.05
"""Pictures that change by more than this from one to the next are hardly frozen or black, unless the camera pads its
stream; and they cost most to decode. So they are looked at less often, until two looks show the same."""
LOOK_AT_LIVELY_EVERY_NS = 3 * NS_PER_SECOND
"""How often those are looked at, at most; sooner where the keyframe after the next one would come too late. So a freeze
has been seen for five seconds before it has lasted ten."""
EARLY_NS = 100 * NS_PER_MS
"""A keyframe that comes at most so much before a look is due is looked at all the same."""
COST_SHARE = 50
"""The next look comes no sooner than after so many times the processor time of the last: at most 2 % of one core."""
NICENESS = 10
_NOT_CHECKED = "Whether the picture is frozen or black could not be checked this time. Recording is not affected."


class Looker(Protocol):
    """Looks at keyframes: `glance.Glances` in this process, or another process."""

    @property
    def is_suspicious(self) -> bool:
        """Looks should come often. Any thread."""
        ...

    def begin_anew(self) -> None:
        """A new connection."""
        ...

    def see(self, keyframe: Sample, source: SourceFormat) -> PictureFault | None:
        """The fault after a look at this keyframe. Blocks while it is decoded."""
        ...


class PictureWatch(Thread):
    """Takes the newest keyframe that is offered when a look is due, judges it and reports the fault after each look."""

    def __init__(
        self,
        found: Callable[[PictureFault | None], None],
        processor_time_ns: Callable[[], int] = time.thread_time_ns,
        looker: Looker | None = None,
    ) -> None:
        """`found` gets the verdict after each look (None: no fault), on this thread. `processor_time_ns` says how much
        processor time looks have cost. `looker` None: keyframes are decoded in this process."""
        super().__init__("picture watch", self.work)
        self._found = found
        self._processor_time_ns = processor_time_ns
        self._looker = looker or Glances()
        self._is_stopped = False
        self._something = threading.Condition()
        self._offered: tuple[Sample, SourceFormat] | None = None
        self._source: SourceFormat | None = None
        self._due_ns = 0
        self._lively_due_ns = 0
        self._keyframe_ns = 0
        """Capture instant of the last keyframe, whether it was looked at or not."""

    def offer(self, keyframe: Sample, source: SourceFormat, difference_bytes: int) -> None:
        """A keyframe has come; the pictures before it had `difference_bytes` on average. Never blocks; most are passed
        over."""
        is_lively = difference_bytes * 8 > LIVELY_BITS_PER_PIXEL * source.video.width * source.video.height
        group_ns, self._keyframe_ns = keyframe.instant_ns - self._keyframe_ns, keyframe.instant_ns
        due_ns = self._due_ns
        if is_lively and not self._looker.is_suspicious:
            due_ns = max(due_ns, self._lively_due_ns - group_ns + 2 * EARLY_NS)
        if keyframe.instant_ns < due_ns - EARLY_NS and source is self._source:
            return
        with self._something:
            self._offered = (keyframe, source)
            self._something.notify()

    def work(self) -> None:
        be_nice()
        while True:
            with self._something:
                self._something.wait_for(lambda: self._offered is not None or self._is_stopped)
                if self._is_stopped:
                    return
            self.look_if_offered()

    def stop(self) -> None:
        """Ends the thread, after a look that has begun."""
        with self._something:
            self._is_stopped = True
            self._something.notify()

    def look_if_offered(self) -> None:
        """A look at the newest keyframe that is due, in the caller's thread."""
        with self._something:
            offered, self._offered = self._offered, None
        if offered is not None:
            self._look_safely(*offered)

    def look(self, keyframe: Sample, source: SourceFormat) -> None:
        """One look, on the caller's thread. A keyframe that cannot be decoded changes nothing. Blocks while it
        decodes."""
        begin_ns = self._processor_time_ns()
        if source is not self._source:
            self._looker.begin_anew()
            self._source = source
        fault = self._looker.see(keyframe, source)
        heap.give_back()
        cost_ns = self._processor_time_ns() - begin_ns
        self._due_ns = keyframe.instant_ns + max(LOOK_EVERY_NS, COST_SHARE * cost_ns)
        self._lively_due_ns = keyframe.instant_ns + LOOK_AT_LIVELY_EVERY_NS
        self._found(fault)

    def _look_safely(self, keyframe: Sample, source: SourceFormat) -> None:
        try:
            self.look(keyframe, source)
        except Exception:
            log.exception(_NOT_CHECKED)
            self._due_ns = keyframe.instant_ns + 30 * NS_PER_SECOND


def be_nice() -> None:
    """Lowers this thread's priority, which Linux keeps for each thread; elsewhere it runs as the others do."""
    if hasattr(os, "setpriority") and hasattr(threading, "get_native_id"):
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
