"""What every test may ask for, and what holds for all of them."""

from hypothesis import settings

from rig import servers

pytest_plugins = ["house.no_skips", "rig.fixtures"]

# How long one example takes says how busy the machine is, nothing else; a test has a limit of its own.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


def pytest_report_header() -> list[str]:
    """Says which programs that nobody must have are not there."""
    return [f"not on the PATH, and left out: {name}" for name in servers.absent()]
