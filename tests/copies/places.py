"""A recorder's folder with a manifest, and a place in memory that can be made to lie, to be full and to break off."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from fakes.clock import FakeClock
from seacorder.copies.contract import target_failed
from seacorder.copies.folder_copy import FolderCopier
from seacorder.copies.source_file import SourceFile
from seacorder.model.copies import CopiedFile, CopyEnded, CopyFolder, CopyProgress, CopyTarget, PlaceFound

FILES = {"Bow.mp4": b"bow" * 50_000, "Stern.mp4": b"stern" * 50_000, "account.jsonl": b"{}\n"}


class PulledOut(Exception):
    """The process was killed, at this byte."""


def make_folder(folder: Path) -> Path:
    """A complete folder, without signature."""
    folder.mkdir(parents=True)
    for name, data in FILES.items():
        (folder / name).write_bytes(data)
    make_manifest(folder)
    return folder


def make_manifest(folder: Path) -> None:
    names = [path.name for path in sorted(folder.iterdir()) if path.name in {*FILES, "recording.json"}]
    lines = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (folder / "manifest-sha256.txt").write_text("".join(lines))


class MemoryPlace:
    """A place as `FolderPlace` is one."""

    identity, mount = "memory", ""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.begun: dict[str, bytes] = {}
        self.lies: int = 0
        """So many times a byte is changed on the way back."""
        self.room = 10**9
        self.killed_at: int | None = None
        self.writes = 0
        """Bytes that were sent."""

    def size_of(self, name: str) -> int | None:
        return len(self.files[name]) if name in self.files else None

    def store(self, name: str, source: SourceFile) -> None:
        held = self.begun.get(name, b"")
        at = 0
        for block in source.blocks():
            new = block[max(0, min(len(block), len(held) - at)) :]
            at += len(block)
            if self.killed_at is not None and self.writes + len(new) > self.killed_at:
                new = new[: self.killed_at - self.writes]
                self.begun[name] = held + new
                raise PulledOut
            self.writes += len(new)
            if self.writes > self.room:
                raise target_failed("NAS: it is full.", "Make room there.")
            held += new
            self.begun[name] = held

    def stored(self, name: str) -> Iterator[bytes]:
        data = self.begun[name]
        if self.lies > 0:
            self.lies -= 1
            data = data[:-1] + bytes([data[-1] ^ 1])
        yield data

    def keep(self, name: str, source: SourceFile) -> None:
        self.files[name] = self.begun.pop(name)

    def discard(self, name: str) -> None:
        self.begun.pop(name, None)

    def unfinished(self, folder: str) -> list[str]:
        return [name for name in self.begun if name.startswith(f"{folder}/")]

    def forget(self, name: str) -> None:
        del self.begun[name]

    def bytes_of(self, name: str) -> Iterator[bytes]:
        yield self.files[name]


class Copies:
    """Orders of one folder to one place; remembers what was reported, as the catalogue does."""

    def __init__(self, folder: Path, place: object, target: CopyTarget | None = None) -> None:
        self.folder, self.place = folder, place
        self.target = target or CopyTarget("NAS", "/nas")
        self.clock = FakeClock()
        self.copied: dict[str, CopiedFile] = {}
        self.told: list[PlaceFound | CopiedFile | CopyProgress] = []

    def order(self, *files: str, is_complete: bool = False, key_folder: str = "") -> CopyFolder:
        return CopyFolder(
            self.target, str(self.folder), f"2026/{self.folder.name}", files, is_complete, 7,
            tuple(self.copied.values()), key_folder=key_folder, program="Seacorder 0",
        )

    def run(self, *files: str, is_complete: bool = False, key_folder: str = "") -> CopyEnded:
        order = self.order(*files, is_complete=is_complete, key_folder=key_folder)
        return FolderCopier(order, self.clock, self.take).run(lambda _: self.place)  # type: ignore[arg-type, return-value]

    def take(self, report: PlaceFound | CopiedFile | CopyProgress) -> None:
        self.told.append(report)
        if isinstance(report, CopiedFile):
            self.copied[report.path] = report

    @property
    def names(self) -> list[str]:
        """Of the files that were reported as copied, in order."""
        return [Path(one.path).name for one in self.told if isinstance(one, CopiedFile)]
