"""A copy in a bucket that is proved before its original is removed: every object is read, for its SHA-256.

A connection that breaks in the middle of an object is made again, and the object is read on from there. Only where
nothing comes at several tries one after the other the bucket counts as away.
"""

import hashlib
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from seacorder.copies.bucket_place import BucketPlace
from seacorder.copies.contract import CopyFailed
from seacorder.evidence.copy_proof import Counted, NotProved
from seacorder.evidence.hashing import ReadPace
from seacorder.model.completion import MANIFEST_NAME
from seacorder.model.copies import CopyTarget, path_there

PAUSES_SECONDS = (1.0, 2.0, 4.0)
"""Before each further try to read on."""
Result = TypeVar("Result")


class BucketCopy:
    """One target of `[[copies]]`, as a `CopyToProve`."""

    def __init__(
        self,
        target: CopyTarget,
        pace: ReadPace,
        open_place: Callable[[CopyTarget], BucketPlace] = BucketPlace,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._target, self._pace, self._open_place, self._sleep = target, pace, open_place, sleep
        self._place: BucketPlace | None = None

    @property
    def shown(self) -> str:
        return self._target.shown

    def folder_of(self, original: Path, roots: Sequence[str]) -> "_BucketFolder":
        """Where copying has put it."""
        if self._place is None:
            self._place = _asked(lambda: self._open_place(self._target))
        folder = path_there(str(original), tuple(roots))
        found = _BucketFolder(self.shown, self._place, folder, self._pace, self._sleep)
        if not found.has(MANIFEST_NAME):
            raise NotProved(f"There is no copy of {original} in {self.shown}.", "Look at `seacorder copies`.")
        return found


class _BucketFolder:
    """One folder of it, as a `FolderToProve`."""

    def __init__(
        self, shown: str, place: BucketPlace, folder: str, pace: ReadPace, sleep: Callable[[float], None]
    ) -> None:
        self._shown, self._place, self._folder, self._pace, self._sleep = shown, place, folder, pace, sleep

    def has(self, name: str) -> bool:
        return _asked(lambda: self._place.size_of(self._key(name))) is not None

    def is_near(self, original: Path) -> bool:
        return False

    def manifest(self) -> bytes:
        return _asked(lambda: b"".join(self._place.bytes_of(self._key(MANIFEST_NAME))))

    def sha256_of(self, original: Path, counted: Counted) -> str:
        key, digest, done, failed = self._key(original.name), hashlib.sha256(), 0, 0
        while True:
            try:
                size = self._place.size_of(key)
                if size is None:
                    shown = self.shown(original.name)
                    raise NotProved(f"{shown} is missing: the copy is not complete.", "Copy the folder again.")
                for block in self._place.bytes_of(key, done) if done < size else ():
                    digest.update(block)
                    done, failed = done + len(block), 0
                    counted.add(len(block))
                    self._pace.took(len(block))
                return digest.hexdigest()
            except CopyFailed as why:
                if failed == len(PAUSES_SECONDS):
                    raise _not_proved(why) from why
                counted.report()
                self._sleep(PAUSES_SECONDS[failed])
                failed += 1

    def shown(self, name: str = "") -> str:
        return "/".join(filter(None, (self._shown, self._folder, name)))

    def _key(self, name: str) -> str:
        return f"{self._folder}/{name}" if self._folder else name


def _asked(work: Callable[[], Result]) -> Result:
    try:
        return work()
    except CopyFailed as why:
        raise _not_proved(why) from why


def _not_proved(why: CopyFailed) -> NotProved:
    return NotProved(why.message.fact, why.message.action)
