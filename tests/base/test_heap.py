"""What the start made is exempt from collection; cycles that come later are freed; the heap gives memory back."""

import gc
import subprocess
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
    gc.set_threshold(*thresholds)  # what was exempted stays so, as all tests are (tests/conftest.py)


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


SEVERAL_THREADS = """
import ctypes, sys, threading
from seacorder.base import heap
if sys.argv[1] == "shared":
    heap.share()
library = ctypes.CDLL(None)
library.malloc.restype = ctypes.c_void_p
found = []
both = threading.Barrier(2)
def take():
    both.wait()
    found.append(library.malloc(60_000) >> 26)
    both.wait()
threads = [threading.Thread(target=take) for _ in range(2)]
for one in threads: one.start()
for one in threads: one.join()
print(len({library.malloc(60_000) >> 26, *found}) == 1)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's heap")
@pytest.mark.parametrize(("how", "is_one"), [("shared", "True"), ("each", "False")])
def test_threads_share_the_heap_of_the_first_one(how: str, is_one: str) -> None:
    """Heaps of threads lie at multiples of 64 MiB, far from the first one's."""
    said = subprocess.run([sys.executable, "-c", SEVERAL_THREADS, how], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == is_one
