"""How long and how often: the whole bench in about three quarters of an hour, or a quick look."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    repeats: int
    """Runs of Seacorder and of ffmpeg over the same cameras, in turn."""
    repeats_of_others: int
    """Runs of GStreamer and of MediaMTX."""
    repeats_of_less: int
    """Runs of sections that are less important than the first one: idle, the picture watch, many cameras, encoding."""
    window_seconds: float
    """Length of one measurement once everything records."""
    settle_seconds: float
    """From all channels recording to the measurement; longer than the backlog, so that it is full."""
    polling_seconds: float
    starts: int
    framegrabs: int
    pictures: int
    """Live pictures whose delay is taken."""
    capture_seconds: float
    """Longer than a minute: until then capture times rest on the first pictures, which are read as they come."""
    many_cameras: int
    crowd_cameras: int
    crowd_seconds: float
    telemetry_seconds: int
    observations: int
    """How many are entered, and how often they are searched."""
    observations_listed: int
    """Among how many they are searched."""
    keeping_seconds: float
    """Length of a measurement with a blackbox, copies and hashes: several files are finished in it."""
    verifies: int
    page_seconds: float
    """For how long the page's pictures are looked at."""
    page_opens: int
    viewer_pairs: int
    """How often the cost of a viewer is taken, with and without."""


FULL = Plan(3, 2, 2, 20, 11, 20, 40, 30, 40, 110, 64, 200, 600, 60, 200, 100_000, 90, 5, 600, 10, 8)
SHORT = Plan(1, 1, 1, 5, 3, 5, 4, 6, 6, 20, 24, 50, 60, 6, 20, 5000, 20, 2, 20, 3, 2)
