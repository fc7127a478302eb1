"""The order of writes and syncs, as a function of what was queued."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from seacorder.storage.write_order import (
    BATCH_BYTES,
    SYNC_EVERY_NS,
    Done,
    Step,
    Sync,
    SyncNames,
    Wait,
    WriteBytes,
    WriteOrder,
)


def do(order: WriteOrder, step: Step, now_ns: int = 0) -> None:
    """Says that a step went well."""
    if isinstance(step, WriteBytes):
        order.written(len(step.data), now_ns)
    elif isinstance(step, Sync):
        order.synced(whole=step.whole)
    elif isinstance(step, SyncNames):
        order.names_synced()


def run(order: WriteOrder, now_ns: int = 0) -> list[Step]:
    """All steps until there is nothing to do."""
    steps: list[Step] = []
    while not isinstance(step := order.next(now_ns), Wait | Done):
        steps.append(step)
        do(order, step, now_ns)
    return steps


def test_bytes_in_a_row_go_in_one_write() -> None:
    order = WriteOrder()
    order.put(0, b"ab")
    order.put_milestone(1)
    order.put(2, b"cd")
    order.put(10, b"e")
    assert run(order) == [WriteBytes(0, b"abcd"), WriteBytes(10, b"e")]


def test_a_write_is_of_bounded_size() -> None:
    order = WriteOrder()
    for i in range(5):
        order.put(i * BATCH_BYTES // 2, bytes(BATCH_BYTES // 2))
    sizes = [len(step.data) for step in run(order) if isinstance(step, WriteBytes)]
    assert sizes == [BATCH_BYTES] * 2 + [BATCH_BYTES // 2]


def test_syncs_come_once_a_second_while_bytes_come_and_the_names_after_the_first() -> None:
    order = WriteOrder()
    assert order.next(0) == Wait(None)
    order.put(0, b"a")
    assert run(order, 5) == [WriteBytes(0, b"a")]
    assert order.next(6) == Wait(5 + SYNC_EVERY_NS)
    assert run(order, 5 + SYNC_EVERY_NS) == [Sync(whole=False), SyncNames()]
    assert order.next(7 + SYNC_EVERY_NS) == Wait(None)
    order.put(1, b"b")
    assert run(order, 9 + SYNC_EVERY_NS) == [WriteBytes(1, b"b"), Sync(whole=False)]


def test_a_sync_that_is_due_before_the_next_write_follows_the_newest_one() -> None:
    order, third = WriteOrder(), SYNC_EVERY_NS // 3
    order.put(0, b"a")
    assert run(order, 5) == [WriteBytes(0, b"a")]
    order.put(1, b"b")
    assert run(order, 5 + third) == [WriteBytes(1, b"b")]
    assert order.next(5 + third) == Wait(5 + SYNC_EVERY_NS)
    order.put(2, b"c")
    assert run(order, 5 + 2 * third) == [WriteBytes(2, b"c"), Sync(whole=False), SyncNames()]
    assert order.next(6 + 2 * third) == Wait(None)


def test_a_backward_write_stands_alone_between_two_syncs() -> None:
    order = WriteOrder()
    order.put(0, b"abcd")
    order.put(4, b"index")
    order.put(0, b"AB")
    order.put(2, b"CD")
    order.put(9, b"more")
    order.end()
    assert [step for step in run(order) if not isinstance(step, SyncNames)] == [
        WriteBytes(0, b"abcdindex"),
        Sync(whole=False),
        WriteBytes(0, b"AB"),
        Sync(whole=False),
        WriteBytes(2, b"CD"),
        Sync(whole=False),
        WriteBytes(9, b"more"),
        Sync(whole=True),
    ]
    assert order.next(0) == Done()


def test_the_end_is_a_whole_sync_and_the_names() -> None:
    order = WriteOrder()
    order.put(0, b"a")
    order.end()
    assert run(order) == [WriteBytes(0, b"a"), Sync(whole=True), SyncNames()]
    assert order.next(0) == Done()


def test_after_a_failed_sync_its_bytes_are_written_again() -> None:
    order = WriteOrder()
    order.put(0, b"abc")
    run(order)
    order.put_milestone(7)
    assert order.written_milestone == 7
    order.end()
    assert order.next(0) == Sync(whole=True)
    order.sync_failed()
    assert (order.written_milestone, order.written_bytes, order.pending_bytes) == (None, 0, 3)
    assert run(order) == [WriteBytes(0, b"abc"), Sync(whole=True), SyncNames()]
    assert (order.written_milestone, order.written_bytes, order.pending_bytes) == (7, 3, 0)


def test_a_mark_counts_once_all_bytes_before_it_are_written() -> None:
    order = WriteOrder()
    order.put(0, b"abcd")
    order.put_milestone(1)
    order.put(4, b"ef")
    order.put_milestone(2)
    order.next(0)
    order.written(3, 0)
    assert order.written_milestone is None
    order.written(1, 0)
    assert order.written_milestone == 1
    run(order)
    assert order.written_milestone == 2


CHUNKS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 30)), max_size=25)


class Simulation:
    """A disk that takes writes in pieces and throws unsynced bytes away when a sync fails, both at random."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._failures = 0
        self._is_fenced = False
        self.order = WriteOrder()
        self.end = 0
        self.backward: set[int] = set()
        self.wanted, self.stored, self.synced = bytearray(200), bytearray(200), bytearray(200)

    def put_all(self, chunks: list[tuple[int, int]]) -> None:
        """Chunk number i is made of bytes i; more than half of them go on at the end."""
        for i, (offset, size) in enumerate(chunks, 1):
            start = min(self.end if self._dice.random() < 0.6 else offset, 160)
            if start < self.end:
                self.backward.add(i)
            self.wanted[start : start + size] = bytes([i]) * size
            self.order.put(start, bytes([i]) * size)
            self.end = max(self.end, start + size)
        self.order.end()

    def run(self) -> None:
        now_ns = 0
        while not isinstance(step := self.order.next(now_ns), Done):
            now_ns += self._dice.randrange(SYNC_EVERY_NS)
            if isinstance(step, WriteBytes):
                self._write(step, now_ns)
            elif isinstance(step, Sync):
                self._sync(step)
            else:
                do(self.order, step)

    def _write(self, step: WriteBytes, now_ns: int) -> None:
        is_backward = step.data[0] in self.backward
        assert not self._is_fenced, "a write between a backward one and its sync"
        assert not is_backward or self.stored == self.synced, "a backward write before a sync"
        count = self._dice.randint(1, len(step.data))
        self.stored[step.offset : step.offset + count] = step.data[:count]
        self._is_fenced = is_backward
        self.order.written(count, now_ns)

    def _sync(self, step: Sync) -> None:
        self._is_fenced = False
        if self._failures < 20 and self._dice.random() < 0.3:
            self._failures += 1
            self.stored[:] = self.synced
            self.order.sync_failed()
        else:
            self.synced[:] = self.stored
            self.order.synced(whole=step.whole)


@settings(max_examples=300, deadline=None)
@given(CHUNKS, st.integers(0, 2**32))
def test_whatever_fails_the_file_holds_what_was_put_and_barriers_hold(chunks: list[tuple[int, int]], seed: int) -> None:
    disk = Simulation(seed)
    disk.put_all(chunks)
    disk.run()
    assert disk.synced == disk.wanted
    assert (disk.order.pending_bytes, disk.order.unsynced_bytes) == (0, 0)
    assert disk.order.written_bytes == disk.end
