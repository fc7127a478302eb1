"""How long a source may take for its next picture before the input gives up and the channel reconnects.

Most sources send many pictures a second: one that sends none for 5 s is gone. Some send a picture only every 6 s, or
every 30 s, and must not be disconnected for that. The timeout is therefore learned, and kept over reconnects:

* A pause of 1 s or more that ends with a picture shows the interval of a slow source. The timeout becomes 2.5 times the
  pause, at least the usual 5 s and at most 80 s.
* Packets without such a pause for 1 s show a source of usual speed: the timeout becomes 5 s again.
* A connection that times out before it has shown either doubles the timeout for the next one: 10, 20, at most 40 s.
* Where not one picture has come within 40 s, the next connection waits 5 s again: a server may have forgotten its
  viewers in a restart, and should be asked anew soon.

Example: a camera sends a picture every 12 s. The connections time out after 5 s, then after 10 s. The third one waits
up to 20 s, sees the second picture after 12 s, and from then on the timeout is 30 s.
"""

from dataclasses import dataclass

from seacorder.base.clock import NS_PER_SECOND

USUAL_NS = 5 * NS_PER_SECOND
SLOW_NS = NS_PER_SECOND
"""Packets this far apart belong to different pictures of a slow camera, not to one picture."""
LONGEST_NS = 80 * NS_PER_SECOND
LONGEST_UNKNOWN_NS = 40 * NS_PER_SECOND
"""The longest timeout while the interval of the pictures is not known."""


@dataclass(slots=True)
class PictureTimeout:
    """The timeout of one channel's source, over all its connections. One thread. All times are monotonic."""

    usual_ns: int = USUAL_NS
    """The timeout for a source that is not known to be slow."""
    limit_ns: int = 0
    """The timeout now."""
    _busy_since_ns: int | None = None
    """When the last pause of the present connection ended; None before its first picture."""
    _is_known: bool = False
    """The present connection has shown how fast its pictures come."""

    def __post_init__(self) -> None:
        self.limit_ns = self.limit_ns or self.usual_ns

    @property
    def has_seen_picture(self) -> bool:
        """Packets of a picture have come over the present connection, or over the one that has just ended."""
        return self._busy_since_ns is not None

    def begin(self) -> None:
        """A connection begins to play."""
        self._busy_since_ns, self._is_known = None, False

    def came(self, gap_ns: int, now_ns: int) -> None:
        """Packets of a picture have come, `gap_ns` after the ones before them."""
        if self._busy_since_ns is None:
            self._busy_since_ns = now_ns
        elif gap_ns >= SLOW_NS:
            self._busy_since_ns, self._is_known = now_ns, True
            self.limit_ns = max(self.usual_ns, min(LONGEST_NS, gap_ns * 5 // 2))
        elif now_ns - self._busy_since_ns >= SLOW_NS:
            self._is_known = True
            self.limit_ns = self.usual_ns

    def ended_in_silence(self) -> None:
        """The connection is given up because no picture came within the timeout."""
        if self._is_known:
            return
        if self._busy_since_ns is None and self.limit_ns >= LONGEST_UNKNOWN_NS:
            self.limit_ns = self.usual_ns
        else:
            self.limit_ns = min(LONGEST_UNKNOWN_NS, 2 * self.limit_ns)
