"""Environment variables that are no settings, although they begin with our prefix.

A module of its own, because every command needs the names: importing the schema, and pydantic with it, would make
`seacorder --help` several times slower.
"""

PREFIX = "SEACORDER_"
CONFIG_VARIABLE = "SEACORDER_CONFIG"
"""The settings file's path, used without `--config`."""
URL_VARIABLE = "SEACORDER_URL"
"""The recorder that client commands talk to, used without `--url`."""
TOKEN_VARIABLE = "SEACORDER_TOKEN"  # noqa: S105 - the name of one
"""The token that clients send."""
HEARTBEAT_VARIABLE = "SEACORDER_HEARTBEAT_SECONDS"
"""How long a recording process may be silent, see `supervisor.limits`."""
