"""What the operating system says of its own clock: is it set by a time source, and how far can it be off?

On Linux the kernel tells it (`adjtimex`, which changes nothing here); elsewhere nothing is known, and that is what is
said. Which program sets the clock is seen by the files that it keeps while it runs. Standard library only.
"""

import ctypes
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_STA_UNSYNC, _STA_NANO = 0x0040, 0x2000
_TIME_ERROR = 5
"""adjtimex(2): the clock is not synchronised."""
_CLOCK_SOURCE = Path("/sys/devices/system/clocksource/clocksource0/current_clocksource")
PROGRAMS: Mapping[str, Path] = {
    "chrony": Path("/run/chrony/chronyd.pid"),
    "systemd-timesyncd": Path("/run/systemd/timesync/synchronized"),
    "ntpd": Path("/run/ntpd.pid"),
    "ptp4l": Path("/run/ptp4l"),
}
"""By program: a file that is there while it runs, or since it has set the clock."""


@dataclass(frozen=True, slots=True)
class ClockState:
    """The state of this computer's wall clock."""

    is_known: bool = False
    """False where the operating system does not tell; all that follows is empty then."""
    is_synchronised: bool = False
    """A time source sets the clock, and has done so not long ago."""
    offset_ns: int = 0
    """How far the clock was from its source when it was last compared, as far as it is not corrected yet."""
    most_ns: int | None = None
    """The clock is off by this much at most, by the kernel's reckoning (half the delay to the reference clock, its
    dispersion, and what may have been added since). None while it is not synchronised."""
    estimated_ns: int | None = None
    """How far it is probably off. None while it is not synchronised."""
    frequency_ppm: float = 0.0
    """How much its rate is corrected."""
    source: str = ""
    """The hardware that counts, such as `tsc`."""
    program: str = ""
    """What sets the clock, as far as files tell; empty if nothing is seen."""


UNKNOWN = ClockState()


class _Timex(ctypes.Structure):
    """`struct timex` of the GNU C library and musl on 64-bit Linux."""

    _fields_ = [
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("constant", ctypes.c_long),
        ("precision", ctypes.c_long),
        ("tolerance", ctypes.c_long),
        ("time", ctypes.c_long * 2),
        ("tick", ctypes.c_long),
        ("rest", ctypes.c_long * 40),
    ]


@dataclass(frozen=True, slots=True)
class KernelAnswer:
    """What adjtimex(2) says, in its own units."""

    state: int
    status: int
    offset: int
    freq: int
    maxerror: int
    esterror: int


def read_clock_state() -> ClockState:
    """The state now. Reads small files of the system, and never raises."""
    answer = _ask_kernel()
    return UNKNOWN if answer is None else state_of(answer, source=_text(_CLOCK_SOURCE), program=_program())


def state_of(answer: KernelAnswer, *, source: str, program: str) -> ClockState:
    """The state that the kernel's answer means."""
    is_synchronised = answer.state != _TIME_ERROR and not answer.status & _STA_UNSYNC
    return ClockState(
        is_known=True,
        is_synchronised=is_synchronised,
        offset_ns=answer.offset if answer.status & _STA_NANO else answer.offset * 1000,
        most_ns=answer.maxerror * 1000 if is_synchronised else None,
        estimated_ns=answer.esterror * 1000 if is_synchronised else None,
        frequency_ppm=round(answer.freq / 65536, 3),
        source=source,
        program=program,
    )


def _ask_kernel() -> KernelAnswer | None:
    if sys.platform != "linux" or ctypes.sizeof(ctypes.c_long) != 8:
        return None
    try:
        call = ctypes.CDLL(None).adjtimex
    except (OSError, AttributeError):
        return None
    said = _Timex()  # `modes` 0 only asks
    state = int(call(ctypes.byref(said)))
    if state < 0:  # a container may refuse the question
        return None
    return KernelAnswer(state, said.status, said.offset, said.freq, said.maxerror, said.esterror)


def _text(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except (OSError, ValueError):
        return ""


def _program() -> str:
    return next((name for name, file in PROGRAMS.items() if _is_there(file)), "")


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False
