"""Variables with our prefix that are no settings. Apart, so that the command line knows them without the schema."""

PREFIX = "SEACORDER_"
CONFIG_VARIABLE = "SEACORDER_CONFIG"
"""The settings file's path, where `--config` does not say it."""
URL_VARIABLE = "SEACORDER_URL"
"""The recorder that the client commands talk to, where `--url` does not say it."""
