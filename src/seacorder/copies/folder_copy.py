"""Copies a folder: its whole files while a recording runs, and all of it once it is complete.

Of a complete folder, first every file that its manifest lists is copied; then the manifest and its signature. Then a
line of custody is added to the original's `custody.jsonl`, and the copy gets that file too; and what interruptions have
left there is tidied up. So a copy that has a manifest has all that the manifest lists, and each file's SHA-256 was
compared with it.
"""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

from seacorder.base.clock import Clock
from seacorder.base.errors import StorageFailed
from seacorder.base.message import Message
from seacorder.copies.contract import CopyFailed, CopyPlace
from seacorder.copies.file_copy import FileCopier
from seacorder.copies.source_file import SourceFailed, SourceGone
from seacorder.evidence import custody
from seacorder.evidence.manifest import NotAManifest, read_manifest
from seacorder.model.completion import (
    CUSTODY_NAME,
    MANIFEST_NAME,
    SIGNATURE_NAME,
    SIGNER_NAME,
    STAMP_NAME,
    STATEMENT_NAMES,
)
from seacorder.model.copies import CopiedFile, CopiedFolder, CopyEnded, CopyFault, CopyFolder, CopyProgress, PlaceFound
from seacorder.model.instant import iso_utc
from seacorder.storage.signing_key import read_key

_REPLACED = frozenset({*STATEMENT_NAMES, MANIFEST_NAME, SIGNATURE_NAME, STAMP_NAME, CUSTODY_NAME})
"""Files that are made again when a folder changes. All others are written once, or repaired."""
Send = Callable[[PlaceFound | CopiedFile | CopyProgress], None]
OpenPlace = Callable[[CopyFolder], CopyPlace]


class FolderCopier:
    """Carries out one order."""

    def __init__(self, order: CopyFolder, clock: Clock, send: Send) -> None:
        self._order, self._clock, self._send = order, clock, send
        self._folder = Path(order.folder)
        self._copied = {Path(one.path).name: one for one in order.copied}
        self._missing: list[str] = []
        self._left: list[str] = []

    def run(self, open_place: OpenPlace) -> CopyEnded:
        """Blocks for as long as it takes; never raises for what original or target do."""
        try:
            place = open_place(self._order)
            self._send(PlaceFound(place.identity, place.mount))
            return self._ended(self._run(place))
        except CopyFailed as failed:
            return self._ended(None, failed.fault, failed.message)
        except SourceFailed as failed:
            return self._ended(None, CopyFault.SOURCE, Message(f"{failed}.", "It is copied later."))

    def _ended(
        self, done: CopiedFolder | None, fault: CopyFault | None = None, why: Message | None = None
    ) -> CopyEnded:
        has_manifest = (self._folder / MANIFEST_NAME).is_file()
        missing, left = tuple(self._missing), tuple(self._left)
        return CopyEnded(self._order.folder, done, fault, why, missing, has_manifest, left)

    def _run(self, place: CopyPlace) -> CopiedFolder | None:
        order = self._order
        copier = FileCopier(place, order.target, self._clock, self._send)
        known = {name: one for name, one in self._copied.items() if one.place == place.identity}
        if not order.is_complete:
            self._each(order.files, lambda name: self._one(copier, name, known))
            return None
        if not (self._folder / MANIFEST_NAME).exists():
            self._missing.append(str(self._folder))  # it was removed, or its disk is away
            return None
        manifest, listed = self._manifest()
        self._check_owner(place, known)
        self._each(listed, lambda name: self._listed(copier, name, listed[name], known))
        for name in (MANIFEST_NAME, SIGNATURE_NAME, STAMP_NAME):
            self._one(copier, name, known)
        manifest_sha256 = hashlib.sha256(manifest).hexdigest()
        if known[MANIFEST_NAME].sha256 != manifest_sha256:
            raise SourceFailed(f"{MANIFEST_NAME} was made again while it was copied")
        of_listed = [known[name] for name in listed if name in known]
        done = CopiedFolder(
            place=place.identity,
            folder=order.folder,
            target=order.target.name,
            manifest_sha256=manifest_sha256,
            files=len(listed),
            bytes=sum(one.bytes for one in of_listed),
            completed_utc_ns=order.completed_utc_ns,
            verified_utc_ns=self._clock.utc_ns(),
        )
        self._note(done)
        self._one(copier, CUSTODY_NAME, known)
        self._tidy(place)
        return done

    def _tidy(self, place: CopyPlace) -> None:
        """Beginnings of files, left by interruptions. Where the whole file lies there too they are removed. Else the
        original is gone: the beginning may be all that is left of it, so it stays and is told."""
        for name in place.unfinished(self._order.to):
            if place.size_of(name) is None:
                self._left.append(PurePosixPath(name).name)
            else:
                place.forget(name)

    def _each(self, names: Iterable[str], copy: Callable[[str], None]) -> None:
        """A file that cannot be copied holds up no other one; the first such fault is raised at the end."""
        faults: list[CopyFailed | SourceFailed] = []
        for name in names:
            try:
                copy(name)
            except (CopyFailed, SourceFailed) as failed:
                if isinstance(failed, CopyFailed) and failed.fault is CopyFault.TARGET:
                    raise
                faults.append(failed)
        if faults:
            raise faults[0]

    def _one(self, copier: FileCopier, name: str, known: dict[str, CopiedFile]) -> None:
        """Copies a file that is there; one that is not is told of."""
        path = self._folder / name
        try:
            copied = copier.copy(path, self._there(name), known.get(name), may_replace=name in _REPLACED)
        except SourceGone:
            if name not in _REPLACED:
                self._missing.append(str(path))
            return
        if copied is not known.get(name):
            known[name] = copied
            self._send(copied)

    def _listed(self, copier: FileCopier, name: str, sha256: str, known: dict[str, CopiedFile]) -> None:
        """Copies a file of the manifest. Raises CopyFailed too if the folder cannot be whole because of it."""
        self._one(copier, name, known)
        path = self._folder / name
        if name not in known or str(path) in self._missing:
            how = f"is missing, though {MANIFEST_NAME} lists it"
        elif known[name].sha256 != sha256:
            how = f"is not as {MANIFEST_NAME} says"
        else:
            return
        fact = f"{path} {how}: the folder is not copied completely."
        raise CopyFailed(CopyFault.FOLDER, fact, "`seacorder verify` says more about the folder.")

    def _manifest(self) -> tuple[bytes, dict[str, str]]:
        try:
            data = (self._folder / MANIFEST_NAME).read_bytes()
            return data, read_manifest(data)
        except OSError as fault:
            raise SourceFailed(f"{self._folder / MANIFEST_NAME} cannot be read ({fault.strerror})") from fault
        except NotAManifest as fault:
            raise SourceFailed(f"{self._folder / MANIFEST_NAME} is damaged ({fault})") from fault

    def _check_owner(self, place: CopyPlace, known: dict[str, CopiedFile]) -> None:
        """Where another recorder has copied a folder of this name, its statements are not replaced."""
        name = self._there(SIGNER_NAME)
        if SIGNER_NAME in known or place.size_of(name) is None:
            return
        try:
            mine = (self._folder / SIGNER_NAME).read_bytes()
        except OSError:
            mine = b""
        if b"".join(place.bytes_of(name)) != mine:
            raise CopyFailed(
                CopyFault.FOLDER,
                f"{self._order.target.name}: the folder {self._order.to} there is of another recorder.",
                "Give each recorder a folder of its own there.",
            )

    def _note(self, done: CopiedFolder) -> None:
        """A line of custody, once for each state of the folder at each place."""
        if not self._order.key_folder:
            return
        said = {"what": "copy", "target": done.target, "place": done.place, "files": done.files, "bytes": done.bytes,
                "manifest_sha256": done.manifest_sha256}
        try:
            key = read_key(Path(self._order.key_folder))
            if not custody.says(self._folder, said, key.public):
                now = iso_utc(done.verified_utc_ns, digits=6)
                custody.append(self._folder, {**said, "utc": now, "program": self._order.program}, key)
        except StorageFailed:
            return  # manifests are not signed either then, and an event has told why
        except OSError as fault:
            raise SourceFailed(f"{self._folder / CUSTODY_NAME} cannot be written ({fault.strerror})") from fault

    def _there(self, name: str) -> str:
        return f"{self._order.to}/{name}" if self._order.to else name
