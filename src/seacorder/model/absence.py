"""A recorded file that somebody has taken away by hand, or renamed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Absence:
    """A file of the list of recordings that was found missing. It is told once; somebody may say that he knows."""

    path: str
    recording_id: str | None
    channel: str
    noticed_utc_ns: int
    seen_utc_ns: int | None = None
    """When somebody said that he knows; None: nobody has."""
    seen_by: str = ""
    back_utc_ns: int | None = None
    """When it was found there again; None: it is still missing."""

    @property
    def is_known(self) -> bool:
        """Somebody knows that it is missing."""
        return self.seen_utc_ns is not None and self.back_utc_ns is None
