"""What the operating system says of its clock."""

import sys
from pathlib import Path

import pytest

from seacorder.base import clock_state
from seacorder.base.clock_state import UNKNOWN, KernelAnswer, read_clock_state, state_of

SET = KernelAnswer(state=0, status=0x2001, offset=-120_000, freq=-65536 * 12, maxerror=3_500, esterror=200)


def test_a_clock_that_is_set_has_an_uncertainty() -> None:
    state = state_of(SET, source="tsc", program="chrony")
    assert (state.is_known, state.is_synchronised) == (True, True)
    assert (state.offset_ns, state.most_ns, state.estimated_ns) == (-120_000, 3_500_000, 200_000)
    assert (state.frequency_ppm, state.source, state.program) == (-12.0, "tsc", "chrony")


def test_an_offset_in_microseconds_is_told_in_nanoseconds() -> None:
    coarse = KernelAnswer(state=0, status=0x0001, offset=-120, freq=0, maxerror=1, esterror=1)
    assert state_of(coarse, source="", program="").offset_ns == -120_000


@pytest.mark.parametrize(("state", "status"), [(5, 0x2001), (0, 0x2041)])
def test_a_clock_that_is_not_set_has_none(state: int, status: int) -> None:
    """The kernel's figures grow without a meaning then: 16 s after some hours."""
    said = state_of(KernelAnswer(state, status, 0, 0, 16_000_000, 16_000_000), source="tsc", program="")
    assert (said.is_known, said.is_synchronised, said.most_ns, said.estimated_ns) == (True, False, None, None)


def test_the_program_is_known_by_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "chronyd.pid").touch()
    files = {"timesyncd": tmp_path / "none", "chrony": tmp_path / "chronyd.pid"}
    monkeypatch.setattr(clock_state, "PROGRAMS", files)
    monkeypatch.setattr(clock_state, "_ask_kernel", lambda: SET)
    assert read_clock_state().program == "chrony"


def test_a_system_that_does_not_tell_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert read_clock_state() == UNKNOWN


def test_the_kernel_of_this_machine_is_asked() -> None:
    state = read_clock_state()
    assert state.is_known is (sys.platform == "linux")
    assert state.most_ns is None or state.most_ns >= 0
