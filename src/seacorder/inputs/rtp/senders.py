"""Whose packets are a track's (RFC 3550, 8): the sender that SETUP named, else the first steady one. Pure.

On a track's channel packets of other senders may come: of a session that an earlier client left behind, or of a second
stream of the camera. Their numbers and times have nothing to do with ours, so they are kept apart by their SSRC.

A camera whose encoder begins anew goes on under another SSRC. So the packets of another sender are kept while ours is
silent. When ours stays silent for `CONFIRM_NS`, or for three times its own usual pause, the other one takes its place,
and what was kept is taken up: nothing of it is lost. One packet of ours puts an end to that.
"""

from dataclasses import dataclass, field

from seacorder.inputs.rtp.packets import Head

CONFIRM_NS = 500_000_000
NAMED_NS = 10_000_000_000
"""The same for a sender that the camera has named and whose usual pause is not known yet."""
PAUSES = 3
"""So many of its usual pauses a sender must be silent before another one may take its place."""
STEADY_TURNS = 3
"""So many reads must have brought packets of a sender before it is a steady one."""
KEPT_BYTES = 8 * 1024 * 1024
OTHERS_MAX = 8
"""Senders that are watched at once."""


@dataclass(slots=True)
class Other:
    """A sender that is not the track's, or not yet."""

    kept: list[tuple[bytes, Head]] = field(default_factory=list)
    """Payloads with what their headers say, in the order in which they came."""
    kept_bytes: int = 0
    turns: int = 0
    """Reads that brought packets of it."""
    is_new: bool = False
    """Packets have come since the last read was looked at."""


class Senders:
    """The senders of one track, or its payload types, which are chosen in the same way."""

    def __init__(self, told: int | None = None) -> None:
        """`told`: the one that should be chosen, where the camera has said that."""
        self.chosen: int | None = None
        self._told = told
        self._turns = 0
        self._pause_ns = 0
        self._last_ns: int | None = None
        self._others: dict[int, Other] = {}
        self._said_goodbye = False

    def expect(self, ssrc: int) -> None:
        """The camera's answer to SETUP names the sender."""
        self._told = ssrc

    def may_begin(self, key: int) -> bool:
        """True when none is chosen, and `key` may be."""
        return self.chosen is None and self._told in (None, key)

    def settle(self, key: int) -> None:
        """`key` is the one, once and for all."""
        self.chosen = key
        self._others.clear()

    def knows(self, key: int) -> bool:
        """Packets of that other sender have come."""
        return key in self._others

    @property
    def has_others(self) -> bool:
        return bool(self._others)

    @property
    def are_watched(self) -> bool:
        """There are others, or ours said goodbye: `turn` has something to decide."""
        return bool(self._others) or self._said_goodbye

    def keep(self, key: int, payload: bytes, head: Head) -> None:
        """A packet that is not of the chosen one."""
        other = self._others.get(key)
        if other is None:
            if len(self._others) >= OTHERS_MAX:
                self._others.pop(next(iter(self._others)))
            other = self._others[key] = Other()
        if other.kept_bytes + len(payload) > KEPT_BYTES:
            other.kept, other.kept_bytes = [], 0
        other.kept.append((payload, head))
        other.kept_bytes += len(payload)
        other.is_new = True

    def came(self, now_ns: int) -> None:
        """A read brought packets of ours."""
        if self._last_ns is not None:
            # A pause counts for some time, so that a slow camera is not taken for a silent one.
            self._pause_ns = max(now_ns - self._last_ns, self._pause_ns - self._pause_ns // 8)
        self._last_ns = now_ns
        self._turns += 1
        self._said_goodbye = False
        if self._is_settled:
            self._others.clear()

    def goodbye(self) -> None:
        """Ours has said that it ends."""
        self._said_goodbye = True

    def turn(self, now_ns: int) -> list[tuple[bytes, Head]]:
        """After a read, and after `came`: what was kept of a sender that takes the place of ours; mostly nothing."""
        for other in self._others.values():
            other.turns += other.is_new
            other.is_new = False
        if self._last_ns is None:
            self._last_ns = now_ns
        is_silent = now_ns - self._last_ns >= self._limit_ns()
        if not is_silent and self._is_settled:
            return []
        found = next((one for one, other in self._others.items() if other.turns >= STEADY_TURNS), None)
        return [] if found is None else self._change_to(found, now_ns)

    def _limit_ns(self) -> int:
        """How long ours must be silent."""
        if self._said_goodbye:
            return 0
        if self.chosen is not None and self.chosen == self._told and self._turns < STEADY_TURNS:
            return NAMED_NS
        return max(CONFIRM_NS, PAUSES * self._pause_ns)

    @property
    def _is_settled(self) -> bool:
        """The one that was told is there or awaited, or the chosen one has proved steady."""
        return self._told is not None or self._turns >= STEADY_TURNS

    def _change_to(self, key: int, now_ns: int) -> list[tuple[bytes, Head]]:
        kept = self._others.pop(key).kept
        self._others.clear()
        self.chosen, self._told, self._turns = key, None, STEADY_TURNS
        self._last_ns, self._said_goodbye = now_ns, False
        return kept
