"""Verifies complete folders on any machine, without the catalogue: manifest, signature, videos, frames.

Every byte is read once, for its SHA-256. Videos are then opened, their frames counted by their index and compared with
`recording.json`; between two files of a channel no frame may be missing that is in no loss.
"""

import hashlib
import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from seacorder.base.ed25519 import SignaturesNotPossible
from seacorder.base.errors import NotPossible
from seacorder.evidence import bag_check, custody
from seacorder.evidence.folder_contents import file_names, is_recorded
from seacorder.evidence.hashing import ChangedWhileRead
from seacorder.evidence.manifest import NotAManifest, read_manifest
from seacorder.evidence.other_folders import not_here, videos_of
from seacorder.evidence.statements import RECORDING_WORD, Document, read_document
from seacorder.evidence.verify_source import BytesRead, LocalFolder, VerifySource
from seacorder.model.completion import (
    CUSTODY_NAME,
    MANIFEST_NAME,
    RECORDING_NAME,
    SIGNATURE_NAME,
    SIGNER_NAME,
    STAMP_NAME,
)
from seacorder.model.instant import iso_utc
from seacorder.model.recording import FileState
from seacorder.model.report import FileExamined
from seacorder.model.signature import NotASignature, PublicKey, read_public_key, read_signature
from seacorder.model.time_stamp import NotATimeStamp, read_reply

LEFT_OUT = ("seacorder.db",)
"""The catalogue, which may lie in a folder of recordings."""


@dataclass(frozen=True, slots=True)
class VerifyFinding:
    """Something that is not in order."""

    kind: str
    """A stable word: `changed`, `missing`, `more`, `manifest`, `signature`, `time_stamp`, `custody`, `unreadable`,
    `frames`, `start`, `earlier`."""
    file: str
    """Its path from the folder that was verified."""
    sentence: str


@dataclass(slots=True)
class FolderVerified:
    """What was found in one folder."""

    folder: str
    files: int = 0
    bytes: int = 0
    frames: int = 0
    signed_by: str = ""
    """The id of the key whose signature fits; empty if there is none."""
    is_key_trusted: bool = False
    """The key is the one that was given, not only the one that lies in the folder."""
    time_stamp: str = ""
    """The time at which a server has seen the manifest, and the name in its certificate; empty if there is no stamp."""
    findings: list[VerifyFinding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What is told and is no fault, a sentence each."""


def folders_in(top: Path) -> list[Path]:
    """The folder and all below it that have a manifest. Blocks; NotPossible if there is none."""
    if not top.is_dir():
        raise NotPossible(f"There is no folder {top}.", "Name the folder of a recording, or one above several.")
    found = sorted(Path(place) for place, _, names in os.walk(top) if MANIFEST_NAME in names)
    if not found:
        raise NotPossible(
            f"There is no {MANIFEST_NAME} in {top} or below it: nothing here can be verified.",
            "Seacorder makes one when a recording has ended. `seacorder check` needs none.",
        )
    return found


def unlisted_in(top: Path) -> list[FolderVerified]:
    """The folders below that cannot be verified: nobody may look into them, or recorded files lie there without a
    manifest. Blocks."""
    found: list[FolderVerified] = []

    def add(place: str, kind: str, what: str) -> None:
        shown = os.path.relpath(place, top)
        found.append(FolderVerified(shown, findings=[VerifyFinding(kind, shown, f"{shown} {what}.")]))

    def refused(fault: OSError) -> None:
        add(str(fault.filename), "unreadable", f"cannot be read ({fault.strerror})")

    listed: set[Path] = set()
    for place, _, names in os.walk(top, onerror=refused):
        if MANIFEST_NAME in names:
            listed |= _listed_below(Path(place))
            continue
        recorded = [name for name in names if is_recorded(name) and not name.startswith((".", *LEFT_OUT))]
        if any(Path(place, name) not in listed for name in recorded):
            add(place, "manifest", f"has recorded files and no {MANIFEST_NAME}: nothing in it can be verified")
    return sorted(found, key=lambda one: one.folder)


def _listed_below(folder: Path) -> set[Path]:
    """Files in folders below that the folder's own manifest lists, as that of an archive does."""
    try:
        names = read_manifest((folder / MANIFEST_NAME).read_bytes())
    except (OSError, NotAManifest):
        return set()  # which is said where the folder is verified
    return {folder / name for name in names if "/" in name}


def total_bytes(folders: list[Path]) -> int:
    """How much is to be read. Blocks."""
    return sum(
        (folder / name).stat().st_size for folder in folders for name in file_names(folder, LEFT_OUT)
    )


def verify_folder(
    folder: Path, top: Path, key: PublicKey | None = None, progress: BytesRead = lambda _: None
) -> FolderVerified:
    """Verifies one folder. Raises nothing for what is in it. Blocks for as long as reading takes."""
    found = verify_source(LocalFolder(folder, top, LEFT_OUT), key, progress)
    found.notes += not_here(folder)
    return found


def verify_source(
    source: VerifySource, key: PublicKey | None = None, progress: BytesRead = lambda _: None
) -> FolderVerified:
    """The same of a folder wherever it lies."""
    return _Verification(source, progress).run(key)


class _Verification:
    def __init__(self, source: VerifySource, progress: BytesRead) -> None:
        self._source, self._progress = source, progress
        self._found = FolderVerified(source.shown_folder)

    def run(self, key: PublicKey | None) -> FolderVerified:
        try:
            data = self._source.bytes_of(MANIFEST_NAME)
            listed = bag_check.listed(self._source, read_manifest(data))
        except OSError as fault:
            self._say("manifest", MANIFEST_NAME, f"cannot be read ({fault.strerror})")
            return self._found
        except NotAManifest as fault:
            self._say("manifest", MANIFEST_NAME, f"is damaged: {fault}")
            return self._found
        if not listed:
            self._say("manifest", MANIFEST_NAME, "lists no file")
        try:
            self._signature(data, listed, key)
        except SignaturesNotPossible as fault:
            self._say("signature", SIGNATURE_NAME, f"was not checked. {fault.sentence}".removesuffix("."))
        self._time_stamp(data)
        sound = self._hashes(listed)
        for finding in bag_check.cut_videos(self._source, sound):
            self._say("frames", *finding)
        document = self._statement(listed)
        if document is not None:
            self._videos(document, listed, sound)
            self._earlier(document)
        return self._found

    def _say(self, kind: str, name: str, what: str) -> None:
        shown = self._source.shown(name)
        self._found.findings.append(VerifyFinding(kind, shown, f"{shown} {what}."))

    def _signature(self, manifest: bytes, listed: Mapping[str, str], key: PublicKey | None) -> None:
        if not self._source.has(SIGNATURE_NAME):
            if key is not None or SIGNER_NAME in listed:
                self._say("signature", SIGNATURE_NAME, "is missing: the manifest is not signed")
            return
        try:
            signature = read_signature(self._source.bytes_of(SIGNATURE_NAME))
            by = key or read_public_key(self._source.bytes_of(SIGNER_NAME).decode("ascii", "replace"))
        except OSError as fault:
            self._say("signature", SIGNATURE_NAME, f"cannot be checked ({fault.strerror})")
            return
        except NotASignature as fault:
            self._say("signature", SIGNATURE_NAME, f"cannot be checked: {fault}")
            return
        if signature.is_of(manifest, by):
            self._found.signed_by, self._found.is_key_trusted = by.name, key is not None
        elif signature.identifier != by.identifier:
            self._say("signature", SIGNATURE_NAME, f"was made with another key ({signature.name}) than {by.name}")
        else:
            self._say("signature", SIGNATURE_NAME, f"does not fit {MANIFEST_NAME}: one of both was changed")
        self._custody(by, hashlib.sha256(manifest).hexdigest())

    def _time_stamp(self, manifest: bytes) -> None:
        if not self._source.has(STAMP_NAME):
            return
        try:
            stamp = read_reply(self._source.bytes_of(STAMP_NAME))
            by = stamp.signed_by
        except OSError as fault:
            self._say("time_stamp", STAMP_NAME, f"cannot be read ({fault.strerror})")
        except NotATimeStamp as fault:
            self._say("time_stamp", STAMP_NAME, f"cannot be checked: {fault}")
        except SignaturesNotPossible as fault:
            self._say("time_stamp", STAMP_NAME, f"was not checked. {fault.sentence}".removesuffix("."))
        else:
            if not stamp.is_of(manifest):
                self._say("time_stamp", STAMP_NAME, f"is of another {MANIFEST_NAME}")
            elif not by:
                self._say("time_stamp", STAMP_NAME, "is not signed by the certificate in it: it was changed")
            else:
                self._found.time_stamp = f"{stamp.utc:%Y-%m-%dT%H:%M:%S}Z by {by}"

    def _custody(self, key: PublicKey, manifest_sha256: str) -> None:
        if not self._source.has(CUSTODY_NAME):
            if self._found.signed_by and not bag_check.is_bag(self._source):
                self._say("custody", CUSTODY_NAME, "is missing, though the manifest is signed")
            return
        try:
            data = self._source.bytes_of(CUSTODY_NAME)
        except OSError as fault:
            self._say("custody", CUSTODY_NAME, f"cannot be read ({fault.strerror})")
            return
        faults = custody.faults(data, key)
        for one in faults:
            what = f"has line {one.line}, which {one.sentence}"
            if one.is_torn:
                self._found.notes.append(f"{self._source.shown(CUSTODY_NAME)} {what}.")
            else:
                self._say("custody", CUSTODY_NAME, what)
        is_sound = all(one.is_torn for one in faults)
        if self._found.signed_by and is_sound and custody.newest_manifest(data, key) != manifest_sha256:
            self._say("custody", CUSTODY_NAME, f"says that another {MANIFEST_NAME} was signed last than the one here")

    def _hashes(self, listed: Mapping[str, str]) -> set[str]:
        """Reads every file that is listed; returns the names of those that are as they were."""
        sound: set[str] = set()
        for name, sha256 in listed.items():
            try:
                found, size = self._source.sha256_of(name, self._progress)
            except FileNotFoundError:
                self._say("missing", name, f"is missing; {MANIFEST_NAME} lists it")
                continue
            except ChangedWhileRead:
                self._say("changed", name, "is being written by somebody: verify again when that is over")
                continue
            except (OSError, ValueError) as fault:
                self._say("unreadable", name, f"cannot be read ({fault})")
                continue
            self._found.files += 1
            self._found.bytes += size
            if found == sha256:
                sound.add(name)
            else:
                self._say("changed", name, "was changed: its bytes are not those that were recorded")
        for name in self._source.names():
            if name not in listed and name not in bag_check.unlisted(self._source):
                self._say("more", name, f"is not in {MANIFEST_NAME}: it was added later")
        return sound

    def _statement(self, listed: Mapping[str, str]) -> Document | None:
        if RECORDING_NAME not in listed:
            return None  # a manifest of somebody else: files alone are verified
        try:
            document = read_document(self._source.bytes_of(RECORDING_NAME), RECORDING_WORD)
        except OSError:
            return None  # it is missing, or cannot be read, and that was said
        if document is None:
            self._say("unreadable", RECORDING_NAME, "cannot be read, or is of a later version: no frames are compared")
        return document

    def _videos(self, document: Document, listed: Mapping[str, str], sound: set[str]) -> None:
        try:
            for one in videos_of(document):
                if one["folder"] == "." and one["file"] in sound:
                    self._video(one)
                elif one["state"] == FileState.REMOVED.value:
                    continue  # with its recording, as the statement says
                elif one["folder"] == "." and one["file"] not in listed and one["frames"]:
                    self._say("missing", one["file"], f"was gone already when {MANIFEST_NAME} was made")
            for recording in document["recordings"]:
                self._joints(recording)
        except (TypeError, ValueError, KeyError, AttributeError):
            self._say("unreadable", RECORDING_NAME, "lacks what it should have: not all frames are compared")

    def _video(self, one: Mapping[str, Any]) -> None:
        name = one["file"]
        examined = self._source.examine(name)
        if examined.state is None:
            if one["frames"]:
                self._say("unreadable", name, "cannot be opened")
            return
        self._found.frames += examined.frames
        if examined.state is FileState.INTERRUPTED and one["state"] != FileState.INTERRUPTED.value:
            self._say("unreadable", name, f"was cut off, though it is listed as {one['state']}")
        elif examined.frames != one["frames"] and one["state"] != FileState.INTERRUPTED.value:
            self._say("frames", name, f"has {examined.frames:,} frames; {RECORDING_NAME} says {one['frames']:,}")
        self._start(one, examined)

    def _start(self, one: Mapping[str, Any], examined: FileExamined) -> None:
        """Compares the start time in the file, if it says one, with that of the statement."""
        if examined.begins_at_another_time(one["start_utc_ns"], FileState(one["state"])):
            said = iso_utc(examined.start_utc_ns or 0, digits=6)
            self._say("start", one["file"], f"says that it begins at {said}; {RECORDING_NAME} says {one['start_utc']}")

    def _earlier(self, document: Document) -> None:
        """Recorded files that an earlier manifest listed otherwise, and that no repair explains."""
        try:
            repaired = {one["file"] for one in videos_of(document) if one["state"] == FileState.REPAIRED.value}
            named = {one.file for one in self._found.findings}
            for one in document["earlier"]:
                name = one["file"]
                shown = self._source.shown(name)
                if is_recorded(name) and name not in repaired and shown not in named:
                    self._say("earlier", name, f"was {one['now']} when {MANIFEST_NAME} was written again; noticed at "
                              f"{one['noticed_utc']}. {RECORDING_NAME} has the SHA-256 of before")
        except (TypeError, KeyError, AttributeError):
            self._say("unreadable", RECORDING_NAME, "lacks what it should have: earlier changes are not told")

    def _joints(self, recording: Mapping[str, Any]) -> None:
        """Frames between two files of a channel that are neither in a file nor in a loss."""
        channels: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for part in recording["parts"]:
            channels[part["channel"]].append(part)
        for channel, parts in channels.items():
            missing = [one for one in recording["losses"] if one["channel"] == channel]
            for before, after in pairwise(sorted(parts, key=lambda part: part["number"])):
                if after["folder"] == "." and not _joins(before, after, missing):
                    due = before["first_frame"] + before["frames"]
                    what = f"begins with frame {after['first_frame']:,} instead of {due:,}, and no loss is listed"
                    self._say("frames", after["file"], what)


def _joins(before: Mapping[str, Any], after: Mapping[str, Any], missing: list[Mapping[str, Any]]) -> bool:
    if after["number"] == before["number"] + 1 and after["first_frame"] == before["first_frame"] + before["frames"]:
        return True
    return any(
        one["from_utc_ns"] <= after["start_utc_ns"] and one["to_utc_ns"] >= before["start_utc_ns"] for one in missing
    )
