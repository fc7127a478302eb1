"""The text that clients have shown over the pictures of all channels."""

from seacorder.base.clock import NS_PER_MS, Clock
from seacorder.base.errors import BadRequest
from seacorder.control.workers.commands import ChannelWorkers
from seacorder.model.command import SetOverlayText
from seacorder.model.instant import Instant
from seacorder.model.overlay import OVERLAY_CHARACTERS_MAX, OverlayText

LEAD_NS = 50 * NS_PER_MS
"""How long after a text came it becomes valid. By then it has reached every worker; so no channel burns the previous
text into a frame that was captured at or after that instant."""


class OverlayTexts:
    """For the event loop alone; nothing waits.

    A restart of the program clears the text: a depth or heading that nobody updates any more must not be burned into
    pictures as if it were true.
    """

    def __init__(self, clock: Clock, workers: ChannelWorkers) -> None:
        self._clock = clock
        self._workers = workers
        self._shown = OverlayText()

    @property
    def shown(self) -> OverlayText:
        """The newest text."""
        return self._shown

    def set(self, text: str) -> OverlayText:
        """Shows `text` on all channels, from one instant on; empty: none. The same text again changes nothing.

        Raises BadRequest when it is too long.
        """
        if len(text) > OVERLAY_CHARACTERS_MAX:
            raise BadRequest(
                f"The text has {len(text)} characters.", f"At most {OVERLAY_CHARACTERS_MAX} are accepted.", field="text"
            )
        if text == self._shown.text and (text or self._shown.since is not None):
            return self._shown
        now = Instant.now(self._clock)
        instant = Instant(now.monotonic_ns + LEAD_NS, now.utc_ns + LEAD_NS)
        self._shown = OverlayText(text, instant)
        self._workers.send_all(SetOverlayText(instant, text))
        return self._shown

    def worker_started(self, channel: str) -> None:
        """Sends a new worker the text that the others show."""
        if self._shown.text and self._shown.since is not None:
            self._workers.send(channel, SetOverlayText(self._shown.since, self._shown.text))
