"""When the loop reads each of its connections, and what it does with one that fails."""

import threading
from collections.abc import Sequence

import pytest

from fakes.clock import FakeClock
from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND
from seacorder.base.errors import InputFailed
from seacorder.channel.burst_loop import HEAD_NS, LOOK_NS, REST_NS, BurstLoop, LoopEntry, SocketWaiting
from seacorder.channel.pace import Pace
from seacorder.inputs.contract import Item, Unread

BURST_NS = 200 * NS_PER_MS
NEVER_NS = 1 << 62


class FakeConnection:
    """Brings one item for each read, and leaves behind what a test says."""

    def __init__(self, number: int = 5) -> None:
        self.number = number
        self.unread = Unread.ALL_TAKEN
        self.may_wait = BURST_NS
        self.reads: list[int] = []
        self.fault: Exception | None = None
        self.clock: FakeClock

    def may_wait_ns(self) -> int:
        return self.may_wait

    def read(self) -> Sequence[Item]:
        if self.fault is not None:
            raise self.fault
        self.reads.append(self.clock.monotonic_ns())
        return [len(self.reads)]  # type: ignore[list-item]


class Scene:
    """A loop whose waits take no time: the clock goes on by as much."""

    def __init__(self, *connections: FakeConnection) -> None:
        self.clock = FakeClock()
        self.may_wait_ns = BURST_NS
        self.waits: list[tuple[tuple[int, ...], float]] = []
        self.comes: list[int] = []
        """The file descriptors that can be read when the loop waits the next time."""
        self.passed: list[int] = []
        """When the loop came by."""
        self.loop = BurstLoop(self.clock, lambda: self.passed.append(self.clock.monotonic_ns()), lambda: self)
        self.taken: list[int] = []
        self.entries: list[LoopEntry] = []
        for connection in connections:
            connection.clock = self.clock
            pace = Pace(self.clock, lambda _: self.may_wait_ns)
            entry = LoopEntry(connection, self.taken.extend, pace, threading.Event())  # type: ignore[arg-type]
            entry.head_due_ns = NEVER_NS
            self.entries.append(entry)
            self.loop.begin(entry)

    def wait(self, numbers: Sequence[int], seconds: float) -> Sequence[int]:
        self.waits.append((tuple(numbers), seconds))
        found, self.comes = self.comes, []
        if not found:
            self.clock.advance(seconds)
        return found

    def wake(self) -> None:
        pass

    def close(self) -> None:
        pass

    def turns(self, count: int) -> list[float]:
        """How long each of the waits of so many turns is, in milliseconds."""
        self.waits.clear()
        for _ in range(count):
            self.loop.turn()
        return [round(1000 * seconds, 3) for _, seconds in self.waits]


def test_what_comes_is_left_for_as_long_as_it_may_lie() -> None:
    one = FakeConnection()
    scene = Scene(one)
    assert scene.turns(3) == [200, 200, 200]
    assert scene.taken == [1, 2, 3]
    assert [numbers for numbers, _ in scene.waits] == [(), (), ()]


def test_each_turn_passes_by_who_else_has_something_to_do() -> None:
    one = FakeConnection()
    scene = Scene(one)
    scene.turns(3)
    assert scene.passed == one.reads


def test_the_beginning_of_a_picture_is_read_as_it_comes_behind_what_was_held_back() -> None:
    scene = Scene(FakeConnection())
    scene.entries[0].head_due_ns = 0
    scene.comes = [5]
    scene.turns(1)
    scene.clock.advance(0.0006)  # held back until the read
    scene.comes = [5]
    scene.turns(1)
    scene.clock.advance(0.02)  # on time
    assert scene.turns(1) == [179.4]
    assert scene.waits[0][0] == ()


def test_what_comes_on_time_is_looked_for_once() -> None:
    scene = Scene(FakeConnection())
    scene.entries[0].head_due_ns = 0
    scene.comes = [5]
    scene.turns(1)
    scene.clock.advance(0.02)
    assert scene.turns(1) == [180]
    assert scene.waits[0][0] == ()


def test_where_nothing_comes_at_once_the_beat_is_kept() -> None:
    scene = Scene(FakeConnection())
    scene.entries[0].head_due_ns = 0
    assert scene.turns(2) == [200, 200]
    assert [numbers for numbers, _ in scene.waits] == [(5,), ()]


def test_beginnings_are_looked_for_often_at_first_then_each_few_seconds() -> None:
    scene = Scene(FakeConnection())
    scene.entries[0].head_due_ns = 0
    scene.turns(100)
    looks = [number for number, (numbers, _) in enumerate(scene.waits) if numbers]
    assert looks == [0, 2, 4, 8, 16, 32, 57, 82]
    assert HEAD_NS == 25 * BURST_NS


def test_the_shortest_of_what_the_kernel_and_the_channel_allow_counts() -> None:
    one = FakeConnection()
    scene = Scene(one)
    one.may_wait = 110 * NS_PER_MS
    assert scene.turns(2) == [100, 100]
    scene.may_wait_ns = 70 * NS_PER_MS
    assert scene.turns(3) == [66.667, 66.667, 66.667]


def test_frames_that_are_wanted_at_once_are_read_as_they_come() -> None:
    one = FakeConnection()
    scene = Scene(one)
    scene.may_wait_ns = 0
    scene.comes = [5]
    scene.turns(1)
    assert scene.waits == [((5,), LOOK_NS / NS_PER_SECOND)]
    one.unread = Unread.WITHIN
    scene.turns(1)
    assert scene.waits == [((), REST_NS / NS_PER_SECOND)]
    assert scene.taken == [1, 2]


def test_a_silent_connection_is_waited_for() -> None:
    one = FakeConnection()
    one.unread = Unread.NOTHING_CAME
    scene = Scene(one)
    scene.turns(1)
    assert scene.waits == [((5,), LOOK_NS / NS_PER_SECOND)]


def test_a_full_buffer_is_read_again_at_once_but_others_have_their_turn() -> None:
    flood, other = FakeConnection(5), FakeConnection(6)
    flood.unread = Unread.MORE
    scene = Scene(flood, other)
    assert scene.turns(4) == [0, 0, 0, 0]
    assert (len(flood.reads), len(other.reads)) == (4, 1)


def test_each_connection_has_its_own_pace() -> None:
    quick, usual = FakeConnection(5), FakeConnection(6)
    quick.may_wait = BURST_NS // 2
    scene = Scene(quick, usual)
    scene.turns(12)
    assert len(quick.reads) == 2 * len(usual.reads)


def test_one_turn_reads_all_that_may_wait_equally_long() -> None:
    early, late = FakeConnection(5), FakeConnection(6)
    scene = Scene(early)
    scene.turns(1)
    scene.clock.advance(0.07)
    late.clock = scene.clock
    pace = Pace(scene.clock, lambda _: BURST_NS)
    scene.loop.begin(LoopEntry(late, scene.taken.extend, pace, threading.Event()))  # type: ignore[arg-type]
    scene.turns(4)
    assert early.reads[-3:] == late.reads[-3:]


def test_a_late_turn_does_not_put_the_next_one_off() -> None:
    one = FakeConnection()
    scene = Scene(one)
    scene.turns(1)
    scene.clock.advance(0.15)
    assert scene.turns(2) == [50, 200]


def test_a_command_is_not_kept_waiting() -> None:
    one = FakeConnection()
    scene = Scene(one)
    scene.turns(1)
    scene.entries[0].pace.hurry()
    scene.comes = [5]
    scene.turns(1)
    assert len(one.reads) == 2
    assert scene.waits == [((5,), LOOK_NS / NS_PER_SECOND)]
    assert not scene.entries[0].pace.is_asked


def test_who_catches_up_waits_until_nothing_more_is_there() -> None:
    one = FakeConnection()
    scene = Scene(one)
    scene.turns(1)
    scene.entries[0].pace.hurry()
    one.unread = Unread.MORE
    scene.turns(1)
    assert scene.entries[0].pace.is_asked
    one.unread = Unread.ALL_TAKEN
    scene.turns(1)
    assert not scene.entries[0].pace.is_asked


@pytest.mark.parametrize("fault", [InputFailed("The camera is gone."), ValueError("a fault in the program")])
def test_one_that_fails_costs_the_others_nothing(fault: Exception) -> None:
    bad, good = FakeConnection(5), FakeConnection(6)
    scene = Scene(bad, good)
    bad.fault = fault
    scene.turns(3)
    assert scene.entries[0].over.is_set()
    assert scene.entries[0].failure is fault
    assert len(good.reads) == 3
    assert not scene.entries[1].over.is_set()


def test_a_connection_that_is_closed_from_outside_ends_at_once() -> None:
    one = FakeConnection()
    one.unread = Unread.NOTHING_CAME
    scene = Scene(one)
    scene.turns(1)
    one.number, one.fault = -1, InputFailed("It was closed.")
    scene.turns(1)
    scene.turns(1)
    assert scene.entries[0].over.is_set()


def test_nothing_is_read_after_a_stop() -> None:
    one = FakeConnection()
    scene = Scene(one)
    scene.turns(1)
    scene.entries[0].stopping.set()
    scene.turns(2)
    assert len(one.reads) == 1
    assert scene.entries[0].over.is_set()
    assert scene.entries[0].failure is None


def test_reading_ends_with_what_ended_the_connection() -> None:
    one = FakeConnection()
    one.clock, one.fault = FakeClock(), InputFailed("The camera is gone.")
    loop = BurstLoop(one.clock)
    pace = Pace(one.clock, lambda _: BURST_NS)
    with pytest.raises(InputFailed, match="gone"):
        loop.read(LoopEntry(one, lambda _: None, pace, threading.Event()))
    with pytest.raises(InputFailed, match="gone"):
        loop.read(LoopEntry(one, lambda _: None, pace, threading.Event()))


def test_a_wait_ends_when_it_is_woken() -> None:
    waiting = SocketWaiting()
    waiting.wake()
    waiting.wake()
    assert waiting.wait((), 60)
    waker = threading.Thread(target=waiting.wake)
    waker.start()
    assert waiting.wait((), 60)
    waker.join()
    waiting.close()
