"""Nobody waits for a target that is halted, full or gone; what it did not take is counted, in its place."""

import re
import threading

from hypothesis import given
from hypothesis import strategies as st

from seacorder.base import line_writer
from seacorder.base.line_writer import LINE_CHARACTERS, QUEUE_LINES, LineWriter

LONG_SECONDS = 60.0


def told(lines: int, why: str) -> str:
    return f"[{lines} left out: {why}]"


class Scripted:
    """Takes so many bytes of each write; all once the script has ended."""

    def __init__(self, *takes: int) -> None:
        self.takes = list(takes)
        self.data = b""

    def write(self, data: bytes) -> tuple[int, str]:
        taken = min(self.takes.pop(0), len(data)) if self.takes else len(data)
        self.data += data[:taken]
        return taken, "" if taken == len(data) else "full"

    @property
    def lines(self) -> list[str]:
        return self.data.decode().splitlines()


class Halted(Scripted):
    """Takes nothing until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.go_on = threading.Event(), threading.Event()

    def write(self, data: bytes) -> tuple[int, str]:
        self.reached.set()
        assert self.go_on.wait(LONG_SECONDS)
        return super().write(data)


def test_lines_come_out_in_their_order() -> None:
    target = Scripted()
    writer = LineWriter(target, describe_missing=told)
    for number in range(500):
        writer.put(f"{number}")
    assert writer.flush(LONG_SECONDS)
    assert target.lines == [f"{number}" for number in range(500)]
    writer.close()


def test_a_halted_target_holds_up_nobody_and_what_is_missing_stands_in_its_place() -> None:
    target = Halted()
    writer = LineWriter(target, describe_missing=told)
    writer.put("first")
    assert target.reached.wait(LONG_SECONDS)
    for number in range(QUEUE_LINES + 25):
        writer.put(f"{number}")
    target.go_on.set()
    assert writer.flush(LONG_SECONDS)
    writer.put("last")
    writer.close(LONG_SECONDS)
    missing = told(25, line_writer.NOT_READ)
    assert target.lines == ["first", *(f"{number}" for number in range(QUEUE_LINES)), missing, "last"]


def test_the_end_waits_no_longer_than_it_may_for_a_halted_target() -> None:
    target = Halted()
    writer = LineWriter(target, describe_missing=told)
    writer.put("first")
    assert target.reached.wait(LONG_SECONDS)
    writer.close(0.01)
    assert target.lines == []
    target.go_on.set()


def test_long_lines_are_cut_and_the_queue_is_bounded_in_bytes_too() -> None:
    target = Halted()
    writer = LineWriter(target, describe_missing=told)
    writer.put("first")
    assert target.reached.wait(LONG_SECONDS)
    for _ in range(1_000):
        writer.put("x" * 3 * LINE_CHARACTERS)
    target.go_on.set()
    writer.close(LONG_SECONDS)
    assert max(map(len, target.lines)) == LINE_CHARACTERS
    assert len(target.data) < 2 * line_writer.QUEUE_BYTES


def test_a_failure_is_told_once_until_it_is_over() -> None:
    faults: list[str] = []
    target = Scripted(0, 0, 10_000, 0)
    writer = LineWriter(target, describe_missing=told, on_fault=faults.append)
    for number in range(5):
        writer.put(f"{number}")
        assert writer.flush(LONG_SECONDS)
    writer.close(LONG_SECONDS)
    assert faults == ["full", "full"]
    assert target.lines == [told(2, "full"), "2", told(1, "full"), "4"]


def test_a_letter_that_the_code_page_lacks_is_replaced() -> None:
    target = Scripted()
    writer = LineWriter(target, describe_missing=told, encoding="cp437")
    writer.put("Борт ● ü")
    writer.close(LONG_SECONDS)
    assert target.data == b"???? ? \x81\n"


@given(takes=st.lists(st.integers(0, 40), max_size=12), count=st.integers(1, 40))
def test_each_line_is_out_or_counted_whatever_the_target_takes(takes: list[int], count: int) -> None:
    target = Scripted(*takes)
    writer = LineWriter(target, describe_missing=told)
    for number in range(count):
        writer.put(f"<{number}>")
        assert writer.flush(LONG_SECONDS)
    target.takes.clear()
    writer.put(f"<{count}>")
    writer.close(LONG_SECONDS)
    next_number = 0
    for line in target.lines:
        if found := re.fullmatch(r"\[(\d+) left out: full\]", line):
            next_number += int(found[1])
        elif found := re.fullmatch(r"<(\d+)>", line):
            assert int(found[1]) == next_number
            next_number += 1
    assert next_number == count + 1
