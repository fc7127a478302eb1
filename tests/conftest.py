"""What every test may ask for, and what holds for all of them."""

import gc
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

from rig import servers

pytest_plugins = ["house.no_skips", "house.lanes", "rig.fixtures"]

# No deadline for single examples, nor for making them: on a busy machine it would fail for no reason. Each test has a
# timeout.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Ten thousand tests stay in memory to the end: Python does not search them for garbage again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_report_header() -> list[str]:
    """Says which optional programs are missing."""
    return [f"not on the PATH, and left out: {name}" for name in servers.absent()]
