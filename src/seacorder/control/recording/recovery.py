"""What the start of the program does about a run before it that ended unexpectedly: its recording goes on.

The gap between the two runs is measured by the monotonic clock if the machine has kept running, because somebody may
have set the wall clock meanwhile. After a restart of the machine only the wall clock is left; it is believed as long as
what it says is possible (`losses.worker_gaps`, docs/design/time.md).
"""

import asyncio
from collections.abc import Sequence
from itertools import pairwise

from seacorder.base.clock import NS_PER_SECOND, utc_ahead_ns
from seacorder.base.duration import duration_text, step_text
from seacorder.catalogue.page import LIMIT_MAX, Page
from seacorder.catalogue.queries import Times, Unfinished
from seacorder.control.context import Context
from seacorder.control.events.log import EventKind
from seacorder.control.files.examination import Examination
from seacorder.control.losses.resumption import ClocksNow, Remains, remains
from seacorder.control.losses.worker_gaps import CLOCK_STEP_NS
from seacorder.control.recording.recordings import Recordings
from seacorder.control.settings.naming import id_text
from seacorder.model.capture_time import PartAnchor
from seacorder.model.channel import clean_name
from seacorder.model.recording import Part, Recording

MOST_CARRIED_ON = 20
"""How many interrupted recordings back open gaps are looked for: a channel may be away over several crashes."""


class Recovery:
    """Used once at the start, and again when a damaged catalogue has been rebuilt. For the event loop alone; the
    catalogue is read in threads."""

    def __init__(self, context: Context, recordings: Recordings, examination: Examination) -> None:
        self._context = context
        self._recordings = recordings
        self._examination = examination

    def check_clock(self, times: Times) -> None:
        """Warns when the wall clock is behind what earlier runs stored last, and makes new ids differ from theirs.

        Not behind the latest time ever stored: a clock that was ahead once would leave that for ever.
        """
        self._context.ids.continue_from(times.newest_utc_ns)
        behind_ns = times.latest_utc_ns - self._context.clock.utc_ns()
        if behind_ns >= CLOCK_STEP_NS:
            behind = duration_text(behind_ns / NS_PER_SECOND)
            fact = (
                f"This computer's clock is {behind} behind the last entry in the list of recordings "
                f"({id_text(times.latest_utc_ns)}). Recording goes on, but new files carry the earlier time and are "
                "listed before older ones."
            )
            action = "Set the computer's clock. If nobody changed it, check its time source (NTP) and its battery."
            self._context.journal.warn(EventKind.CLOCK_BEHIND, fact, action)

    async def recover(self, unfinished: Unfinished) -> None:
        """Continues the recording that an unexpected end cut off, unless another one runs already or the settings
        forbid it, and has the files that were left open examined and repaired."""
        left = remains(unfinished.recordings, unfinished.parts, unfinished.clips)
        for recording in left.recordings:
            self._recordings.left_behind(recording)
        is_free = self._recordings.running is None
        if left.newest is not None:
            chain = await self._chain(left.newest)
            if is_free and self._context.settings.settings.restart_on_failure:
                await self._go_on(left, chain)
            else:
                parts = chain[0][1]
                written = [part.path for part in left.parts if part.recording_id == left.newest.id]
                self._recordings.book.recording_does_not_go_on(parts, written)
        for part in left.parts:
            self._context.catalogue.record(part)
            self._examination.part(part, self._recordings.examined, repair_now=True)
        for clip in left.clips:
            self._context.catalogue.record(clip)
            self._examination.clip(clip, repair_now=True)

    def wait_for_files(self, earlier: Unfinished) -> None:
        """Files that earlier runs have left interrupted are examined and repaired once they are there.

        Their volume was absent at the last start, or their repair failed or was broken off.
        """
        for part in earlier.parts:
            self._examination.wait_for_part(part, self._recordings.examined)
        for clip in earlier.clips:
            self._examination.wait_for_clip(clip)
        self._recordings.look_for_files()

    async def _go_on(self, left: Remains, chain: Sequence[tuple[Recording, tuple[Part, ...]]]) -> None:
        clock = self._context.clock
        now = ClocksNow(utc_ahead_ns(clock), clock.timebase())
        anchors = [one for recording, _ in chain for one in await self._anchors(recording)]
        if step_ns := now.set_by_ns(anchors):
            fact = (
                f"This computer's clock was changed by {step_text(step_ns)} while Seacorder was not running. The loss "
                "in the recording is listed with its true length."
            )
            action = "If nobody changed it, check the time source (NTP)."
            self._context.journal.warn(EventKind.CLOCK_STEPPED, fact, action)
        names = self._context.workers.recording_names
        known = {*names, *map(clean_name, names)}
        gaps = left.gaps([part for _, parts in chain for part in parts], anchors, now)
        self._recordings.resume(chain[0][0], [gap for gap in gaps if gap.channel in known])
        await self._list_holes(chain)

    async def _list_holes(self, chain: Sequence[tuple[Recording, tuple[Part, ...]]]) -> None:
        """Notes gaps between earlier runs that were not known yet, because the program ended again within seconds."""
        for (following, after), (before, parts) in pairwise(chain):
            anchors = [*await self._anchors(before), *await self._anchors(following)]
            await self._recordings.book.list_holes_behind(before, parts, after, anchors)

    async def _chain(self, newest: Recording) -> list[tuple[Recording, tuple[Part, ...]]]:
        """The newest of the interrupted recordings with its parts, then the one that it continued, and so on."""
        chain: list[tuple[Recording, tuple[Part, ...]]] = []
        recording: Recording | None = newest
        while recording is not None and len(chain) < MOST_CARRIED_ON:
            page = Page(recording_id=recording.id, limit=LIMIT_MAX, newest_first=True)
            chain.append((recording, (await asyncio.to_thread(self._context.catalogue.rows, Part, page)).items))
            before = recording.continues
            recording = None if before is None else await asyncio.to_thread(self._context.catalogue.recording, before)
        return chain

    async def _anchors(self, recording: Recording) -> tuple[PartAnchor, ...]:
        return await asyncio.to_thread(self._context.catalogue.anchors, recording.id)
