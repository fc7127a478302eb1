"""`[[copies]]`: where recorded files are copied to."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, model_validator

from seacorder.config.values import SettingsTable, Unaccepted, absolute_folder, channel_name, key, user_path
from seacorder.model.copies import BUCKET_BEGIN, CopyTarget

SECRET_KEYS = frozenset({"access_key", "secret_key"})
"""Keys whose values are shown nowhere."""
_LEAST_SECRET_CHARACTERS = 4
_SWITCH = "true or false"
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_SERVER = re.compile(r"https?://[^\s/@?#]+/?")


def copy_address(text: str) -> str:
    """An absolute folder, or `s3://bucket/prefix`."""
    if not text.startswith(BUCKET_BEGIN):
        return str(absolute_folder(Path(text)))
    bucket = text.removeprefix(BUCKET_BEGIN).partition("/")[0]
    if not _BUCKET.fullmatch(bucket):
        raise Unaccepted("names no bucket.", "Write the bucket behind s3://; the server goes into `endpoint`.")
    return text


def server_address(text: str) -> str:
    """`http://` or `https://` with a host, and nothing secret in it; empty: Amazon's."""
    if text and not _SERVER.fullmatch(text):
        raise Unaccepted("is no address of a server.", "Write one such as https://nas.lan:9000, without keys in it.")
    return text.rstrip("/")


class CopiesTable(SettingsTable):
    """One target."""

    name: Annotated[str, AfterValidator(channel_name)] = key(
        ..., "What it is called in status, alarms and the custody of a folder.", "a unique name"
    )
    to: Annotated[str, AfterValidator(copy_address)] = key(
        ..., "Where the files go; a folder of its own for each recorder.",
        "an absolute folder on another disk, or `s3://`, a bucket and a folder in it"
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
    endpoint: Annotated[str, AfterValidator(server_address)] = key(
        "", "Of a bucket: the address of its server; empty: Amazon's.", "an address such as `https://nas.lan:9000`"
    )
    region: str = key("", "Of a bucket: its region, where the server cares.", "a word such as `eu-central-1`")
    access_key: str = key("", "Of a bucket: the access key.", "text, shown nowhere", repr=False)
    secret_key: str = key("", "Of a bucket: the secret key.", "text, shown nowhere", repr=False)
    keys_file: Annotated[Path, AfterValidator(user_path)] | None = key(
        None, "Of a bucket: a file with both keys, a line each, instead of the two above.",
        "a file; `~` is the home folder of Seacorder's user, a relative one is beside the settings file"
    )

    @model_validator(mode="after")
    def _bucket_has_keys(self) -> "CopiesTable":
        both = bool(self.access_key and self.secret_key)
        if self.to.startswith(BUCKET_BEGIN):
            if not both and self.keys_file is None:
                raise Unaccepted("a bucket needs access_key and secret_key, or keys_file.", "Write them.")
        elif self.endpoint or self.region or self.access_key or self.secret_key or self.keys_file is not None:
            raise Unaccepted(
                "endpoint, region and keys are of a bucket, and `to` is a folder.",
                "Write s3://… as `to`, or omit them.",
            )
        return self

    def target(self) -> CopyTarget:
        """The target as the process that copies takes it."""
        return CopyTarget(
            name=self.name,
            address=self.to,
            bytes_per_second=round(self.limit_mbits * 125_000),
            behind_seconds=self.behind_minutes * 60,
            may_be_same_disk=self.same_disk,
            endpoint=self.endpoint,
            region=self.region,
            access_key=self.access_key,
            secret_key=self.secret_key,
            keys_file="" if self.keys_file is None else str(self.keys_file),
        )


def keys_of_copies(raw: Mapping[str, Any]) -> frozenset[str]:
    """The secret keys in a parsed settings file. (An access key is a name, and may be a word that is everywhere.)"""
    tables = raw.get("copies")
    found = [one.get("secret_key") for one in (tables if isinstance(tables, list) else []) if isinstance(one, dict)]
    return frozenset(one for one in found if isinstance(one, str) and len(one) >= _LEAST_SECRET_CHARACTERS)
