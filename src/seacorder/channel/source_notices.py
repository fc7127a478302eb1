"""The events that tell people what is odd about a source: what is said, and when each may be said."""

import logging

from seacorder.base.clock import NS_PER_SECOND
from seacorder.channel.timing.timeline import Mended
from seacorder.model.channel import PictureFault
from seacorder.model.event import Note, Severity
from seacorder.model.sample import Sample, SourceFormat

_log = logging.getLogger(__name__)

MENDED_EVERY_NS = 60 * NS_PER_SECOND
"""How often mended times are reported at most."""


class SourceNotices:
    """One channel's. Not thread-safe: used under the channel's lock."""

    def __init__(self, name: str, note: Note) -> None:
        self._name = name
        self._note = note
        self.begins_at_recovery_points = False
        """The source sends intra refresh instead of keyframes: its files begin at recovery points."""
        self._was_intra_refresh_said = False
        self._mended = 0
        """How many mended times had been counted when that was said last, and when that was (monotonic)."""
        self._mended_said_ns = 0

    def format_changed(self, source: SourceFormat) -> None:
        """The source goes on with other pictures."""
        picture = source.picture
        now = f"{self._name} now sends {picture.codec} {picture.width}x{picture.height}"
        self._note("format_changed", Severity.INFO, f"{now}. A running recording goes on in a new file.")

    def keyframe_came(self, keyframe: Sample) -> None:
        """A picture with which a file may begin. One that is only a recovery point is reported once."""
        self.begins_at_recovery_points = keyframe.recovery_frames > 0
        if not self.begins_at_recovery_points or self._was_intra_refresh_said:
            return
        self._was_intra_refresh_said = True
        fact = (
            f"{self._name} sends intra refresh instead of keyframes. It is recorded, but the first "
            f"{keyframe.recovery_frames} frames of each file are incomplete."
        )
        action = "Nothing to do during a dive. Later: switch intra refresh off in the camera."
        self._note("intra_refresh", Severity.WARNING, fact, action)

    def picture_changed(self, fault: PictureFault | None) -> None:
        """The pictures have become frozen or black, or are right again (None)."""
        if fault is None:
            self._note("picture_ok", Severity.INFO, f"{self._name}: the picture moves again, or is no longer black.")
        elif fault is PictureFault.FROZEN:
            self._note("picture_frozen", Severity.WARNING, f"{self._name} shows a frozen picture.")
        else:
            self._note("picture_black", Severity.WARNING, f"{self._name} shows a black picture.")

    def times_mended(self, mended: Mended, now_ns: int) -> None:
        """How many times have been mended so far; reported when there are more, once a minute at most."""
        total = mended.total
        if total <= self._mended or now_ns - self._mended_said_ns < MENDED_EVERY_NS:
            return
        self._mended, self._mended_said_ns = total, now_ns
        _log.debug("%s: times mended so far: %s", self._name, mended)
        fact = f"{self._name}: its time stamps are irregular ({total} corrected so far). Every frame is stored."
        action = "Nothing to do during a dive. If it goes on, check the camera's firmware and clock."
        self._note("times_mended", Severity.WARNING, fact, action)
