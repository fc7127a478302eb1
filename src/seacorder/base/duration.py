"""Durations and counts in words."""

from seacorder.base.clock import NS_PER_SECOND

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def duration_text(seconds: float) -> str:
    """`0.4 s`, `12 s`, `4 min 10 s`, `1 h 0 min 0 s`; from two days on in days."""
    if seconds < 1:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    if whole < 2 * _DAY:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min {whole % _MINUTE} s"
    return f"{whole / _DAY:.0f} days"


def step_text(step_ns: int) -> str:
    """By how much a clock was changed: `1 h 0 min 0 s (forward)`."""
    return f"{duration_text(abs(step_ns) / NS_PER_SECOND)} ({'forward' if step_ns > 0 else 'back'})"


def count_text(count: int, noun: str) -> str:
    """`1 frame`, `2 frames`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def large_count_text(count: int, noun: str, plural: str = "") -> str:
    """As `count_text`, with the thousands kept apart: `1,234 frames`."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"
