"""Which files of the blackbox go, when there are too many: always whole ones, and the oldest first. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from seacorder.storage.blackbox_files import HeldFiles


@dataclass(frozen=True, slots=True)
class TooMuch:
    """What exceeds the limits."""

    bytes: int = 0
    """So many have to go, because of the blackbox's own limit or because its disk is nearly full."""
    max_age_ns: int = 0
    """A file goes once so much was recorded after it; 0: no limit."""


def outdated(held: Iterable[HeldFiles], too_much: TooMuch, is_needed: Callable[[HeldFiles], bool]) -> list[HeldFiles]:
    """Those that go, the oldest first.

    Age is counted in what was recorded since, on the same channel, and not by the wall clock: a clock that is set
    wrong, or a recorder that was off for a week, must not cost what was recorded before.
    """
    ordered = sorted(held, key=lambda one: (one.end_utc_ns, one.stem))
    newer_ns: defaultdict[str, int] = defaultdict(int)
    old: set[str] = set()
    for one in reversed(ordered):
        channel = "" if one.part is None else one.part.channel
        if too_much.max_age_ns and newer_ns[channel] >= too_much.max_age_ns:
            old.add(one.stem)
        newer_ns[channel] += max(0, one.end_utc_ns - one.begin_utc_ns)
    left = too_much.bytes
    going: list[HeldFiles] = []
    for one in ordered:
        if (one.stem in old or left > 0) and not is_needed(one):
            going.append(one)
            left -= one.bytes
    return going
