"""Tools of the house: pins, system packages and the checks that no ready-made tool does."""
