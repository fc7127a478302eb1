"""Cycles are freed when they are asked for, though the collector is spared what stands."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from seacorder.base import collector


class Node:
    """Refers to itself."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.set_threshold(*thresholds)
    gc.unfreeze()


def test_what_stands_is_not_looked_at_again_and_what_comes_later_is_freed() -> None:
    standing = Node()
    stands = weakref.ref(standing)
    collector.spare_what_stands()
    later = weakref.ref(Node())
    del standing
    collector.collect()
    assert later() is None
    assert stands() is not None
