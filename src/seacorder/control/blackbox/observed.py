"""What observations need of the blackbox: those that were noted while nothing was recorded have no other video.

They need it until somebody has kept that stretch, or has withdrawn the observation.
"""

from bisect import bisect_left
from collections.abc import Iterable

from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.errors import CatalogueFailed
from seacorder.catalogue.catalogue import Catalogue
from seacorder.catalogue.page import Page
from seacorder.model.observation import EnteredBy, Observation, ObservationState
from seacorder.model.observation_text import ObservationRow
from seacorder.model.recording import Recording

AROUND_NS = 60 * NS_PER_SECOND
"""So much before and behind an observation belongs to it."""
_WITHDRAWN = ObservationState.WITHDRAWN


class ObservedNeeds:
    """For the event loop alone; only `look` waits."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._begins: list[int] = []
        self._ends: list[int] = []
        """Of the stretches, which lie apart; in order."""

    async def look(self, since_utc_ns: int) -> None:
        """Asks the catalogue again, for what was observed since an instant. Where that fails, what was known counts."""
        since, catalogue = Page(from_utc_ns=since_utc_ns), self._catalogue

        def ask() -> tuple[list[Observation], tuple[Recording, ...]]:
            rows = catalogue.all_rows(ObservationRow, since)
            outside = [row.id for row in rows if row.recording_id is None and row.state is not _WITHDRAWN]
            read = (catalogue.observation(one) for one in outside)  # few of many, so that few are read whole
            return [one for one, _ in filter(None, read)], catalogue.all_rows(Recording, since)

        try:
            observed, recordings = await self._catalogue.ask(ask)
        except CatalogueFailed:
            return
        stretches = apart(needed(observed, recordings))
        self._begins, self._ends = [begin for begin, _ in stretches], [end for _, end in stretches]

    def are_there(self, begin_utc_ns: int, end_utc_ns: int) -> bool:
        """True for files that begin and end at these instants, if an observation needs something of them."""
        place = bisect_left(self._begins, end_utc_ns)  # of the first stretch that begins behind the files
        return place > 0 and self._ends[place - 1] > begin_utc_ns


def needed(observed: Iterable[Observation], recordings: Iterable[Recording]) -> list[tuple[int, int]]:
    """The stretches around observations of which no recording has the video. Pure."""
    recorded = [(one.start_utc_ns, one.end_utc_ns) for one in recordings]
    found = []
    for one in observed:
        if one.recording_id is not None or one.now.state is _WITHDRAWN:
            continue
        if one.entered_by is EnteredBy.AUTOMATIC:
            continue
        start_ns = one.start.utc_ns
        if not any(begin <= start_ns and (end is None or start_ns <= end) for begin, end in recorded):
            end_ns = one.now.end.utc_ns if one.now.end is not None else start_ns
            found.append((start_ns - AROUND_NS, end_ns + AROUND_NS))
    return found


def apart(stretches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same stretches in order, those that touch each other joined. Pure."""
    found: list[tuple[int, int]] = []
    for begin, end in sorted(stretches):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found
