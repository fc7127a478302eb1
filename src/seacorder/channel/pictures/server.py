"""Does the picture process's jobs: looks on one thread of low priority, each still on a thread of its own."""

import logging
import time
from functools import partial
from queue import SimpleQueue

from seacorder.base import heap
from seacorder.base.background import Thread, once
from seacorder.base.errors import SeacorderError
from seacorder.base.pipe import Link
from seacorder.base.speaker import speaking_for
from seacorder.channel.picture_check.glance import Glances
from seacorder.channel.picture_check.watch import be_nice
from seacorder.channel.pictures.jobs import LookAtKeyframe, MakeThumbnail, StillJob
from seacorder.media.packets import switch_off_log
from seacorder.model.picture_answer import Looked, StillMade
from seacorder.sinks.still.framegrab import FAILED, make_framegrab, thumbnail_of

_log = logging.getLogger(__name__)


class LookQueue(Thread):
    """One look after the other. Each channel waits for its answer before it asks again, so few wait here."""

    def __init__(self, link: Link) -> None:
        super().__init__("looks", self.work)
        self._link = link
        self._jobs: SimpleQueue[LookAtKeyframe] = SimpleQueue()
        self.put = self._jobs.put
        self._glances: dict[str, Glances] = {}

    def work(self) -> None:
        be_nice()
        while True:
            job = self._jobs.get()
            with speaking_for(job.channel):
                self._link.send(self.look(job))

    def look(self, job: LookAtKeyframe) -> Looked:
        """One look, on the caller's thread. Blocks while it decodes."""
        begin_ns = time.thread_time_ns()
        glances = self._glances.setdefault(job.channel, Glances())
        if job.is_first:
            glances.begin_anew()
        fault = glances.see(job.keyframe, job.source)
        heap.give_back()
        return Looked(job.number, fault, glances.is_suspicious, time.thread_time_ns() - begin_ns)


def serve(link: Link) -> None:
    """Does what comes, until the group closes the pipe or is gone. Blocks."""
    switch_off_log()
    looks = LookQueue(link)
    looks.start()
    heap.exempt_startup_objects()
    for job in link.messages():
        if isinstance(job, LookAtKeyframe):
            looks.put(job)
        else:
            with speaking_for(job.channel):
                once("still", partial(_make_still, job, link))


def _make_still(job: StillJob, link: Link) -> None:
    link.send(still_of(job))
    heap.give_back()


def still_of(job: StillJob) -> StillMade:
    """The still that a job asks for, or why there is none. Blocks while it decodes; raises nothing."""
    try:
        if isinstance(job, MakeThumbnail):
            return StillMade(job.number, thumbnail_of(job.samples, job.source, job.width))
        grab, jpeg = make_framegrab(job.command, job.samples, job.source, job.channel)
        return StillMade(job.number, jpeg, grab)
    except SeacorderError as error:
        return StillMade(job.number, why=error.message)
    except Exception:  # noqa: BLE001 - the top of a thread; logged whole, and who asked is told
        _log.exception("A framegrab or preview picture failed because of an error in the program, see below.")
        return StillMade(job.number, why=FAILED)
