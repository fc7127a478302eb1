"""What is said of an instrument's clock, by how far it is from this computer's. Pure.

Satellites number their weeks with ten bits. A receiver whose firmware is too old for the present week gives dates that
are 1024 weeks, almost 20 years, too early, or a multiple of that; its times of the day are right.
"""

from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.duration import duration_text

_ROLLOVER_WEEKS = 1024
_DAY_NS = 86_400 * NS_PER_SECOND
_ROLLOVER_NS = _ROLLOVER_WEEKS * 7 * _DAY_NS
_SECONDS_MAX = 100
"""A longer difference is written in minutes, hours or days."""


def rolled_over_weeks(difference_ns: int) -> int:
    """How many weeks a clock is behind because the number of the week has begun again; 0 if that is not the reason.

    `difference_ns`: its time less this computer's.
    """
    times = round(-difference_ns / _ROLLOVER_NS)
    is_near = abs(difference_ns + times * _ROLLOVER_NS) < _DAY_NS
    return times * _ROLLOVER_WEEKS if times > 0 and is_near else 0


def difference_text(difference_ns: int) -> str:
    """`+0.2 s`, `-2 h 3 min 4 s`, `-1024 weeks`."""
    if weeks := rolled_over_weeks(difference_ns):
        return f"-{weeks} weeks"
    seconds = difference_ns / NS_PER_SECOND
    if abs(seconds) < _SECONDS_MAX:
        return f"{round(seconds, 1) + 0.0:+.1f} s"  # no minus before a zero
    return f"{'-' if seconds < 0 else '+'}{duration_text(abs(seconds))}"
