"""A pytest plugin for `make test`, which runs some files of tests at a time, and then one by one those that are alone.

`@pytest.mark.alone("the limit that a busy machine would miss")`: such a test is timed, or takes all of the machine on
purpose. One without its reason is refused: most tests can wait for what they want to see.

Registered by tests/conftest.py: `pytest_plugins = ["house.lanes"]`.
"""

from collections import Counter
from pathlib import Path

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuses a test that is alone without a reason, and puts the files with the most slow tests first.

    Slow tests mostly wait, so they get on well beside each other; and no long file is left over for the end, when
    nothing is left to run beside it.
    """
    for item in items:
        for mark in item.iter_markers("alone"):
            _refuse_unfounded(item, mark)
    slow: Counter[Path] = Counter(item.path for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: -slow[item.path])


def _refuse_unfounded(item: pytest.Item, mark: pytest.Mark) -> None:
    if not (mark.args and isinstance(mark.args[0], str)):
        raise pytest.UsageError(f'{item.nodeid} is alone: say why, @pytest.mark.alone("…")')
    if "mark.alone" not in item.path.read_text("utf-8"):
        raise pytest.UsageError(f"{item.nodeid} is alone by a mark from another file: the Makefile would not find it")
