"""Bytes that lie in several pieces and are written as one run, without being joined: a disk takes the pieces together
(`os.pwritev`).

A recording's packets go to the disk from where they were received. Each copy would cost time, and as much memory again
for as long as the bytes wait.
"""

from collections.abc import Iterable, Sequence
from typing import overload


class ByteRun:
    """Pieces that follow each other; like bytes it has a length and can be cut. Frozen; its pieces must not change."""

    __slots__ = ("_size", "pieces")

    def __init__(self, pieces: Iterable["Data"]) -> None:
        flat: list[bytes | memoryview] = []
        for piece in pieces:
            if isinstance(piece, ByteRun):
                flat += piece.pieces
            else:
                flat.append(piece)
        self.pieces: Sequence[bytes | memoryview] = flat
        self._size = sum(map(len, flat))

    def __len__(self) -> int:
        return self._size

    def __bytes__(self) -> bytes:
        return b"".join(self.pieces)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (ByteRun, bytes, memoryview)):
            return NotImplemented
        return bytes(self) == bytes(other)

    __hash__ = None  # type: ignore[assignment]

    @overload
    def __getitem__(self, part: int) -> int: ...

    @overload
    def __getitem__(self, part: slice) -> "Data": ...

    def __getitem__(self, part: int | slice) -> "Data | int":
        """One byte, or the bytes of a slice without a step, which are not copied."""
        if isinstance(part, int):
            return self._byte(part)
        begin, end, step = part.indices(self._size)
        if step != 1:
            raise ValueError("bytes are taken one after the other")
        cut: list[bytes | memoryview] = []
        at = 0
        for piece in self.pieces:
            if at >= end:
                break
            if at + len(piece) > begin:
                inside = begin <= at and at + len(piece) <= end
                cut.append(piece if inside else memoryview(piece)[max(begin - at, 0) : end - at])
            at += len(piece)
        return cut[0] if len(cut) == 1 else ByteRun(cut)

    def _byte(self, index: int) -> int:
        index += self._size if index < 0 else 0
        for piece in self.pieces:
            if 0 <= index < len(piece):
                return piece[index]
            index -= len(piece)
        raise IndexError("behind the last byte")


Data = bytes | memoryview | ByteRun
