"""Settings of a recorder that asks who it is: an operator and a viewer, each with a password and with a token."""

import functools

from seacorder.base.stored_secret import stored_password, stored_token
from seacorder.config.access_table import AccessTable
from seacorder.config.schema import ServerSettings

OPERATOR, VIEWER = "Control room", "Client"
PASSWORD, VIEWER_PASSWORD = "three plain words", "two more words"
OPERATOR_TOKEN, VIEWER_TOKEN = "operators-own-token", "viewers-own-token"
_stored = functools.cache(stored_password)


def asking(**others: object) -> ServerSettings:
    """Such settings; `others` are further keys of `[server]`."""
    tables = (
        AccessTable(name=OPERATOR, role="operator", password=_stored(PASSWORD)),
        AccessTable(name=VIEWER, role="viewer", password=_stored(VIEWER_PASSWORD)),
        AccessTable(name=f"{OPERATOR}'s program", role="operator", token=stored_token(OPERATOR_TOKEN)),
        AccessTable(name=f"{VIEWER}'s program", role="viewer", token=stored_token(VIEWER_TOKEN)),
    )
    return ServerSettings(access=tables, **others)
