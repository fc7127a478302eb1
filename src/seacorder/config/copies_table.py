"""`[[copies]]`: where recorded files are copied to."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator

from seacorder.config.values import SettingsTable, Unaccepted, absolute_folder, channel_name, key
from seacorder.model.copies import BUCKET_BEGIN, CopyTarget

SECRET_KEYS = frozenset({"access_key", "secret_key"})
"""Keys whose values are shown nowhere."""
_LEAST_SECRET_CHARACTERS = 4
_SWITCH = "true or false"


def copy_address(text: str) -> str:
    """An absolute folder."""
    if text.startswith(BUCKET_BEGIN):
        raise Unaccepted(f"{text!r} is a bucket, which this version cannot copy to.", "Write a folder.")
    return str(absolute_folder(Path(text)))


class CopiesTable(SettingsTable):
    """One target."""

    name: Annotated[str, AfterValidator(channel_name)] = key(
        ..., "What it is called in status, alarms and the custody of a folder.", "a unique name"
    )
    to: Annotated[str, AfterValidator(copy_address)] = key(
        ..., "Where the files go; a folder of its own for each recorder.", "an absolute folder on another disk"
    )
    limit_mbits: float = key(
        200.0, "The most that is sent, and the most that is read back, in Mbit/s; 0: no limit.",
        "0, or a number up to 100000", ge=0, le=100_000
    )
    behind_minutes: float = key(
        60.0, "A finished file that is not copied after so long is an alarm; 0: never.", "0, or a number of minutes",
        ge=0, le=100_000
    )
    same_disk: bool = key(
        False, "The folder may be on the disk that is recorded to, for trying; such a copy is lost with the disk.",
        _SWITCH
    )

    def target(self) -> CopyTarget:
        """The target as the process that copies takes it."""
        return CopyTarget(
            name=self.name,
            address=self.to,
            bytes_per_second=round(self.limit_mbits * 125_000),
            behind_seconds=self.behind_minutes * 60,
            may_be_same_disk=self.same_disk,
        )


def keys_of_copies(raw: Mapping[str, Any]) -> frozenset[str]:
    """The secrets of a parsed settings file's targets."""
    tables = raw.get("copies")
    found = (table.get(name) for table in (tables if isinstance(tables, list) else []) if isinstance(table, dict)
             for name in SECRET_KEYS)  # fmt: skip
    return frozenset(one for one in found if isinstance(one, str) and len(one) >= _LEAST_SECRET_CHARACTERS)


