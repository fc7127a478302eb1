"""Signatures and keys in the forms of minisign, so that this program is not needed to check one. Pure.

    untrusted comment: minisign public key 5A0F1C77E3B2D841
    RWRB2LLjdxwPWi…                             base64 of: Ed, 8 bytes of id, 32 bytes of key

    untrusted comment: …
    RURB2LLjdxwPWm…                             base64 of: ED, 8 bytes of id, 64 bytes of signature
    trusted comment: …
    q0…                                         base64: signature of the 64 bytes above and the trusted comment

`ED` says that not the file is signed, but its BLAKE2b hash of 64 bytes (https://jedisct1.github.io/minisign/).
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass, field

from seacorder.base import ed25519

_KEY_KIND, _SIGNATURE_KIND, _ID_BYTES = b"Ed", b"ED", 8
_UNTRUSTED, _TRUSTED = "untrusted comment: ", "trusted comment: "


class NotASignature(ValueError):
    """A text is no signature, or no key, in the form of minisign; `str()` says why."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """By which signatures are checked."""

    identifier: bytes
    key: bytes

    @property
    def name(self) -> str:
        """The id as minisign prints it: 16 hexadecimal digits."""
        return self.identifier[::-1].hex().upper()

    @property
    def text(self) -> str:
        """One line, as minisign takes it with -P."""
        return base64.b64encode(_KEY_KIND + self.identifier + self.key).decode("ascii")

    @property
    def file(self) -> bytes:
        """A public key file, as minisign takes it with -p."""
        return f"{_UNTRUSTED}minisign public key {self.name}\n{self.text}\n".encode("ascii")


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The private key of a recorder: 32 random bytes."""

    seed: bytes = field(repr=False)

    @property
    def public(self) -> PublicKey:
        """Its id is made of the key, so that no two recorders have the same."""
        key = ed25519.public_key(self.seed)
        return PublicKey(hashlib.blake2b(key, digest_size=_ID_BYTES).digest(), key)

    def signature_file(self, data: bytes, comment: str) -> bytes:
        """The file NAME.minisig for a file NAME with these bytes. The comment, of one line, is signed too."""
        public = self.public
        signature = ed25519.sign(self.seed, _prehashed(data))
        of_all = ed25519.sign(self.seed, signature + comment.encode("utf-8"))
        lines = (
            f"{_UNTRUSTED}signature by the recorder {public.name}",
            base64.b64encode(_SIGNATURE_KIND + public.identifier + signature).decode("ascii"),
            f"{_TRUSTED}{comment}",
            base64.b64encode(of_all).decode("ascii"),
        )
        return "".join(f"{line}\n" for line in lines).encode("utf-8")


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature file, read."""

    identifier: bytes
    signature: bytes
    comment: str
    of_all: bytes
    is_prehashed: bool

    @property
    def name(self) -> str:
        """The id of the key that made it."""
        return self.identifier[::-1].hex().upper()

    def is_of(self, data: bytes, key: PublicKey) -> bool:
        """True if it was made of these bytes, with the private part of this key."""
        message = _prehashed(data) if self.is_prehashed else data
        comment = self.signature + self.comment.encode("utf-8", "surrogateescape")
        return (
            self.identifier == key.identifier
            and ed25519.is_signed(key.key, message, self.signature)
            and ed25519.is_signed(key.key, comment, self.of_all)
        )


def read_public_key(text: str) -> PublicKey:
    """A key from a public key file, or from its one line. Raises NotASignature."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith(_UNTRUSTED)]
    data = _decoded(lines[0]) if lines else b""
    if len(data) != len(_KEY_KIND) + _ID_BYTES + ed25519.KEY_BYTES or data[:2] != _KEY_KIND:
        raise NotASignature("it is no public key of minisign")
    return PublicKey(data[2 : 2 + _ID_BYTES], data[2 + _ID_BYTES :])


def read_signature(data: bytes) -> Signature:
    """A signature file. Raises NotASignature."""
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    if len(lines) < 4 or not lines[0].startswith(_UNTRUSTED) or not lines[2].startswith(_TRUSTED):
        raise NotASignature("it is no signature of minisign")
    first, of_all = _decoded(lines[1]), _decoded(lines[3])
    if len(first) != 2 + _ID_BYTES + ed25519.SIGNATURE_BYTES or first[:2] not in {_KEY_KIND, _SIGNATURE_KIND}:
        raise NotASignature("its second line is no signature")
    comment = lines[2].removeprefix(_TRUSTED).rstrip("\r")
    return Signature(first[2 : 2 + _ID_BYTES], first[2 + _ID_BYTES :], comment, of_all, first[:2] == _SIGNATURE_KIND)


def _prehashed(data: bytes) -> bytes:
    return hashlib.blake2b(data).digest()


def _decoded(text: str) -> bytes:
    try:
        data = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError) as fault:
        raise NotASignature("a line of it is no base64") from fault
    if base64.b64encode(data).decode("ascii") != text.strip():  # bits of the last letter that stand for nothing
        raise NotASignature("a line of it is no base64")
    return data
