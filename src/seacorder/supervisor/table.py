"""The worker table: which modules run as workers, and how they are started.

Workers are named as text and started by executing Python anew: nothing of theirs is ever imported here.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from seacorder.base.log import LEVEL_VARIABLE

MODULES: Mapping[str, str] = {
    "channel": "seacorder.channel",
    "evidence": "seacorder.evidence",
}

_FOR_WORKERS = frozenset({LEVEL_VARIABLE})

SMALL_MEMORY: Mapping[str, str] = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "65536",
}
"""For the GNU C library; measured in docs/design/processes.md. Whoever sets these variables has their own way."""

_UTF_8: Mapping[str, str] = {"PYTHONIOENCODING": "utf-8"}
"""What a worker writes on standard error is read by us, whatever code page the terminal has."""


@dataclass(frozen=True, slots=True)
class Launch:
    """How to start workers of one kind."""

    module: str
    environment: Mapping[str, str] = field(default_factory=dict)
    """Beyond what this process has itself."""

    @classmethod
    def of(cls, kind: str) -> "Launch":
        """The table's entry. Raises KeyError for a kind that is not in it."""
        return cls(MODULES[kind])

    @property
    def command_line(self) -> list[str]:
        """-P: what happens to lie in the folder that the program was started from is never imported."""
        return [sys.executable, "-P", "-m", self.module]

    def variables(self) -> dict[str, str]:
        """The worker's environment: ours without the settings of the whole program, which may hold passwords."""
        ours = {name: value for name, value in os.environ.items() if _is_for_workers(name)}
        return {**SMALL_MEMORY, **ours, **_UTF_8, **self.environment}


def _is_for_workers(name: str) -> bool:
    return not name.startswith("SEACORDER_") or name in _FOR_WORKERS
