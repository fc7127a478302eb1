"""The overlay as the encode thread uses it. It is made when the first picture needs it, since it loads Pillow and
fonts."""

import logging
from collections.abc import Callable
from typing import Any

from seacorder.base.clock import NS_PER_SECOND
from seacorder.model.channel import ChannelSettings
from seacorder.model.event import Note, Severity
from seacorder.model.overlay_line import Lookup, no_values

log = logging.getLogger(__name__)

RETRY_NS = NS_PER_SECOND
"""After a failure pictures go without an overlay for so long; then it is made anew."""

_TRIED_AGAIN = (
    "Seacorder tries again every second. If it stays, check `[overlay]` in the settings file between dives."
)


class BurnIn:
    """Used on the encode thread alone."""

    def __init__(
        self,
        settings: ChannelSettings,
        text_at: Callable[[int], str],
        note: Note,
        fields_at: Callable[[int], Lookup] = lambda _: no_values,
    ) -> None:
        """`text_at` tells the client's text valid at an instant (monotonic), `fields_at` the values of fields."""
        self._settings = settings
        self._text_at = text_at
        self._fields_at = fields_at
        self._note = note
        self._overlay: Any = None
        self._said = 0
        self._again_ns = 0
        self._failures: set[str] = set()
        """The names of errors that have been reported already."""

    def apply(self, frame: Any, instant_ns: int, utc_ns: int) -> Any:
        """The picture with the overlay that is valid at its capture: a new frame, because the decoder may still read
        `frame`, or `frame` itself when nothing is shown.

        If the overlay fails, the picture goes without: a picture without its overlay is worth more than none, and no
        overlay is better than one that may be out of date. Nothing is raised.
        """
        if instant_ns < self._again_ns:
            return frame
        try:
            overlay = self._overlay or self._make()
            burned = overlay.apply(frame, instant_ns, utc_ns)
        except Exception as error:
            log.exception("The overlay failed, see below.")
            self._failed(error, instant_ns)
            return frame
        for why in overlay.faults[self._said :]:
            self._note("overlay_file_missing", Severity.WARNING, why.fact, why.action)
        self._said = len(overlay.faults)
        return burned

    def _failed(self, error: Exception, instant_ns: int) -> None:
        self._overlay, self._said = None, 0
        self._again_ns = instant_ns + RETRY_NS
        kind = type(error).__name__
        if kind not in self._failures:
            self._failures.add(kind)
            why = f"{kind}: {error}" if str(error) else kind
            fact = f"{self._settings.name}: the overlay cannot be drawn ({why}). Pictures are without it."
            self._note("overlay_failed", Severity.WARNING, fact, _TRIED_AGAIN)

    def _make(self) -> Any:
        from seacorder.channel.overlay.overlay import Overlay

        self._overlay = Overlay(self._settings.overlay, self._settings.name, self._text_at, self._fields_at)
        return self._overlay
