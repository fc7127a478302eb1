"""Copies one file: sent, read back, compared by SHA-256, put in its place.

A file of the same name that lies there and is not ours is never replaced; one with the same bytes counts as the copy,
once it has been read.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from seacorder.base.clock import Clock
from seacorder.copies.contract import CopyFailed, CopyPlace, target_failed
from seacorder.copies.source_file import Meter, SourceFile, Tell
from seacorder.evidence.hashing import ReadPace
from seacorder.model.copies import CopiedFile, CopyFault, CopyTarget

_TRIES = 2
"""The second time from the first byte on: what an earlier process had sent may be damaged."""


class FileCopier:
    """Copies files to one place."""

    def __init__(self, place: CopyPlace, target: CopyTarget, clock: Clock, tell: Tell) -> None:
        self._place, self._target, self._clock, self._tell = place, target, clock, tell

    def copy(self, path: Path, name: str, known: CopiedFile | None, *, may_replace: bool = False) -> CopiedFile:
        """`known`: what was copied of this file earlier. Raises CopyFailed, SourceGone, SourceFailed."""
        source = SourceFile(path, ReadPace(self._target.bytes_per_second), self._tell)
        try:
            return self._copy(source, name, known, may_replace=may_replace)
        finally:
            source.close()

    def _copy(self, source: SourceFile, name: str, known: CopiedFile | None, *, may_replace: bool) -> CopiedFile:
        there = self._place.size_of(name)
        if known is not None and (known.bytes, known.modified_ns) == (source.size, source.modified_ns):
            if there == source.size:
                return known
        elif there is not None and known is None and not may_replace:
            return self._taken_over(source, name, there)
        for _ in range(_TRIES):
            self._place.store(name, source)
            if self._hash(self._place.stored(name), source.checking()) == source.sha256:
                self._place.keep(name, source)
                return self._copied(source)
            self._place.discard(name)
        raise target_failed(
            f"{self._target.name} gave back other bytes than were sent ({name}), twice.",
            "Do not trust this disk or server: check it, its cable, and this computer's memory.",
        )

    def _taken_over(self, source: SourceFile, name: str, there: int) -> CopiedFile:
        """A file of that name lies there, and this recorder does not know of it: its list of copies may be lost."""
        if there == source.size:
            for _ in source.blocks():
                pass
            if self._hash(self._place.bytes_of(name), source.checking()) == source.sha256:
                return self._copied(source)
        raise CopyFailed(
            CopyFault.FOLDER,
            f"{self._target.name}: another file of the name {name} lies there, which is not replaced.",
            "Give each recorder a folder of its own there, or move that file away.",
        )

    def _hash(self, blocks: Iterator[bytes], meter: Meter) -> str:
        digest = hashlib.sha256()
        for block in blocks:
            digest.update(block)
            meter.took(len(block))
        return digest.hexdigest()

    def _copied(self, source: SourceFile) -> CopiedFile:
        return CopiedFile(
            place=self._place.identity,
            path=str(source.path),
            target=self._target.name,
            bytes=source.size,
            modified_ns=source.modified_ns,
            sha256=source.sha256,
            verified_utc_ns=self._clock.utc_ns(),
        )
