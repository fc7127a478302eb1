"""Who may use the recorder over the network, and what he may do. Pure."""

from dataclasses import dataclass, field
from enum import StrEnum


class AccessRole(StrEnum):
    """What somebody may do."""

    OPERATOR = "operator"
    """Everything."""
    VIEWER = "viewer"
    """Look, and change nothing."""


@dataclass(frozen=True, slots=True)
class AccessEntry:
    """One person or program that is let in, as the settings file names it: by a password or by a token."""

    name: str
    role: AccessRole
    password: str | None = field(default=None, repr=False)
    """Stored, see `base.stored_secret`."""
    token: str | None = field(default=None, repr=False)
    """Stored as well."""

    @property
    def secret(self) -> str:
        """What it is known by, stored."""
        return self.password or self.token or ""
