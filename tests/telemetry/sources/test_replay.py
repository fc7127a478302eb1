"""Logs that are played."""

import io
from pathlib import Path

import pytest

from rig.data_sources import bytes_of, opened, read_until
from seacorder.base.clock import SystemClock
from seacorder.base.errors import InputFailed
from seacorder.model.address.telemetry import ReplayAddress
from seacorder.telemetry.sources.replay import ReplaySource, timed_lines

CLOCK = SystemClock()


def played(log: bytes, **options: float | bool) -> list[tuple[float, bytes]]:
    address = ReplayAddress("log", **options)  # type: ignore[arg-type]
    return [(round(at, 3), line) for at, line in timed_lines(io.BytesIO(log), address)]


def test_lines_keep_the_distance_of_their_times_which_are_left_out() -> None:
    log = b"2026-05-04T03:02:01.250Z $A*00\r\n2026-05-04T03:02:02.000Z $B*00\r\n$C*00\r\n"
    log += b"2026-05-04T03:02:03Z\t$D*00\r\n"
    assert played(log) == [(0.0, b"$A*00\r\n"), (0.75, b"$B*00\r\n"), (0.75, b"$C*00\r\n"), (1.75, b"$D*00\r\n")]


@pytest.mark.parametrize("time", [
    b"[2026-05-04 03:02:01,5] ", b"2026-05-04T05:02:01.5+02:00,", b"1777863721.500 ", b"(1777863721.5)  ",
])
def test_other_forms_of_a_time(time: bytes) -> None:
    log = b"2026-05-04T03:02:01Z $A\n" + time + b"$B\n"
    assert played(log) == [(0.0, b"$A\n"), (0.5, b"$B\n")]


def test_a_step_back_or_a_day_between_two_lines_is_no_pause() -> None:
    log = b"1777863721.0 a\n1777863708.0 b\n1777863709.0 c\n1777963709.0 d\n"
    assert [at for at, _ in played(log)] == [0.0, 0.0, 1.0, 1.0]


def test_without_times_a_line_comes_after_each_pause() -> None:
    assert played(b"12.5\n12.6\n12.7\n", pause_seconds=0.5) == [(0.0, b"12.5\n"), (0.5, b"12.6\n"), (1.0, b"12.7\n")]


def test_times_can_be_left_alone() -> None:
    log = b"2026-05-04T03:02:01.250Z 12.5\n"
    assert played(log, has_times=False) == [(0.0, log)]


def test_numbers_that_are_no_time_stay() -> None:
    assert [line for _, line in played(b"2026-13-45T99:00:00 x\n523312.5 4567.8\n")] == [
        b"2026-13-45T99:00:00 x\n", b"523312.5 4567.8\n",
    ]


def test_as_fast_as_it_goes_and_again_from_the_beginning(tmp_path: Path) -> None:
    path = tmp_path / "dive.log"
    path.write_bytes(b"1777863721.0 a\n1777963721.0 b\n")
    with opened(ReplaySource(ReplayAddress(str(path), speed=0, loops=True), CLOCK)) as source:
        assert bytes_of(read_until(source, lambda found: len(found) >= 6)).startswith(b"a\nb\na\nb\na\nb\n")


def test_in_real_time_times_ten(tmp_path: Path) -> None:
    path = tmp_path / "dive.log"
    path.write_bytes(b"1777863721.0 a\n1777863722.0 b\n1777863723.0 c\n")
    begin_ns = CLOCK.monotonic_ns()
    with opened(ReplaySource(ReplayAddress(str(path), speed=10), CLOCK)) as source:
        _, _, last = read_until(source, lambda found: len(found) == 3)
        assert last.received.monotonic_ns - begin_ns >= 199_000_000


def test_at_its_end_nothing_more_comes(tmp_path: Path) -> None:
    path = tmp_path / "dive.log"
    path.write_bytes(b"a\n")
    with opened(ReplaySource(ReplayAddress(str(path)), CLOCK)) as source:
        assert bytes_of(read_until(source, lambda found: len(found) == 1)) == b"a\n"
        assert source.read() == []


def test_an_empty_log_that_is_to_be_repeated_does_not_spin(tmp_path: Path) -> None:
    path = tmp_path / "dive.log"
    path.write_bytes(b"")
    with opened(ReplaySource(ReplayAddress(str(path), loops=True), CLOCK)) as source:
        assert source.read() == []


def test_a_log_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputFailed, match=r"gone\.log cannot be read"):
        ReplaySource(ReplayAddress(str(tmp_path / "gone.log")), CLOCK).open()
