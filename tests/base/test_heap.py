"""What the start made is exempt from collection; cycles that come later are freed; the heap gives memory back."""

import gc
import sys
import weakref
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from seacorder.base import heap


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
    heap.exempt_startup_objects()
    later = weakref.ref(Node())
    del standing
    heap.collect()
    assert later() is None
    assert stands() is not None


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's heap")
def test_frames_come_from_the_heap_unless_the_user_has_set_its_thresholds(monkeypatch: pytest.MonkeyPatch) -> None:
    options: list[tuple[int, int]] = []
    trims: list[int] = []
    library = SimpleNamespace(mallopt=lambda *option: options.append(option), malloc_trim=trims.append)
    monkeypatch.setattr(heap.ctypes, "CDLL", lambda _: library)
    monkeypatch.setenv("MALLOC_TRIM_THRESHOLD_", "1")
    heap.keep_frames()
    assert options == []
    monkeypatch.delenv("MALLOC_TRIM_THRESHOLD_")
    heap.keep_frames()
    assert [limit for _, limit in options] == [heap.FRAME_BYTES, heap.KEPT_BYTES]
    heap.give_back()
    assert trims == [0]
