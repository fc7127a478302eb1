"""Which files a power cut leaves, out of the operations that a disk in memory has noted."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

from fakes.disk import Operation

WAYS = ("none", "all", "last", "some", "torn")
"""What is left of the writes since a file's last sync: `survivors`."""


def files_of(operations: Sequence[Operation]) -> list[tuple[Path, list[Operation], bool]]:
    """Each file: its operations, and whether its name is safe."""
    found = []
    for made_at, made in enumerate(operations):
        if made.name == "create":
            mine = [one for one in operations if one.path == made.path]
            is_safe = any(one.name == "sync_folder" and one.path == made.path.parent for one in operations[made_at:])
            found.append((made.path, mine, is_safe))
    return found


def survivors(way: str, mine: Sequence[Operation], chance: random.Random) -> Callable[[int], float]:
    """For `fakes.disk.left_by_power_cut`."""
    last = max((at for at, one in enumerate(mine) if one.name == "write"), default=-1)
    return {
        "none": lambda _: 0.0,
        "all": lambda _: 1.0,
        "last": lambda at: float(at == last),
        "some": lambda _: chance.choice([0.0, 1.0]),
        "torn": lambda _: chance.random(),
    }[way]
