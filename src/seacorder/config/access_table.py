"""The tables `[[server.access]]`: who is let in over the network, and what he may do."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from seacorder.base.stored_secret import is_stored_password, is_stored_token
from seacorder.config.values import SettingsTable, Unaccepted, key
from seacorder.model.access import AccessEntry, AccessRole

ENTRIES_MAX = 16
"""A password that is tried is compared with each of them, and each takes a tenth of a second."""
_STORED = "what `seacorder {0}` prints; the {0} itself is stored nowhere"


def _name(name: str) -> str:
    if not name.isprintable() or name != name.strip() or not name:
        raise Unaccepted("is no name that can be shown.", "Write letters and digits.")
    return name


def _password(text: str) -> str:
    if not is_stored_password(text):
        raise Unaccepted("is no stored password.", "Write what `seacorder password` prints, never a password itself.")
    return text


def _token(text: str) -> str:
    if not is_stored_token(text):
        raise Unaccepted("is no stored token.", "Write what `seacorder token` prints below the token itself.")
    return text


class AccessTable(SettingsTable):
    """One person or program that is let in."""

    name: Annotated[str, AfterValidator(_name)] = key(
        ..., "Who it is, in the log and on the page.", "a unique name", max_length=40
    )
    role: Literal["operator", "viewer"] = key(
        "operator", "An operator may do everything; a viewer looks, and changes nothing.", '"operator" or "viewer"'
    )
    password: Annotated[str, AfterValidator(_password)] | None = Field(
        None, description="A password with which people sign in on the page.", repr=False,
        json_schema_extra={"accepted": _STORED.format("password")},
    )
    token: Annotated[str, AfterValidator(_token)] | None = Field(
        None, description="A token that a program sends with each request.", repr=False,
        json_schema_extra={"accepted": _STORED.format("token")},
    )

    @model_validator(mode="after")
    def _has_one_secret(self) -> "AccessTable":
        if (self.password is None) == (self.token is None):
            raise Unaccepted(
                "needs either a password or a token.", "Add the lines that `seacorder password` or `token` prints."
            )
        return self

    def entry(self) -> AccessEntry:
        """The entry as the services take it."""
        return AccessEntry(self.name, AccessRole(self.role), self.password, self.token)
