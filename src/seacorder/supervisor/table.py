"""The worker table: which modules run as workers, and the command line and environment they are started with.

Modules are named as text and run by a new Python process. Nothing of theirs is ever imported here.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from seacorder.base.log import LEVEL_VARIABLE

MODULES: Mapping[str, str] = {
    "channel": "seacorder.channel",
    "completion": "seacorder.evidence.completion",
    "copies": "seacorder.copies",
    "evidence": "seacorder.evidence",
    "export": "seacorder.evidence.export",
    "removal": "seacorder.copies.removal",
    "telemetry": "seacorder.telemetry",
}

_FOR_WORKERS = frozenset({LEVEL_VARIABLE})
"""The variables of this program that workers get too."""

SMALL_MEMORY: Mapping[str, str] = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "65536",
}
"""Settings of the GNU C library that keep workers small, measured in docs/design/processes.md. If the user has set
these variables, the user's values are used."""

_UTF_8: Mapping[str, str] = {"PYTHONIOENCODING": "utf-8"}
"""This process reads what a worker writes on standard error, so its encoding must not depend on the terminal's."""


@dataclass(frozen=True, slots=True)
class Launch:
    """How to start workers of one kind."""

    module: str
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables beyond those of this process."""

    @classmethod
    def of(cls, kind: str) -> "Launch":
        """The entry of `MODULES` for a kind of worker. Raises KeyError for an unknown kind."""
        return cls(MODULES[kind])

    @property
    def command_line(self) -> list[str]:
        """With -P, so that nothing is imported from the folder that the program happens to be started from."""
        return [sys.executable, "-P", "-m", self.module]

    def variables(self) -> dict[str, str]:
        """The worker's environment: ours without the program's settings (`SEACORDER_…`), which may hold passwords."""
        ours = {name: value for name, value in os.environ.items() if _is_for_workers(name)}
        return {**SMALL_MEMORY, **ours, **_UTF_8, **self.environment}


def _is_for_workers(name: str) -> bool:
    return not name.startswith("SEACORDER_") or name in _FOR_WORKERS
