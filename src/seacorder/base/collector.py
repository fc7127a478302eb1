"""Python's collector of reference cycles in processes that run for weeks.

By itself it looks at old objects only once a quarter as many new ones have come. A process that stands on a hundred
thousand keeps for hours what ended workers, closed files and connections leave behind, which are such cycles: of a
worker's, with some 100 KB of FFmpeg's behind each, which the collector does not count.
"""

import gc

COLLECT_SECONDS = 10.0
"""How often `collect` is to be called."""


def spare_what_stands() -> None:
    """What stands now stays for good and is not looked at again. Call once, when all is there; 40 ms."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def collect() -> None:
    """Frees the cycles that have come since: a millisecond or two."""
    gc.collect()
