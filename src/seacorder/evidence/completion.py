"""The worker that completes folders, `python -m seacorder.evidence.completion`: statements, then the manifest.

It is a process of its own that lets every other one go first: the disk is asked only when nobody else wants it (Linux,
where the disk's scheduler knows that), and while a recording runs it reads no faster than it is told. FFmpeg is not
loaded. One thread; blocks on disks; ends when its pipe is closed.

The order of writes decides what a kill leaves: each statement is put in its place in one step, and the manifest last.
After a kill in between, the old manifest does not fit the new statements; whoever gave the order gives it again.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from pathlib import Path

from seacorder.base import log
from seacorder.base.gentle import be_gentle
from seacorder.base.pipe import Link
from seacorder.evidence.folder_contents import kind_by_name, read_contents
from seacorder.evidence.hashing import ChangedWhileRead, ReadPace, hash_file
from seacorder.evidence.index_page import index_page
from seacorder.evidence.manifest import NotAManifest, manifest_bytes, read_manifest
from seacorder.evidence.signing import Signer
from seacorder.evidence.statements import (
    RECORDING_WORD,
    TIME_WORD,
    Document,
    read_document,
    recording_document,
    removed_names,
    text_of,
    time_document,
)
from seacorder.model.command import EndWorker
from seacorder.model.completion import (
    MANIFEST_NAME,
    PAGE_NAME,
    RECORDING_NAME,
    STAMP_NAME,
    TIME_NAME,
    CompleteFolder,
    FileHashed,
    FolderCompleted,
)
from seacorder.model.instant import iso_utc
from seacorder.storage import whole_file

OnHashed = Callable[[FileHashed], None]
_MOST_EARLIER = 1000


def complete_folder(
    order: CompleteFolder, on_hashed: OnHashed = lambda _: None, pace: ReadPace | None = None
) -> FolderCompleted:
    """Makes one folder complete. Never raises for what the disk does. Blocks for as long as reading takes."""
    folder = Path(order.folder)
    if not folder.is_dir():
        return FolderCompleted(order.folder, is_gone=True)
    try:
        return _complete(folder, order, on_hashed, pace or ReadPace(order.bytes_per_second))
    except OSError as fault:
        return FolderCompleted(order.folder, fault=fault.strerror or str(fault))
    except ChangedWhileRead as fault:
        return FolderCompleted(order.folder, fault=str(fault))


def _complete(folder: Path, order: CompleteFolder, on_hashed: OnHashed, pace: ReadPace) -> FolderCompleted:
    whole_file.remove_left(folder)
    contents = read_contents(folder, order.rows, order.left_out)
    if not contents.has_recorded_files:
        return FolderCompleted(order.folder, is_gone=True)
    signer = Signer(order.key_folder)
    before = _Before(folder)
    hashed = [_hashed(folder / name, (*order.hashed, *before.hashed), on_hashed, pace) for name in contents.files]
    times = time_document(order.clocks, before.times)
    time_bytes = text_of(times)
    of_time = _hash_of(time_bytes)
    known = {Path(one.path).name: one.sha256 for one in hashed}
    earlier = before.earlier(known, order.made_utc_ns, removed_names(contents))
    document = recording_document(contents, hashed, earlier)
    if before.says(document, known | {TIME_NAME: of_time}) and signer.has_signed(folder):
        return FolderCompleted(order.folder, before.files, sum(one.bytes for one in hashed), unsigned=signer.why)
    document |= {"program": order.program, "made_utc": iso_utc(order.made_utc_ns, digits=6)}
    statements = {
        TIME_NAME: time_bytes,
        RECORDING_NAME: text_of(document),
        PAGE_NAME: index_page(document, times),
        **signer.statement,
    }
    listed = known | {name: _hash_of(data) for name, data in statements.items()}
    for name, data in statements.items():
        whole_file.put(folder / name, data)
    manifest = manifest_bytes(listed)
    (folder / STAMP_NAME).unlink(missing_ok=True)  # it is of the manifest before
    whole_file.put(folder / MANIFEST_NAME, manifest)
    signer.sign(folder, manifest, {"what": "manifest", "files": len(listed), "program": order.program,
                                   "utc": iso_utc(order.made_utc_ns, digits=6)})
    total = sum(one.bytes for one in hashed) + sum(map(len, statements.values()))
    names = tuple(one["file"] for one in earlier if one not in before.noticed)
    return FolderCompleted(order.folder, len(listed), total, is_new=True, unsigned=signer.why, earlier=names)


def _hash_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _hashed(path: Path, known: Iterable[FileHashed], on_hashed: OnHashed, pace: ReadPace) -> FileHashed:
    """The file's hash: read, unless it is known and the file's size and time are those of then.

    A file whose content was changed without its time keeps the old hash: a check then finds it.
    """
    now = path.stat()
    for one in known:
        if (Path(one.path).name, one.bytes, one.modified_ns) == (path.name, now.st_size, now.st_mtime_ns):
            return replace(one, path=str(path))
    found = hash_file(path, pace)
    on_hashed(found)
    return found


class _Before:
    """What an earlier completion of the folder has left, as far as its own manifest confirms it."""

    def __init__(self, folder: Path) -> None:
        self._manifest = _manifest(folder)
        self.files = len(self._manifest)
        self._document = self._read(folder, RECORDING_NAME, RECORDING_WORD)
        self.times = self._read(folder, TIME_NAME, TIME_WORD)
        self._has_page = self._is_listed(folder, PAGE_NAME)
        document = self._document or {}
        self.noticed: list[Document] = [one for one in document.get("earlier", []) if isinstance(one, dict)]
        self.hashed = _hashes_in(document, folder)

    def says(self, document: Document, hashes: dict[str, str]) -> bool:
        """True if nothing has changed since."""
        if self._document is None or not self._has_page:
            return False
        mine = {key: value for key, value in self._document.items() if key not in {"program", "made_utc"}}
        return mine == document and all(self._manifest.get(name) == one for name, one in hashes.items())

    def earlier(self, now: dict[str, str], utc_ns: int, removed: Collection[str] = ()) -> list[Document]:
        """What the earlier manifests listed otherwise. The account and observations grow: that is no news; neither is
        that a file is gone which was removed."""
        noticed_utc = iso_utc(utc_ns, digits=6)
        found = list(self.noticed)
        for one in self.hashed:
            name = Path(one.path).name
            if now.get(name) == one.sha256 or kind_by_name(name) in {"account", "time statement"}:
                continue
            if name in now and name.endswith(".json"):
                continue
            if name not in now and name in removed:
                continue
            what = {"now": "changed" if name in now else "gone", "noticed_utc": noticed_utc}
            found.append({"file": name, "sha256": one.sha256, "bytes": one.bytes, **what})
        return found[-_MOST_EARLIER:]

    def _read(self, folder: Path, name: str, word: str) -> Document | None:
        return read_document((folder / name).read_bytes(), word) if self._is_listed(folder, name) else None

    def _is_listed(self, folder: Path, name: str) -> bool:
        try:
            return self._manifest.get(name) == _hash_of((folder / name).read_bytes())
        except OSError:
            return False


def _manifest(folder: Path) -> dict[str, str]:
    try:
        return read_manifest((folder / MANIFEST_NAME).read_bytes())
    except (OSError, NotAManifest):
        return {}


def _hashes_in(document: Document, folder: Path) -> tuple[FileHashed, ...]:
    try:
        return tuple(
            FileHashed(str(folder / one["file"]), one["bytes"], one["modified_utc_ns"], one["sha256"])
            for one in document.get("files", ())
        )
    except (TypeError, KeyError):
        return ()


def main() -> None:
    """Runs until the pipe is closed or `EndWorker` comes."""
    link = Link.from_stdio()
    log.set_up_worker("completion")
    be_gentle()
    for message in link.messages():
        if isinstance(message, EndWorker):
            return
        if isinstance(message, CompleteFolder):
            link.send(complete_folder(message, link.send))


if __name__ == "__main__":
    main()
