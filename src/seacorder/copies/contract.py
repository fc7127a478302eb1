"""What a place for copies must do, and what can be wrong with it.

Names are relative to the target, with `/` between folders. Every call blocks for as long as disk or network take.
"""

from collections.abc import Iterator
from typing import Protocol

from seacorder.base.message import Message
from seacorder.copies.source_file import SourceFile
from seacorder.model.copies import CopyFault


class CopyFailed(Exception):
    """A file could not be copied now."""

    def __init__(self, fault: CopyFault, fact: str, action: str = "") -> None:
        super().__init__(fact)
        self.fault = fault
        self.message = Message(fact, action)


def target_failed(fact: str, action: str) -> CopyFailed:
    """The target as a whole: nothing can be copied there now."""
    return CopyFailed(CopyFault.TARGET, fact, action)


class CopyPlace(Protocol):
    """Where the files of one target go. Every method raises CopyFailed."""

    @property
    def identity(self) -> str:
        """The same for the same disk or bucket, at all times."""
        ...

    @property
    def mount(self) -> str:
        """The mount point of a folder; empty for a bucket."""
        ...

    def size_of(self, name: str) -> int | None:
        """Of a file that lies there; None if there is none."""
        ...

    def store(self, name: str, source: SourceFile) -> None:
        """Brings the bytes of `source` there, and goes on where an earlier try was interrupted. `name` itself is not
        replaced before `keep`, where the place can do that."""
        ...

    def stored(self, name: str) -> Iterator[bytes]:
        """The bytes that `store` brought there, as the place gives them back."""
        ...

    def keep(self, name: str, source: SourceFile) -> None:
        """What was stored is good: from now on it is the file of that name."""
        ...

    def discard(self, name: str) -> None:
        """What was stored is not good."""
        ...

    def unfinished(self, folder: str) -> list[str]:
        """Names in that folder of which a beginning was stored and never kept."""
        ...

    def forget(self, name: str) -> None:
        """Removes that beginning."""
        ...

    def bytes_of(self, name: str) -> Iterator[bytes]:
        """The bytes of a file that lies there."""
        ...
