"""Which of the fragments that a damaged file holds are its own, each at its own place. Pure.

A chain is a run of fragments that follow each other directly, with numbers that count up. Damage ends a chain. Between
two of them a damaged range may hold anything, even whole fragments: of an earlier file that had used the same blocks of
the disk, or of another place of this file. So it is chosen which chains are kept:

1. Numbers, times and offsets of the kept chains go up, and no chain is left out that fits between two of them.
2. If two chains hold fragments with the same numbers, and these describe the same samples, one of the two is a copy of
the other. Then both are kept, each number once: the copy may hold fragments whose own place is damaged.
3. Of the choices that are left the best counts. A choice is better the more fragments it has that are no copies, and
the better these fit. For the fit, the bytes between two chains are compared with the numbers that are missing there:
each fragment's worth of bytes too much or too little counts as much as a fragment that is lost.

An example. Fragments 1 to 7 are followed by a damaged range that holds a copy of fragments 5 to 19 of the same file,
and then come fragments 25 to 90. 1 to 7, 8 to 19 from the copy, and 25 to 90 are kept. If the range held fragments 30
to 44 of another file, these would fit neither in front of 25 nor among the fragments that they would take the place of.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from seacorder.mp4.fragments import Fragment

Chain = list[Fragment]

_MOST_CHAINS = 2_000
"""If there are more chains, only the longest are compared: the effort grows with the square."""
_AROUND = 4
"""How many chains on each side are looked at to find which of two is a copy: from afar places cannot be told apart."""


def kept_fragments(chains: Sequence[Chain], begin: int, end: int) -> list[Fragment]:
    """Of the chains of a file, in its order, the fragments to keep. They should fill it from `begin` to `end`."""
    if len(chains) > _MOST_CHAINS:
        least = sorted((len(chain) for chain in chains), reverse=True)[_MOST_CHAINS - 1]
        chains = [chain for chain in chains if len(chain) >= least][:_MOST_CHAINS]
    if not chains:
        return []
    return _Choice(chains, begin, end).fragments()


@dataclass(frozen=True, slots=True)
class _Path:
    """Chains that fit behind each other, up to `chain`."""

    chain: Chain
    in_place: Chain
    """The last one that is no copy of another: what follows has to fit to it. Empty in front of the first chain."""
    score: float
    """The fragments of the chains that are no copies, less by how many these do not fit."""
    before: "_Path | None"

    def chains(self) -> list[Chain]:
        found: list[Chain] = []
        path: _Path | None = self
        while path is not None and path.chain:
            found.append(path.chain)
            path = path.before
        return found[::-1]


_START = _Path([], [], 0.0, None)


class _Choice:
    """The choice for one file."""

    def __init__(self, chains: Sequence[Chain], begin: int, end: int) -> None:
        self._chains = chains
        self._begin = begin
        self._end = end
        fragments = [fragment for chain in chains for fragment in chain]
        self._usual_bytes = sum(fragment.end - fragment.at for fragment in fragments) / len(fragments)

    def fragments(self) -> list[Fragment]:
        path = self._best_path()
        kept: list[Fragment] = []
        taken = -1
        for place, chain in enumerate(path):
            first, last = chain[0].number, chain[-1].number
            if place + 1 < len(path) and path[place + 1][0].number <= last:
                last = max(taken, self._last_of_its_own(path, place))
            kept += chain[max(0, taken + 1 - first) : max(0, last + 1 - first)]
            taken = last
        return kept

    def _best_path(self) -> list[Chain]:
        """The chains that are kept, whole. The best path by their order, where each step leaves nothing out."""
        paths: list[list[_Path]] = []
        """For each chain the best that end with it: one in which it is at its place, and one in which it is a copy."""
        joined: list[int] = []
        """For each chain, as bits, the earlier ones that it can follow."""
        for place, chain in enumerate(self._chains):
            can_follow = left_out = 0
            longer: list[_Path] = []
            for earlier in range(place - 1, -1, -1):
                if not _joins(self._chains[earlier], chain):
                    continue
                if not left_out >> earlier & 1:
                    longer += [one for path in paths[earlier] for one in self._longer(path, chain)]
                can_follow |= 1 << earlier
                left_out |= joined[earlier]
            longer = longer or [*self._longer(_START, chain)]
            in_place = [path for path in longer if path.in_place is chain]
            as_copy = [path for path in longer if path.in_place is not chain]
            paths.append([max(some, key=_score_of) for some in (in_place, as_copy) if some])
            joined.append(can_follow)
        followed = 0
        for can_follow in joined:
            followed |= can_follow
        complete = (path for place, some in enumerate(paths) if not followed >> place & 1 for path in some)
        return max(complete, key=_score_of).chains()

    def _longer(self, path: _Path, chain: Chain) -> Iterator[_Path]:
        """The path with one more chain. Of two chains that share fragments one is a copy, which counts nothing."""
        if not path.chain or path.chain[-1].number < chain[0].number:
            yield _Path(chain, chain, path.score + len(chain) - self._misfit(path.in_place, chain), path)
            return
        yield _Path(chain, path.in_place, path.score, path)
        before = path.before
        if before is not None:
            yield _Path(chain, chain, before.score + len(chain) - self._misfit(before.in_place, chain), path)

    def _misfit(self, before: Chain, chain: Chain) -> float:
        """By how many fragments the bytes in front of a chain differ from the numbers that are missing there."""
        end, number = (before[-1].end, before[-1].number) if before else (self._begin, 0)
        return abs((chain[0].at - end) / self._usual_bytes - (chain[0].number - number - 1))

    def _last_of_its_own(self, path: Sequence[Chain], place: int) -> int:
        """The last number that is taken from a chain if the next one holds some of the same fragments.

        The one of the two that is a copy gives way: the one to whose place fewer fragments fit, its own and those of
        the chains around. Damage follows each chain, and so may reach into its last fragment: that one is taken from
        the next chain, unless it is the last one there as well, with damage behind it.
        """
        chain, following = path[place : place + 2]
        votes = [(len(chain), True), (len(following), False)]
        before, behind = path[max(0, place - _AROUND) : place], path[place + 2 : place + 2 + _AROUND]
        votes += [(len(one), self._misfit(one, chain) <= self._misfit(one, following)) for one in before]
        votes += [(len(one), self._misfit(chain, one) <= self._misfit(following, one)) for one in behind]
        if sum(fragments if is_for_chain else -fragments for fragments, is_for_chain in votes) < 0:
            return following[0].number - 1
        is_whole_there = following[-1].number > chain[-1].number or following[-1].end == self._end
        return chain[-1].number - is_whole_there


def _score_of(path: _Path) -> float:
    return path.score


def _joins(first: Chain, second: Chain) -> bool:
    """True when the second chain can be kept behind the first, which comes earlier in the file."""
    if second[0].at < first[-1].end:
        return False
    if second[0].number > first[-1].number:
        # Two fragments of each are looked at, because damage may have changed the time of one.
        return any(_is_later(one, other) for one in first[-2:] for other in second[:2])
    if second[0].number < first[0].number or second[-1].number < first[-1].number:
        return False
    same = first[second[0].number - first[0].number :]
    return all(map(_is_copy, same, second))


def _is_later(first: Fragment, second: Fragment) -> bool:
    times = {sample.track: sample.dts for sample in first.samples}
    return all(sample.dts > times.get(sample.track, sample.dts - 1) for sample in second.samples)


def _is_copy(first: Fragment, second: Fragment) -> bool:
    return _description_of(first) == _description_of(second)


def _description_of(fragment: Fragment) -> tuple[object, ...]:
    samples = ((one.track, one.offset - fragment.at, one.size, one.dts) for one in fragment.samples)
    return (fragment.number, fragment.moof_end - fragment.at, *samples)
