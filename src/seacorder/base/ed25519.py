"""Ed25519 signatures (RFC 8032), by the library `cryptography`: OpenSSL behind a Python interface.

The library is imported when something is signed or checked, which takes a tenth of a second once. Where it cannot be
imported, everything else works: `SignaturesNotPossible` says what is the matter.
"""

from typing import TYPE_CHECKING

from seacorder.base.errors import NotPossible

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_BYTES, SIGNATURE_BYTES = 32, 64


class SignaturesNotPossible(NotPossible):
    """The library that signs and checks cannot be used on this computer."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"Signatures cannot be made or checked here: the Python package `cryptography` cannot be used ({why}).",
            "Install it, or check the signature with the program `minisign`.",
        )


def public_key(seed: bytes) -> bytes:
    """The public key, 32 bytes, of a private one, which is 32 random bytes. SignaturesNotPossible."""
    return _private(seed).public_key().public_bytes_raw()


def sign(seed: bytes, message: bytes) -> bytes:
    """The signature of a message, 64 bytes. The same message gives the same one. SignaturesNotPossible."""
    return _private(seed).sign(message)


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """True if the signature is that of the message by the owner of this key. Raises nothing but SignaturesNotPossible.
    """
    if len(public) != KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError as fault:
        raise SignaturesNotPossible(str(fault)) from fault
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _private(seed: bytes) -> "Ed25519PrivateKey":
    if len(seed) != KEY_BYTES:
        raise ValueError("a private key has 32 bytes")
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    except ImportError as fault:
        raise SignaturesNotPossible(str(fault)) from fault
    return Ed25519PrivateKey.from_private_bytes(seed)
