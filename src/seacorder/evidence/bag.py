"""A ZIP file that is a BagIt bag (RFC 8493), made while it is sent: nothing is stored meanwhile.

Each file is read once: its SHA-256 is computed on the way, and the manifest comes last. Videos do not become smaller,
so nothing is compressed. `unzip` and any BagIt tool read and check the result.

All is below one folder, the bag, as RFC 8493 wants it (section 4): unpacked, it mixes with nothing.
"""

import hashlib
import os
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from seacorder.model.completion import MANIFEST_NAME
from seacorder.model.export import PIECE_BYTES
from seacorder.mp4.cut import Cut

DECLARATION_NAME, INFO_NAME, TAG_MANIFEST_NAME = "bagit.txt", "bag-info.txt", "tagmanifest-sha256.txt"
PAYLOAD = "data/"
_DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_NEWER_THAN_1980 = (1980, 1, 1, 0, 0, 0)
"""ZIP knows no earlier time; the time of each file would say when it was copied."""
_ESCAPED = re.compile(r"%(25|0[AaDd])")
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""No link is read that somebody has put in the place of a file since it was looked at."""
Signs = Callable[[bytes], Mapping[str, bytes]]
"""Of a manifest: more files for the bag, by name."""


@dataclass(frozen=True, slots=True)
class BagFile:
    """One file of the bag: from the disk, a stretch of one, or made of bytes."""

    name: str
    """Below `data/`, with `/` between folders."""
    path: Path | None = None
    content: bytes = b""
    cut: Cut | None = None
    """Made of these bytes of `path`."""


@dataclass(frozen=True, slots=True)
class Bag:
    """What goes into the ZIP."""

    folder: str
    """It has all in it; see `model.export.bag_name`."""
    files: Sequence[BagFile]
    facts: Mapping[str, str]
    """Go into `bag-info.txt`, a line each."""
    signs: Signs = lambda _: {}

    def pieces(self) -> Iterator[bytes]:
        """The ZIP file, piece by piece. Blocks; raises OSError where a file cannot be read."""
        out = _Outbox()
        sums: list[tuple[str, str]] = []
        size = 0
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            for one in self.files:
                digest = hashlib.sha256()
                with archive.open(_entry(f"{self.folder}/{PAYLOAD}{one.name}"), "w", force_zip64=True) as member:
                    for piece in _content(one):
                        digest.update(piece)
                        size += len(piece)
                        member.write(piece)
                        yield from out.full()
                sums.append((digest.hexdigest(), one.name))
            for name, data in self._tags(sums, size).items():
                archive.writestr(_entry(f"{self.folder}/{name}"), data)
                yield from out.full()
        yield out.taken()

    def _tags(self, sums: Sequence[tuple[str, str]], size: int) -> dict[str, bytes]:
        info = {**self.facts, "Payload-Oxum": f"{size}.{len(self.files)}"}
        manifest = "".join(f"{digest}  {PAYLOAD}{_escaped(name)}\n" for digest, name in sums).encode()
        tags = {
            DECLARATION_NAME: _DECLARATION,
            INFO_NAME: "".join(f"{name}: {_one_line(value)}\n" for name, value in info.items()).encode(),
            MANIFEST_NAME: manifest,
            **self.signs(manifest),
        }
        lines = [f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in tags.items()]
        return {**tags, TAG_MANIFEST_NAME: "".join(lines).encode()}


def named(paths: Sequence[Path]) -> dict[Path, str]:
    """Of each path its name below the common folder of all. Where they lie on several drives there is no common one,
    and the drive is the first folder."""
    unique = list(dict.fromkeys(paths))
    parents = [one.parent for one in unique]
    common = len(_common([one.parts for one in parents])) if parents else 0
    return {one: _below([*one.parts][common:], one.anchor) for one in unique}


def open_plain(path: Path) -> int:
    """A handle of an ordinary file, for reading; not of a link. Blocks; OSError."""
    return os.open(path, _FLAGS)


class _Outbox:
    """What `zipfile` writes to: a stream that cannot go back, emptied by whoever sends it."""

    def __init__(self) -> None:
        self._held: list[bytes] = []
        self._bytes = 0

    def write(self, data: bytes, /) -> int:
        self._held.append(bytes(data))
        self._bytes += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """There is nothing to close."""

    def full(self) -> Iterator[bytes]:
        """What it holds, if that is enough for a piece."""
        if self._bytes >= PIECE_BYTES:
            yield self.taken()

    def taken(self) -> bytes:
        data, self._held, self._bytes = b"".join(self._held), [], 0
        return data


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _NEWER_THAN_1980)
    entry.external_attr = 0o644 << 16
    return entry


def _content(one: BagFile) -> Iterator[bytes]:
    if one.path is None:
        yield one.content
        return
    with os.fdopen(open_plain(one.path), "rb") as file:
        if one.cut is None:
            while piece := file.read(PIECE_BYTES):
                yield piece
            return
        yield one.cut.head
        for offset, length in one.cut.ranges:
            file.seek(offset)
            for begin in range(0, length, PIECE_BYTES):
                piece = file.read(min(PIECE_BYTES, length - begin))
                if len(piece) < min(PIECE_BYTES, length - begin):
                    raise OSError(f"{one.path.name} has become shorter")
                yield piece


def _below(parts: Sequence[str], anchor: str) -> str:
    return "/".join("".join(filter(str.isalnum, one)) if one == anchor else one for one in parts)


def _common(parts: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    shortest = min(parts, key=len)
    for place, name in enumerate(shortest):
        if any(one[place] != name for one in parts):
            return shortest[:place]
    return shortest


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _escaped(name: str) -> str:
    """As RFC 8493, section 2.1.3, wants it."""
    return name.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")


def unescaped(name: str) -> str:
    """A name as it stands in a bag's manifest, as the file's own name. Nothing else is escaped there, such as a dot."""
    return _ESCAPED.sub(lambda escaped: chr(int(escaped[1], 16)), name)
