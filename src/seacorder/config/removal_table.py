"""`[removal]`: rules by which recordings are removed by themselves, once they are copied."""

from seacorder.config.values import SettingsTable, key
from seacorder.model.removal_rules import RemovalRules

_BYTES = "0, or a whole number of bytes"


class RemovalTable(SettingsTable):
    """Without a limit nothing is removed by itself."""

    older_than_days: float = key(
        0.0, "A recording goes so many days after its end; 0: age does not matter.", "0, or a number of days",
        ge=0, le=36_500, allow_inf_nan=False
    )
    keep_at_most_bytes: int = key(
        0, "Above so many bytes of recordings together, the oldest go; 0: no limit.", _BYTES, ge=0
    )
    keep_free_bytes: int = key(
        0, "With less than so many bytes free on a disk of recordings, the oldest on it go; 0: no limit.",
        "0, or a whole number of bytes, more than [storage] reserve_bytes", ge=0
    )
    copies: int = key(
        1, "So many copies, at different [[copies]] targets, are compared before a recording goes.",
        "a whole number, 1 or more", ge=1, le=100
    )

    def rules(self) -> RemovalRules:
        return RemovalRules(self.older_than_days, self.keep_at_most_bytes, self.keep_free_bytes, self.copies)
