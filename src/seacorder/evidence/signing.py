"""Signs the manifest of a folder with the recorder's key, and notes it in `custody.jsonl`."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from seacorder.base.ed25519 import SignaturesNotPossible
from seacorder.base.errors import StorageFailed
from seacorder.evidence import custody
from seacorder.model.completion import CUSTODY_NAME, MANIFEST_NAME, SIGNATURE_NAME, SIGNER_NAME
from seacorder.model.signature import NotASignature, SigningKey, read_signature
from seacorder.storage import whole_file
from seacorder.storage.signing_key import read_key


class Signer:
    """One attempt to sign. Where there is no key that can be used, it signs nothing and `why` says so."""

    def __init__(self, key_folder: str) -> None:
        """Empty: nothing is to be signed. Blocks."""
        self._key: SigningKey | None = None
        self._public = b""
        self.why = ""
        if key_folder:
            try:
                key = read_key(Path(key_folder))
                self._public = key.public.file
                self._key = key
            except (StorageFailed, SignaturesNotPossible) as fault:
                self.why = fault.sentence

    @property
    def statement(self) -> dict[str, bytes]:
        """The public key, by the name of its file in the folder."""
        return {} if self._key is None else {SIGNER_NAME: self._public}

    def has_signed(self, folder: Path) -> bool:
        """True if the manifest that is there has this key's signature, and its line of custody; and if nothing is to be
        signed, or can be."""
        if self._key is None:
            return True
        try:
            signature = read_signature((folder / SIGNATURE_NAME).read_bytes())
            manifest = (folder / MANIFEST_NAME).read_bytes()
            noted = custody.newest_manifest((folder / CUSTODY_NAME).read_bytes(), self._key.public)
            return signature.is_of(manifest, self._key.public) and noted == hashlib.sha256(manifest).hexdigest()
        except (OSError, NotASignature):
            return False

    def sign(self, folder: Path, manifest: bytes, said: Mapping[str, Any]) -> None:
        """Signs the manifest that was just put there. Without a key, a signature of an earlier manifest is taken away,
        and its key: they fit no more. Blocks; OSError."""
        path = folder / SIGNATURE_NAME
        if self._key is None:
            path.unlink(missing_ok=True)
            (folder / SIGNER_NAME).unlink(missing_ok=True)
            return
        comment = f"{folder.name}, {said['files']} files, {said['utc']}, {said['program']}"
        custody.append(folder, {**said, "manifest_sha256": hashlib.sha256(manifest).hexdigest()}, self._key)
        # The signature comes last: where it fits, nothing is missing, after a kill too.
        whole_file.put(path, self._key.signature_file(manifest, " ".join(comment.split())))
