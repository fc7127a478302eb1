"""A copy in a bucket, as `verify` reads it: the same questions as of a folder, the same report.

Every object is read once, for its SHA-256. A video goes through a temporary file meanwhile, which is opened for its
frames and removed again: as much room as the largest video is needed in the folder for temporary files.
"""

import errno
import hashlib
import posixpath
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from seacorder.base.errors import NotPossible
from seacorder.copies.bucket_client import GONE, BucketAddress, faults, why_of
from seacorder.evidence.folder_contents import is_recorded, kind_by_name
from seacorder.evidence.inspect import inspect_file
from seacorder.evidence.verify import FolderVerified, VerifyFinding
from seacorder.evidence.verify_source import BytesRead
from seacorder.model.completion import MANIFEST_NAME, UNLISTED_NAMES
from seacorder.model.report import FileExamined

_BLOCK_BYTES = 1024 * 1024
_OPENED = frozenset({"video", "sound"})


class BucketFolders:
    """All folders below an address. Raises NotPossible when the bucket cannot be listed, or nothing is in it."""

    def __init__(self, client: Any, address: BucketAddress) -> None:
        self._client, self._address = client, address
        self._folders: dict[str, dict[str, int]] = defaultdict(dict)
        """By folder below the address (empty: at the top), by name: how large each object is."""
        for key, size in self._objects():
            folder, name = posixpath.split(key)
            if name:
                self._folders[folder][name] = size

    @property
    def total_bytes(self) -> int:
        """How much is to be read."""
        return sum(sum(files.values()) for files in self._folders.values() if MANIFEST_NAME in files)

    def sources(self) -> list["BucketFolder"]:
        """The folders that have a manifest. Raises NotPossible if there is none."""
        found = [
            BucketFolder(self._client, self._address, folder, files)
            for folder, files in sorted(self._folders.items())
            if MANIFEST_NAME in files
        ]
        if not found:
            raise NotPossible(
                f"There is no {MANIFEST_NAME} in {self._address} or below it: nothing here can be verified.",
                "Name the bucket and the folder that `[[copies]]` names in `to`, or one below it.",
            )
        return found

    def unlisted(self) -> list[FolderVerified]:
        """The folders in which recorded files lie without a manifest."""
        found: list[FolderVerified] = []
        for folder, files in sorted(self._folders.items()):
            if MANIFEST_NAME not in files and any(is_recorded(name) and name[0] != "." for name in files):
                shown = folder or "."
                what = f"has recorded files and no {MANIFEST_NAME}: nothing in it can be verified"
                found.append(FolderVerified(shown, findings=[VerifyFinding("manifest", shown, f"{shown} {what}.")]))
        return found

    def _objects(self) -> list[tuple[str, int]]:
        begin = f"{self._address.prefix}/" if self._address.prefix else ""
        try:
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._address.bucket, Prefix=begin)
            return [(one["Key"][len(begin) :], one["Size"]) for page in pages for one in page.get("Contents", ())]
        except faults() as fault:
            raise NotPossible(
                f"{self._address} cannot be listed ({why_of(fault)}).",
                "Check AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and the network.",
            ) from fault


class BucketFolder:
    """One folder of it, as a `VerifySource`."""

    def __init__(self, client: Any, address: BucketAddress, folder: str, files: dict[str, int]) -> None:
        self._client, self._address, self._folder, self._files = client, address, folder, files
        self._examined: dict[str, FileExamined] = {}

    @property
    def shown_folder(self) -> str:
        return self._folder or "."

    def shown(self, name: str) -> str:
        return posixpath.join(self._folder, name)

    def names(self) -> list[str]:
        return sorted(name for name in self._files if name not in UNLISTED_NAMES and name[0] != ".")

    def has(self, name: str) -> bool:
        return name in self._files

    def bytes_of(self, name: str) -> bytes:
        return b"".join(self._blocks(name))

    def sha256_of(self, name: str, progress: BytesRead) -> tuple[str, int]:
        if kind_by_name(name) not in _OPENED:
            return _digest(self._blocks(name), progress)
        with tempfile.TemporaryDirectory(prefix="seacorder-verify-") as folder:
            path = Path(folder) / Path(name).name
            with path.open("wb") as file:
                found = _digest(self._kept(name, file), progress)
            self._examined[name] = inspect_file(path)
        return found

    def examine(self, name: str) -> FileExamined:
        return self._examined[name]

    def _kept(self, name: str, file: Any) -> Any:
        for block in self._blocks(name):
            file.write(block)
            yield block

    def _blocks(self, name: str) -> Any:
        key = self._address.key(self.shown(name))
        try:
            body = self._client.get_object(Bucket=self._address.bucket, Key=key)["Body"]
            while block := body.read(_BLOCK_BYTES):
                yield block
        except faults() as fault:
            why = why_of(fault)
            if why in GONE:
                raise FileNotFoundError(errno.ENOENT, "it is not in the bucket", name) from fault
            raise OSError(errno.EIO, why, name) from fault


def _digest(blocks: Any, progress: BytesRead) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for block in blocks:
        digest.update(block)
        size += len(block)
        progress(len(block))
    return digest.hexdigest(), size
