"""A file made of pieces of another one, without copying: its readable parts, and new bytes for damaged headers."""

import os
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class Piece:
    """`size` bytes of the file from `offset` on; or, in their place, `content`, which has that size."""

    offset: int
    size: int
    content: bytes = b""


class Pieces:
    """The new file: where each of its bytes comes from."""

    def __init__(self, pieces: Iterable[Piece]) -> None:
        self._pieces: list[Piece] = []
        self._begins: list[int] = []
        self.size = 0
        for piece in pieces:
            self._add(piece)

    def _add(self, piece: Piece) -> None:
        last = self._pieces[-1] if self._pieces else None
        if last is not None and not last.content and not piece.content and last.offset + last.size == piece.offset:
            self._pieces[-1] = Piece(last.offset, last.size + piece.size)
        elif piece.size:
            self._begins.append(self.size)
            self._pieces.append(piece)
        self.size += piece.size

    def source_of(self, position: int) -> int:
        """The offset in the old file of the byte at `position` of the new one."""
        number = max(0, bisect_right(self._begins, position) - 1)
        piece = self._pieces[number]
        return piece.offset + (0 if piece.content else position - self._begins[number])

    def read(self, file: BinaryIO, position: int, count: int) -> bytes:
        """At most `count` bytes of the new file from `position` on, at least one; none at its end. OSError."""
        if position >= self.size:
            return b""
        number = bisect_right(self._begins, position) - 1
        piece, inside = self._pieces[number], position - self._begins[number]
        count = min(count, piece.size - inside)
        if piece.content:
            return piece.content[inside : inside + count]
        file.seek(piece.offset + inside)
        return file.read(count)


class PiecedFile:
    """The new file as a file-like object that a demuxer can read."""

    def __init__(self, file: BinaryIO, pieces: Pieces) -> None:
        self._file = file
        self._pieces = pieces
        self._position = 0

    def read(self, count: int) -> bytes:
        """At most `count` bytes; none at the end."""
        data = self._pieces.read(self._file, self._position, count)
        self._position += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Moves the position; returns it, in bytes."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._pieces.size}[whence]
        self._position = base + offset
        return self._position

    def tell(self) -> int:
        """The position, in bytes."""
        return self._position
