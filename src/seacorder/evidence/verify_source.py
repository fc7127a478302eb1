"""Where `verify` reads a folder: on a disk here, or elsewhere (`copies.bucket_source`)."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from seacorder.evidence.folder_contents import file_names
from seacorder.evidence.hashing import ReadPace, hash_file
from seacorder.evidence.inspect import inspect_file
from seacorder.evidence.other_folders import is_behind_a_link
from seacorder.model.report import FileExamined

BytesRead = Callable[[int], None]


class VerifySource(Protocol):
    """One folder. Every call blocks; OSError for what cannot be read, FileNotFoundError for what is not there."""

    @property
    def shown_folder(self) -> str:
        """The folder, as the report names it."""
        ...

    def shown(self, name: str) -> str:
        """A file of it, as the report names it."""
        ...

    def names(self) -> Sequence[str]:
        """All files that belong into its manifest, and perhaps those that never do."""
        ...

    def has(self, name: str) -> bool: ...

    def bytes_of(self, name: str) -> bytes: ...

    def sha256_of(self, name: str, progress: BytesRead) -> tuple[str, int]:
        """The SHA-256 of a file, and its size. ChangedWhileRead when somebody writes to it."""
        ...

    def examine(self, name: str) -> FileExamined:
        """What a video is, after `sha256_of` of it."""
        ...


class LocalFolder:
    """A folder on a disk of this computer."""

    def __init__(self, folder: Path, top: Path, left_out: Sequence[str]) -> None:
        self._folder, self._top, self._left_out = folder, top, left_out

    @property
    def shown_folder(self) -> str:
        return os.path.relpath(self._folder, self._top)

    def shown(self, name: str) -> str:
        return os.path.relpath(self._folder / name, self._top)

    def names(self) -> Sequence[str]:
        return file_names(self._folder, self._left_out)

    def has(self, name: str) -> bool:
        return (self._folder / name).exists()

    def bytes_of(self, name: str) -> bytes:
        return (self._folder / name).read_bytes()

    def sha256_of(self, name: str, progress: BytesRead) -> tuple[str, int]:
        if is_behind_a_link(self._folder, name):
            raise ValueError("it is a link, or lies behind one, which is not followed")
        read = hash_file(self._folder / name, ReadPace(), progress)
        return read.sha256, read.bytes

    def examine(self, name: str) -> FileExamined:
        return inspect_file(self._folder / name)
