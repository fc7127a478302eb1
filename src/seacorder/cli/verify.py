"""`verify`: proves a recorded folder, or a copy of it, whole. Needs no catalogue, no settings, no running recorder."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from seacorder.base.duration import large_count_text
from seacorder.base.errors import BadRequest
from seacorder.cli.streams import progress_bar
from seacorder.evidence.other_folders import with_others
from seacorder.evidence.verify import (
    FolderVerified,
    folders_in,
    total_bytes,
    unlisted_in,
    verify_folder,
    verify_source,
)
from seacorder.model.copies import BUCKET_BEGIN
from seacorder.model.signature import NotASignature, PublicKey, read_public_key


def verify(place: str, *, key: str | None, as_json: bool) -> bool:
    """Prints what was found in a folder or a bucket; True when all is in order. Blocks for as long as reading every
    file takes.

    Raises NotPossible when there is nothing to verify, BadRequest for a key that is none.
    """
    public = None if key is None else _key(key)
    found = _in_bucket(place, public) if place.startswith(BUCKET_BEGIN) else _in_folder(Path(place), public)
    is_sound = not any(one.findings for one in found)
    if as_json:
        print(json.dumps({"is_sound": is_sound, "folders": [asdict(one) for one in found]}))
    else:
        _print(found)
    return is_sound


def _in_folder(folder: Path, key: PublicKey | None) -> list[FolderVerified]:
    folders = with_others(folders_in(folder))
    with progress_bar() as progress:
        bar = progress.add_task("Reading files", total=total_bytes(folders))
        found = [verify_folder(one, folder, key, lambda count: progress.advance(bar, count)) for one in folders]
    return found + unlisted_in(folder)


def _in_bucket(place: str, key: PublicKey | None) -> list[FolderVerified]:
    """Keys and server are those of the usual variables, so that it works on any computer."""
    from seacorder.copies.bucket_client import BucketAccess, BucketAddress, make_client
    from seacorder.copies.bucket_source import BucketFolders

    address = BucketAddress.of(place)
    if not address.bucket:
        raise BadRequest(f"{place} names no bucket.", "Write the bucket behind s3://.")
    folders = BucketFolders(make_client(BucketAccess(), uses_variables=True), address)
    with progress_bar() as progress:
        bar = progress.add_task("Reading files", total=folders.total_bytes)
        sources = folders.sources()
        found = [verify_source(one, key, lambda count: progress.advance(bar, count)) for one in sources]
    return found + folders.unlisted()


def _key(text: str) -> PublicKey:
    """A public key: the text itself, or a file with it."""
    try:
        path = Path(text)
        return read_public_key(path.read_text("ascii", "replace") if path.is_file() else text)
    except (NotASignature, OSError, ValueError) as fault:
        raise BadRequest(
            f"{text} is no public key, and no file with one.",
            "Name signing.pub of the recorder, or write its second line.",
            field="key",
        ) from fault


def _print(found: Sequence[FolderVerified]) -> None:
    for one in found:
        print(f"{one.folder}: {_facts(one)}")
        if one.time_stamp:
            print(f"  The manifest was there at {one.time_stamp}. Can that certificate be trusted? See `openssl ts`.")
        for finding in one.findings:
            print(f"  {finding.sentence}")
        for note in one.notes:
            print(f"  (no fault) {note}")
    faults = sum(len(one.findings) for one in found)
    if not faults:
        print("Everything is as it was recorded.")
    else:
        print(f"{large_count_text(faults, 'thing')} {'does' if faults == 1 else 'do'} not agree; listed above.")


def _facts(one: FolderVerified) -> str:
    read = f"{large_count_text(one.files, 'file')}, {one.bytes:,} bytes, {large_count_text(one.frames, 'frame')}; "
    if not one.signed_by:
        is_told = any(finding.kind == "signature" for finding in one.findings)
        return read + ("no signature that is confirmed." if is_told else "not signed.")
    if one.is_key_trusted:
        return read + f"signed by {one.signed_by}, the key that you gave."
    return read + f"signed by {one.signed_by}. Is that the recorder's key? The key in the folder proves nothing alone."
