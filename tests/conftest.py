"""What every test may ask for, and what holds for all of them."""

from hypothesis import settings

pytest_plugins = ["house.no_skips", "rig.fixtures"]

# How long one example takes says how busy the machine is, nothing else; a test has a limit of its own.
settings.register_profile("house", deadline=None)
settings.load_profile("house")
