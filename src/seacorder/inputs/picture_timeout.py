"""How long a source may take for its next picture before its connection is made anew. One channel's, over connections.

Most sources send many pictures a second, and one that sends none for five seconds is gone. Some send a picture in six
seconds, or in thirty. Their pace is known once such a pause has ended within a connection; until then each connection
that ends in silence, and had not sent for a second on end, lets the next one wait twice as long, up to 40 s. Where not
one picture has come in 40 s, the next connection waits five seconds again: a server that has forgotten its old viewers
is to be asked anew before long.
"""

from dataclasses import dataclass

from seacorder.base.clock import NS_PER_SECOND

USUAL_NS = 5 * NS_PER_SECOND
SLOW_NS = NS_PER_SECOND
"""Packets that come further apart belong to different pictures of a slow camera."""
LONGEST_NS = 80 * NS_PER_SECOND
LONGEST_UNKNOWN_NS = 40 * NS_PER_SECOND
"""While no pace is known."""


@dataclass(slots=True)
class PictureTimeout:
    """Times are monotonic."""

    usual_ns: int = USUAL_NS
    """The limit for a source that is not known to be slow."""
    limit_ns: int = 0
    """So long the picture's packets may stay away."""
    _busy_since_ns: int | None = None
    """Since when packets have come without a pause; None before the first of a connection."""
    _is_known: bool = False
    """The present connection has shown its pace."""

    def __post_init__(self) -> None:
        self.limit_ns = self.limit_ns or self.usual_ns

    @property
    def has_seen_picture(self) -> bool:
        """Packets of the picture have come over the present connection, or over the one that has just ended."""
        return self._busy_since_ns is not None

    def begin(self) -> None:
        """A connection begins to play."""
        self._busy_since_ns, self._is_known = None, False

    def came(self, gap_ns: int, now_ns: int) -> None:
        """Packets of the picture have come, `gap_ns` after the ones before them."""
        if self._busy_since_ns is None:
            self._busy_since_ns = now_ns
        elif gap_ns >= SLOW_NS:
            self._busy_since_ns, self._is_known = now_ns, True
            self.limit_ns = max(self.usual_ns, min(LONGEST_NS, gap_ns * 5 // 2))
        elif now_ns - self._busy_since_ns >= SLOW_NS:
            self._is_known = True
            self.limit_ns = self.usual_ns

    def ended_in_silence(self) -> None:
        """The connection is given up because no picture came."""
        if self._is_known:
            return
        if self._busy_since_ns is None and self.limit_ns >= LONGEST_UNKNOWN_NS:
            self.limit_ns = self.usual_ns
        else:
            self.limit_ns = min(LONGEST_UNKNOWN_NS, 2 * self.limit_ns)
