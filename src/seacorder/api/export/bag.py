"""A recording as one ZIP file that is a BagIt bag (RFC 8493), made while it is sent: nothing is stored meanwhile.

Each file is read once: its SHA-256 is computed on the way, and the manifest comes last. Videos do not become smaller,
so nothing is compressed. `unzip` and any BagIt tool read and check the result.

All is below one folder, the bag, as RFC 8493 wants it (section 4): unpacked, it mixes with nothing.
"""

import hashlib
import os
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

READ_BYTES = 256 * 1024
_DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_NEWER_THAN_1980 = (1980, 1, 1, 0, 0, 0)
"""ZIP knows no earlier time; the time of each file would say when it was copied."""
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
"""No link is read that somebody has put in the place of a file since it was looked at."""
_NO_NAME = re.compile(r"[^\w.-]+")
"""What may not stand in the name of a folder on every system."""


@dataclass(frozen=True, slots=True)
class BagFile:
    """One file of the bag: from the disk, or made of a text."""

    name: str
    """Below `data/`, with `/` between folders."""
    path: Path | None = None
    text: str = ""


def named(paths: Sequence[Path]) -> list[BagFile]:
    """The files under names below their common folder, each path once. Where they lie on several drives there is no
    common one, and the drive is the first folder."""
    unique = list(dict.fromkeys(paths))
    parents = [one.parent for one in unique]
    common = len(_common([one.parts for one in parents])) if parents else 0
    return [BagFile(_below([*one.parts][common:], one.anchor), one) for one in unique]


def bag_name(text: str) -> str:
    """A name for the bag's folder: without what would lead out of the place where it is unpacked."""
    return _NO_NAME.sub("_", text).strip(".") or "bag"


def pieces(folder: str, files: Sequence[BagFile], facts: dict[str, str]) -> Iterator[bytes]:
    """The ZIP file, piece by piece. Blocks; raises OSError where a file cannot be read. `folder` has all in it, see
    `bag_name`; `facts` go into `bag-info.txt`, one line each."""
    out = _Outbox()
    sums: list[tuple[str, str]] = []
    size = 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for one in files:
            digest = hashlib.sha256()
            with archive.open(_entry(f"{folder}/data/{one.name}"), "w", force_zip64=True) as member:
                for piece in _content(one):
                    digest.update(piece)
                    size += len(piece)
                    member.write(piece)
                    yield out.taken()
            sums.append((digest.hexdigest(), one.name))
        info = {**facts, "Payload-Oxum": f"{size}.{len(files)}"}
        tags = {
            "bagit.txt": _DECLARATION,
            "bag-info.txt": "".join(f"{name}: {_one_line(value)}\n" for name, value in info.items()),
            "manifest-sha256.txt": "".join(f"{digest}  data/{_escaped(name)}\n" for digest, name in sums),
        }
        lines = [f"{hashlib.sha256(text.encode()).hexdigest()}  {name}\n" for name, text in tags.items()]
        for name, text in {**tags, "tagmanifest-sha256.txt": "".join(lines)}.items():
            archive.writestr(_entry(f"{folder}/{name}"), text.encode())
            yield out.taken()
    yield out.taken()


class _Outbox:
    """What `zipfile` writes to: a stream that cannot go back, emptied by whoever sends it."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self._held.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """There is nothing to close."""

    def taken(self) -> bytes:
        data, self._held = b"".join(self._held), []
        return data


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _NEWER_THAN_1980)
    entry.external_attr = 0o644 << 16
    return entry


def _content(one: BagFile) -> Iterator[bytes]:
    if one.path is None:
        yield one.text.encode()
        return
    with os.fdopen(os.open(one.path, _FLAGS), "rb") as file:
        while piece := file.read(READ_BYTES):
            yield piece


def _below(parts: Sequence[str], anchor: str) -> str:
    return "/".join(_NO_NAME.sub("", one) if one == anchor else one for one in parts)


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


