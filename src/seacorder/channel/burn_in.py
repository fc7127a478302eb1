"""The overlay as the encode thread uses it: made when it is first burned in, since it loads Pillow and fonts."""

from collections.abc import Callable
from typing import Any

from seacorder.model.channel import ChannelSettings
from seacorder.model.event import Severity


class BurnIn:
    """Belongs to the encode thread."""

    def __init__(
        self,
        settings: ChannelSettings,
        text_at: Callable[[int], str],
        note: Callable[[str, Severity, str], None],
    ) -> None:
        """`text_at` tells the client's text valid at an instant (monotonic)."""
        self._settings = settings
        self._text_at = text_at
        self._note = note
        self._overlay: Any = None
        self._said = 0

    def apply(self, frame: Any, instant_ns: int, utc_ns: int) -> Any:
        """The picture with what is valid at its capture; another one than `frame`, which the decoder may still read,
        unless nothing is shown."""
        overlay = self._overlay or self._make()
        burned = overlay.apply(frame, instant_ns, utc_ns)
        for sentence in overlay.faults[self._said :]:
            self._note("overlay_file_missing", Severity.WARNING, sentence)
        self._said = len(overlay.faults)
        return burned

    def _make(self) -> Any:
        from seacorder.channel.overlay.overlay import Overlay

        self._overlay = Overlay(self._settings.overlay, self._settings.name, self._text_at)
        return self._overlay
