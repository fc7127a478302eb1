"""Whose packets are a track's (RFC 3550, 8): the sender that SETUP named, else the first steady one. Pure.

A sender is known by its SSRC. On a track's channel packets of other senders may come: of a session that an earlier
client left behind, or of a second stream of the camera. Their numbers and times have nothing to do with the track's.

A camera whose encoder restarts goes on under another SSRC. So the packets of other senders are kept while the track's
own sender is silent. When it has been silent for `CONFIRM_NS`, or for three times its usual pause, another one replaces
it, and the packets that were kept of that one are used: nothing of it is lost. If a packet of the own sender comes
before that, the kept ones are dropped.

Example: camera A sends every 40 ms and restarts as B. B's packets are kept for 500 ms, then B is the track's sender and
all its packets are used at once.
"""

from dataclasses import dataclass, field

from seacorder.inputs.rtp.packets import Head

CONFIRM_NS = 500_000_000
"""The own sender must be silent for at least so long before another one replaces it."""
NAMED_NS = 10_000_000_000
"""The same for a sender that the answer to SETUP named, until its usual pause is known."""
PAUSES = 3
"""A sender must also be silent for so many of its usual pauses, since a slow camera pauses for seconds."""
STEADY_TURNS = 3
"""A sender is steady when so many reads have brought packets of it."""
KEPT_BYTES = 8 * 1024 * 1024
"""Of one other sender. When more comes, what was kept of it is dropped and keeping begins again."""
OTHERS_MAX = 8
"""Senders that are watched at once; one more replaces the oldest."""


@dataclass(slots=True)
class Other:
    """A sender that is not the track's, or not yet."""

    kept: list[tuple[bytes, Head]] = field(default_factory=list)
    """Payloads and their headers, in the order in which they came."""
    kept_bytes: int = 0
    turns: int = 0
    """Reads that brought packets of it."""
    is_new: bool = False
    """Packets have come with the newest read."""
    received: int = 0
    """How many packets of ours had come before them."""


class Senders:
    """Chooses one track's sender, by SSRC; a second object chooses its payload type by the same rules.

    `key` is the SSRC or the payload type. "Ours" is the chosen one.
    """

    def __init__(self, told: int | None = None) -> None:
        """`told`: the one that the camera has named."""
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
        """True when none is chosen yet and `key` may be: none was named, or this one was."""
        return self.chosen is None and self._told in (None, key)

    def settle(self, key: int) -> None:
        """Chooses `key`."""
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
        """`turn` has something to decide: there are others, or ours has said goodbye (RTCP BYE)."""
        return bool(self._others) or self._said_goodbye

    def keep(self, key: int, payload: bytes, head: Head, received: int = 0) -> None:
        """Keeps a packet that is not ours. `received`: how many packets of ours have come by then."""
        other = self._others.get(key)
        if other is not None and other.received != received and self._is_settled:
            other = None  # ours has come since
        if other is None:
            if key not in self._others and len(self._others) >= OTHERS_MAX:
                self._others.pop(next(iter(self._others)))
            other = self._others[key] = Other(received=received)
        if other.kept_bytes + len(payload) > KEPT_BYTES:
            other.kept, other.kept_bytes = [], 0
        other.kept.append((payload, head))
        other.kept_bytes += len(payload)
        other.is_new = True

    def came(self, now_ns: int, received: int) -> None:
        """A read brought packets of ours; so many have come in all. Of others it leaves what came after the last."""
        if self._last_ns is not None:
            # The longest pause, which fades by 1/8 with each read: after one long pause the next is expected, too.
            self._pause_ns = max(now_ns - self._last_ns, self._pause_ns - self._pause_ns // 8)
        self._last_ns = now_ns
        self._turns += 1
        self._said_goodbye = False
        if self._others and self._is_settled:
            self._others = {key: other for key, other in self._others.items() if other.received == received}

    def goodbye(self) -> None:
        """Ours has said that it ends."""
        self._said_goodbye = True

    def turn(self, now_ns: int) -> list[tuple[bytes, Head]]:
        """Call it after each read, after `came`. Returns what was kept of a sender that replaces ours, or nothing."""
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
        """How long ours must be silent before another one may replace it."""
        if self._said_goodbye:
            return 0
        if self.chosen is not None and self.chosen == self._told and self._turns < STEADY_TURNS:
            return NAMED_NS
        return max(CONFIRM_NS, PAUSES * self._pause_ns)

    @property
    def _is_settled(self) -> bool:
        """Only silence of ours may change the choice: the camera named one, or the chosen one is steady."""
        return self._told is not None or self._turns >= STEADY_TURNS

    def _change_to(self, key: int, now_ns: int) -> list[tuple[bytes, Head]]:
        kept = self._others.pop(key).kept
        self._others.clear()
        self.chosen, self._told, self._turns = key, None, STEADY_TURNS
        self._last_ns, self._said_goodbye = now_ns, False
        return kept
