"""Figures: a number with its spread, its goal, and whether the goal is met."""

import statistics
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `value` and `spread` are already text with their unit."""

    name: str
    value: str
    spread: str
    goal: str = ""
    is_met: bool | None = None
    """None where there is no goal."""

    @property
    def verdict(self) -> str:
        return {True: "met", False: "**missed**", None: ""}[self.is_met]


def quantile(values: list[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of all values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def spread(values: list[float], form: str = "{:.2f}") -> str:
    """Least and greatest, and how many there were."""
    return f"{form.format(min(values))} to {form.format(max(values))}, n={len(values)}"


def at_most(name: str, values: list[float], limit: float, form: str) -> Figure:
    """The median of repeated runs against an upper limit."""
    middle = statistics.median(values)
    return Figure(name, form.format(middle), spread(values, form), "at most " + form.format(limit), middle <= limit)


def stated(name: str, values: list[float], form: str) -> Figure:
    """The median of repeated runs, without a goal."""
    return Figure(name, form.format(statistics.median(values)), spread(values, form))


def latency(name: str, seconds: list[float], share: float, limit_ms: float) -> Figure:
    """A quantile of answer times; the spread gives the median and the slowest."""
    value = 1000 * quantile(seconds, share)
    middle, slowest = 1000 * statistics.median(seconds), 1000 * max(seconds)
    shown = f"median {middle:.1f} ms, slowest {slowest:.1f} ms, n={len(seconds)}"
    return Figure(f"{name}, p{100 * share:g}", f"{value:.1f} ms", shown, f"under {limit_ms:g} ms", value < limit_ms)
