"""How long and how often: the whole bench in about twenty minutes, or a quick look."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    repeats: int
    """Runs of each competitor, in turn."""
    window_seconds: float
    """Length of one measurement once everything records."""
    settle_seconds: float
    """From all channels recording to the measurement; longer than the backlog, so that it is full."""
    polling_seconds: float
    starts: int
    framegrabs: int
    many_cameras: int
    encodings: int
    """Runs of each competitor that encodes, in turn."""


FULL = Plan(5, 20, 12, 20, 20, 40, 64, 3)
SHORT = Plan(1, 5, 3, 5, 4, 8, 16, 1)
