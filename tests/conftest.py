"""What every test may ask for, and what holds for all of them."""

pytest_plugins = ["house.no_skips", "rig.fixtures"]
