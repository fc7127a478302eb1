"""Whether anything of a recording has reached a file yet: until then nothing of it is written down.

So a start that no channel can carry out leaves no trace. What workers say meanwhile is kept here, in order, and said
again with the first bytes; what they still say of a recording that has been withdrawn is kept and forgotten.
"""

from collections.abc import Callable

RECORDINGS_KEPT = 100
REPORTS_KEPT = 1000
"""Of one recording: a channel has a handful while it starts."""

Report = Callable[[], None]


class FirstBytes:
    """For the event loop alone."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[Report]] = {}

    def expect(self, recording_id: str, proven: Report) -> None:
        """A recording is being started; `proven` is called once, before anything else is, if bytes of it come."""
        self._waiting[recording_id] = [proven]
        while len(self._waiting) > RECORDINGS_KEPT:
            del self._waiting[next(iter(self._waiting))]

    def keeps(self, recording_id: str | None, again: Report) -> bool:
        """True when a report has to wait for the recording's first bytes; it is said again by `again`."""
        waiting = self._waiting.get(recording_id or "")
        if waiting is None:
            return False
        if len(waiting) < REPORTS_KEPT:
            waiting.append(again)
        return True

    def has_reports(self, recording_id: str) -> bool:
        """Something has been said of a recording whose first bytes have not come."""
        return len(self._waiting.get(recording_id, ())) > 1

    def came(self, recording_id: str) -> None:
        """Bytes of the recording are on disk; harmless for one that is known already."""
        for report in self._waiting.pop(recording_id, ()):
            report()
