"""Parts that are complete wait for their disk, but not for ever and not without number."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest

from fakes.clock import FakeClock
from seacorder.base.message import Message
from seacorder.telemetry.logs.data_file import END_NS
from seacorder.telemetry.logs.endings import ENDING_MAX, Endings
from seacorder.telemetry.logs.part_files import PartFiles


@dataclass
class Part:
    """A part whose disk takes nothing."""

    name: str
    is_closed: bool = False
    until_ns: int | None = None
    failure: Message | None = None
    why: list[Message] = field(default_factory=list)

    def close(self) -> None:
        self.is_closed = True

    def limit(self, until_ns: int) -> None:
        self.until_ns = until_ns if self.until_ns is None else self.until_ns

    def look(self, now_ns: int) -> list[Path]:
        if self.until_ns is not None and now_ns >= self.until_ns:
            self.failure = Message(self.name)
        return []

    @property
    def has_ended(self) -> bool:
        return self.failure is not None


class Bench:
    """Parts that end, and what is said of them."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.lost: list[str] = []
        self.endings = Endings(self.clock, lambda why: self.lost.append(why.fact))

    def add(self, count: int) -> list[Part]:
        parts = [Part(f"part {number}") for number in range(1, count + 1)]
        for part in parts:
            self.endings.add(cast(PartFiles, part))
        return parts

    def pass_ns(self, duration_ns: int) -> None:
        self.clock.advance(duration_ns / 1e9)
        self.endings.look(self.clock.monotonic_ns())


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_part_is_closed_and_waits_without_limit_while_the_recording_runs(bench: Bench) -> None:
    (part,) = bench.add(1)
    assert part.is_closed
    bench.pass_ns(1000 * END_NS)
    assert (bench.endings.parts, bench.lost) == ([part], [])


def test_of_too_many_the_oldest_is_given_up_in_time_and_told(bench: Bench) -> None:
    parts = bench.add(ENDING_MAX + 2)
    bench.pass_ns(END_NS - 1)
    assert bench.lost == []
    bench.pass_ns(1)
    assert bench.lost == ["part 1", "part 2"]
    assert bench.endings.parts == parts[2:]


def test_after_the_recording_all_are_given_up_in_time_and_told_to_whoever_stopped_it(bench: Bench) -> None:
    parts = bench.add(2)
    assert bench.endings.end_all(is_answered=True) == parts
    bench.pass_ns(END_NS)
    assert (bench.endings.parts, bench.lost) == ([], [])
    bench.add(1)
    bench.endings.end_all()
    bench.pass_ns(END_NS)
    assert bench.lost == ["part 1"]
