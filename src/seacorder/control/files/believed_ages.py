"""From when on ages count, so that a clock that is set wrong makes nothing old at once.

| the clock | then |
|---|---|
| says a year before this program existed | no age is judged |
| is later than it can be, by what it said before and the time since, by over a quarter of the limit | ages count from \
this moment on |
| is as much later after a start than it was when the program ran last | the same: it may have been off, or the clock \
has jumped |
| is set back | nothing gets older by that; ages that counted from a moment in the future count from now on |

So a recording may stay for longer than it would, and none goes early by more than a quarter of the limit. When the
program was last seen, and from when on ages count, is kept in the catalogue.
"""

import asyncio
import json

from seacorder.base.clock import NS_PER_SECOND, Clock, both_ns
from seacorder.base.duration import duration_text
from seacorder.base.message import Message
from seacorder.catalogue.catalogue import Catalogue
from seacorder.control.events.journal import Journal
from seacorder.control.events.log import EventKind
from seacorder.control.files.removal_choice import EARLIEST_UTC_NS
from seacorder.model.instant import iso_utc

_KEPT = "removal_ages"
KEEP_NS = 600 * NS_PER_SECOND
"""So often it is kept that the program runs."""


class BelievedAges:
    """For the event loop alone; only `load` waits."""

    def __init__(self, catalogue: Catalogue, journal: Journal, clock: Clock, older_than_ns: int) -> None:
        self._catalogue, self._journal, self._clock = catalogue, journal, clock
        self._most_ns = older_than_ns // 4
        self.count_from_utc_ns = 0
        """Nothing counts as older than this instant; 0: no matter."""
        self._seen_utc_ns = self._seen_ns = 0
        """What the clock said last that can be right, and when that was (monotonic); 0: it never has."""
        self._keep_due_ns = 0

    async def load(self) -> None:
        """Takes up what an earlier run has kept. Raises CatalogueFailed."""
        if not self._most_ns:
            return
        text = await asyncio.to_thread(self._catalogue.setting, _KEPT)
        seen_ns = 0
        try:
            found = json.loads(text or "{}")
            self.count_from_utc_ns, seen_ns = int(found.get("from", 0)), int(found.get("seen", 0))
        except (ValueError, TypeError, AttributeError):
            pass  # as after a first start
        latest_ns = (await asyncio.to_thread(self._catalogue.times)).latest_utc_ns
        self._seen_utc_ns = seen_ns or (latest_ns if latest_ns >= EARLIEST_UTC_NS else 0)
        self._seen_ns = self._clock.monotonic_ns()
        self._compare("since Seacorder was last seen running")
        self.keep()

    def look(self) -> None:
        """Once a second; returns at once."""
        self._see()
        if self._most_ns and self._clock.monotonic_ns() >= self._keep_due_ns:
            self.keep()

    def stepped(self) -> None:
        """The wall clock was changed."""
        if self._most_ns:
            self._compare("when it was set")
            self.keep()

    def keep(self) -> None:
        """Keeps it for the next run."""
        if self._most_ns:
            self._keep_due_ns = self._clock.monotonic_ns() + KEEP_NS
            kept = {"seen": self._seen_utc_ns, "from": self.count_from_utc_ns}
            self._catalogue.save_text(_KEPT, json.dumps(kept))

    @property
    def doubt(self) -> Message | None:
        """Why no age is believed now; None if they are."""
        if self._most_ns and not self._can_be_right:
            year = iso_utc(self._clock.utc_ns(), digits=1)[:4]
            return Message(f"This computer's clock is in {year}, so no recording is removed by its age.", "Set it.")
        return None

    @property
    def _can_be_right(self) -> bool:
        return self._clock.utc_ns() >= EARLIEST_UTC_NS

    def _see(self) -> None:
        if self._can_be_right:
            self._seen_ns, self._seen_utc_ns = both_ns(self._clock)

    def _compare(self, when: str) -> None:
        if not self._can_be_right:
            return
        monotonic_ns, now_ns = both_ns(self._clock)
        self.count_from_utc_ns = min(self.count_from_utc_ns, now_ns)
        by_ns = now_ns - self._seen_utc_ns - (monotonic_ns - self._seen_ns)
        if self._seen_utc_ns and by_ns > self._most_ns:
            self.count_from_utc_ns = now_ns
            fact = f"The clock went on by {duration_text(by_ns / NS_PER_SECOND)} {when}."
            action = "For [removal] older_than_days, recordings from before count as new from now on."
            self._journal.warn(EventKind.CLOCK_STEPPED, fact, action)
        self._see()
