"""Keeps reports about a recording back until its first bytes are in a file.

Before that nothing of a recording goes into the catalogue or the journal, so that a start that no channel can carry out
leaves no trace. The reports are kept here in order and handled again when the first bytes have come. Reports about a
recording whose start was withdrawn never are.
"""

from collections.abc import Callable

RECORDINGS_KEPT = 100
REPORTS_KEPT = 1000
"""Of one recording, which is plenty: a channel sends a handful while it starts. Later ones are dropped."""

Report = Callable[[], None]
"""Handles a report again."""


class FirstBytes:
    """For the event loop alone."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[Report]] = {}

    def expect(self, recording_id: str, proven: Report) -> None:
        """A recording is being started. When bytes of it come, `proven` is called first, then the reports that were
        kept."""
        self._waiting[recording_id] = [proven]
        while len(self._waiting) > RECORDINGS_KEPT:
            del self._waiting[next(iter(self._waiting))]

    def keeps(self, recording_id: str | None, again: Report) -> bool:
        """True when a report has to wait for the recording's first bytes; `again` is called when they have come."""
        waiting = self._waiting.get(recording_id or "")
        if waiting is None:
            return False
        if len(waiting) < REPORTS_KEPT:
            waiting.append(again)
        return True

    def has_reports(self, recording_id: str) -> bool:
        """True when reports about this recording are being kept back."""
        return len(self._waiting.get(recording_id, ())) > 1

    def came(self, recording_id: str) -> None:
        """Bytes of the recording are on disk: what was kept back is handled now. Harmless when called again."""
        for report in self._waiting.pop(recording_id, ()):
            report()
