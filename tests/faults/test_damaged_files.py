"""Recorded files of which a disk gives back blocks otherwise than they were written, and copies that were cut off.

A real muxer's file, whole or as a sudden end leaves it, is damaged at random places and repaired. Each picture whose
fragment no damage touched must be in the repair, bit by bit; what is missing must be told, and the original be there.
"""

import random
from collections import Counter
from pathlib import Path

import av

from fakes.damage import closed, fragments_of, index_at, interrupted, spoiled
from fakes.footage import Recipe
from faults.results import is_long, note
from seacorder.base.errors import StorageFailed
from seacorder.evidence.check import check_file
from seacorder.evidence.inspect import inspect_file
from seacorder.evidence.repair import repair
from seacorder.model.recording import FileState

RECIPES = (Recipe(frames=100, group=25), Recipe(frames=100, group=25, b_frames=2, sound=True))
WAYS = ("zeros", "ones", "random", "of another place")
TIMES = 2000 if is_long() else 40
BLOCK = 4096


class Case:
    """One file, damaged: what it held, and which pictures no damage touched."""

    def __init__(self, folder: Path, content: bytes, end: int, rng: random.Random) -> None:
        self.path = folder / "Bow.mp4"
        for old in folder.iterdir():
            old.unlink()
        self.path.write_bytes(content)
        pictures, told = pictures_of(self.path), fragments_of(content, end)
        untouched = set(range(len(pictures)))
        for _ in range(rng.randint(1, 3)):
            at, size = rng.randrange(told[0][0], end), rng.choice((8, 64, 512, BLOCK))
            content = spoiled(content, at, min(size, end - at), rng.choice(WAYS), rng.randrange(1 << 30))
            untouched -= {n for n in untouched if told[n][0] < at + size and at < told[n][1]}
        self.damaged = content
        self.path.write_bytes(content)
        self.readable = [pictures[number] for number in sorted(untouched)]

    def missing(self) -> int:
        """Readable pictures that the file has no more. Some consist of the same bytes: each of them must be there."""
        return (Counter(self.readable) - Counter(pictures_of(self.path))).total()


def pictures_of(path: Path) -> list[bytes]:
    with av.open(str(path), metadata_errors="replace") as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def test_damaged_blocks_in_interrupted_files(tmp_path: Path) -> None:
    rng, missing, untold, gone = random.Random(3), 0, 0, 0
    for time in range(TIMES):
        content = interrupted(RECIPES[time % 2])
        case = Case(tmp_path, content, len(content), rng)
        repaired = repair(case.path)
        missing += case.missing()
        has_lost = inspect_file(case.path).frames < 100
        untold += has_lost and not (repaired and repaired.damage)
        kept = repaired.original if repaired else None
        gone += has_lost and (kept is None or kept.read_bytes() != case.damaged)
    note(
        f"1 to 3 blocks of 8 to {BLOCK} bytes of an interrupted file read as zeros, ones, random bytes or bytes of "
        "another place; the file is repaired",
        times=TIMES,
        worst=f"{missing} readable frames are missing, {untold} losses not told, {gone} originals not kept",
        limit="0",
        kept=missing + untold + gone == 0,
    )
    assert (missing, untold, gone) == (0, 0, 0)


def test_damaged_blocks_in_closed_files(tmp_path: Path) -> None:
    """A few changed bytes inside a picture pass; so blocks of zeros are what must be found."""
    rng, missing, unfound = random.Random(4), 0, 0
    for time in range(TIMES):
        content = closed(RECIPES[time % 2])
        case = Case(tmp_path, content, index_at(content), rng)
        before = missing
        missing += case.missing()
        repair(case.path)
        missing = max(missing, before + case.missing())
        at = rng.randrange(72, len(content) - BLOCK)
        case.path.write_bytes(spoiled(content, at, BLOCK, "zeros"))
        unfound += not check_file(case.path).damage
    note(
        f"1 to 3 blocks of a closed file are damaged and it is repaired; {BLOCK} zeros anywhere in one are looked for "
        "with `check`",
        times=TIMES,
        worst=f"{missing} readable frames are missing, {unfound} blocks of zeros not found",
        limit="0",
        kept=missing + unfound == 0,
    )
    assert (missing, unfound) == (0, 0)


def test_copies_of_closed_files_that_are_cut_off(tmp_path: Path) -> None:
    rng, missing = random.Random(5), 0
    path = tmp_path / "copy.mp4"
    for time in range(TIMES):
        content = closed(RECIPES[time % 2])
        told = fragments_of(content, index_at(content))
        size = rng.randrange(told[0][1], len(content))
        path.write_bytes(content[:size])
        try:
            repair(path)
        except StorageFailed as fault:
            note(f"A closed file cut off at {size} bytes", times=1, worst=fault.sentence, limit="repaired", kept=False)
            raise
        facts = inspect_file(path)
        expected = min(100, sum(end <= size for _, end in told))
        missing += max(0, expected - facts.frames) if facts.state is FileState.REPAIRED else expected
    note(
        "A copy of a closed file is cut off at any length, and repaired",
        times=TIMES,
        worst=f"{missing} frames of whole fragments are missing",
        limit="0",
        kept=missing == 0,
    )
    assert missing == 0
