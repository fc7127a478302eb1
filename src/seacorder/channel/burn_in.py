"""The overlay as the encode thread uses it: made when it is first burned in, since it loads Pillow and fonts."""

import threading
from collections.abc import Callable
from typing import Any

from seacorder.model.channel import ChannelSettings
from seacorder.model.event import Severity


class BurnIn:
    """`apply` belongs to the encode thread; `set_text` may come from any."""

    def __init__(self, settings: ChannelSettings, note: Callable[[str, Severity, str], None]) -> None:
        self._settings = settings
        self._note = note
        self._lock = threading.Lock()
        self._overlay: Any = None
        self._texts: list[tuple[int, str]] = []
        self._said = 0

    def set_text(self, instant_ns: int, text: str) -> None:
        """`text` is shown on frames captured at or after `instant_ns` (monotonic), until the next."""
        with self._lock:
            if self._overlay is not None:
                self._overlay.set_text(instant_ns, text)
            else:
                self._texts = [*self._texts[-KEPT_TEXTS:], (instant_ns, text)]

    def apply(self, frame: Any, instant_ns: int, utc_ns: int) -> Any:
        """The picture with what is valid at its capture; another one than `frame`, which the decoder may still read."""
        overlay = self._overlay or self._make()
        burned = overlay.apply(frame, instant_ns, utc_ns)
        for sentence in overlay.faults[self._said :]:
            self._note("overlay_layer_left_out", Severity.WARNING, sentence)
        self._said = len(overlay.faults)
        return burned

    def _make(self) -> Any:
        from seacorder.channel.overlay.overlay import Overlay

        overlay = Overlay(self._settings.overlay, self._settings.name)
        with self._lock:
            for instant_ns, text in self._texts:
                overlay.set_text(instant_ns, text)
            self._overlay = overlay
        return overlay


KEPT_TEXTS = 100
"""Of the time before the first picture is burned."""
